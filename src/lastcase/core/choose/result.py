"""What replicates of a plan show: totals with their bands, every day's bands, and the chance of each target."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np

from lastcase.core.choose.costs import (
    Burden,
    Costs,
    Ledger,
    burdens_of,
    ledger_of,
    quantities_of,
)
from lastcase.core.choose.counts import column, restricted_of, thinned_of, zero_from
from lastcase.core.choose.plan import Plan
from lastcase.core.protocol.model import EndRule, Protocol, Target
from lastcase.core.simulate.chance import Flags, Floats, Ints

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The bands: so large a share of replicates lies at or below each."""
OBJECTIVES = ("days_to_zero", "infections", "cost", "person_days")
"""What plans are compared by; less is better in each."""
NUMERATORS: Mapping[str, tuple[str, ...]] = {
    "new_community_detected": ("detected_community",),
    "new_infections_net": ("detected_community", "detected_managed"),
    "high_risk_areas": ("high_cells",),
    "regraded_daily": (),
}
"""Numerators of targets as columns of an outcome. The simulation re-grades its areas every midnight: no day without."""


class TooFewDays(ValueError):
    """A target falls due after the last day simulated."""

    kind, message_id = "wrong_use", "choose.too_few_days"

    def __init__(self, due: int, n_days: int) -> None:
        self.params = {"due": due, "n_days": n_days}
        super().__init__(f"due on day {due}, {n_days} days simulated")


@dataclass(frozen=True)
class Yardstick:
    """What every plan is measured by.

    `targets` fall due so many days after simulated day `day0`. Community zero is reached where at least `quiet_days`
    follow without a case found in the community. `n_residents` of the city.
    """

    costs: Costs
    targets: tuple[Target, ...]
    n_residents: int
    quiet_days: int
    day0: int = 0


@dataclass(frozen=True)
class Estimate:
    """A total over replicates: mean, the standard error of it (None of one replicate), and the value at each of
    `SHARES`."""

    mean: float
    error: float | None
    bands: tuple[float, ...]


@dataclass(frozen=True)
class Chance:
    """Share of `n` replicates, and its standard error; as if one more had met it and one had not, so that the error
    is never nothing."""

    share: float
    error: float
    n: int


@dataclass(frozen=True, eq=False)
class Result:
    """A plan over replicates; `days` has an axis of replicates (in the order of `seeds`), then that of the outcome."""

    plan: Plan
    seeds: tuple[int, ...]
    days: Ints
    yardstick: Yardstick

    @cached_property
    def thinned(self) -> Floats:
        """By replicate and day, persons whose contacts are stopped (`counts.thinned_of`)."""
        measure = self.yardstick
        return thinned_of(self.days, self.plan.levers, measure.n_residents, measure.quiet_days)

    @cached_property
    def quantities(self) -> Floats:
        """By replicate, quantity of each of `costs.UNITS`."""
        return quantities_of(self.days, self.thinned)

    def costs_at(self, prices: Floats) -> Floats:
        """By replicate, total cost at these values of the units."""
        found: Floats = self.quantities @ prices
        return found

    @cached_property
    def is_reached(self) -> Flags:
        """By replicate, whether community zero is reached."""
        found: Flags = self.days.shape[1] - zero_from(self.days) >= self.yardstick.quiet_days
        return found

    @cached_property
    def objectives(self) -> Mapping[str, Floats]:
        """By objective and replicate. Where community zero is not reached, all days simulated stand for it."""
        days = np.where(self.is_reached, zero_from(self.days), self.days.shape[1])
        return {
            "days_to_zero": days.astype(np.float64),
            "infections": column(self.days, "infections").sum(axis=1).astype(np.float64),
            "cost": self.costs_at(self.yardstick.costs.prices),
            "person_days": restricted_of(self.days, self.thinned, self.yardstick.n_residents).sum(axis=1),
        }

    @cached_property
    def met(self) -> Mapping[str, Flags]:
        """By target (rule id) and replicate, whether it is met."""
        return {
            target.id: is_met(target, self.days, self.yardstick.day0) for target in self.yardstick.targets
        }

    @cached_property
    def all_met(self) -> Flags:
        """By replicate, whether every target is met."""
        found: Flags = np.all([np.ones(len(self.days), bool), *self.met.values()], axis=0)
        return found

    @cached_property
    def burdens(self) -> tuple[Burden, ...]:
        """By replicate."""
        return burdens_of(self.days, self.thinned, self.yardstick.n_residents, self.plan.levers.beds)

    @property
    def ledger(self) -> Ledger:
        """The mean of all replicates."""
        return ledger_of(self.quantities.mean(axis=0), self.yardstick.costs)

    def estimate(self, objective: str) -> Estimate:
        """An objective over all replicates."""
        return estimate_of(self.objectives[objective])

    def burden(self, name: str) -> Estimate:
        """A number of `Burden` over all replicates."""
        return estimate_of(np.array([getattr(burden, name) for burden in self.burdens], np.float64))

    def daily(self) -> Floats:
        """Bands of every column of every day: axes `SHARES`, days, columns of the outcome."""
        return np.quantile(self.days, SHARES, axis=0)


def is_met(target: Target, days: Ints, day0: int = 0) -> Flags:
    """By replicate, whether the target is met at the end of its due date: `core.targets` on simulated counts. Raises
    TooFewDays."""
    due, n_days = day0 + target.day, days.shape[1]
    if due >= n_days:
        raise TooFewDays(due, n_days)
    return column(days, *NUMERATORS[target.numerator])[:, due] <= target.limit


def estimate_of(values: Floats) -> Estimate:
    """Mean, its error and bands."""
    n = len(values)
    error = float(values.std(ddof=1)) / sqrt(n) if n > 1 else None
    return Estimate(float(values.mean()), error, tuple(np.quantile(values, SHARES).tolist()))


def chance_of(flags: Flags) -> Chance:
    """Share of replicates."""
    n, smoothed = len(flags), (int(flags.sum()) + 1) / (len(flags) + 2)
    return Chance(float(flags.mean()), sqrt(smoothed * (1 - smoothed) / n), n)


def quiet_days_of(editions: Collection[Protocol]) -> int:
    """Days without a case after which the last of these editions calls an outbreak over: plans are compared by the
    same run of days, whichever edition each follows. At least one."""
    return max([1, *(rule.clean_days for edition in editions for rule in edition.of_kind(EndRule))])


def targets_of(editions: Sequence[Protocol], target_set: str) -> tuple[Target, ...]:
    """The set of targets as the first edition that has it states it; none where none has."""
    for edition in editions:
        found = tuple(rule for rule in edition.of_kind(Target) if rule.target_set == target_set)
        if found:
            return found
    return ()
