"""Objections into the record from a hotline's list: in English and in Chinese, twice, and wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from lastcase.ops.accounts.actor import command_line
from lastcase.ops.imports.mapping import propose
from lastcase.ops.imports.run import ImportReport, import_file
from lastcase.ops.records.actions import create_outbreak, record_facts
from lastcase.ops.records.models import FACTS

pytestmark = pytest.mark.django_db
BY = command_line()
ENGLISH = (
    "person id,what is disputed,place,visit start,case,received,raised by,objection,outcome,date decided,reason\n"
    "p1,check-in,Mah-jong hall,2022-07-03 14:00,,2022-07-09 10:00,family,Lent the phone,,,\n"
    "p1,exposure,,,k1,2022-07-09 10:05,self,Never met,dismissed,2022-07-10 09:00,Seen on video\n"
)
CHINESE = (
    "人员编号,异议事项,场所,到访开始,提出时间,提出人,异议内容\n"
    "p1,扫码,Mah-jong hall,2022-07-03 14:00,2022-07-09 10:00,家属,Lent the phone\n"
)


@pytest.fixture(autouse=True)
def outbreak() -> None:
    create_outbreak("o", disease="covid-omicron-ba2-2022", by=BY, time_zone="Asia/Shanghai")
    persons = pl.DataFrame({"person_id": ["o:k1", "o:p1"], "list_id": ["k1", "p1"]})
    places = pl.DataFrame({"place_id": ["o:mah-jong-hall"], "name": ["Mah-jong hall"]})
    record_facts("o", {"persons": persons, "places": places}, by=BY, feed="test", derive=False)


def load(text: str) -> ImportReport:
    return import_file("o", "objections", text.encode(), by=BY, name="objections.csv", derive=False)


def standing() -> list[dict[str, object]]:
    return list(FACTS["objections"].objects.filter(retired_at=None).order_by("raised_at").values())


def test_a_list_says_who_objects_to_what_and_what_was_decided() -> None:
    assert load(ENGLISH).is_loaded
    visit, contact = standing()
    assert (visit["person_id"], visit["about"], visit["place_id"]) == ("o:p1", "visit", "o:mah-jong-hall")
    assert visit["start_at"] == datetime(2022, 7, 3, 6, tzinfo=UTC)
    assert (visit["raised_by"], visit["statement"], visit["decision"]) == ("relative", "Lent the phone", None)
    assert (contact["about"], contact["case_person_id"]) == ("contact", "o:k1")
    assert (contact["decision"], contact["note"]) == ("rejected", "Seen on video")


def test_the_same_list_twice_and_its_chinese_words_change_nothing() -> None:
    load(ENGLISH)
    assert load(ENGLISH).tables["objections"] == {"added": 0, "changed": 0, "same": 2}
    assert load(CHINESE).tables["objections"] == {"added": 0, "changed": 0, "same": 1}


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_every_heading_is_understood(text: str) -> None:
    found = propose(text.splitlines()[0].split(","), "objections")
    assert (found.unused, found.missing) == ((), ())


def test_what_is_wrong_is_told_by_row_and_nothing_is_written() -> None:
    report = load(ENGLISH.replace("check-in", "weather").replace("2022-07-09 10:05", ""))
    told = {(row["row"], row["field"]) for row in report.problems.to_dicts() if row["severity"] == "error"}
    assert told == {(2, "about"), (3, "raised_at")}
    assert standing() == []
