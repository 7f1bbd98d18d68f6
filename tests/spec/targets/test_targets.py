"""Targets: due dates, verdicts, and numbers that are never another area's, another day's or zero for want
of a row."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from lastcase.core.answers import ANSWERS, Answers, answer_schema
from lastcase.core.detection import detect
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Target
from lastcase.core.targets import TargetStatus, UnknownTargetSet, day0_history, day0_of, progress
from tests.spec.facts import at, case, facts, person, stay
from tests.spec.protocols import COUNTED, SET_79144, outbreak, target

DAY0 = date(2022, 7, 25)
CITY = {"area_id": "city", "tier": "city", "parent_id": None}
COUNTY = {"area_id": "county", "tier": "county", "parent_id": "city"}
STEPS = (CITY, COUNTY)


def judge(
    rule: Target, given: Facts, as_of: str, day0: date | None = DAY0, area_id: str | None = "city"
) -> TargetStatus:
    about = outbreak(*COUNTED, rule, area_id="city")
    frames = {name: pl.DataFrame(schema=answer_schema(name)) for name in ANSWERS}
    answers = Answers(**{**frames, "detections": detect(given, about)})
    return progress(given, about, answers, "79144", day0, at(as_of), area_id)[0]


def published(
    value: float,
    on: date = date(2022, 8, 1),
    indicator: str = "new_community_detected",
    area_id: str = "city",
) -> dict[str, object]:
    return {"area_id": area_id, "indicator": indicator, "counted_on": on, "value": value}


@pytest.mark.parametrize(
    ("day", "limit", "value", "as_of", "status"),
    [
        (7, 0, 0, "08-01 23:59", "open"),  # a flow may grow until midnight
        (7, 0, 0, "08-02 00:00", "met"),
        (7, 0, 1, "08-02 00:00", "missed"),
        (7, 1, 1, "08-02 00:00", "met"),
        (8, 0, 0, "08-02 00:00", "open"),
        (8, 0, 0, "08-03 00:00", "not_known"),  # the record speaks of 1 August alone
        (6, 0, 0, "08-02 00:00", "not_known"),
    ],
)
def test_published_flow(day: int, limit: float, value: float, as_of: str, status: str) -> None:
    rule = target(day, "new_community_detected", limit)
    assert judge(rule, facts(counts=[published(value)]), as_of).status == status


@pytest.mark.parametrize(
    ("area", "status"), [("city", "met"), ("county", "not_known"), ("region", "not_known")]
)
def test_another_areas_figure_never_stands_in(area: str, status: str) -> None:
    given = facts(areas=list(STEPS), counts=[published(0, area_id="city")])
    assert judge(target(7, "new_community_detected"), given, "08-05 00:00", area_id=area).status == status


@pytest.mark.parametrize(
    ("as_of", "value", "status"),
    [
        ("07-31 12:00", 2, "open"),
        ("08-01 00:00", 2, "open"),
        ("08-01 10:00", 1, "met"),  # as soon as the number is within the limit
        ("08-01 15:00", 2, "open"),  # and open again when another is designated
        ("08-02 00:00", 2, "missed"),
        ("08-05 00:00", 2, "missed"),  # judged once, at the end of the due date
    ],
)
def test_stock_is_read_at_the_instant(as_of: str, value: float, status: str) -> None:
    listed = [
        stay("07-25 09:00", "08-04 00:00", risk_area_id="A", area_id="county"),
        stay("07-25 09:00", "08-01 10:00", risk_area_id="B", area_id="county"),
        stay("08-01 15:00", "08-04 00:00", risk_area_id="C", area_id="county"),
    ]
    given = facts(areas=list(STEPS), risk_areas=listed)
    found = judge(target(7, "high_risk_areas", 1, is_stock=True), given, as_of)
    assert (found.value, found.status) == (value, status)


def test_no_list_at_all_is_not_known() -> None:
    rule = target(7, "high_risk_areas", is_stock=True)
    assert judge(rule, facts(areas=list(STEPS)), "08-05 00:00").status == "not_known"


@pytest.mark.parametrize(
    ("signed", "status"), [(["07-29", "07-30", "07-31"], "met"), (["07-29", "07-31"], "missed")]
)
def test_regraded_on_every_day_from_the_due_date_on(signed: list[str], status: str) -> None:
    acts = [
        {
            "decision_id": day,
            "decision_kind": "regrade",
            "signed_at": f"{day} 18:00",
            "signed_by": "P",
            "reason": "r",
        }
        for day in signed
    ]
    rule = target(4, "regraded_daily", is_action=True)
    later = target(14, "high_risk_areas", is_stock=True)
    about = outbreak(rule, later, area_id="city")
    found = progress(facts(decisions=acts), about, None, "79144", DAY0, at("08-01 09:00"))
    assert found[0].status == status


@pytest.mark.parametrize(("as_of", "status"), [("07-29 17:00", "open"), ("07-29 18:30", "met")])
def test_an_act_counts_as_soon_as_it_is_signed(as_of: str, status: str) -> None:
    act = {
        "decision_id": "1",
        "decision_kind": "regrade",
        "signed_at": "07-29 18:00",
        "signed_by": "P",
        "reason": "r",
    }
    other = {**act, "decision_id": "0", "signed_at": "07-28 18:00"}
    known = [other, act] if as_of >= "07-29 18:00" else [other]
    assert judge(target(4, "regraded_daily", is_action=True), facts(decisions=known), as_of).status == status


def test_acts_without_any_evidence_are_not_known() -> None:
    assert judge(target(4, "regraded_daily", is_action=True), facts(), "08-05 00:00").status == "not_known"


FOUND = [case("P", "07-25 10:00"), case("Q", "08-01 10:00", specimen_at="08-01 09:00")]
PEOPLE = [person("P", "county"), person("Q", "county")]
HELD = {"stay_id": "S", "person_id": "Q", "stay_kind": "quarantine_central", "start_at": "07-30 09:00"}


@pytest.mark.parametrize(
    ("numerator", "stays", "value", "status"),
    [
        ("new_infections_net", [], 1, "missed"),
        ("new_community_detected", [HELD], 0, "met"),
        ("new_community_detected", [{**HELD, "start_at": "08-01 09:30"}], 1, "missed"),
        ("new_community_detected", [], 0, "not_known"),  # nobody can tell where the case was found
    ],
)
def test_a_line_list_is_counted_where_nothing_was_published(
    numerator: str, stays: list[dict[str, object]], value: float, status: str
) -> None:
    given = facts(areas=list(STEPS), persons=PEOPLE, cases=FOUND, stays=stays)
    found = judge(target(7, numerator), given, "08-02 00:00")
    assert (found.value, found.status) == (value, status)


def test_published_goes_before_the_line_list() -> None:
    given = facts(
        areas=list(STEPS), persons=PEOPLE, cases=FOUND, counts=[published(0, indicator="new_infections_net")]
    )
    assert judge(target(7, "new_infections_net"), given, "08-02 00:00").status == "met"


@pytest.mark.parametrize(("until", "status"), [("08-03 00:00", "met"), ("08-02 20:00", "not_known")])
def test_a_line_list_tells_nothing_of_days_its_feed_has_not_reached(until: str, status: str) -> None:
    fed = {
        "receipt_id": "1",
        "feed": "f",
        "table_name": "cases",
        "received_at": until,
        "data_until_at": until,
    }
    given = facts(areas=list(STEPS), persons=PEOPLE, cases=FOUND, receipts=[fed])
    assert judge(target(8, "new_infections_net"), given, "08-05 00:00").status == status


def sign(id: str, day: date, signed: str, area_id: str | None = None) -> dict[str, object]:
    return {
        "decision_id": id,
        "decision_kind": "day0",
        "subject": "79144",
        "value_on": day,
        "signed_at": signed,
        "signed_by": "command",
        "reason": "meeting",
        "area_id": area_id,
    }


def test_day0_is_signed_and_keeps_its_history() -> None:
    first, second = sign("1", date(2022, 7, 17), "07-18 09:00"), sign("2", DAY0, "07-26 09:00", "city")
    given = facts(areas=list(STEPS), counts=[published(0)], decisions=[second, first])
    assert [entry.day0_on for entry in day0_history(given, "79144", "county")] == [date(2022, 7, 17), DAY0]
    found = judge(target(7, "new_community_detected"), given, "08-02 00:00", day0=None)
    assert (found.due_on, found.status) == (date(2022, 8, 1), "met")
    assert "decisions:2" in found.because[0].facts


def test_day0_of_another_area_does_not_reach_up() -> None:
    assert (
        day0_of(
            facts(areas=list(STEPS), decisions=[sign("1", DAY0, "07-26 09:00", "county")]), "79144", "city"
        )
        is None
    )


def test_without_day0_nothing_is_dated() -> None:
    found = judge(target(7, "new_community_detected"), facts(counts=[published(0)]), "08-02 00:00", day0=None)
    assert (found.due_on, found.status, found.because[0].id) == (None, "not_known", "target.no_day0")


def test_a_set_the_edition_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownTargetSet):
        progress(facts(), outbreak(*SET_79144), None, "8888", DAY0, at("08-02 00:00"))
