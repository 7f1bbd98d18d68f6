"""Found in the community or under control: what counts is the control in force when the specimen was
taken."""

from __future__ import annotations

import pytest

from lastcase.core.detection import detect
from tests.spec.facts import case, cell, facts, person, stay
from tests.spec.protocols import COUNTED, high, medium, outbreak

OUTBREAK = outbreak(*COUNTED, high(), medium())
COMMUNITY, MANAGED = "community_detected", "managed_detected"


def detection(given: dict[str, object], **tables: list[dict[str, object]]) -> str | None:
    people = {"areas": [cell()], "persons": [person("P")], **tables}
    found = detect(facts(cases=[given], **people), OUTBREAK)
    assert found.height == 1
    return found["detection"][0]


def held(start: str, end: str | None = None, kind: str = "quarantine_central") -> dict[str, object]:
    return {"stay_id": "S", "person_id": "P", "stay_kind": kind, "start_at": start, "end_at": end}


def test_story_sampled_at_9_area_closed_at_10_resulted_at_14_is_community() -> None:
    sick = case("P", "14:00", specimen_at="09:00")
    assert detection(sick, risk_areas=[stay("10:00")]) == COMMUNITY


@pytest.mark.parametrize(
    ("closed", "opened", "expected"),
    [
        ("08:00", None, MANAGED),
        ("09:00", None, MANAGED),  # the interval begins with its start
        ("09:01", None, COMMUNITY),
        ("08:00", "09:00", COMMUNITY),  # and does not hold its end
        ("08:00", "09:01", MANAGED),
    ],
)
def test_high_risk_area_standing_at_the_specimen(closed: str, opened: str | None, expected: str) -> None:
    assert detection(case("P", "14:00", specimen_at="09:00"), risk_areas=[stay(closed, opened)]) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("quarantine_central", MANAGED),
        ("quarantine_home", MANAGED),
        ("isolation_hospital", MANAGED),
        ("isolation_home", MANAGED),
        ("health_monitoring", COMMUNITY),  # binds nobody
    ],
)
def test_kind_of_stay(kind: str, expected: str) -> None:
    assert detection(case("P", "14:00", specimen_at="09:00"), stays=[held("08:00", kind=kind)]) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [("09:00", None, MANAGED), ("09:01", None, COMMUNITY), ("08:00", "09:00", COMMUNITY)],
)
def test_stay_covers_the_specimen(start: str, end: str | None, expected: str) -> None:
    assert detection(case("P", "14:00", specimen_at="09:00"), stays=[held(start, end)]) == expected


def test_medium_risk_area_does_not_bind() -> None:
    listed = stay("08:00", risk_level="medium")
    assert detection(case("P", "14:00", specimen_at="09:00"), risk_areas=[listed]) == COMMUNITY


def test_no_source_of_control_is_unknown_and_not_community() -> None:
    assert detection(case("P", "14:00", specimen_at="09:00")) is None


def test_present_place_goes_before_residence() -> None:
    away = person("P", "cell", present_area_id="elsewhere")
    sick = case("P", "14:00", specimen_at="09:00")
    assert detection(sick, persons=[away], risk_areas=[stay("08:00")]) == COMMUNITY


@pytest.mark.parametrize("signed", [COMMUNITY, MANAGED])
def test_signed_override_decides(signed: str) -> None:
    sick = case("P", "14:00", specimen_at="09:00", detection_override=signed)
    assert detection(sick, stays=[held("08:00")]) == signed


def test_specimen_from_the_laboratory_serves_where_the_case_names_none() -> None:
    taken = {"specimen_id": "1", "person_id": "P", "sampled_at": "09:00", "result": "positive"}
    sick = case("P", "14:00")
    assert detection(sick, specimens=[taken], stays=[held("10:00")]) == COMMUNITY
    assert detection(sick, stays=[held("10:00")]) == MANAGED


def test_decided_list_goes_before_a_frozen_published_list() -> None:
    published = stay("08:00", list_kind="published")
    reopened = stay("07:00", "08:30")
    sick = case("P", "14:00", specimen_at="09:00")
    assert detection(sick, risk_areas=[published]) == MANAGED
    assert detection(sick, risk_areas=[published, reopened]) == COMMUNITY


@pytest.mark.parametrize(("status", "n"), [("confirmed", 1), ("suspected", 0), ("discarded", 0)])
def test_only_counted_statuses_have_a_detection(status: str, n: int) -> None:
    given = facts(cases=[case("P", "14:00", case_status=status)], persons=[person("P")])
    assert detect(given, OUTBREAK).height == n


def test_a_county_named_as_seat_of_an_area_is_not_the_area() -> None:
    county = {"area_id": "cell", "tier": "county", "parent_id": None}
    sick = case("P", "14:00", specimen_at="09:00")
    assert detection(sick, areas=[county], risk_areas=[stay("08:00")]) == COMMUNITY
