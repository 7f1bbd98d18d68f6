"""The unit that a visit names, read: a part of a place (floor, carriage, ward, table) and, in it, a row of seats.

`3/#12` is row 12 of part `3`, `3/#12A` a seat in it, `/#12` row 12 where no part is told. Any other text is a part as
it stands, with no row: `12`, `table #6` and `3#楼` name parts.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from lastcase.core.protocol.model import ContactRule

MARK = "/#"
"""Stands between the part and the row."""
ROW = r"0*([0-9]{1,4})[A-Za-z]?"
"""A row, and perhaps the letter of a seat, as an expression whose first group is the number of the row."""
_UNIT = rf"(?s)^(.*?) *{MARK}{ROW}$"

SPLIT: dict[str, pl.DataType] = {"part": pl.String(), "seat_row": pl.Int64()}
"""A unit read; either is null where it is not told."""


def split_units(units: pl.Series) -> pl.DataFrame:
    """The units read one by one, columns `SPLIT`."""
    whole = units.cast(pl.String).alias("part").to_frame()
    if not whole["part"].str.contains(MARK, literal=True).any():
        return whole.with_columns(seat_row=pl.lit(None, pl.Int64))
    before, row = (pl.col("part").str.extract(_UNIT, group) for group in (1, 2))
    part = pl.when(row.is_null()).then("part").when(before != "").then(before)
    return whole.select(part=part, seat_row=row.cast(pl.Int64))


def with_seats(visits: pl.DataFrame) -> pl.DataFrame:
    """The visits with `unit` read: `part` and `seat_row`."""
    return visits.with_columns(split_units(visits["unit"]))


def join_unit(part: pl.Expr, row: pl.Expr) -> pl.Expr:
    """The unit of a part and a row, both texts: the way back from `split_units`. Without a row it is the part."""
    seated = pl.concat_str(part.fill_null(""), pl.lit(MARK), row)
    return pl.coalesce(seated, part)


def parts_meet(one: str, other: str) -> pl.Expr:
    """Whether visits in the parts of these columns meet: they name the same, or one of them names none."""
    return pl.col(one).is_null() | pl.col(other).is_null() | (pl.col(one) == pl.col(other))


def rows_between(one: str, other: str) -> pl.Expr:
    """How many rows apart the rows of these columns are; null where one is not told."""
    return (pl.col(one) - pl.col(other)).abs()


def most_rows(rules: Sequence[ContactRule]) -> int | None:
    """How many rows apart a meeting may be to fit one of the rules; null where rows do not matter to one of them."""
    asked = [rule.max_rows_apart for rule in rules]
    return None if None in asked else max((rows for rows in asked if rows is not None), default=None)
