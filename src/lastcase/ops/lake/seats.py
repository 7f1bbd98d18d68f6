"""A column of rows of seats in a file of visits, joined to that of the part: of carriage 3 and row 12 unit `3/#12`."""

from __future__ import annotations

import polars as pl

from lastcase.core.contacts.units import ROW as SEAT_ROW
from lastcase.core.contacts.units import join_unit, split_units
from lastcase.ops.imports import problems
from lastcase.ops.imports.mapping.automatic import normal

HEADINGS = ("seat row", "row of seats", "排", "排号", "座位排", "座位排号")
"""What the column goes by, as `mapping.automatic.normal` has them. A column `row` may count the rows of the file."""
WRONG = "row.not_seat_row"


def find_column(headings: list[str]) -> str | None:
    """The column of a file that states rows of seats; null where it has none."""
    return next((heading for heading in headings if normal(heading) in HEADINGS), None)


def seat(parts: pl.Series, rows: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Units of parts and rows, both texts, and which rows are none: no number of at most four digits, perhaps with the
    letter of a seat, or beside a part that names a row already."""
    has_row = split_units(parts)["seat_row"].is_not_null()
    cells = pl.DataFrame({"part": parts, "row": rows, "has_row": has_row})
    is_row = pl.col("row").str.contains(f"^{SEAT_ROW}$") & ~pl.col("has_row")
    read = cells.select(unit=join_unit(pl.col("part"), pl.col("row")), is_wrong=~is_row)
    return read["unit"], read["is_wrong"].fill_null(False)


def tell_wrong(wrong: pl.DataFrame, column: str, value: pl.Expr) -> pl.DataFrame:
    """The problems of rows of a file whose `column` states no row of seats."""
    return problems.tell(wrong, WRONG, "error", table="visits", field="unit", column=column, value=value)
