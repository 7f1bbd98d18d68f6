"""Unnamed exposed groups into the record: a CSV in English, a workbook in Chinese, twice, corrected, and wrong."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import polars as pl
import pytest

from lastcase.ops.accounts.actor import command_line
from lastcase.ops.imports.mapping import dumps, loads, propose
from lastcase.ops.imports.run import ImportReport, import_file
from lastcase.ops.records.actions import adopt_edition, create_outbreak, record_facts
from lastcase.ops.records.models import FACTS
from lastcase.ops.records.refresh import DERIVE_STEPS, derive_outbreak

pytestmark = pytest.mark.django_db
BY = command_line()
ENGLISH = (
    "case id,group,setting,number exposed,estimate,date of exposure,place name,county\n"
    "k1,Passengers of bus 12,bus,30,yes,2022-07-18 07:10,Bus 12,Alder\n"
    "k1,Guests of the wedding,event,85,no,2022-07-17,,A\n"
)
CHINESE = {
    "病例编号": ["k1", "k1"],
    "人群": ["12路公交车乘客", "婚宴宾客"],
    "场所类型": ["交通", "聚会"],
    "人数": [30, 85],
    "是否估计": ["是", "否"],
    "暴露日期": ["2022-07-18", "2022-07-17"],
    "县区": ["甲县", "甲县"],
}


@pytest.fixture(autouse=True)
def outbreak() -> None:
    create_outbreak("o", disease="covid-omicron-ba2-2022", by=BY, time_zone="Asia/Shanghai")
    areas = pl.DataFrame({"area_id": ["A"], "name_en": ["Alder"], "name_zh": ["甲县"], "tier": ["county"]})
    persons = pl.DataFrame({"person_id": ["o:k1"], "list_id": ["k1"]})
    cases = pl.DataFrame({"person_id": ["o:k1"], "episode": [1], "case_status": ["confirmed"]})
    record_facts("o", {"areas": areas, "persons": persons, "cases": cases}, by=BY, feed="test", derive=False)


def load(file: bytes, name: str, map_: object = None) -> ImportReport:
    return import_file("o", "groups", file, map_, by=BY, name=name, derive=False)  # type: ignore[arg-type]


def workbook() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(CHINESE).write_excel(buffer)
    return buffer.getvalue()


def groups() -> list[tuple[object, ...]]:
    columns = ("case_person_id", "description", "setting", "n_exposed", "is_estimate", "area_id")
    return list(FACTS["exposed_groups"].objects.filter(retired_at=None).order_by("id").values_list(*columns))


def test_a_csv_in_english_finds_every_column() -> None:
    report = load(ENGLISH.encode(), "groups.csv")
    assert (report.n_errors, report.unused_columns) == (0, ())
    assert groups() == [
        ("o:k1", "Passengers of bus 12", "transport", 30, True, "A"),
        ("o:k1", "Guests of the wedding", "gathering", 85, False, "A"),
    ]
    bus = FACTS["exposed_groups"].objects.get(n_exposed=30)
    assert bus.exposed_at == datetime(2022, 7, 17, 23, 10, tzinfo=UTC)
    assert FACTS["places"].objects.get(place_id=bus.place_id).name == "Bus 12"


def test_a_workbook_in_chinese_finds_every_column() -> None:
    report = load(workbook(), "人群.xlsx")
    assert (report.n_errors, report.unused_columns) == (0, ())
    assert groups() == [
        ("o:k1", "12路公交车乘客", "transport", 30, True, "A"),
        ("o:k1", "婚宴宾客", "gathering", 85, False, "A"),
    ]


def test_the_same_file_twice_changes_nothing_and_a_better_count_replaces() -> None:
    load(ENGLISH.encode(), "groups.csv")
    again = load(ENGLISH.encode(), "groups.csv")
    assert (again.total("added"), again.total("changed")) == (0, 0)
    counted = load(ENGLISH.replace(",30,yes", ",34,no").encode(), "groups.csv")
    assert counted.tables["exposed_groups"]["changed"] == 1
    assert [row[3:5] for row in groups() if row[2] == "transport"] == [(34, False)]


def test_a_saved_map_does_what_the_proposal_did() -> None:
    proposed = propose(ENGLISH.splitlines()[0].split(","), "groups").file_map
    report = load(ENGLISH.encode(), "groups.csv", loads(dumps(proposed)))
    assert report.tables["exposed_groups"]["added"] == 2


def test_a_number_that_is_none_and_a_missing_case_are_told_by_row() -> None:
    wrong = ENGLISH.replace(",30,", ",0,").replace("k1,Guests", ",Guests")
    report = load(wrong.encode(), "groups.csv")
    told = {(row["row"], row["field"]) for row in report.problems.to_dicts() if row["severity"] == "error"}
    assert told == {(2, "n_exposed"), (3, "case_person_id")}
    assert groups() == []


def test_a_case_that_no_list_states_is_warned_of() -> None:
    report = load(ENGLISH.replace("k1,Pass", "k9,Pass").encode(), "groups.csv")
    assert report.by_message == {"imports.row.stub_person": 1}


def test_rows_are_told_as_they_are_written() -> None:
    told: list[tuple[int, int]] = []
    steps: list[str] = []
    import_file(
        "o",
        "groups",
        ENGLISH.encode(),
        by=BY,
        name="groups.csv",
        derive=False,
        progress=lambda step, _done, _all: steps.append(step),
        on_rows=lambda done, rows: told.append((done, rows)),
    )
    assert steps == ["read", "map", "convert", "record"]
    assert told == [(1, 3), (3, 3)]  # the place that a row names, then the two groups


def test_deriving_tells_each_of_its_steps() -> None:
    told: list[None] = []
    adopt_edition("o", "cn-covid-9", by=BY, effective_at=datetime(2022, 6, 28, tzinfo=UTC), reason="test")
    derive_outbreak("o", on_step=lambda: told.append(None))
    assert len(told) == DERIVE_STEPS
