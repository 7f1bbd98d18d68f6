"""Rows of seats in files of visits: a column of their own beside the part, and what is wrong with a cell."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from lastcase.ops.lake.quick import read_visits

TICKETS = """person_id,place_id,carriage,seat_row,start_at,end_at,visit_source
1,G1,3,12,2022-07-03 14:00,2022-07-03 15:00,ticket
2,G1,3,014F,2022-07-03 14:00,2022-07-03 15:00,ticket
3,G1,,7,2022-07-03 14:00,2022-07-03 15:00,ticket
4,G1,4,,2022-07-03 14:00,2022-07-03 15:00,ticket
5,G1,4,null,2022/7/3 14:00,2022-07-03 15:00,ticket
"""


def read(path: Path) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    return read_visits(path, "here", "Asia/Shanghai", lambda texts: texts == "nowhere")


def write(folder: Path, text: str) -> Path:
    path = folder / "tickets.csv"
    path.write_text(text, encoding="utf-8")
    return path


def units(visits: pl.DataFrame) -> dict[str, str | None]:
    return dict(visits.select("person_id", "unit").rows())


def test_carriage_and_row_become_one_unit(tmp_path: Path) -> None:
    visits, told, n_rows = read(write(tmp_path, TICKETS))
    assert (told.height, n_rows) == (0, 5)
    assert units(visits) == {
        "here:1": "3/#12",
        "here:2": "3/#014F",
        "here:3": "/#7",
        "here:4": "4",
        "here:5": "4",
    }


@pytest.mark.parametrize("heading", ["seat row", "Row of seats", "排号", "座位排"])
def test_the_column_is_known_in_both_languages_also_without_a_part(tmp_path: Path, heading: str) -> None:
    text = f"person_id,place_id,{heading},start_at,end_at\n1,Bus,7,2022-07-03 14:00,2022-07-03 15:00\n"
    visits, told, _ = read(write(tmp_path, text))
    assert told.is_empty()
    assert units(visits) == {"here:1": "/#7"}


def test_a_running_number_is_no_row_of_seats(tmp_path: Path) -> None:
    text = "row,person_id,place_id,unit,start_at,end_at\n1,1,Bus,2,2022-07-03 14:00,2022-07-03 15:00\n"
    assert units(read(write(tmp_path, text))[0]) == {"here:1": "2"}


def test_typed_columns_are_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "tickets.parquet"
    columns = {"person_id": ["1"], "place_id": ["G1"], "carriage": [3], "seat_row": [12]}
    hours = {"start_at": ["2022-07-03 14:00"], "end_at": ["2022-07-03 15:00"]}
    pl.DataFrame({**columns, **hours}).write_parquet(path)
    assert units(read(path)[0]) == {"here:1": "3/#12"}


def test_what_is_no_row_is_told_by_row_and_column_and_other_rows_are_read(tmp_path: Path) -> None:
    wrong = (
        "6,G1,3,twelve,2022-07-03 14:00,2022-07-03 15:00,ticket\n"
        "7,G1,3,12345,2022-07-03 14:00,2022-07-03 15:00,ticket\n"
        "8,G1,3/#1,12,2022-07-03 14:00,2022-07-03 15:00,ticket\n"
        "9,G1,3,1,yesterday,2022-07-03 15:00,ticket\n"
    )
    visits, told, n_rows = read(write(tmp_path, TICKETS + wrong))
    assert (visits.height, n_rows) == (5, 9)
    assert told.select("row", "column", "value", "message_id").rows() == [
        (7, "seat_row", "twelve", "imports.row.not_seat_row"),
        (8, "seat_row", "12345", "imports.row.not_seat_row"),
        (9, "seat_row", "12", "imports.row.not_seat_row"),
        (10, "start_at", "yesterday", "imports.row.not_date"),
    ]
    assert set(told["severity"]) == {"error"}
