"""What the clauses come to on the calendar: July 2022, Beijing time. Rows can be counted on fingers.

The worked examples stand in `examples/*.toml`; the rule books show them beside their clauses. The case fell ill
on 10 July, had a rash on 12 July and was found on 13 July at 09:00.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from lastcase.core.answers import Answers
from lastcase.core.derive import derive
from lastcase.core.detection import detect
from lastcase.core.duties.clocks import states_at
from lastcase.core.ending import ending
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.model import ArrivalRule, Discharge, Rhythm, RiskLevel
from lastcase.core.risk_areas.release import risk_area_clocks
from lastcase.editions import editions, load_edition
from tests.spec.facts import at, case, cell, facts, person, stay, swab
from tests.spec.protocol.examples import examples

CN9, CN8, EBOLA, MERS, CDC = "cn-covid-9", "cn-covid-8", "who-ebola", "who-mers", "us-cdc-covid-2020"
CN20, CN10, WHO, MEASLES, MPOX = (
    "cn-covid-20-measures",
    "cn-covid-10-measures",
    "who-covid-2020",
    "measles",
    "mpox",
)
CHINA = (CN8, CN9, CN20, CN10)
Rows = list[dict[str, object]]


def home_of(edition: str) -> Outbreak:
    protocol = load_edition(edition)
    adopted = Adoption(protocol, datetime(2020, 1, 1, tzinfo=UTC))
    return Outbreak("x", protocol.disease, "Asia/Shanghai", None, (adopted,))


def derived(edition: str, index: dict[str, object] | None = None, **tables: Rows) -> Answers:
    """The answers to a case of 10 July (or `index`) and whatever the tables add, under the edition."""
    ill = {"symptom_onset_on": date(2022, 7, 10), "rash_on": date(2022, 7, 12)}
    found = case("index", "07-13 09:00", **(ill if index is None else index))
    tables["cases"] = [found, *tables.get("cases", [])]
    known = {row["person_id"] for row in tables.get("persons", [])}
    others = [person(name) for name in ("index", "p", "q") if name not in known]
    tables["persons"] = [*tables.get("persons", []), *others]
    return derive(facts(**tables), home_of(edition))


def local(instant: datetime) -> str:
    """The Beijing time of an instant, as examples write it."""
    return (instant + timedelta(hours=8)).strftime("%m-%d %H:%M")


def named(who: str, to: str, last: str, **more: object) -> dict[str, object]:
    """A contact without protection who cared for the case until `last`."""
    row = {"contact_id": f"{who}-{to}", "case_person_id": to, "person_id": who, "relation": "care"}
    return {**row, "named_at": "07-13 10:00", "first_exposure_at": last, "last_exposure_at": last, **more}


def arrival(origin: str, left: str = "07-09 20:00") -> dict[str, object]:
    """Left on 9 July unless told otherwise, arrived on 11 July at 08:00."""
    row = {"arrival_id": "a", "person_id": "p", "origin": origin}
    return {**row, "left_at": left, "arrived_at": "07-11 08:00"}


GLOBULIN = {"check_id": "c", "person_id": "p", "duty_kind": "give_globulin", "checked_at": "07-13 15:00"}
STAGE_SCENES: dict[str, tuple[str, dict[str, Rows]]] = {
    "last_11": ("p", {"contacts": [named("p", "index", "07-11 13:00")]}),
    "midnight": ("p", {"contacts": [named("p", "index", "07-12 00:00")]}),
    "second_11": (
        "q",
        {
            "contacts": [
                named("p", "index", "07-10 13:00"),
                named("q", "p", "07-11 13:00", relation="lives_with", setting="community"),
            ]
        },
    ),
    "globulin": (
        "p",
        {
            "contacts": [named("p", "index", "07-11 13:00")],
            "checks": [{**GLOBULIN, "check_outcome": "done"}],
        },
    ),
    "unsuitable": (
        "p",
        {
            "contacts": [named("p", "index", "07-11 13:00")],
            "persons": [person("p", exemptions="home_unsuitable")],
        },
    ),
    "abroad": ("p", {"arrivals": [arrival("abroad")]}),
    "high": ("p", {"arrivals": [arrival("high")]}),
    "medium": ("p", {"arrivals": [arrival("medium")]}),
    "low": ("p", {"arrivals": [arrival("low")]}),
    "spreading": ("p", {"arrivals": [arrival("city_spreading")]}),
    "quiet": ("p", {"arrivals": [arrival("city_quiet")]}),
    "well": ("p", {"cases": [case("p", "07-01 09:00", recovered_at="07-15 09:00")]}),
}


@pytest.mark.parametrize("example", examples("stages"))
def test_stage(example: dict[str, Any]) -> None:
    who, tables = STAGE_SCENES[example["scene"]]
    answers = derived(example["edition"], **tables)
    mine = pl.col("rule") == example["rule"]
    order = answers.orders.filter((pl.col("person_id") == who) & mine).row(0, named=True)
    assert order["place_kind"] == example["place"]
    assert order["ends_at"] == datetime.combine(example["last"], datetime.min.time(), UTC) + timedelta(
        hours=16
    )
    swabs = answers.duties.filter((pl.col("person_id") == who) & (pl.col("kind") == "test") & mine)
    days = swabs["opens_at"].dt.convert_time_zone("Asia/Shanghai").dt.date().unique().sort().to_list()
    arrived = {row["arrived_at"] for row in tables.get("arrivals", [])}
    assert [day for day in days if not arrived or day >= date(2022, 7, 11)] == example["tests"]


WINDOW_CASES: dict[str, dict[str, object]] = {
    "onset": {"symptom_onset_on": date(2022, 7, 10), "rash_on": date(2022, 7, 12)},
    "onset_alone": {"symptom_onset_on": date(2022, 7, 10)},
    "no_onset": {"specimen_at": "07-10 08:00"},
    "repeated": {
        "symptom_onset_on": date(2022, 7, 12),
        "last_negative_at": "07-11 08:00",
        "has_repeated_tests": True,
    },
    "recovered": {"symptom_onset_on": date(2022, 7, 10), "recovered_at": "07-30 09:00"},
    "isolated": {"symptom_onset_on": date(2022, 7, 10), "admitted_at": "07-13 12:00"},
}


@pytest.mark.parametrize("example", examples("windows"))
def test_window(example: dict[str, Any]) -> None:
    index = WINDOW_CASES[example["scene"]]
    answers = derived(example["edition"], index, contacts=[named("p", "index", example["exposed"])])
    verdict = answers.exposures.row(0, named=True)["verdict"]
    assert verdict == {"counts": "accepted", "outside": "ruled_out"}[example["outcome"]]


@pytest.mark.parametrize("example", examples("contacts"))
def test_contact(example: dict[str, Any]) -> None:
    about = {
        "setting": example["setting"],
        "relation": example.get("relation"),
        "distance_class": example.get("distance"),
        "protection": example.get("protection"),
        "duration_min": float(example["minutes"]) if "minutes" in example else None,
    }
    row = derived(example["edition"], contacts=[named("p", "index", "07-11 13:00", **about)]).exposures.row(
        0, named=True
    )
    assert row["verdict"] == example["outcome"]
    assert (row["rule"] == example["rule"]) == (example["outcome"] != "ruled_out")


@pytest.mark.parametrize("example", examples("limits"))
def test_time_limit(example: dict[str, Any]) -> None:
    rule = load_edition(example["edition"]).rules[example["rule"]]
    duties = derived(example["edition"], contacts=[named("p", "index", "07-11 13:00")]).duties
    owed = duties.filter((pl.col("kind") == rule.duty) & (pl.col("person_id") == example["scene"]))
    assert [local(due) for due in owed["due_at"]] == [example["due"]]


@pytest.mark.parametrize("edition", CHINA[:3])
def test_a_contact_is_in_quarantine_when_the_transfer_is_due(edition: str) -> None:
    duties = derived(edition, contacts=[named("p", "index", "07-11 13:00")]).duties
    due = duties.filter(pl.col("person_id") == "p").filter(pl.col("kind").is_in(["quarantine", "transfer"]))
    first = due.filter(~pl.col("rule").str.ends_with("_2"))
    assert first.height == 2
    assert first["due_at"].n_unique() == 1


PRECAUTION_PERSONS: dict[str, dict[str, object]] = {
    "immune": {"exemptions": "immune"},
    "infant": {"exemptions": "infant"},
    "nurse": {"occupation": "health_care"},
    "immune_nurse": {"exemptions": "immune", "occupation": "health_care"},
}
NAMED_LATE = {"late": "07-16 10:00", "too_late": "07-26 10:00"}


@pytest.mark.parametrize("example", examples("precautions"))
def test_precaution(example: dict[str, Any]) -> None:
    scene = example["scene"]
    answers = derived(
        example["edition"],
        persons=[person("p", **PRECAUTION_PERSONS.get(scene, {}))],
        contacts=[named("p", "index", "07-11 13:00", named_at=NAMED_LATE.get(scene, "07-13 10:00"))],
    )
    owed = answers.duties.filter((pl.col("person_id") == "p") & (pl.col("rule") == example["rule"]))
    assert [local(due) for due in owed["due_at"]] == ([example["due"]] if "due" in example else [])


@pytest.mark.parametrize("example", examples("arrivals"))
def test_arrival(example: dict[str, Any]) -> None:
    rule = load_edition(example["edition"]).rules[example["rule"]]
    assert isinstance(rule, ArrivalRule)
    answers = derived(example["edition"], arrivals=[arrival(rule.origin, f"{example['left']:%m-%d} 20:00")])
    found = answers.orders.filter(pl.col("category") == rule.category)
    assert {"managed": True, "free": False}[example["outcome"]] == (not found.is_empty())


@pytest.mark.parametrize("example", examples("discharges"))
def test_discharge(example: dict[str, Any]) -> None:
    rule = load_edition(example["edition"]).rules[example["rule"]]
    assert isinstance(rule, Discharge)
    index = {**WINDOW_CASES["onset"], "case_status": rule.case_status, "severity": example.get("severity")}
    weak = {"result": "positive", "ct_value": float(example["ct"])} if "ct" in example else {}
    tests = [swab("index", sampled, **weak) for sampled in example.get("tests", [])]
    orders = derived(example["edition"], index, specimens=tests).orders
    order = orders.filter(pl.col("rule") == rule.id).row(0, named=True)
    freed = order["released_at"]
    assert (local(freed) if freed else None) == example.get("free")


@pytest.mark.parametrize("example", examples("areas"))
def test_area(example: dict[str, Any]) -> None:
    rule = load_edition(example["edition"]).rules[example["rule"]]
    assert isinstance(rule, RiskLevel)
    stays = [stay("07-25 09:00", risk_level=rule.risk_level)]
    if rule.came_from:
        stays.append(
            stay("07-18 09:00", "07-25 09:00", risk_level=rule.came_from, next_level=rule.risk_level)
        )
    given, home = facts(areas=[cell()], persons=[person("p")], risk_areas=stays), home_of(example["edition"])
    clocks, _ = risk_area_clocks(given, home, detect(given, home))
    row = clocks.filter(pl.col("end_at").is_null()).row(0, named=True)
    assert (row["rule"], local(row["clean_at"])) == (example["rule"], example["clean"])


@pytest.mark.parametrize("example", examples("rhythms"))
def test_rhythm(example: dict[str, Any]) -> None:
    rule = load_edition(example["edition"]).rules[example["rule"]]
    assert isinstance(rule, Rhythm)
    worker = person("p", occupation=rule.occupation)
    answers = derived(
        example["edition"], persons=[worker], specimens=[swab("p", f"{example['tested']:%m-%d} 10:00")]
    )
    last = answers.duties.filter((pl.col("rule") == rule.id) & pl.col("fulfilled_at").is_null())
    assert [local(due - timedelta(minutes=1)) for due in last["due_at"]] == [f"{example['due']:%m-%d} 23:59"]


@pytest.mark.parametrize("example", examples("endings"))
def test_ending(example: dict[str, Any]) -> None:
    well = case("a", "07-01 09:00", recovered_at="07-10 09:00", rash_on=date(2022, 7, 2))
    lost = {"outcome": "died", "death_on": date(2022, 7, 12), "burial_on": date(2022, 7, 14)}
    buried = case("b", "07-05 09:00", rash_on=date(2022, 7, 6), **lost)
    found = ending(facts(cases=[well, buried]), home_of(example["edition"]), at("09-01 12:00"))
    assert found is not None
    assert found.ends_on == example["over"]


def test_every_edition_has_worked_examples() -> None:
    kinds = ("stages", "windows", "contacts", "limits", "precautions", "arrivals", "discharges", "areas")
    told = [example for kind in (*kinds, "rhythms", "endings") for example in examples(kind)]
    assert len(told) >= 80
    for edition in editions():
        mine = {example["rule"].partition(".")[0] for example in told if example["edition"] == edition}
        assert {"window", "contact", "stage", "time_limit", "discharge", "end"} <= mine
    for example in told:
        assert example["rule"] in load_edition(example["edition"]).rules


WEAK: list[tuple[str, float, list[str]]] = [
    # edition, Ct of an arrival's positive of 12 July, statuses of the person
    (CN20, 35, []),
    (CN20, 34, ["presumptive_positive"]),
    (CN10, 35, []),
    (CN9, 35, ["presumptive_positive"]),
]


@pytest.mark.parametrize(("edition", "ct", "statuses"), WEAK)
def test_ct_of_an_arrival(edition: str, ct: float, statuses: list[str]) -> None:
    weak = swab("p", "07-12 09:00", "positive", ct_value=ct)
    answers = derived(edition, arrivals=[arrival("abroad")], specimens=[weak])
    mine = answers.duties.filter(pl.col("person_id") == "p")
    assert (
        mine.filter(pl.col("category") == "presumptive_positive")["category"].unique().to_list() == statuses
    )


def test_the_immune_owe_no_follow_up_of_measles() -> None:
    immune = person("p", exemptions="immune")
    answers = derived(MEASLES, persons=[immune], contacts=[named("p", "index", "07-11 13:00")])
    order = answers.orders.filter(pl.col("person_id") == "p").row(0, named=True)
    assert (local(order["closed_at"]), order["closed_reason"]) == ("07-13 10:00", "exempt")


@pytest.mark.parametrize(("entered", "verdict"), [("10:59", "pending"), ("11:00", None)])
def test_air_is_shared_for_two_hours_after_a_measles_case_left(entered: str, verdict: str | None) -> None:
    visits = [
        {"person_id": "index", "place_id": "x", "start_at": "07-11 08:00", "end_at": "07-11 09:00"},
        {"person_id": "p", "place_id": "x", "start_at": f"07-11 {entered}", "end_at": "07-11 12:00"},
    ]
    found = derived(MEASLES, places=[{"place_id": "x", "setting": "school"}], visits=visits).exposures
    assert found["verdict"].to_list() == ([verdict] if verdict else [])


@pytest.mark.parametrize(("given", "state"), [("07-14 12:59", "done"), ("07-14 13:01", "overdue")])
def test_a_dose_counts_up_to_its_hour(given: str, state: str) -> None:
    dose = {"check_id": "c", "person_id": "p", "duty_kind": "vaccinate", "checked_at": given}
    answers = derived(
        MEASLES, contacts=[named("p", "index", "07-11 13:00")], checks=[{**dose, "check_outcome": "done"}]
    )
    states = states_at(answers.duties, at("07-20 09:00"))
    assert states.filter(pl.col("kind") == "vaccinate")["state"].to_list() == [state]


CHECKS: list[tuple[str, int, int]] = [
    (EBOLA, 21, 1),
    (MERS, 14, 1),
    (CDC, 14, 1),
    (CN9, 7, 2),
    (CN20, 5, 2),
    (CN10, 5, 1),
    (WHO, 14, 1),
    (MEASLES, 21, 1),
    (MPOX, 21, 1),
]


@pytest.mark.parametrize(("edition", "n_days", "a_day"), CHECKS)
def test_health_is_checked_every_day(edition: str, n_days: int, a_day: int) -> None:
    answers = derived(edition, contacts=[named("p", "index", "07-13 08:00")])
    checks = answers.duties.filter(
        (pl.col("kind") == "monitor") & (pl.col("person_id") == "p") & pl.col("rule").str.ends_with("_1")
    )
    assert checks.height == n_days * a_day


@pytest.mark.parametrize("edition", [WHO, EBOLA, MERS, CDC, MEASLES, MPOX])
def test_no_second_ring_and_no_transfer_of_contacts(edition: str) -> None:
    answers = derived(edition, **STAGE_SCENES["second_11"][1])
    assert answers.contact_persons["category"].unique().to_list() == ["close_contact"]
    assert "transfer" not in answers.duties.filter(pl.col("person_id") == "p")["kind"].to_list()


@pytest.mark.parametrize("edition", CHINA)
def test_a_presumptive_positive_is_only_held_and_tested_again(edition: str) -> None:
    found = case("p", "07-13 09:00", case_status="presumptive_positive")
    answers = derived(edition, cases=[found], contacts=[named("q", "p", "07-12 13:00")])
    assert set(answers.duties.filter(pl.col("person_id") == "p")["kind"]) == {"isolate", "test"}
    assert answers.contact_persons.filter(pl.col("person_id") == "q").is_empty()
