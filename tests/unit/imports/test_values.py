"""Texts made values: dates, instants, numbers, codes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from lastcase.core.facts import TABLES
from lastcase.ops.imports.values import date_order, parse_column

ONSET = TABLES["cases"].field("symptom_onset_on")
FOUND = TABLES["cases"].field("found_at")
LAST = TABLES["contacts"].field("last_exposure_at")
AGE = TABLES["persons"].field("age_years")
DURATION = TABLES["contacts"].field("duration_min")


def parse(text: str, field=ONSET, zone: str = "Asia/Shanghai", order="dmy"):
    parsed = parse_column(pl.Series("x", [text], pl.String), field, zone, order)
    told = parsed.told.row(0, named=True) if parsed.told.height else {"problem": None, "warning": None}
    return parsed.values[0], told["problem"] or told["warning"]


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2022-07-01", "auto", date(2022, 7, 1)),
        ("2022/7/1", "auto", date(2022, 7, 1)),
        ("2022年7月1日", "auto", date(2022, 7, 1)),
        ("20220701", "auto", date(2022, 7, 1)),
        ("44743", "auto", date(2022, 7, 1)),
        ("01/07/2022", "dmy", date(2022, 7, 1)),
        ("01/07/2022", "mdy", date(2022, 1, 7)),
        ("1 Jul 2022", "auto", date(2022, 7, 1)),
        ("July 1, 2022", "auto", date(2022, 7, 1)),
        ("2022-07-01 23:30:00Z", "auto", date(2022, 7, 2)),
    ],
)
def test_dates(text: str, order: str, expected: date):
    assert parse(text, order=order) == (expected, None)


@pytest.mark.parametrize("text", ["soon", "2022-02-30", "2022-13-01", "01/07/22", "2022-07-01 25:00", "12"])
def test_texts_that_are_no_dates(text: str):
    assert parse(text) == (None, "not_date")


def test_an_order_that_nothing_tells_is_asked_for():
    assert parse("03/04/2020", order="auto") == (None, "date_order")


def test_the_order_of_a_column_is_told_by_numbers_above_twelve():
    assert date_order(pl.Series(["03/04/2020", "13/04/2020"])) == "dmy"
    assert date_order(pl.Series(["03/04/2020", "04/13/2020"])) == "mdy"
    assert date_order(pl.Series(["03/04/2020", "2020-01-01"])) is None
    assert date_order(pl.Series(["13/04/2020", "04/13/2020"])) == "auto"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-07-01 09:30", datetime(2022, 7, 1, 1, 30, tzinfo=UTC)),
        ("2022年7月1日9时30分", datetime(2022, 7, 1, 1, 30, tzinfo=UTC)),
        ("2022-07-01T09:30:15.25+02:00", datetime(2022, 7, 1, 7, 30, 15, 250_000, tzinfo=UTC)),
        ("2022-07-01 24:00", datetime(2022, 7, 1, 16, tzinfo=UTC)),
        ("44743.5", datetime(2022, 7, 1, 4, tzinfo=UTC)),
        ("2022-07-01", datetime(2022, 6, 30, 16, tzinfo=UTC)),
    ],
)
def test_naive_times_are_of_the_outbreaks_zone(text: str, expected: datetime):
    assert parse(text, FOUND, order="auto") == (expected, None)


def test_a_bare_date_ends_an_exposure_at_the_end_of_that_day():
    assert parse("2022-07-01", LAST) == (datetime(2022, 7, 1, 16, tzinfo=UTC), None)


def test_clock_changes_are_told():
    berlin = {"zone": "Europe/Berlin", "field": FOUND}
    assert parse("2020-03-29 02:30", **berlin) == (datetime(2020, 3, 29, 1, 30, tzinfo=UTC), "skipped_time")
    assert parse("2020-10-25 02:30", **berlin) == (datetime(2020, 10, 25, 0, 30, tzinfo=UTC), "double_time")
    assert parse("2020-10-25 02:30+01:00", **berlin) == (datetime(2020, 10, 25, 1, 30, tzinfo=UTC), None)
    assert parse("2020-03-29", **berlin) == (datetime(2020, 3, 28, 23, tzinfo=UTC), None)


def test_a_midnight_that_does_not_exist_is_the_first_instant_of_its_day():
    assert parse("2018-11-04", FOUND, "America/Sao_Paulo") == (datetime(2018, 11, 4, 3, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("34", AGE, 34.0),
        ("34.0", AGE, 34.0),
        ("6 months", AGE, 0.5),
        ("6个月", AGE, 0.5),
        ("34岁", AGE, 34.0),
        ("1,440", DURATION, 1440.0),
        ("2 h", DURATION, 120.0),
        ("90分钟", DURATION, 90.0),
        ("101.3 °F", TABLES["checks"].field("temperature_c"), 38.5),
    ],
)
def test_numbers_come_in_the_fields_unit(text: str, field, expected: float):
    value, told = parse(text, field)
    assert value == pytest.approx(expected)
    assert told is None


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        ("60-69", AGE, "not_number"),
        ("1,5", AGE, "not_number"),
        ("130", AGE, "out_of_range"),
        ("inf", AGE, "not_number"),
        ("5 parsecs", DURATION, "not_number"),
        ("1.5", TABLES["cases"].field("episode"), "not_whole"),
        ("0", TABLES["cases"].field("episode"), "out_of_range"),
        ("maybe", TABLES["contacts"].field("is_unseparated"), "not_boolean"),
        ("purple", TABLES["persons"].field("sex"), "unknown_code"),
    ],
)
def test_what_cannot_be_taken_is_told(text: str, field, problem: str):
    assert parse(text, field)[1] == problem


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("F", "sex", "female"),
        ("男", "sex", "male"),
        (" Ｆ ", "sex", "female"),
        ("确诊病例", "case_status", "confirmed"),
        ("无症状", "case_status", "asymptomatic_infection"),
        ("infant; 孕产妇", "exemptions", "infant pregnancy"),
    ],
)
def test_codes_by_value_name_or_synonym(text: str, field: str, expected: str):
    table = "cases" if field == "case_status" else "persons"
    assert parse(text, TABLES[table].field(field)) == (expected, None)


def test_every_code_is_read_by_its_value_and_both_names():
    for table in TABLES.values():
        for field in table.fields:
            for code in field.codes:
                for word in (code.value, code.en, code.zh):
                    value, told = parse(word, field)
                    assert told is None, (table.name, field.name, word)
                    assert field.kind == "codes" or value in field.values
