"""Lists of workplaces and schools as visits: which days, which hours, and what is wrong with a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.lake.rosters import days_of_week, read_roster

HEADINGS = "person_id,place_id,unit,weekdays,from time,to time,first date,last date\n"


def read(folder: Path, text: str, headings: str = HEADINGS) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    path = folder / "roster.csv"
    path.write_text(headings + text, encoding="utf-8")
    return read_roster(path, "here", "Asia/Shanghai", lambda texts: texts == "nowhere")


def times(visits: pl.DataFrame) -> list[tuple[str, str]]:
    """Start and end by the clock of Shanghai."""
    local = visits.sort("start_s").select(
        pl.from_epoch(name, "s").dt.offset_by("8h").dt.strftime("%m-%d %H:%M")
        for name in ("start_s", "end_s")
    )
    return local.rows()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon-Fri", [1, 2, 3, 4, 5]),
        ("monday to wednesday, Sat", [1, 2, 3, 6]),
        ("1,3,5", [1, 3, 5]),
        ("135", [1, 3, 5]),
        ("Sat-Mon", [1, 6, 7]),
        ("周一至周五", [1, 2, 3, 4, 5]),
        ("星期二、四", [2, 4]),
        ("日", [7]),
        ("Thurs", [4]),
        ("weekdays", None),
        ("Mon or so", None),
        ("8", None),
        ("", None),
    ],
)
def test_weekdays_as_people_write_them(text: str, days: list[int] | None) -> None:
    assert days_of_week(text) == days


def test_a_row_becomes_a_visit_on_each_of_its_days(tmp_path: Path) -> None:
    visits, told, n_rows = read(tmp_path, "1,School,Class 2,Mon-Wed,8:00,16:30,2022-07-01,2022-07-12\n")
    assert told.is_empty()
    assert n_rows == 1
    assert times(visits) == [
        (f"{day} 08:00", f"{day} 16:30") for day in ("07-04", "07-05", "07-06", "07-11", "07-12")
    ]
    assert set(visits.select("person_id", "place_id", "unit", "precision_s", "visit_source").rows()) == {
        ("here:1", "here:school", "Class 2", 1800, "roster")
    }


def test_a_shift_over_midnight_ends_on_the_next_day(tmp_path: Path) -> None:
    visits, _, _ = read(tmp_path, "1,Plant,,Fri,22:00,06:00,2022-07-01,2022-07-02\n")
    assert times(visits) == [("07-01 22:00", "07-02 06:00")]


def test_a_list_reaches_no_further_than_now(tmp_path: Path) -> None:
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    visits, told, _ = read(tmp_path, f"1,Plant,,Mon-Sun,00:00,00:01,{today - timedelta(days=9)},2999-12-31\n")
    assert told.is_empty()
    assert visits.height in (9, 10)
    assert visits["end_s"].max() <= datetime.now(UTC).timestamp()


def test_precision_may_be_stated_and_chinese_headings_are_known(tmp_path: Path) -> None:
    headings = "工号,单位,星期,上班时间,下班时间,开始日期,结束日期,精度\n"
    visits, told, _ = read(tmp_path, "7,纺织厂,一,09:00,17:00,2022/7/4,2022/7/4,5\n", headings)
    assert told.is_empty()
    assert visits.select("person_id", "place_id", "unit", "precision_s").rows() == [
        ("here:7", "here:纺织厂", None, 300)
    ]


def test_what_is_wrong_is_told_by_row_and_column_and_other_rows_are_read(tmp_path: Path) -> None:
    right = "1,School,,Mon,8:00,16:30,2022-07-04,2022-07-04\n"
    wrong = (
        "2,School,,holidays,8:00,16:30,2022-07-04,2022-07-04\n"
        "3,School,,Mon,8 am,25:00,2022-07-04,2022-07-04\n"
        "4,School,,Mon,8:00,16:30,2022-07-04,soon\n"
        "5,School,,Mon,8:00,16:30,2022-07-14,2022-07-04\n"
        ",School,,Mon,8:00,16:30,2022-07-04,2022-07-04\n"
    )
    visits, told, n_rows = read(tmp_path, right + wrong)
    assert (visits.height, n_rows) == (1, 6)
    assert told.sort("row", "column").select("row", "column", "message_id").rows() == [
        (3, "weekdays", "imports.row.not_weekdays"),
        (4, "from time", "imports.row.not_time_of_day"),
        (4, "to time", "imports.row.not_time_of_day"),
        (5, "last date", "imports.row.not_date"),
        (6, "last date", "imports.row.visit_reversed"),
        (7, "person_id", "imports.row.cell_empty"),
    ]
    assert set(told["severity"]) == {"error"}


def test_a_parquet_file_of_typed_columns_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "roster.parquet"
    day = pl.Series(["2022-07-04"]).str.to_date()
    columns = {
        "person_id": ["1"],
        "place_id": ["School"],
        "weekdays": [1],
        "first date": day,
        "last date": day,
    }
    hours = {"from time": pl.Series(["08:00:00"]).str.to_time(), "to time": ["16:30"]}
    pl.DataFrame({**columns, **hours}).write_parquet(path)
    visits, told, _ = read_roster(path, "here", "Asia/Shanghai", lambda texts: texts == "nowhere")
    assert told.is_empty()
    assert times(visits) == [("07-04 08:00", "07-04 16:30")]


def test_a_list_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="lacking_fields"):
        read(tmp_path, "1,School\n", "person_id,place_id\n")


def test_rows_of_seats_stand_beside_the_class(tmp_path: Path) -> None:
    headings = HEADINGS.replace("unit,", "class,排,")
    visits, told, n_rows = read(
        tmp_path,
        "1,School,2,3,Mon,8:00,16:30,2022-07-04,2022-07-04\n"
        "2,School,2,,Mon,8:00,16:30,2022-07-04,2022-07-04\n"
        "3,School,2,front,Mon-Fri,8:00,16:30,2022-07-04,2022-07-08\n",
        headings,
    )
    assert n_rows == 3
    assert visits.select("person_id", "unit").rows() == [("here:1", "2/#3"), ("here:2", "2")]
    assert told.select("row", "column", "value", "message_id").rows() == [
        (4, "排", "front", "imports.row.not_seat_row")
    ]
