"""Entry proposals: what a new case's home, work and visits propose for a level."""

from __future__ import annotations

import pytest

from lastcase.core.detection import detect
from lastcase.core.protocol.model import Rule
from lastcase.core.risk_areas.grade import grade_risk_areas
from tests.spec.facts import case, cell, facts, person, stay
from tests.spec.protocols import COUNTED, high, medium, outbreak, window

RULES = (*COUNTED, window(), high(), medium())
PLACES = [
    {"place_id": "home", "area_id": "cell"},
    {"place_id": "plant", "area_id": "works"},
    {"place_id": "market", "area_id": "centre"},
]
WHO = person("P", "cell", residence_place_id="home", work_place_id="plant")
VISIT = {"person_id": "P", "place_id": "market", "start_at": "07-26 10:00", "end_at": "07-26 11:00"}
Proposed = set[tuple[str, str | None, str]]


def proposals(*rules: Rule, **tables: list[dict[str, object]]) -> Proposed:
    given = facts(
        **{
            "areas": [cell(), cell("works"), cell("centre")],
            "places": PLACES,
            "persons": [WHO],
            "visits": [VISIT],
            "cases": [case("P", "07-27 10:00")],
            **tables,
        }
    )
    about = outbreak(*(rules or RULES))
    found = grade_risk_areas(given, about, detect(given, about))
    return set(found.select("risk_level", "place_id", "reason").iter_rows())


HOME, WORK, MARKET = ("high", "home", "residence"), ("high", "plant", "work"), ("medium", "market", "visit")


def test_home_and_work_propose_high_and_visits_medium() -> None:
    assert proposals() == {HOME, WORK, MARKET}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (("residence",), {HOME, MARKET}),
        (("work",), {WORK, MARKET}),
        ((), {MARKET}),
        (("residence", "work", "visit"), {HOME, WORK, ("high", "market", "visit")}),
    ],
)
def test_the_edition_lists_what_proposes(entry: tuple[str, ...], expected: Proposed) -> None:
    assert proposals(*COUNTED, window(), high(entry=entry), medium()) == expected


@pytest.mark.parametrize(("before_days", "expected"), [(2, {HOME, WORK, MARKET}), (0, {HOME, WORK})])
def test_visits_count_inside_the_infectious_window(before_days: int, expected: Proposed) -> None:
    assert proposals(*COUNTED, window(before_days), high(), medium()) == expected


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (stay("07-26 09:00"), {WORK, MARKET}),
        (stay("07-26 09:00", "07-27 09:00"), {HOME, WORK, MARKET}),  # gone by then
        (stay("07-26 09:00", risk_level="medium"), {HOME, WORK, MARKET}),  # only a lower level stands
        (stay("07-26 09:00", area_id="centre"), {HOME, WORK}),  # a higher level stands
    ],
)
def test_what_stands_is_not_proposed_again(listed: dict[str, object], expected: Proposed) -> None:
    assert proposals(risk_areas=[listed]) == expected


@pytest.mark.parametrize(("counts", "expected"), [(False, set()), (True, {HOME, WORK, MARKET})])
def test_a_case_found_in_quarantine(counts: bool, expected: Proposed) -> None:
    held = {"stay_id": "S", "person_id": "P", "stay_kind": "quarantine_central", "start_at": "07-25 09:00"}
    levels = (high(is_restarted_by_managed=counts), medium(is_restarted_by_managed=counts))
    assert proposals(*COUNTED, window(), *levels, stays=[held]) == expected


@pytest.mark.parametrize("status", ["suspected", "presumptive_positive", "discarded"])
def test_uncounted_statuses_propose_nothing(status: str) -> None:
    assert proposals(cases=[case("P", "07-27 10:00", case_status=status)]) == set()
