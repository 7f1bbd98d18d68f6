"""Numbers with thousands separators and unit words; yes and no in both languages."""

from __future__ import annotations

import polars as pl

from lastcase.core.facts import Field

PLAIN = r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$"
GROUPED = r"^[+-]?\d{1,3}(?:[, \x{00a0}\x{202f}']\d{3})+(?:\.\d+)?$"
UNIT_SPLIT = r"^(.*?[\d.])\s*([^\d\s.,+-][^\d]*)$"
UNITS: dict[str, dict[str, float]] = {
    "min": {
        "min": 1,
        "mins": 1,
        "minute": 1,
        "minutes": 1,
        "分": 1,
        "分钟": 1,
        "h": 60,
        "hr": 60,
        "hour": 60,
        "hours": 60,
        "小时": 60,
        "s": 1 / 60,
        "sec": 1 / 60,
        "秒": 1 / 60,
        "d": 1440,
        "day": 1440,
        "days": 1440,
        "天": 1440,
    },
    "years": {
        "y": 1,
        "yr": 1,
        "yrs": 1,
        "year": 1,
        "years": 1,
        "岁": 1,
        "周岁": 1,
        "months": 1 / 12,
        "month": 1 / 12,
        "mo": 1 / 12,
        "个月": 1 / 12,
        "月": 1 / 12,
        "月龄": 1 / 12,
        "weeks": 7 / 365.25,
        "周": 7 / 365.25,
        "days": 1 / 365.25,
        "天": 1 / 365.25,
        "日龄": 1 / 365.25,
    },
    "persons": {"人": 1, "persons": 1, "people": 1, "例": 1},
    "°C": {"°c": 1, "c": 1, "℃": 1, "度": 1},
    "degrees": {"°": 1},
    "cycles": {"cycles": 1},
}
"""Unit words after a number, and how much of the field's unit each is."""
FAHRENHEIT = ("°f", "f", "℉")
TRUE = ("yes", "y", "true", "t", "1", "是", "有", "对", "真")
FALSE = ("no", "n", "false", "f", "0", "否", "无", "没有", "假")


def read_numbers(texts: pl.Series, field: Field) -> pl.DataFrame:
    """Columns `text`, `value` (in the field's unit; null where the text is no number)."""
    split = pl.col("text").str.extract_groups(UNIT_SPLIT).struct
    frame = pl.DataFrame({"text": texts}).with_columns(
        digits=pl.coalesce(split.field("1"), "text"),
        word=split.field("2").str.to_lowercase().str.strip_chars(),
    )
    grouped = pl.col("digits").str.contains(GROUPED)
    cleaned = (
        pl.when(grouped)
        .then(pl.col("digits").str.replace_all(r"[, \x{00a0}\x{202f}']", ""))
        .when(pl.col("digits").str.contains(PLAIN))
        .then(pl.col("digits"))
    )
    number = cleaned.cast(pl.Float64, strict=False)
    scale = {"": 1.0} | {word: float(size) for word, size in UNITS.get(field.unit or "", {}).items()}
    scaled = number * pl.col("word").fill_null("").replace_strict(
        scale, default=None, return_dtype=pl.Float64
    )
    if field.unit == "°C":
        scaled = pl.when(pl.col("word").is_in(FAHRENHEIT)).then((number - 32) / 1.8).otherwise(scaled)
    finite = pl.when(scaled.is_finite()).then(scaled)
    return frame.select("text", finite.alias("value"))


def read_booleans(texts: pl.Series) -> pl.DataFrame:
    """Columns `text`, `value`: true, false, or null where the text is neither."""
    words = dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)
    value = pl.col("text").str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    return pl.DataFrame({"text": texts}).select("text", value.alias("value"))
