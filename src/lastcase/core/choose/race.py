"""Plans raced on common random numbers, in rounds of growing batches; who is surely worse in everything stops.

Replicate by replicate all plans get the same seed, and with it the same luck: what differs is what they do. So they are
compared by paired differences. Nothing hangs on how many threads run the replicates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from scipy.special import stdtrit

from lastcase.core.choose.plan import Plan
from lastcase.core.choose.result import Result, Yardstick
from lastcase.core.simulate.chance import Floats, Ints, bits
from lastcase.core.simulate.outcome import Outcome

FIRST_BATCH = 16
CONFIDENCE = 0.95
"""Of all comparisons of a race together (Bonferroni)."""

Run = Callable[[Plan, Sequence[int]], Iterable[Outcome]]
"""Simulates replicates of a plan, in the order of the seeds."""


class SameName(ValueError):
    """Two plans of one race have the same id."""

    kind, message_id = "wrong_use", "choose.same_name"

    def __init__(self, plan_id: str) -> None:
        self.params = {"plan": plan_id}
        super().__init__(plan_id)


@dataclass(frozen=True)
class Stopped:
    """A plan that is out: by which other, in which round (from 1), after how many replicates."""

    by: str
    round: int
    n_replicates: int


@dataclass(frozen=True)
class Race:
    """What came of it: results in the order of the plans, and those stopped, by id."""

    results: tuple[Result, ...]
    stopped: Mapping[str, Stopped] = field(default_factory=dict)

    @property
    def front(self) -> tuple[Result, ...]:
        """Plans that no other surely beats in everything."""
        return tuple(each for each in self.results if each.plan.id not in self.stopped)


def seeds_of(seed: int, n: int) -> tuple[int, ...]:
    """Seeds of replicates: hashed, so that no two races share some, and the first are the same for any `n`."""
    return tuple(int(each >> np.uint64(1)) for each in bits(seed, 0, 0, np.arange(n)))


def batches_of(n: int) -> Iterator[tuple[int, int]]:
    """First and end of each round's replicates: every round doubles what there is."""
    start, end = 0, min(FIRST_BATCH, n)
    while start < n:
        yield start, end
        start, end = end, min(2 * end, n)


def race(plans: Sequence[Plan], seeds: Sequence[int], run: Run, yardstick: Yardstick) -> Race:
    """All plans over the seeds, those that are stopped over the first of them. Raises SameName."""
    _check_names(plans)
    days: dict[str, Ints] = {}
    stopped: dict[str, Stopped] = {}
    batches = list(batches_of(len(seeds)))
    level = 1 - (1 - CONFIDENCE) / (len(batches) * max(1, len(plans) * (len(plans) - 1)))
    for number, (start, end) in enumerate(batches, start=1):
        running = [plan for plan in plans if plan.id not in stopped]
        for plan in running:
            new = np.stack([outcome.days for outcome in run(plan, seeds[start:end])])
            days[plan.id] = np.concatenate([days[plan.id], new]) if start else new
        results = [Result(plan, tuple(seeds[:end]), days[plan.id], yardstick) for plan in running]
        for result in results:
            by = next((other for other in results if beats(other, result, level)), None)
            if by is not None:
                stopped[result.plan.id] = Stopped(by.plan.id, number, end)
    ends = {plan.id: len(days[plan.id]) for plan in plans}
    found = (Result(plan, tuple(seeds[: ends[plan.id]]), days[plan.id], yardstick) for plan in plans)
    return Race(tuple(found), stopped)


def measure(plans: Sequence[Plan], seeds: Sequence[int], run: Run, yardstick: Yardstick) -> list[Result]:
    """Every plan over all seeds, none stopped. Raises SameName."""
    _check_names(plans)
    found = ((plan, np.stack([outcome.days for outcome in run(plan, seeds)])) for plan in plans)
    return [Result(plan, tuple(seeds), days, yardstick) for plan, days in found]


def beats(one: Result, other: Result, level: float) -> bool:
    """Whether the first is surely no worse in every objective and better in one, at any unit values within their
    ranges, and meets all targets in no fewer replicates."""
    if one is other or one.all_met.sum() < other.all_met.sum():
        return False
    low = [lower_bound(difference, level) for difference in differences(one, other)]
    return min(low) >= 0 and max(low) > 0


def differences(one: Result, other: Result) -> Iterator[Floats]:
    """By replicate, how much more the other has of each objective; of cost, at the values least to the first's good."""
    for name, values in one.objectives.items():
        if name != "cost":
            yield other.objectives[name] - values
    more = other.quantities - one.quantities
    costs = one.yardstick.costs
    yield more @ np.where(more.mean(axis=0) > 0, costs.low, costs.high)


def lower_bound(values: Floats, level: float) -> float:
    """The mean, less as much as chance may have added: Student's one-sided bound."""
    n = len(values)
    if n < 2:
        return -np.inf
    spread = float(values.std(ddof=1)) / sqrt(n)
    return float(values.mean()) - float(stdtrit(n - 1, level)) * spread


def _check_names(plans: Sequence[Plan]) -> None:
    names = [plan.id for plan in plans]
    for name in names:
        if names.count(name) > 1:
            raise SameName(name)
