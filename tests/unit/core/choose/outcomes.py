"""Made-up outcomes of plans: a few columns a day, the rest nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lastcase.core.choose.plan import Plan
from lastcase.core.choose.result import Result, Yardstick
from lastcase.core.protocol.model import Target
from lastcase.core.simulate.levers import Levers
from lastcase.core.simulate.outcome import COLUMNS, NUMBER, Outcome
from lastcase.editions import load_costs, load_edition

COSTS = load_costs("cn-2022")
TARGETS = load_edition("cn-covid-9").of_kind(Target)
N_DAYS = 40


def yardstick(*, with_targets: bool = True, quiet_days: int = 14) -> Yardstick:
    return Yardstick(COSTS, tuple(TARGETS) if with_targets else (), 1000, quiet_days)


def plan(name: str, **levers: object) -> Plan:
    return Plan(name, f"Plan {name}", f"计划{name}", "cn-covid-9", Levers(**levers))  # type: ignore[arg-type]


def days(columns: Mapping[str, int | Mapping[int, int]], n_days: int = N_DAYS) -> np.ndarray:
    """Rows of an outcome: a number stands on every day, a mapping on the days it names."""
    made = np.zeros((n_days, len(COLUMNS)), np.int64)
    for name, value in columns.items():
        for day, n in (value if isinstance(value, Mapping) else dict.fromkeys(range(n_days), value)).items():
            made[day, NUMBER[name]] = n
    return made


def outcome(rows: np.ndarray) -> Outcome:
    nobody = np.zeros(0, np.int64)
    return Outcome(rows, nobody, nobody, nobody, nobody, nobody)


def result(
    name: str, *replicates: Mapping[str, int | Mapping[int, int]], measure: Yardstick | None = None
) -> Result:
    stacked = np.stack([days(columns) for columns in replicates])
    return Result(plan(name), tuple(range(len(replicates))), stacked, measure or yardstick())


@dataclass
class Fake:
    """Runs plans by a function of the plan's name and the luck of the seed; remembers what it was asked."""

    columns: Callable[[str, int], Mapping[str, int | Mapping[int, int]]]
    asked: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

    def __call__(self, one: Plan, seeds: Sequence[int]) -> Iterator[Outcome]:
        self.asked.append((one.id, tuple(seeds)))
        return (outcome(days(self.columns(one.id, seed % 7))) for seed in seeds)
