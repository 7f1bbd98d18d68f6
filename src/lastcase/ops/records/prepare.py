"""A delivered frame made fit for its table: types, empty texts, codes, ranges, duplicates. Pure."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from lastcase.core.facts import TABLES, Field, Table
from lastcase.ops.records.errors import DuplicateKey, InvalidValue, MissingValue, UnknownTable

MAX_TEXT_CHARS = 20_000


def prepare(name: str, frame: pl.DataFrame, known_from: datetime | None) -> pl.DataFrame:
    """The frame with declared types and the column `known_from`, without repeated rows.

    Only the columns that it was given come back, and those of the key: a correction leaves the others as they
    stand; a part of the key that may be empty is empty where it is left out. Raises UnknownTable,
    InvalidValue, MissingValue, DuplicateKey.
    """
    table = _table(name)
    _check_columns(table, frame)
    frame = frame.with_columns(
        pl.lit(None, table.schema[column]).alias(column)
        for column in table.key
        if column not in frame.columns
    )
    given = [column for column in table.columns if column in frame.columns]
    typed = _typed(table, frame, given, known_from)
    for column in given:
        _check_values(table, table.field(column), typed)
    return _without_repeats(table, typed)


def _table(name: str) -> Table:
    if name not in TABLES:
        raise UnknownTable(table=name, columns="")
    return TABLES[name]


def _check_columns(table: Table, frame: pl.DataFrame) -> None:
    unknown = sorted(set(frame.columns) - set(table.schema))
    if unknown:
        raise UnknownTable(table=table.name, columns=", ".join(unknown))
    required = {field.name for field in table.fields if field.is_required}
    for column in table.key:
        if column not in frame.columns and column in required:
            raise MissingValue(table=table.name, column=column, n_rows=frame.height)


def _typed(table: Table, frame: pl.DataFrame, given: list[str], known_from: datetime | None) -> pl.DataFrame:
    columns = [_cast(table.field(column)) for column in given]
    stated = pl.col("known_from") if "known_from" in frame.columns else pl.lit(None)
    known = pl.coalesce(stated.cast(pl.Datetime("us", "UTC")), pl.lit(known_from, pl.Datetime("us", "UTC")))
    try:
        return frame.select(*columns, known.alias("known_from"))
    except pl.exceptions.PolarsError as error:
        raise InvalidValue(table=table.name, column="", value=str(error), n_rows=frame.height) from error


def _cast(field: Field) -> pl.Expr:
    """The column in its type; empty text and not-a-number are null; a flag that only marks (`is_stub`) is
    true or null."""
    column = pl.col(field.name).cast(field.dtype)
    if isinstance(field.dtype, pl.String):
        stripped = column.str.strip_chars()
        return pl.when(stripped.str.len_chars() > 0).then(stripped).alias(field.name)
    if field.kind == "number":
        return column.fill_nan(None)
    if field.name == "is_stub":
        return pl.when(column).then(True).alias(field.name)
    return column


def _check_values(table: Table, field: Field, frame: pl.DataFrame) -> None:
    column = frame[field.name]
    if field.is_required and column.null_count():
        raise MissingValue(table=table.name, column=field.name, n_rows=column.null_count())
    wrong = frame.filter(_is_wrong(field))[field.name]
    if wrong.len():
        raise InvalidValue(table=table.name, column=field.name, value=str(wrong[0])[:80], n_rows=wrong.len())


def _is_wrong(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    if field.kind == "code":
        return column.is_not_null() & ~column.is_in(list(field.values))
    if field.kind == "codes":
        return column.str.split(" ").list.set_difference(list(field.values)).list.len() > 0
    if isinstance(field.dtype, pl.String):
        return column.str.contains("\0", literal=True) | (column.str.len_chars() > MAX_TEXT_CHARS)
    wrong = pl.lit(False)
    if field.low is not None:
        wrong = wrong | (column < field.low)
    if field.high is not None:
        wrong = wrong | (column > field.high)
    return wrong


def _without_repeats(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows that repeat each other count once; rows that contradict each other are an error."""
    unique = frame.unique(maintain_order=True)
    key = [column for column in table.key if column in frame.columns]
    twice = unique.filter(pl.struct(key).is_duplicated())
    if twice.height:
        first = " · ".join(str(value) for value in twice.select(key).row(0))
        raise DuplicateKey(table=table.name, key=first, n_rows=twice.height)
    return unique
