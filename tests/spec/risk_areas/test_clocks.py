"""The clock of a risk area: from when, what restarts it, and when its clean days end."""

from __future__ import annotations

import polars as pl
import pytest

from lastcase.core.detection import detect
from lastcase.core.explain.areas import explain_area
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Rule
from lastcase.core.risk_areas.release import risk_area_clocks
from tests.spec.facts import at, case, cell, facts, person, stay
from tests.spec.protocols import COUNTED, high, medium, outbreak, window

RULES = (*COUNTED, window(), high(), medium())
PLACE = {"place_id": "market", "area_id": "cell", "setting": "market"}


def clocks(given: Facts, *rules: Rule) -> pl.DataFrame:
    about = outbreak(*(rules or RULES))
    return risk_area_clocks(given, about, detect(given, about))[0]


def clock(given: Facts, *rules: Rule) -> dict[str, object]:
    found = clocks(given, *rules)
    assert found.height == 1
    return found.row(0, named=True)


def area(**tables: list[dict[str, object]]) -> Facts:
    return facts(**{"areas": [cell()], "places": [PLACE], "risk_areas": [stay("07-25 09:00")], **tables})


@pytest.mark.parametrize(("days", "clean"), [(7, "08-01 09:00"), (5, "07-30 09:00"), (3, "07-28 09:00")])
def test_clean_days_run_from_the_designation_by_24_hours(days: int, clean: str) -> None:
    assert clock(area(), *COUNTED, high(clean_days=days))["clean_at"] == at(clean)


@pytest.mark.parametrize(("hours", "opens"), [(24, "07-31 09:00"), (48, "07-30 09:00"), (12, "07-31 21:00")])
def test_closing_round_opens_before_the_clean_days_end(hours: float, opens: str) -> None:
    assert clock(area(), *COUNTED, high(closing_round_hours=hours))["round_from_at"] == at(opens)


@pytest.mark.parametrize(
    ("found", "clean"),
    [
        ("07-25 08:00", "08-01 09:00"),  # before the designation: what the area was drawn for
        ("07-27 10:00", "08-03 10:00"),
        ("07-31 23:00", "08-07 23:00"),
    ],
)
def test_a_new_resident_case_restarts_the_clock(found: str, clean: str) -> None:
    given = area(persons=[person("P")], cases=[case("P", found)])
    assert clock(given)["clean_at"] == at(clean)


def test_the_last_of_several_cases_counts_and_is_cited() -> None:
    people = [person("P"), person("Q")]
    row = clock(area(persons=people, cases=[case("P", "07-27 10:00"), case("Q", "07-28 11:00")]))
    assert row["clean_at"] == at("08-04 11:00")
    assert "cases:Q:1" in explain_area(row)[0].facts


@pytest.mark.parametrize(
    ("lives", "restarts_on", "clean"),
    [
        ("cell", ("residence",), "08-03 10:00"),
        ("cell", ("visit",), "08-01 09:00"),
        ("cell", (), "08-01 09:00"),
        ("elsewhere", ("residence", "visit"), "08-01 09:00"),
    ],
)
def test_the_edition_says_what_restarts(lives: str, restarts_on: tuple[str, ...], clean: str) -> None:
    given = area(persons=[person("P", lives)], cases=[case("P", "07-27 10:00")])
    assert clock(given, *COUNTED, window(), high(restarts_on=restarts_on))["clean_at"] == at(clean)


@pytest.mark.parametrize(
    ("visited", "until", "clean"),
    [
        ("07-26 10:00", "07-26 11:00", "08-03 10:00"),  # inside the window of two days
        ("07-24 22:00", "07-24 23:00", "08-01 09:00"),  # before it
    ],
)
def test_a_visit_counts_inside_the_infectious_window(visited: str, until: str, clean: str) -> None:
    visit = {"person_id": "P", "place_id": "market", "start_at": visited, "end_at": until}
    given = area(persons=[person("P", "elsewhere")], cases=[case("P", "07-27 10:00")], visits=[visit])
    assert clock(given, *COUNTED, window(), high(restarts_on=("visit",)))["clean_at"] == at(clean)


@pytest.mark.parametrize(("restarts", "clean"), [(False, "08-01 09:00"), (True, "08-03 10:00")])
def test_a_case_found_in_quarantine_restarts_only_where_the_edition_says(restarts: bool, clean: str) -> None:
    held = {"stay_id": "S", "person_id": "P", "stay_kind": "quarantine_central", "start_at": "07-26 09:00"}
    given = area(persons=[person("P")], cases=[case("P", "07-27 10:00")], stays=[held])
    assert clock(given, *COUNTED, high(is_restarted_by_managed=restarts))["clean_at"] == at(clean)


@pytest.mark.parametrize(
    ("found", "admitted", "clean"),
    [
        ("07-24 08:00", "07-24 20:00", "08-01 09:00"),  # removed before the designation, which is later
        ("07-24 08:00", "07-25 20:00", "08-01 20:00"),
        ("07-26 10:00", "07-26 20:00", "08-02 20:00"),
        ("07-26 10:00", None, "08-02 10:00"),
    ],
)
def test_counted_from_the_later_of_designation_and_last_case(
    found: str, admitted: str | None, clean: str
) -> None:
    sick = case("P", found, admitted_at=admitted)
    rule = high(counted_from="last_case")
    assert clock(area(persons=[person("P")], cases=[sick]), *COUNTED, rule)["clean_at"] == at(clean)


@pytest.mark.parametrize(
    ("higher_until", "clean"),
    [(None, None), ("07-28 09:00", "07-28 09:00"), ("07-24 09:00", "07-25 09:00")],
)
def test_low_waits_until_no_higher_level_is_left_nearby(higher_until: str | None, clean: str | None) -> None:
    higher = stay("07-23 09:00", higher_until, risk_area_id="H", next_level="low" if higher_until else None)
    listed = [higher, stay("07-25 09:00", risk_level="low")]
    rule = high(
        risk_level="low", clean_days=0, counted_from="no_higher", has_closing_round=False, next_level="none"
    )
    low = rule.__class__(**{**vars(rule), "id": "risk_level.low"})
    found = clocks(area(risk_areas=listed), *COUNTED, high(), low)
    row = found.filter(pl.col("risk_level") == "low").row(0, named=True)
    assert row["release_at"] == (None if clean is None else at(clean))


def test_a_discarded_case_restarts_nothing() -> None:
    gone = case("P", "07-27 10:00", case_status="discarded", discarded_at="07-28 10:00")
    assert clock(area(persons=[person("P")], cases=[gone]))["clean_at"] == at("08-01 09:00")


@pytest.mark.parametrize(
    ("after_high", "clean"),
    [(None, "08-08 09:00"), (3, "08-04 09:00"), (5, "08-06 09:00")],
)
def test_medium_after_high_may_have_its_own_rule(after_high: int | None, clean: str) -> None:
    own = medium()
    variant = (
        []
        if after_high is None
        else [medium(clean_days=after_high, has_closing_round=False, came_from="high")]
    )
    variant = [rule.__class__(**{**vars(rule), "id": "risk_level.medium_after_high"}) for rule in variant]
    listed = [
        stay("07-25 09:00", "08-01 09:00", next_level="medium"),
        stay("08-01 09:00", risk_level="medium"),
    ]
    found = clocks(area(risk_areas=listed), *COUNTED, high(), own, *variant)
    row = found.filter(pl.col("risk_level") == "medium").row(0, named=True)
    assert row["clean_at"] == at(clean)
    assert row["release_at"] == (None if after_high is None else at(clean))


@pytest.mark.parametrize(
    ("ended", "is_early"),
    [("08-01 08:59", True), ("08-01 09:00", False), ("08-02 00:00", False), (None, False)],
)
def test_early_exit(ended: str | None, is_early: bool) -> None:
    listed = stay("07-25 09:00", ended, next_level="medium" if ended else None)
    assert clock(area(risk_areas=[listed]))["is_early_exit"] is is_early


@pytest.mark.parametrize("level", ["medium", "low"])
def test_next_level_of_a_standing_area_is_the_rules(level: str) -> None:
    assert clock(area(), *COUNTED, high(next_level=level))["next_level"] == level


def test_a_level_without_rule_has_no_clock_and_says_so() -> None:
    row = clock(area(risk_areas=[stay("07-25 09:00", risk_level="low")]))
    assert (row["clean_at"], row["release_at"]) == (None, None)
    assert [message.id for message in explain_area(row)] == ["area.no_rule"]
