"""One column of texts made values of its field, with what is wrong with which text."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lastcase.core.facts import Field
from lastcase.ops.imports.mapping.model import DateOrder
from lastcase.ops.imports.values import dates
from lastcase.ops.imports.values.codes import read_codes
from lastcase.ops.imports.values.numbers import read_booleans, read_numbers
from lastcase.ops.records.prepare import MAX_TEXT_CHARS

SCHEMA = {"text": pl.String(), "problem": pl.String(), "warning": pl.String()}


@dataclass(frozen=True)
class Parsed:
    """`values` in the order of the texts; `told` one row a distinct text that is wrong or doubtful, with the
    message."""

    values: pl.Series
    told: pl.DataFrame


def parse_column(texts: pl.Series, field: Field, zone: str, order: DateOrder) -> Parsed:
    """The values of a column of texts (null stays null). `order`: of slashed dates; "auto" where it is not
    known."""
    distinct = texts.drop_nulls().unique()
    read = _read(distinct, field, zone, order)
    read = read.with_columns(_limits(field, read))
    values = pl.DataFrame({"text": texts}).join(read, on="text", how="left", maintain_order="left")
    told = read.filter(pl.col("problem").is_not_null() | pl.col("warning").is_not_null()).select(*SCHEMA)
    return Parsed(values["value"].alias(field.name), told)


def _read(texts: pl.Series, field: Field, zone: str, order: DateOrder) -> pl.DataFrame:
    """Columns `text`, `value`, `problem`, `warning` (ids of messages, without the common prefix)."""
    nothing = pl.lit(None, pl.String).alias("warning")
    if field.kind in ("date", "instant"):
        return _read_times(texts, field, zone, order)
    if field.kind in ("code", "codes"):
        return _with_problem(read_codes(texts, field), "unknown_code").with_columns(nothing)
    if field.kind == "boolean":
        return _with_problem(read_booleans(texts), "not_boolean").with_columns(nothing)
    if field.kind in ("number", "integer"):
        return _read_number(texts, field).with_columns(nothing)
    too_long = pl.when(pl.col("text").str.len_chars() > MAX_TEXT_CHARS).then(pl.lit("too_long"))
    return pl.DataFrame({"text": texts}).select("text", nothing, value="text", problem=too_long)


def _with_problem(read: pl.DataFrame, problem: str) -> pl.DataFrame:
    return read.with_columns(problem=pl.when(pl.col("value").is_null()).then(pl.lit(problem)))


def _read_times(texts: pl.Series, field: Field, zone: str, order: DateOrder) -> pl.DataFrame:
    read = dates.read_times(texts, order)
    is_date = field.kind == "date"
    valued = dates.as_dates(read, zone) if is_date else dates.as_instants(read, zone, field.date_only)
    slashed = pl.Series("slashed", dates.is_slashed(texts), pl.Boolean)
    wrong = (
        pl.when(pl.lit(order in ("auto", "ymd")) & slashed)
        .then(pl.lit("date_order"))
        .otherwise(pl.lit("not_date"))
    )
    return valued.with_columns(slashed).select(
        "text", "value", pl.when(pl.col("value").is_null()).then(wrong).alias("problem"), "warning"
    )


def _read_number(texts: pl.Series, field: Field) -> pl.DataFrame:
    read = _with_problem(read_numbers(texts, field), "not_number")
    if field.kind == "number":
        return read
    is_part = pl.col("value") != pl.col("value").round()
    read = read.with_columns(problem=pl.when(is_part).then(pl.lit("not_whole")).otherwise("problem"))
    whole = pl.when(~is_part & (pl.col("value").abs() < 2**53)).then(pl.col("value")).cast(pl.Int64)
    return read.with_columns(value=whole)


def _limits(field: Field, read: pl.DataFrame) -> list[pl.Expr]:
    if field.low is None and field.high is None:
        return []
    low, high = (
        (float("-inf") if field.low is None else field.low),
        (float("inf") if field.high is None else field.high),
    )
    outside = ((pl.col("value") < low) | (pl.col("value") > high)).fill_null(False)
    return [pl.when(outside).then(pl.lit("out_of_range")).otherwise("problem").alias("problem")]
