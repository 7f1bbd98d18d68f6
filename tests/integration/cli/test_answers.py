"""Commands that print answers, on the outbreaks of the demo: their keys, their sums, their instants."""

from __future__ import annotations

import csv
import subprocess
from importlib import resources

import pytest

from tests.command import LASTCASE, as_json, demo_home, environment, lastcase

MERS = ("--outbreak", "mers-korea-2015")
BEIHAI = ("--outbreak", "beihai-2022")
STATUSES = {"met", "missed", "open", "not_known"}


@pytest.mark.parametrize("name", ["mers-korea-2015", "ebola-sim", "beihai-2022"])
def test_the_numbers_of_a_brief_add_up(name: str) -> None:
    brief = as_json("brief", "--outbreak", name, home=demo_home())
    assert brief["outbreak"] == name
    assert brief["cases"]["total"] == sum(brief["cases"]["by_status"].values())
    duties = brief["duties"]
    assert duties["owed"] == duties["done"] + duties["overdue"] + duties["due"]
    for figure in ("owed", "done", "overdue"):
        assert duties[figure] == sum(kind[figure] for kind in duties["by_kind"].values())
    assert set(brief["coverage"]) == {"test", "transfer", "isolate", "treat"}
    assert set(brief["risk_areas"]) == {"high", "medium", "low"}
    assert {"close", "secondary"} <= set(brief["contacts"])
    for target in brief["targets"]:
        assert {"id", "due_on", "numerator", "value", "limit", "status"} <= set(target)
        assert target["status"] in STATUSES


def test_every_case_of_the_list_is_in_the_brief() -> None:
    assert as_json("brief", *MERS, home=demo_home())["cases"]["total"] == 162
    assert as_json("brief", "--outbreak", "ebola-sim", home=demo_home())["cases"]["total"] == 5829


@pytest.mark.parametrize("day", ["2015-05-20", "2015-06-01", "2015-06-10"])
def test_a_date_means_the_end_of_its_day(day: str) -> None:
    list_ = resources.files("lastcase.ops.imports") / "demo/mers_korea_2015/linelist.csv"
    rows = list(csv.DictReader(list_.read_text().splitlines()))
    by_then = sum(row["dt_diag"] <= day for row in rows)
    assert 0 < by_then < len(rows)
    assert as_json("brief", *MERS, "--as-of", day, home=demo_home())["cases"]["total"] == by_then


def test_a_historical_record_is_read_as_of_its_last_fact_and_says_so() -> None:
    brief = as_json("brief", *MERS, home=demo_home())
    assert brief["is_as_of_suggested"] is True
    assert brief["as_of"].startswith("2015-06")
    assert "last fact of this historical record" in lastcase("brief", *MERS, home=demo_home()).stdout


def test_nothing_was_known_before_the_import() -> None:
    brief = as_json("brief", *MERS, "--as-of", "2015-06-10", "--known-at", "2015-01-01", home=demo_home())
    assert brief["cases"]["total"] == 0
    assert brief["duties"]["owed"] == 0


def test_duties_name_their_clause_and_their_facts() -> None:
    duties = as_json("duties", *MERS, "--person", "SK_1", "--as-of", "2015-06-10", home=demo_home())
    assert duties
    for duty in duties:
        assert {"kind", "due_at", "state", "clause", "edition", "because"} <= set(duty)
        assert duty["edition"] == "who-mers"
        assert duty["clause"]
        assert duty["because"]
        assert all(reason["text"] for reason in duty["because"])


def test_duties_name_the_kind_of_post_the_area_and_the_post() -> None:
    duties = as_json("duties", *MERS, "--person", "SK_1", "--as-of", "2015-06-10", home=demo_home())
    assert {duty["responsible"] for duty in duties} >= {"reporting_post", "investigation_team"}
    for duty in duties:
        assert {"held_by", "post"} <= set(duty)
        assert duty["post"] is None  # a house without posts of the kind names none


def test_a_person_is_found_by_either_id() -> None:
    short, full = (
        as_json("duties", *MERS, "--person", person, "--as-of", "2015-06-10", home=demo_home())
        for person in ("SK_1", as_person("SK_1"))
    )
    assert short == full


def as_person(list_id: str) -> str:
    """The id as recorded, taken from the duties themselves."""
    duties = as_json("duties", *MERS, "--person", list_id, "--as-of", "2015-06-10", home=demo_home())
    return str(duties[0]["person_id"])


@pytest.mark.parametrize(
    ("day0", "as_of", "day", "value", "status"),
    [
        ("2022-07-25", "2022-08-08T09:00", 14, 0, "met"),
        ("2022-07-25", "2022-08-07T21:00", 14, 53, "open"),
        ("2022-07-22", "2022-08-05T13:00", 14, 193, "open"),
        ("2022-07-22", "2022-08-05T15:00", 14, 54, "open"),
        ("2022-07-22", "2022-08-05", 14, 54, "missed"),
        ("2022-07-22", "2022-08-06", 9, None, "not_known"),
        ("2022-07-17", "2022-08-06", 9, None, "not_known"),
        ("2022-07-17", "2022-08-06", 14, 314, "missed"),
        ("2022-07-25", "2022-08-10", 7, 0, "met"),
        ("2022-07-25", "2022-08-10", 9, 13, "missed"),
    ],
)
def test_targets_of_beihai(day0: str, as_of: str, day: int, value: float | None, status: str) -> None:
    rows = as_json("targets", *BEIHAI, "--set", "79144", "--day0", day0, "--as-of", as_of, home=demo_home())
    (target,) = (row for row in rows if row["day"] == day)
    assert (target["value"], target["status"]) == (value, status)


def test_without_day0_the_signed_decision_counts() -> None:
    signed = as_json("targets", *BEIHAI, "--as-of", "2022-08-08T09:00", home=demo_home())
    assert {row["day"]: row["due_on"] for row in signed}[14] == "2022-08-08"


def test_risk_areas_stand_and_fall_at_their_instants() -> None:
    at_nine = as_json("risk-areas", *BEIHAI, "--as-of", "2022-08-08T09:00", home=demo_home())
    before = as_json("risk-areas", *BEIHAI, "--as-of", "2022-08-07T21:00", home=demo_home())
    assert (before["high"], at_nine["high"]) == (53, 0)
    assert len(at_nine["areas"]) == at_nine["high"] + at_nine["medium"] + at_nine["low"]


def test_early_exits_are_listed() -> None:
    found = as_json("risk-areas", *BEIHAI, "--early-exits", home=demo_home())
    assert len(found["areas"]) == found["n_early_exits"] > 0
    assert all(area["is_early_exit"] and area["end_at"] for area in found["areas"])


def test_chinese_output_is_chinese() -> None:
    done = lastcase("brief", *MERS, "--lang", "zh", home=demo_home())
    assert done.returncode == 0
    assert "病例" in done.stdout
    assert "Cases" not in done.stdout


def test_a_reader_who_has_seen_enough_is_no_fault() -> None:
    command = f"{LASTCASE} risk-areas {' '.join(BEIHAI)} --as-of 2022-08-01 --json | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], env=environment(demo_home()), capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("{\n", "", 0)
