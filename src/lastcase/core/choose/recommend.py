"""Which plan of a race is recommended, why, and what would change it.

The rule: of the plans on the front, those whose chance to meet all targets is high enough (where none has it, those
that are not surely below the best); of these, the one that costs least. It is recommended if it is surely the cheapest
and stays so wherever the unit values lie in their ranges: each alone at its low and its high end, all low, all high.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from lastcase.core.choose.costs import UNITS
from lastcase.core.choose.race import CONFIDENCE, Race, lower_bound
from lastcase.core.choose.result import Result
from lastcase.core.explain import Message
from lastcase.core.simulate.chance import Floats

WANTED = 0.8
"""Chance to meet all targets that is high enough, unless somebody says otherwise."""
FAR_TIMES = 10
"""A value so many times as high is not told in words as what would change the lead."""


@dataclass(frozen=True)
class Sway:
    """Unit values at an end of their ranges (`low` or `high`), and the plan that leads then."""

    units: tuple[str, ...]
    end: str
    leader: str


@dataclass(frozen=True)
class Turn:
    """The value of one unit at which another plan becomes the cheapest, all others as they are."""

    unit: str
    value: float
    plan: str


@dataclass(frozen=True)
class Recommendation:
    """`plan` is the one recommended, None where none can be; `leader` is the cheapest of the `candidates` as the unit
    values stand. `sways`: where another leads, within the ranges; `turns`: nearest value of each unit, in or beyond its
    range, at which another does. `reasons` and `changes` say it in words."""

    plan: str | None
    leader: str
    candidates: tuple[str, ...]
    sways: tuple[Sway, ...]
    turns: tuple[Turn, ...]
    reasons: tuple[Message, ...]
    changes: tuple[Message, ...]


def recommend(race: Race, wanted: float = WANTED) -> Recommendation:
    """The recommendation; `wanted` is the chance to meet all targets that is high enough."""
    able = [each for each in race.front if each.all_met.mean() >= wanted]
    candidates = able or _not_below_best(race.front)
    costs = race.results[0].yardstick.costs
    leader = cheapest(candidates, costs.prices)
    sways, turns = tuple(_sways(candidates, leader)), tuple(_turns(candidates, leader))
    close = [
        each for each in candidates if each is not leader and not _is_dearer(each, leader, len(candidates))
    ]
    is_sure = not sways and not close
    reasons = [
        Message("choose.reason.front", {"n": len(race.front), "of": len(race.results)}),
        _about_targets(candidates, wanted, is_met=bool(able)),
        *_about_cost(candidates, leader, close, sways),
    ]
    return Recommendation(
        plan=leader.plan.id if is_sure else None,
        leader=leader.plan.id,
        candidates=tuple(each.plan.id for each in candidates),
        sways=sways,
        turns=turns,
        reasons=tuple(reasons),
        changes=tuple(_changes(race, candidates, leader, turns)),
    )


def cheapest(results: Sequence[Result], prices: Floats) -> Result:
    """The plan with the least mean cost at these values; the first of equal ones."""
    return min(results, key=lambda each: float(each.costs_at(prices).mean()))


def _not_below_best(front: Sequence[Result]) -> list[Result]:
    best = max(front, key=lambda each: int(each.all_met.sum()))
    level = _level(len(front))
    missed = (best.all_met.astype(np.float64) - each.all_met for each in front)
    return [each for each, more in zip(front, missed, strict=True) if lower_bound(more, level) <= 0]


def _is_dearer(one: Result, leader: Result, n: int) -> bool:
    return lower_bound(one.objectives["cost"] - leader.objectives["cost"], _level(n)) > 0


def _level(n: int) -> float:
    return 1 - (1 - CONFIDENCE) / max(1, n - 1)


def _sways(candidates: Sequence[Result], leader: Result) -> Iterator[Sway]:
    """Ends of the ranges at which another plan is cheapest: of each unit alone, then of all."""
    costs = leader.yardstick.costs
    for end, values in (("low", costs.low), ("high", costs.high)):
        for at, unit in enumerate(UNITS):
            prices = costs.prices.copy()
            prices[at] = values[at]
            first = cheapest(candidates, prices)
            if first is not leader:
                yield Sway((unit,), end, first.plan.id)
        first = cheapest(candidates, values)
        if first is not leader:
            yield Sway(UNITS, end, first.plan.id)


def _turns(candidates: Sequence[Result], leader: Result) -> Iterator[Turn]:
    """Costs are linear in each value: where two plans' lines cross, the lead changes."""
    prices = leader.yardstick.costs.prices
    own = leader.quantities.mean(axis=0)
    for at, unit in enumerate(UNITS):
        found = []
        for other in candidates:
            more = other.quantities.mean(axis=0) - own
            if more[at] != 0:
                value = float(prices[at] - (more @ prices) / more[at])
                if value >= 0 and other is not leader:
                    found.append(Turn(unit, value, other.plan.id))
        if found:
            yield min(found, key=lambda turn: abs(turn.value - prices[at]))


def _name(result: Result) -> dict[str, str]:
    return {"en": result.plan.name_en, "zh": result.plan.name_zh}


def _money(value: float) -> str:
    return f"{value:,.0f}"


def _price(value: float) -> str:
    return _money(value) if value >= 1000 else f"{value:.4g}"


def _unit(unit: str) -> dict[str, str]:
    return {"id": f"choose.unit.{unit}"}


def _about_targets(candidates: Sequence[Result], wanted: float, *, is_met: bool) -> Message:
    if not candidates[0].yardstick.targets:
        return Message("choose.reason.no_targets", {})
    names = [_name(each) for each in candidates]
    chance = max(float(each.all_met.mean()) for each in candidates)
    params = {"plans": names, "wanted": f"{100 * wanted:g}", "chance": f"{100 * chance:.0f}"}
    return Message("choose.reason.targets_met" if is_met else "choose.reason.targets_not_met", params)


def _about_cost(
    candidates: Sequence[Result], leader: Result, close: Sequence[Result], sways: Sequence[Sway]
) -> Iterator[Message]:
    currency = leader.yardstick.costs.currency
    mine = float(leader.objectives["cost"].mean())
    yield Message(
        "choose.reason.cheapest", {"plan": _name(leader), "cost": _money(mine), "currency": currency}
    )
    for other in close:
        more = other.objectives["cost"] - leader.objectives["cost"]
        params = {"plan": _name(other), "more": _money(float(more.mean())), "currency": currency}
        needed = _needed(more, len(candidates))
        if needed is None:
            yield Message("choose.reason.as_dear", params)
        else:
            yield Message("choose.reason.too_close", {**params, "n": needed})
    by_id = {each.plan.id: each for each in candidates}
    for sway in sways:
        params = {"plan": _name(by_id[sway.leader]), "end": {"id": f"choose.end.{sway.end}"}}
        if sway.units == UNITS:
            yield Message("choose.reason.hangs_on_all", params)
        else:
            yield Message("choose.reason.hangs_on", {**params, "unit": _unit(sway.units[0])})
    if not sways and len(candidates) > 1:
        yield Message("choose.reason.holds", {"plan": _name(leader)})


def _needed(more: Floats, n_candidates: int) -> int | None:
    """Replicates that would tell two plans apart, if means and spreads stay; None where they cost the same."""
    mean, n = float(more.mean()), len(more)
    doubt = mean - lower_bound(more, _level(n_candidates))
    return ceil(n * (doubt / mean) ** 2) if mean > 0 and n > 1 else None


def _changes(
    race: Race, candidates: Sequence[Result], leader: Result, turns: Sequence[Turn]
) -> Iterator[Message]:
    """What would make another plan lead: other unit values, or another chance asked for."""
    costs, by_id = leader.yardstick.costs, {each.plan.id: each for each in race.results}

    def times(turn: Turn) -> float:
        return turn.value / costs.unit_values[turn.unit].value

    near = (turn for turn in turns if times(turn) <= FAR_TIMES)
    for turn in sorted(near, key=lambda turn: abs(times(turn) - 1)):
        now = costs.unit_values[turn.unit].value
        params = {"unit": _unit(turn.unit), "value": _price(turn.value), "now": _price(now)}
        params |= {"plan": _name(by_id[turn.plan]), "currency": costs.currency}
        yield Message("choose.change.unit_up" if turn.value > now else "choose.change.unit_down", params)
    mine = float(leader.objectives["cost"].mean())
    for each in race.front:
        less = mine - float(each.objectives["cost"].mean())
        if each not in candidates and less > 0:
            params = {"plan": _name(each), "chance": f"{100 * float(each.all_met.mean()):.0f}"}
            yield Message(
                "choose.change.chance", {**params, "less": _money(less), "currency": costs.currency}
            )
