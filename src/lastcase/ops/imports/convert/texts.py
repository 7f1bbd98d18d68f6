"""The text of each field, from the columns of the file, as the map says."""

from __future__ import annotations

import hashlib
import re
import string
import unicodedata
from collections.abc import Sequence

import polars as pl

from lastcase.ops.imports.mapping.model import Condition, FieldMap
from lastcase.ops.imports.values.codes import normal

HASH_BYTES = 8


def holds(conditions: Sequence[Condition]) -> pl.Expr:
    """Whether a row meets all conditions."""
    return pl.all_horizontal(pl.lit(True), *(_holds(condition) for condition in conditions))


def _holds(condition: Condition) -> pl.Expr:
    column = pl.col(condition.column)
    text = column.fill_null("")
    parts = [pl.lit(True)]
    if condition.equals:
        parts.append(text.is_in(list(condition.equals)))
    if condition.not_in:
        parts.append(~text.is_in(list(condition.not_in)))
    if condition.starts_with:
        parts.append(pl.any_horizontal(text.str.starts_with(start) for start in condition.starts_with))
    if condition.matches:
        parts.append(text.str.contains(condition.matches))
    if condition.is_empty is not None:
        parts.append(column.is_null() == condition.is_empty)
    return pl.all_horizontal(parts)


def field_text(frame: pl.DataFrame, part: FieldMap) -> pl.Series:
    """The text of one field for each row; null where there is none."""
    texts = frame.with_columns(_source(frame, part).alias("_text")).select(pl.col("_text").alias("text"))
    expr = pl.col("text")
    if part.match:
        group = 1 if re.compile(part.match).groups else 0
        expr = expr.str.extract(part.match, 1) if group else expr.str.extract(f"({part.match})", 1)
    if part.remove:
        expr = expr.str.replace_all(part.remove, "")
    expr = _filled(expr.str.strip_chars())
    series = texts.select(expr)["text"]
    if part.codes:
        series = _recoded(series, part)
    if part.slug:
        series = each_distinct(series, slug)
    series = _finished(series, part)
    if part.when:
        met = frame.with_columns(holds(part.when).alias("_met"))["_met"]
        series = pl.DataFrame([series.alias("t"), met]).select(pl.when("_met").then("t").alias("t"))["t"]
    return series


def _source(frame: pl.DataFrame, part: FieldMap) -> pl.Expr:
    if part.first:
        return pl.coalesce(pl.lit(field_text(frame, inner)) for inner in part.first)
    if part.hash_of:
        return pl.lit(hashed(frame, part.hash_of))
    if part.template:
        return _templated(part.template)
    return pl.col(part.column) if part.column else pl.lit(part.value or None, pl.String)


def _templated(template: str) -> pl.Expr:
    pieces = []
    for literal, name, _, _ in string.Formatter().parse(template):
        if literal:
            pieces.append(pl.lit(literal))
        if name:
            pieces.append(pl.col(name))
    return pl.concat_str(pieces)


def _filled(expr: pl.Expr) -> pl.Expr:
    return pl.when(expr.str.len_bytes() > 0).then(expr)


def _recoded(series: pl.Series, part: FieldMap) -> pl.Series:
    """Texts by the map's own list; what it does not list passes as it is."""
    listed = {normal(said): meant for said, meant in part.codes.items()}
    found = {text: listed.get(normal(text), text) or None for text in series.drop_nulls().unique().to_list()}
    return _replaced(series, found)


def _finished(series: pl.Series, part: FieldMap) -> pl.Series:
    expr = pl.col("t")
    if part.pad_right:
        expr = expr.str.pad_end(part.pad_right, "0")
    if part.prefix:
        expr = pl.lit(part.prefix) + expr
    if part.times is not None or part.plus is not None:
        number = expr.cast(pl.Float64, strict=False) * (part.times or 1.0) + (part.plus or 0.0)
        expr = pl.coalesce(number.cast(pl.String), expr)  # what is no number is told as such later
    return pl.DataFrame([series.alias("t")]).select(expr.alias("t"))["t"]


def each_distinct(series: pl.Series, change: object) -> pl.Series:
    """A plain function applied once to each distinct text."""
    return _replaced(series, {text: change(text) for text in series.drop_nulls().unique().to_list()})  # type: ignore[operator]


def _replaced(series: pl.Series, by: dict[str, str | None]) -> pl.Series:
    pairs = pl.DataFrame({"t": list(by), "to": list(by.values())}, schema={"t": pl.String, "to": pl.String})
    return (
        pl.DataFrame([series.alias("t")])
        .join(pairs, on="t", how="left", maintain_order="left")["to"]
        .alias("t")
    )


def slug(text: str) -> str:
    """A plain id of a name: small letters and digits of any script, one hyphen between words."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[^\w]+", "-", plain).strip("-_") or digest(text)


def digest(text: str) -> str:
    """A short stable id of a text (BLAKE2b, 64 bits): the same on every machine and at every import."""
    return hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).hexdigest()


def hashed(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """A stable id from the columns; null where all are empty. Case, width and doubled blanks do not count."""
    joined = frame.select(
        pl.when(pl.any_horizontal(pl.col(name).is_not_null() for name in columns))
        .then(
            pl.concat_str((pl.col(name).cast(pl.String).fill_null("") for name in columns), separator="\x1f")
        )
        .alias("t")
    )["t"]
    return each_distinct(joined, lambda text: digest(normal(text)))
