"""The brief's numbers add up, are read at one instant, and are null where no source speaks."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest

from lastcase.core.answers import ANSWERS, Answers, answer_schema
from lastcase.core.brief import brief
from lastcase.core.detection import detect
from lastcase.core.facts.store import Facts
from tests.golden import beihai
from tests.spec.facts import at, case, facts, person, stay
from tests.spec.protocols import COUNTED, SET_79144, high, medium, outbreak, window

CITY = {"area_id": "city", "tier": "city", "parent_id": None}
WEST = {"area_id": "west", "tier": "county", "parent_id": "city"}
EAST = {"area_id": "east", "tier": "county", "parent_id": "city"}
RULES = (*COUNTED, window(), high(), medium())
OUTBREAK = outbreak(*RULES, area_id="city")
PEOPLE = [person(name, "west") for name in "ABCD"] + [person("E", "east")]
CASES = [
    case("A", "07-24 10:00", severity="severe", admitted_at="07-24 12:00"),
    case("B", "07-25 08:00", specimen_at="07-25 07:00", case_status="asymptomatic_infection"),
    case("C", "07-25 09:00", specimen_at="07-25 08:00"),
    case("D", "07-25 09:30", case_status="suspected"),
    case("E", "07-26 09:00"),
]
STAYS = [
    {"stay_id": "1", "person_id": "C", "stay_kind": "quarantine_central", "start_at": "07-24 09:00"},
    {"stay_id": "2", "person_id": "A", "stay_kind": "isolation_hospital", "start_at": "07-24 12:00"},
]


def answers(given: Facts, **frames: list[dict[str, object]]) -> Answers:
    made = {
        name: pl.DataFrame(
            [
                {
                    column: at(value) if column.endswith("_at") and isinstance(value, str) else value
                    for column, value in row.items()
                }
                for row in frames.get(name, [])
            ],
            schema=answer_schema(name),
        )
        for name in ANSWERS
    }
    return Answers(**{**made, "detections": detect(given, OUTBREAK)})


def told(
    as_of: str = "07-25 12:00",
    area_id: str | None = None,
    stays: list[dict[str, object]] = STAYS,
    **frames: list[dict[str, object]],
) -> dict[str, object]:
    given = facts(areas=[CITY, WEST, EAST], persons=PEOPLE, cases=CASES, stays=stays)
    made = brief(given, OUTBREAK, answers(given, **frames), at(as_of), area_id=area_id)
    return json.loads(json.dumps(made))


def duty(key: str, kind: str, due: str, **more: object) -> dict[str, object]:
    row = {"key": key, "person_id": "A", "kind": kind, "issued_at": "07-24 00:00", "opens_at": "07-24 00:00"}
    return {**row, "due_at": due, **more}


def test_keys_that_others_build_on() -> None:
    made = told()
    assert {
        "as_of",
        "outbreak",
        "edition",
        "cases",
        "contacts",
        "duties",
        "coverage",
        "risk_areas",
        "targets",
    } <= set(made)
    assert made["as_of"] == "2022-07-25T12:00:00+08:00"
    assert set(made["coverage"]) == {"test", "transfer", "isolate", "treat"}
    assert set(made["risk_areas"]) == {"high", "medium", "low"}


@pytest.mark.parametrize(
    ("as_of", "by_status", "not_counted"),
    [
        ("07-24 09:00", {}, {}),
        ("07-24 10:00", {"confirmed": 1}, {}),
        ("07-25 12:00", {"asymptomatic_infection": 1, "confirmed": 2}, {"suspected": 1}),
        ("07-26 12:00", {"asymptomatic_infection": 1, "confirmed": 3}, {"suspected": 1}),
    ],
)
def test_cases_found_by_the_instant(
    as_of: str, by_status: dict[str, int], not_counted: dict[str, int]
) -> None:
    cases = told(as_of)["cases"]
    assert cases == {"total": sum(by_status.values()), "by_status": by_status, "not_counted": not_counted}


@pytest.mark.parametrize(("area", "total"), [(None, 4), ("city", 4), ("west", 3), ("east", 1)])
def test_an_area_limits_to_its_persons(area: str | None, total: int) -> None:
    assert told("07-26 12:00", area)["cases"]["total"] == total


def test_lead_tells_todays_cases_apart() -> None:
    lead = told()["lead"]
    assert lead["today"] == {
        "on": "2022-07-25",
        "total": 2,
        "community": 1,
        "managed": 1,
        "unknown": 0,
        "in_quarantine_share": 0.5,
    }
    assert lead["last_day"]["total"] == 1
    assert (lead["in_quarantine"], lead["in_hospital"], lead["severe"], lead["deaths"]) == (1, 1, 1, 0)


def test_without_any_source_of_control_the_lead_is_unknown_not_zero() -> None:
    lead = told(stays=[])["lead"]
    assert (lead["today"]["unknown"], lead["today"]["in_quarantine_share"]) == (2, None)
    assert lead["in_quarantine"] is None
    assert lead["in_hospital"] == 1  # the case says itself that it was admitted


def test_duties_add_up() -> None:
    duties = [
        duty("1", "test", "07-25 10:00", fulfilled_at="07-25 09:00"),
        duty("2", "test", "07-25 10:00"),
        duty("3", "test", "07-25 10:00", attempted_at="07-25 09:00", attempt_outcome="not_found"),
        duty("4", "test", "07-25 18:00"),
        duty("5", "monitor", "07-26 18:00", opens_at="07-26 00:00"),
        duty("6", "monitor", "07-25 10:00", closed_at="07-25 09:00", closed_reason="discarded"),
        duty("7", "monitor", "07-25 18:00", issued_at="07-25 13:00"),
    ]
    counts = told(duties=duties)["duties"]
    assert counts["by_kind"]["test"] == {
        "owed": 4,
        "done": 1,
        "overdue": 2,
        "due": 1,
        "not_yet_due": 0,
        "ended": 0,
    }
    assert counts["by_kind"]["monitor"] == {
        "owed": 0,
        "done": 0,
        "overdue": 0,
        "due": 0,
        "not_yet_due": 1,
        "ended": 1,
    }
    assert counts["owed"] == counts["done"] + counts["overdue"] + counts["due"]
    for name in ("owed", "done", "overdue", "due", "not_yet_due", "ended"):
        assert counts[name] == sum(row[name] for row in counts["by_kind"].values())


def test_contacts_are_persons_and_may_be_over() -> None:
    def contact(key: str, who: str, category: str, ends: str) -> dict[str, object]:
        return {
            "key": key,
            "person_id": who,
            "category": category,
            "named_at": "07-24 09:00",
            "ends_at": ends,
        }

    found = told(
        contact_persons=[
            contact("1", "B", "close_contact", "08-01 00:00"),
            contact("2", "B", "close_contact", "08-02 00:00"),
            contact("3", "C", "close_contact", "07-25 00:00"),
            contact("4", "D", "secondary_contact", "08-02 00:00"),
            {**contact("5", "E", "close_contact", "08-02 00:00"), "named_at": "07-25 13:00"},
        ]
    )["contacts"]
    assert found == {"close": 2, "close_active": 1, "secondary": 1, "secondary_active": 1, "unnamed": 0}


@pytest.mark.parametrize(
    ("released", "closed", "n"),
    [(None, None, 1), ("07-25 11:00", None, 0), (None, "07-25 11:00", 0), ("07-25 13:00", "07-25 13:00", 1)],
)
def test_held_past_end(released: str | None, closed: str | None, n: int) -> None:
    order = {
        "key": "1",
        "person_id": "B",
        "ends_at": "07-25 00:00",
        "needs_release_test": True,
        "released_at": released,
        "closed_at": closed,
    }
    assert told(orders=[order])["lead"]["held_past_end"] == n
    assert told(orders=[{**order, "needs_release_test": False}])["lead"]["held_past_end"] == 0


@pytest.mark.parametrize(
    ("category", "n"), [("close_contact", 1), ("arrival", 1), ("confirmed", 0), ("asymptomatic_infection", 0)]
)
def test_a_case_still_ill_is_not_held_past_its_end(category: str, n: int) -> None:
    order = {
        "key": "1",
        "person_id": "B",
        "ends_at": "07-25 00:00",
        "needs_release_test": True,
        "category": category,
    }
    assert told(orders=[order])["lead"]["held_past_end"] == n


def test_candidates_wait_for_a_judgement() -> None:
    waiting = {"key": "1", "person_id": "B", "verdict": "pending", "found_at": "07-25 09:00"}
    judged = {
        "key": "2",
        "person_id": "C",
        "verdict": "accepted",
        "reason": "judged",
        "found_at": "07-25 09:00",
        "judged_at": "07-25 13:00",
    }
    by_rule = {"key": "3", "person_id": "D", "verdict": "accepted", "found_at": "07-25 09:00"}
    assert told(exposures=[waiting, judged, by_rule])["lead"]["contacts_pending"] == 2
    assert told("07-25 14:00", exposures=[waiting, judged, by_rule])["lead"]["contacts_pending"] == 1


def test_beihai_has_counts_and_areas_but_no_line_list() -> None:
    about = outbreak(*RULES, *SET_79144, area_id="450500")
    receipt = {
        "receipt_id": "1",
        "feed": "beihai_2022",
        "table_name": "counts",
        "received_at": "08-20 09:00",
        "data_until_at": "08-14 00:00",
        "n_rows": 40,
    }
    record = beihai.facts(receipts=facts(receipts=[receipt])["receipts"])
    frames = Answers(**{name: pl.DataFrame(schema=answer_schema(name)) for name in ANSWERS})
    made = brief(record, about, frames, beihai.at("2022-08-08T09:00"), day0=date(2022, 7, 25))
    assert made["cases"] == {"total": 0, "by_status": {}, "not_counted": {}}
    lead = made["lead"]
    assert (lead["today"]["total"], lead["deaths"], lead["contacts_pending"]) == (None, None, None)
    assert lead["last_day"] == {
        "on": "2022-08-07",
        "total": None,
        "community": None,
        "managed": None,
        "unknown": None,
        "in_quarantine_share": None,
        "published": None,
    }
    assert made["risk_areas"] == {"high": 0, "medium": 202, "low": 0}
    assert made["coverage"] == {"test": None, "transfer": None, "isolate": None, "treat": None}
    assert {row["day"]: row["status"] for row in made["targets"]} == {
        4: "not_known",
        7: "met",
        9: "missed",
        14: "met",
    }
    assert made["published"]["new_infections_net"] == {"on": "2022-08-03", "value": 13.0, "source": None}
    assert made["data"]["cut_off_at"] == "2022-08-08T00:00:00+08:00"
    assert made["data"]["sources"][0]["data_until_at"] == "2022-08-14T00:00:00+08:00"


def test_the_last_whole_day_stands_beside_the_published_number() -> None:
    about = outbreak(*RULES, *SET_79144, area_id="450500")
    frames = Answers(**{name: pl.DataFrame(schema=answer_schema(name)) for name in ANSWERS})
    made = brief(beihai.facts(), about, frames, beihai.at("2022-08-04T09:00"))
    assert (made["lead"]["last_day"]["on"], made["lead"]["last_day"]["published"]) == ("2022-08-03", 13.0)


def test_areas_without_a_list_are_not_zero() -> None:
    assert told()["risk_areas"] == {"high": None, "medium": None, "low": None}


def test_standing_areas_are_counted() -> None:
    given = facts(areas=[CITY, WEST, EAST], risk_areas=[stay("07-25 09:00", area_id="west")])
    made = brief(given, OUTBREAK, answers(given), at("07-25 12:00"), area_id="east")
    assert made["risk_areas"] == {"high": 0, "medium": 0, "low": 0}
    assert brief(given, OUTBREAK, answers(given), at("07-25 12:00"))["risk_areas"]["high"] == 1


def test_exposed_persons_known_by_number_are_counted_apart() -> None:
    group = {"group_id": "1", "case_person_id": "A", "description": "on the bus", "n_exposed": 30}
    given = facts(areas=[CITY, WEST, EAST], persons=PEOPLE, cases=CASES, exposed_groups=[group])
    shown = brief(given, OUTBREAK, answers(given), at("07-25 12:00"))
    assert shown["contacts"] == {
        "close": 0,
        "close_active": 0,
        "secondary": 0,
        "secondary_active": 0,
        "unnamed": 30,
    }
