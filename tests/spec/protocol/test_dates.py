"""What the clauses come to on the calendar: July 2022, Beijing time. Rows can be counted on fingers.

The case fell ill on 10 July and was found on 13 July at 09:00. Days are of July; 32 is 1 August.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from lastcase.core.answers import Answers
from lastcase.core.derive import derive
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.editions import load_edition
from tests.spec.facts import case, facts, person

CN9, CN8, EBOLA, MERS, CDC = "cn-covid-9", "cn-covid-8", "who-ebola", "who-mers", "us-cdc-covid-2020"


def derived(edition: str, **tables: list[dict[str, object]]) -> Answers:
    """The answers to a case of 10 July and whatever the tables add, under the edition."""
    protocol = load_edition(edition)
    home = Outbreak(
        "x", protocol.disease, "Asia/Shanghai", None, (Adoption(protocol, datetime(2020, 1, 1, tzinfo=UTC)),)
    )
    index = case("index", "07-13 09:00", symptom_onset_on=date(2022, 7, 10))
    tables["cases"] = [index, *tables.get("cases", [])]
    tables["persons"] = [person("index"), person("p"), person("q")]
    return derive(facts(**tables), home)


def named(who: str, to: str, last: str, **more: object) -> dict[str, object]:
    """A contact without protection who cared for the case until `last`."""
    row = {"contact_id": f"{who}-{to}", "case_person_id": to, "person_id": who, "relation": "care"}
    return {**row, "named_at": "07-13 10:00", "first_exposure_at": last, "last_exposure_at": last, **more}


def arrival(origin: str) -> dict[str, object]:
    """Left on 9 July, arrived on 11 July at 08:00."""
    row = {"arrival_id": "a", "person_id": "p", "origin": origin}
    return {**row, "left_at": "07-09 20:00", "arrived_at": "07-11 08:00"}


SCENES: dict[str, tuple[str, dict[str, list[dict[str, object]]]]] = {
    "contact of the 11th": ("p", {"contacts": [named("p", "index", "07-11 13:00")]}),
    "contact until midnight of the 11th": ("p", {"contacts": [named("p", "index", "07-12 00:00")]}),
    "contact of a contact of the 11th": (
        "q",
        {
            "contacts": [
                named("p", "index", "07-10 13:00"),
                named("q", "p", "07-11 13:00", relation="lives_with", setting="community"),
            ]
        },
    ),
    "from abroad": ("p", {"arrivals": [arrival("abroad")]}),
    "from a high-risk area": ("p", {"arrivals": [arrival("high")]}),
    "from a medium-risk area": ("p", {"arrivals": [arrival("medium")]}),
    "from a low-risk area": ("p", {"arrivals": [arrival("low")]}),
}

STAGES: list[tuple[str, str, int, str, int, list[int]]] = [
    # edition, who, stage, where, last day, test days
    (CN9, "contact of the 11th", 1, "quarantine_central", 18, [12, 13, 14, 16, 18]),
    (CN9, "contact of the 11th", 2, "health_monitoring", 21, [21]),
    (CN9, "contact until midnight of the 11th", 1, "quarantine_central", 18, [12, 13, 14, 16, 18]),
    (CN9, "contact of a contact of the 11th", 1, "quarantine_home", 18, [12, 15, 18]),
    (CN9, "from abroad", 1, "quarantine_central", 18, [12, 13, 14, 16, 18]),
    (CN9, "from abroad", 2, "health_monitoring", 21, [21]),
    (CN9, "from a high-risk area", 1, "quarantine_central", 16, [10, 11, 12, 14, 16]),
    (CN9, "from a medium-risk area", 1, "quarantine_home", 16, [10, 13, 16]),
    (CN9, "from a low-risk area", 1, "health_monitoring", 13, [11, 13]),
    (CN8, "contact of the 11th", 1, "quarantine_central", 25, [12, 15, 18, 25]),
    (CN8, "contact of the 11th", 2, "health_monitoring", 32, [27, 32]),
    (CN8, "contact of a contact of the 11th", 1, "quarantine_central", 18, [12, 15, 18]),
    (CN8, "from abroad", 1, "quarantine_central", 25, [12, 15, 18, 25]),
    (CN8, "from a high-risk area", 1, "quarantine_central", 23, [10, 13, 16, 23]),
    (EBOLA, "contact of the 11th", 1, "health_monitoring", 32, []),
    (MERS, "contact of the 11th", 1, "health_monitoring", 25, []),
    (CDC, "contact of the 11th", 1, "quarantine_home", 25, []),
    (CDC, "contact until midnight of the 11th", 1, "quarantine_home", 25, []),
]


def of_july(day: int) -> date:
    return date(2022, 6, 30) + timedelta(days=day)


@pytest.mark.parametrize(("edition", "scene", "stage", "where", "last", "tests"), STAGES)
def test_stage(edition: str, scene: str, stage: int, where: str, last: int, tests: list[int]) -> None:
    who, tables = SCENES[scene]
    answers = derived(edition, **tables)
    order = answers.orders.filter((pl.col("person_id") == who) & (pl.col("ordinal") == stage)).row(
        0, named=True
    )
    assert order["place_kind"] == where
    assert order["ends_at"] == datetime.combine(of_july(last), datetime.min.time(), UTC) + timedelta(hours=16)
    swabs = answers.duties.filter(
        (pl.col("person_id") == who) & (pl.col("kind") == "test") & (pl.col("rule") == order["rule"])
    )
    days = swabs["opens_at"].dt.convert_time_zone("Asia/Shanghai").dt.date().unique().sort()
    arrived = date(2022, 7, 11) if "from" in scene.split()[:1] else date(1, 1, 1)
    assert [day for day in days if day >= arrived] == [
        of_july(day) for day in tests if of_july(day) >= arrived
    ]


CHECKS: list[tuple[str, int, int]] = [(EBOLA, 21, 1), (MERS, 14, 1), (CDC, 14, 1), (CN9, 7, 2)]


@pytest.mark.parametrize(("edition", "n_days", "a_day"), CHECKS)
def test_health_is_checked_every_day(edition: str, n_days: int, a_day: int) -> None:
    answers = derived(edition, contacts=[named("p", "index", "07-13 08:00")])
    checks = answers.duties.filter(
        (pl.col("kind") == "monitor") & (pl.col("person_id") == "p") & pl.col("rule").str.ends_with("_1")
    )
    assert checks.height == n_days * a_day


WINDOWS: list[tuple[str, str, bool]] = [
    # edition, exposed at (onset 10 July), does it count?
    (CN9, "07-08 00:00", True),
    (CN9, "07-07 23:59", False),
    (CN8, "07-06 00:00", True),
    (CN8, "07-05 23:59", False),
    (EBOLA, "07-10 00:00", True),
    (EBOLA, "07-09 23:59", False),
    (MERS, "07-10 00:00", True),
    (MERS, "07-09 23:59", False),
    (CDC, "07-08 00:00", True),
    (CDC, "07-07 23:59", False),
    (CDC, "07-20 23:59", True),
    (CDC, "07-21 00:00", False),
]


@pytest.mark.parametrize(("edition", "when", "counts"), WINDOWS)
def test_window(edition: str, when: str, counts: bool) -> None:
    exposure = derived(edition, contacts=[named("p", "index", when)]).exposures.row(0, named=True)
    assert exposure["verdict"] == ("accepted" if counts else "ruled_out")


LIMITS: list[tuple[str, str, str, str]] = [
    # edition, duty, person, due (found 13 July 09:00, named 10:00)
    (CN9, "report", "index", "07-13 11:00"),
    (CN9, "transfer", "index", "07-13 11:00"),
    (CN9, "treat", "index", "07-13 13:00"),
    (CN9, "interview", "index", "07-14 09:00"),
    (CN9, "transfer", "p", "07-13 18:00"),
    (CN9, "quarantine", "p", "07-13 18:00"),
    (CN8, "transfer", "p", "07-13 22:00"),
    (EBOLA, "report", "index", "07-14 09:00"),
    (EBOLA, "isolate", "index", "07-14 09:00"),
    (MERS, "interview", "index", "07-14 09:00"),
    (CDC, "report", "index", "07-14 09:00"),
]


@pytest.mark.parametrize(("edition", "kind", "who", "due"), LIMITS)
def test_time_limit(edition: str, kind: str, who: str, due: str) -> None:
    duties = derived(edition, contacts=[named("p", "index", "07-11 13:00")]).duties
    owed = duties.filter((pl.col("kind") == kind) & (pl.col("person_id") == who))
    assert owed["due_at"].dt.convert_time_zone("Asia/Shanghai").dt.strftime("%m-%d %H:%M").to_list() == [due]


@pytest.mark.parametrize("edition", [EBOLA, MERS, CDC])
def test_no_second_ring_and_no_transfer_of_contacts(edition: str) -> None:
    answers = derived(edition, **SCENES["contact of a contact of the 11th"][1])
    assert answers.contact_persons["category"].unique().to_list() == ["close_contact"]
    assert "transfer" not in answers.duties.filter(pl.col("person_id") == "p")["kind"].to_list()


@pytest.mark.parametrize("edition", [CN9, CN8])
def test_a_presumptive_positive_is_only_held_and_tested_again(edition: str) -> None:
    found = case("p", "07-13 09:00", case_status="presumptive_positive")
    answers = derived(edition, cases=[found], contacts=[named("q", "p", "07-12 13:00")])
    assert set(answers.duties.filter(pl.col("person_id") == "p")["kind"]) == {"isolate", "test"}
    assert answers.contact_persons.filter(pl.col("person_id") == "q").is_empty()
