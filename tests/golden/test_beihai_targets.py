"""79144 on the published record of Beihai: exactly as the record's own numbers say, at stated instants."""

from __future__ import annotations

from datetime import date

import pytest

from lastcase.core.targets import progress
from tests.golden import beihai

BEIHAI = beihai.outbreak()
FACTS = beihai.facts()


def standing(day0: str, as_of: str) -> dict[int, tuple[str, float | None, str]]:
    """Day of the target -> due date, value, status."""
    found = progress(FACTS, BEIHAI, None, "79144", date.fromisoformat(day0), beihai.at(as_of))
    return {status.day: (str(status.due_on), status.value, status.status) for status in found}


@pytest.mark.parametrize(
    ("day0", "as_of", "day", "due_on", "value", "status"),
    [
        # day 0 = 25 July: day 7 met, day 9 missed on all new, day 14 met on the day
        ("2022-07-25", "2022-08-01T20:00", 7, "2022-08-01", 0, "open"),
        ("2022-07-25", "2022-08-02T00:00", 7, "2022-08-01", 0, "met"),
        ("2022-07-25", "2022-08-08T09:00", 7, "2022-08-01", 0, "met"),
        ("2022-07-25", "2022-08-08T09:00", 9, "2022-08-03", 13, "missed"),
        ("2022-07-25", "2022-08-07T21:00", 14, "2022-08-08", 53, "open"),
        ("2022-07-25", "2022-08-08T08:59", 14, "2022-08-08", 53, "open"),
        ("2022-07-25", "2022-08-08T09:00", 14, "2022-08-08", 0, "met"),
        ("2022-07-25", "2022-09-01T00:00", 14, "2022-08-08", 0, "met"),
        # day 0 = 22 July: day 9 has no row, day 14 missed at the day's end
        ("2022-07-22", "2022-08-09T00:00", 9, "2022-07-31", None, "not_known"),
        ("2022-07-22", "2022-08-05T13:00", 14, "2022-08-05", 193, "open"),
        ("2022-07-22", "2022-08-05T15:00", 14, "2022-08-05", 54, "open"),
        ("2022-07-22", "2022-08-05T23:59", 14, "2022-08-05", 54, "open"),
        ("2022-07-22", "2022-08-06T00:00", 14, "2022-08-05", 54, "missed"),
        ("2022-07-22", "2022-08-16T09:00", 14, "2022-08-05", 54, "missed"),
        # day 0 = 17 July: Guangxi's 249 of 26 July never stands in for Beihai
        ("2022-07-17", "2022-08-09T00:00", 9, "2022-07-26", None, "not_known"),
        ("2022-07-17", "2022-08-01T00:00", 14, "2022-07-31", 314, "missed"),
    ],
)
def test_79144(day0: str, as_of: str, day: int, due_on: str, value: float | None, status: str) -> None:
    assert standing(day0, as_of)[day] == (due_on, value, status)


def test_no_signed_regrading_on_record_is_not_known() -> None:
    assert standing("2022-07-25", "2022-08-08T09:00")[4][2] == "not_known"


def test_guangxi_has_its_own_figure() -> None:
    found = progress(FACTS, BEIHAI, None, "79144", date(2022, 7, 17), beihai.at("2022-08-09T00:00"), "450000")
    assert [(s.value, s.status) for s in found if s.day == 9] == [(249.0, "missed")]
