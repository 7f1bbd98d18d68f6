"""Dates and times as people write them: ISO, day/month/year, month names, 2022年7月1日, Excel's serial numbers.

Rules. The order of 03/04/2020 is told over the whole file: a first number above 12 makes it day/month, a
second above 12 month/day; without either it is ambiguous and refused until the map states `date_order`.
Two-digit years are refused. A local time that a clock change skips is read by the clock as it ran before
(02:30 becomes 03:30), and one that occurs twice is the earlier; both are told as warnings. 24:00 is the
midnight that ends the day.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.field import INSTANT
from lastcase.ops.imports.mapping.model import DateOrder

CLOCK = r"(?:[T,\s]*(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2})(?:\.(\d{1,9}))?)?[分秒]?)?"
TIME = CLOCK + r"\s*(Z|UTC|[+-]\d\d:?\d\d)?$"
YMD = r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*" + TIME
COMPACT = r"^(\d{4})(\d{2})(\d{2})$"
SLASHED = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + TIME
DAY_NAME = r"(?i)^(\d{1,2})[\s-]([a-z]{3})[a-z]*\.?[\s,-]+(\d{4})" + TIME
NAME_DAY = r"(?i)^([a-z]{3})[a-z]*\.?\s(\d{1,2}),?\s(\d{4})" + TIME
SERIAL = r"^(\d{5})(?:\.(\d+))?$"
SERIAL_FIRST, SERIAL_LAST = 20_000, 80_000
"""Serial numbers taken as days since 30 December 1899: from October 1954 to January 2119."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY_US = 86_400_000_000


def date_order(texts: pl.Series) -> DateOrder | None:
    """The order of slashed dates among the texts: "dmy", "mdy"; None where nothing tells, "auto" where they
    contradict."""
    groups = texts.drop_nulls().unique().str.extract_groups(SLASHED).struct
    first, second = groups.field("1").cast(pl.Int64), groups.field("2").cast(pl.Int64)
    has_dmy, has_mdy = bool((first > 12).any()), bool((second > 12).any())
    if has_dmy and has_mdy:
        return "auto"
    return "dmy" if has_dmy else "mdy" if has_mdy else None


def is_slashed(texts: pl.Series) -> pl.Series:
    """Whether a text is a date whose order of day and month must be known."""
    return texts.str.contains(SLASHED)


def read_times(texts: pl.Series, order: DateOrder) -> pl.DataFrame:
    """Columns `text`, `local` (naive local time, or UTC where `offset_min` is set), `offset_min`, `has_time`.

    `local` is null where the text is no date.
    """
    frame = pl.DataFrame({"text": texts})
    slashed = (2, 1) if order == "mdy" else (1, 2)
    parts = [
        _groups(YMD, (1, 2, 3), 4),
        _groups(COMPACT, (1, 2, 3), None),
        *([_groups(SLASHED, (3, slashed[1], slashed[0]), 4)] if order in ("dmy", "mdy") else []),
        _groups(DAY_NAME, (3, 2, 1), 4),
        _groups(NAME_DAY, (3, 1, 2), 4),
    ]
    read = frame.with_columns(pl.coalesce(parts).alias("p")).unnest("p")
    return read.with_columns(
        _local(), _serial().alias("serial"), has_time=pl.col("hour").is_not_null()
    ).select(
        "text",
        pl.coalesce("local", "serial").alias("local"),
        pl.when(pl.col("local").is_not_null()).then(_offset()).alias("offset_min"),
        pl.when(pl.col("local").is_not_null())
        .then(pl.col("has_time"))
        .otherwise(pl.col("serial").dt.time() != pl.time(0))
        .alias("has_time"),
    )


def _groups(pattern: str, ymd: tuple[int, int, int], time_from: int | None) -> pl.Expr:
    """A struct of year, month, day, hour, minute, second, fraction and zone texts; null where nothing
    matches."""
    groups = pl.col("text").str.extract_groups(pattern)
    names = ("year", "month", "day", "hour", "minute", "second", "fraction", "zone")
    places = [*ymd, *(range(time_from, time_from + 5) if time_from else [None] * 5)]
    parts = [
        (groups.struct.field(str(place)) if place else pl.lit(None, pl.String)).alias(name)
        for name, place in zip(names, places, strict=True)
    ]
    return pl.when(pl.col("text").str.contains(pattern)).then(pl.struct(parts))


def _local() -> pl.Expr:
    months = {name: str(number) for number, name in enumerate(MONTHS, start=1)}
    month = pl.col("month").str.to_lowercase().replace(months).str.zfill(2)
    date = pl.concat_str("year", month, pl.col("day").str.zfill(2), separator="-").str.to_date(
        "%Y-%m-%d", strict=False
    )
    hour, minute, second = (_number(name) for name in ("hour", "minute", "second"))
    micro = pl.col("fraction").fill_null("0").str.pad_end(9, "0").str.slice(0, 6).cast(pl.Int64, strict=False)
    is_end = (hour == 24) & (minute == 0) & (second == 0)
    is_valid = ((hour < 24) | is_end) & (minute < 60) & (second < 60)
    elapsed = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro
    at = date.cast(pl.Datetime("us")) + pl.duration(microseconds=elapsed)
    return pl.when(is_valid).then(at).alias("local")


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64, strict=False).fill_null(0)


def _offset() -> pl.Expr:
    """Minutes east of UTC that the text states; null where it states none."""
    zone = pl.col("zone").str.replace(":", "")
    minutes = zone.str.slice(1, 2).cast(pl.Int64, strict=False) * 60 + zone.str.slice(3, 2).cast(
        pl.Int64, strict=False
    )
    signed = pl.when(zone.str.starts_with("-")).then(-minutes).otherwise(minutes)
    return pl.when(zone.is_in(["Z", "UTC"])).then(0).otherwise(signed)


def _serial() -> pl.Expr:
    whole = pl.when(pl.col("text").str.contains(SERIAL)).then(pl.col("text")).cast(pl.Float64, strict=False)
    inside = (whole >= SERIAL_FIRST) & (whole < SERIAL_LAST)
    seconds = ((whole - whole.floor()) * 86_400).round().cast(pl.Int64)
    epoch = pl.lit("1899-12-30").str.to_date().cast(pl.Datetime("us"))
    return pl.when(inside).then(epoch + pl.duration(days=whole.floor().cast(pl.Int64), seconds=seconds))


def as_dates(read: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Local civil dates: a time with an offset is taken to the zone first."""
    utc = (pl.col("local") - pl.duration(minutes=pl.col("offset_min"))).dt.replace_time_zone("UTC")
    moved = utc.dt.convert_time_zone(zone).dt.date()
    value = pl.when(pl.col("offset_min").is_not_null()).then(moved).otherwise(pl.col("local").dt.date())
    return read.select("text", value.alias("value"), pl.lit(None, pl.String).alias("warning"))


def as_instants(read: pl.DataFrame, zone: str, date_only: str) -> pl.DataFrame:
    """UTC instants. A bare date is the midnight that starts it, or (`date_only` "end") the one that ends it."""
    shift = pl.when(pl.col("has_time")).then(0).otherwise(1 if date_only == "end" else 0)
    local = pl.col("local") + pl.duration(days=shift)
    read = read.with_columns(
        stated=(pl.col("local") - pl.duration(minutes=pl.col("offset_min"))).dt.replace_time_zone("UTC"),
        early=local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null"),
        late=local.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null"),
        # A gap is passed by reading the clock as it ran before it.
        after=(local + pl.duration(hours=1)).dt.replace_time_zone(
            zone, ambiguous="earliest", non_existent="null"
        ),
    )
    skipped = pl.col("offset_min").is_null() & pl.col("local").is_not_null() & pl.col("early").is_null()
    twice = pl.col("offset_min").is_null() & pl.col("has_time") & (pl.col("early") != pl.col("late"))
    value = pl.coalesce(
        pl.col("stated"), *(pl.col(n).dt.convert_time_zone("UTC") for n in ("early", "after"))
    ).cast(INSTANT)
    warning = (
        pl.when(skipped & pl.col("has_time"))
        .then(pl.lit("skipped_time"))
        .when(twice)
        .then(pl.lit("double_time"))
    )
    return read.select("text", value.alias("value"), warning.alias("warning"))
