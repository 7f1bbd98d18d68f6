"""The controls of an edition as the numbers that the model goes by: the same rules from which duties are made."""

from __future__ import annotations

from dataclasses import dataclass

from lastcase.core.protocol.model import (
    ContactRule,
    Discharge,
    Protocol,
    Rhythm,
    RiskLevel,
    RoundRule,
    Stage,
    TimeLimit,
    Window,
)

CLOSE, SECONDARY, ARRIVED = 1, 2, 3
CATEGORY_OF = {CLOSE: "close_contact", SECONDARY: "secondary_contact", ARRIVED: "arrival"}
"""Why somebody is in quarantine; 0 stands for nobody."""


@dataclass(frozen=True)
class Keeping:
    """Quarantine of a category: central or at home, for how many days, tested on which of them.

    `shift` is 1 where the day after the event is day 1. `test_days` go on past `n_days` where a later stage, at
    liberty, asks for tests.
    """

    is_central: bool
    n_days: int
    shift: int
    test_days: tuple[int, ...]


@dataclass(frozen=True)
class Area:
    """A level of risk area: days without a case that it takes, and the days of testing since its beginning."""

    clean_days: int
    is_entered: bool
    has_closing_round: bool
    first_days: int
    every_days: int
    """0: nobody is tested."""


@dataclass(frozen=True)
class Rounds:
    """Rounds of everybody in a county where a case was found (see `protocol.model.RoundRule`); `every_days` 0: none."""

    first_after_days: int
    every_days: int
    clean_rounds: int
    gap_days: int
    further_rounds: int


@dataclass(frozen=True)
class Controls:
    """All of them. `keeping` by category (None: the edition does not bind it), `high` and `medium` areas (medium as it
    follows high), `isolation_days` of a case at the least, `release_gap_h` between its two negative tests."""

    keeping: dict[int, Keeping | None]
    window_days: int
    interview_h: int
    isolation_days: int
    release_gap_h: int
    high: Area
    medium: Area
    rounds: Rounds


NO_AREA = Area(0, False, False, 0, 0)
NO_ROUNDS = Rounds(0, 0, 0, 0, 0)


def controls_of(edition: Protocol) -> Controls:
    """The controls of an edition; what it does not ask for is not done."""
    named = {rule.category for rule in edition.of_kind(ContactRule) if rule.is_automatic}
    windows = [rule.before_days for rule in edition.of_kind(Window) if rule.unit_of_start == "day"]
    interviews = [rule.hours for rule in edition.of_kind(TimeLimit) if rule.duty == "interview"]
    discharges = edition.of_kind(Discharge)
    return Controls(
        keeping={
            kind: _keeping(edition, category) if category in named or kind == ARRIVED else None
            for kind, category in CATEGORY_OF.items()
        },
        window_days=max(windows, default=0),
        interview_h=round(min(interviews, default=24)),
        isolation_days=max((rule.earliest_days for rule in discharges), default=0),
        release_gap_h=round(max((rule.gap_hours for rule in discharges), default=0)),
        high=_area(edition, "high", None),
        medium=_area(edition, "medium", "high"),
        rounds=_rounds(edition),
    )


def _keeping(edition: Protocol, category: str) -> Keeping | None:
    stages = sorted(
        (rule for rule in edition.of_kind(Stage) if rule.category == category), key=lambda rule: rule.ordinal
    )
    bound = [rule for rule in stages if rule.is_restrictive]
    if not bound:
        return None
    first, n_days, days = bound[0], 0, []
    for rule in stages:
        days += [n_days + day for day in rule.test_days]
        n_days += rule.length_days
    return Keeping(
        is_central=first.place == "quarantine_central",
        n_days=sum(rule.length_days for rule in bound),
        shift=1 if first.day_one == "day_after" else 0,
        test_days=tuple(days),
    )


def _area(edition: Protocol, level: str, came_from: str | None) -> Area:
    rules = [rule for rule in edition.of_kind(RiskLevel) if rule.risk_level == level]
    fitting = [rule for rule in rules if rule.came_from == came_from] or rules
    if not fitting:
        return NO_AREA
    rule = fitting[0]
    rhythm = next((each for each in edition.of_kind(Rhythm) if each.risk_level == level), None)
    return Area(
        clean_days=rule.clean_days,
        is_entered="residence" in rule.entry,
        has_closing_round=rule.has_closing_round,
        first_days=rhythm.first_days if rhythm else 0,
        every_days=rhythm.every_days if rhythm else 0,
    )


def _rounds(edition: Protocol) -> Rounds:
    rules = [rule for rule in edition.of_kind(RoundRule) if rule.tier == "county"]
    if not rules:
        return NO_ROUNDS
    rule = rules[0]
    return Rounds(
        rule.first_after_days, rule.every_days, rule.clean_rounds, rule.gap_days, rule.further_rounds
    )
