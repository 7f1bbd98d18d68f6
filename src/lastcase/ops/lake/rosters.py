"""Lists of workplaces and schools: who is where on which weekdays, from when to when, made visits a day.

A row says person, place, perhaps a part of it, weekdays, two times of day, first and last date. A time up to the one it
begins at is of the next day. A list tells what was to be, not what was: its visits are of the source `roster`, with a
precision of their own, and reach up to now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import polars as pl

from lastcase.core.facts.field import date
from lastcase.ops.imports import problems
from lastcase.ops.imports.mapping.automatic import normal
from lastcase.ops.imports.read.table import ROW
from lastcase.ops.imports.values import parse_column
from lastcase.ops.lake import seats
from lastcase.ops.lake.quick import VISIT_REVERSED, IsPlace, lacking, texts_of, visits_in

PRECISION_MIN = 30
"""Minutes by which somebody may come and go off the list. Assumed."""
HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "person_id": ("person id", "person", "人员编号", "编号", "工号", "学号"),
        "place_id": ("place id", "place", "场所编号", "场所", "单位", "学校"),
        "unit": ("unit", "class", "team", "分区", "班级", "班组"),
        "seat_row": seats.HEADINGS,
        "weekdays": ("weekdays", "days", "星期", "周几"),
        "from_time": ("from time", "from", "start", "开始时间", "上班时间"),
        "to_time": ("to time", "to", "end", "结束时间", "下班时间"),
        "first_on": ("first on", "first date", "first day", "开始日期"),
        "last_on": ("last on", "last date", "last day", "结束日期"),
        "precision_min": ("precision min", "precision", "精度"),
    }
)
"""What the columns go by, as `mapping.automatic.normal` has them."""
OPTIONAL = ("unit", "seat_row", "precision_min")
WEEKDAYS = MappingProxyType(
    {
        word: day
        for day, words in enumerate(
            ("mon 一 1", "tue 二 2", "wed 三 3", "thu 四 4", "fri 五 5", "sat 六 6", "sun 日 天 7"), 1
        )
        for word in words.split()
    }
)
"""Monday is 1, as ISO 8601 counts."""
_DAY = r"(mon|tue|wed|thu|fri|sat|sun|[一二三四五六日天1-7])(?:s|day|sday|nesday|rs|rsday|urday)?"
_DAYS = re.compile(rf"{_DAY}(?:(?:-|–|~|至|到|to){_DAY})?")
_TIME = r"^([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?$"


def read_roster(
    path: Path, namespace: str, zone: str, is_place: IsPlace
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """The visits of a list up to now (columns `quick.VISITS`), the problems of its rows and how many rows it has.

    Dates and times are of `zone`. Raises ImportRefused for a file as a whole.
    """
    return roster_in(texts_of(path), path.name, namespace, zone, is_place)


def roster_in(
    frame: pl.DataFrame, name: str, namespace: str, zone: str, is_place: IsPlace
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """The same of the cells of a file as `texts_of` gives them; `name` is the file's."""
    found = _columns([column for column in frame.columns if column != ROW], name)
    cells = (pl.col(column).cast(pl.String).str.strip_chars().alias(name) for name, column in found.items())
    rows = frame.select(ROW, *cells).with_columns(pl.col(pl.String).replace("", None))
    rows, unseated = _seated(rows, found)
    rows, told = _read(rows, found, zone)
    days = _expanded(rows, datetime.now(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None))
    visits, more, _ = visits_in(days, name, namespace, zone, is_place)
    return visits, problems.together([unseated, told, more]), frame.height


def _seated(rows: pl.DataFrame, found: dict[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with the row of seats in `unit`, and which of them state none."""
    if "seat_row" not in found:
        return rows, problems.none()
    parts = (
        rows["unit"] if "unit" in found else pl.Series([None], dtype=pl.String).new_from_index(0, rows.height)
    )
    units, is_wrong = seats.seat(parts, rows["seat_row"])
    told = seats.tell_wrong(rows.filter(is_wrong), found["seat_row"], pl.col("seat_row"))
    return rows.with_columns(units.alias("unit")).filter(~is_wrong), told


def _columns(headings: list[str], name: str) -> dict[str, str]:
    """Which column of the file states which of `HEADINGS`."""
    found = {field: heading for heading, field in columns_of(headings).items()}
    missing = [field for field in HEADINGS if field not in found and field not in OPTIONAL]
    if missing:
        raise lacking(name, missing, headings)
    return found


def columns_of(headings: list[str]) -> dict[str, str]:
    """Which field of `HEADINGS` each heading of a list is read as; the others are not used."""
    known = {word: field for field, words in HEADINGS.items() for word in words}
    return {heading: known[normal(heading)] for heading in headings if normal(heading) in known}


def _read(rows: pl.DataFrame, found: dict[str, str], zone: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows without errors, with weekdays, times and dates as values, and what is wrong."""
    dated, told = _dated(rows, found, zone)
    listed = {text: days_of_week(text) for text in rows["weekdays"].drop_nulls().unique()}
    read = dated.with_columns(
        pl.Series("days", [listed.get(text) for text in rows["weekdays"]], dtype=pl.List(pl.Int8)),
        *(_minutes(name) for name in ("from_time", "to_time")),
    )
    checks = {
        "weekdays": ("row.not_weekdays", pl.col("days").is_null()),
        "from_time": ("row.not_time_of_day", pl.col("from_time_read").is_null()),
        "to_time": ("row.not_time_of_day", pl.col("to_time_read").is_null()),
        "last_on": (
            VISIT_REVERSED.removeprefix("imports."),
            pl.col("last_on_read") < pl.col("first_on_read"),
        ),
    }
    empty = {name: ("row.cell_empty", pl.col(name).is_null()) for name in HEADINGS if name not in OPTIONAL}
    for name, (message, is_wrong) in [*empty.items(), *checks.items()]:
        is_told = is_wrong if message == "row.cell_empty" else is_wrong & pl.col(name).is_not_null()
        told.append(_tell(read.filter(is_told), message, "error", name, found[name]))
    every = problems.together(told)
    bad = every.filter(pl.col("severity") == "error")["row"].unique()
    return read.filter(~pl.col(ROW).is_in(bad.implode())), every


def _dated(rows: pl.DataFrame, found: dict[str, str], zone: str) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The rows with their dates, and what is wrong or doubtful with these."""
    told = []
    for name in ("first_on", "last_on"):
        parsed = parse_column(rows[name], date(name, name, name), zone, "auto")
        rows = rows.with_columns(parsed.values.alias(f"{name}_read"))
        heard = rows.join(parsed.told, left_on=name, right_on="text")
        for column, severity in (("problem", "error"), ("warning", "warning")):
            message = pl.lit("row.") + pl.col(column)
            told.append(
                _tell(heard.filter(pl.col(column).is_not_null()), message, severity, name, found[name])
            )
    return rows, told


def _tell(frame: pl.DataFrame, message: str | pl.Expr, severity: str, name: str, column: str) -> pl.DataFrame:
    value = pl.col(name)
    return problems.tell(frame, message, severity, table="visits", field=name, column=column, value=value)  # type: ignore[arg-type]


def days_of_week(text: str) -> list[int] | None:
    """Days of a text as "Mon-Fri", "1,3,5", "一三五" or "周一至周五", Monday being 1; null for any other text."""
    plain = re.sub(r"周|星期|礼拜|\s", "", text.casefold())
    found: set[int] = set()
    for match in _DAYS.finditer(plain):
        first, last = WEEKDAYS[match[1]], WEEKDAYS[match[2] or match[1]]
        found |= {(first - 1 + n) % 7 + 1 for n in range((last - first) % 7 + 1)}
    rest = re.sub(r"[,;/、，；.&+和]|and", "", _DAYS.sub("", plain))
    return sorted(found) if found and not rest else None


def _minutes(name: str) -> pl.Expr:
    """A time of day in minutes; null for what is none."""
    hour, minute = (pl.col(name).str.extract(_TIME, group).cast(pl.Int32) for group in (1, 2))
    read = hour * 60 + minute
    return pl.when(read <= 24 * 60).then(read).alias(f"{name}_read")


def _expanded(rows: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """A row a day, as texts of a file of visits, those that have ended by `now`."""
    last = pl.min_horizontal("last_on_read", pl.lit(now.date()))
    begun = rows.filter(pl.col("first_on_read") <= last)
    days = begun.with_columns(day=pl.date_ranges("first_on_read", last)).explode("day")
    days = days.filter(pl.col("days").list.contains(pl.col("day").dt.weekday()))
    midnight = pl.col("day").cast(pl.Datetime("us"))
    is_next = pl.col("to_time_read") <= pl.col("from_time_read")
    timed = days.with_columns(
        start=midnight + pl.duration(minutes="from_time_read"),
        end=midnight + pl.duration(minutes=pl.col("to_time_read") + is_next.cast(pl.Int32) * 24 * 60),
    ).filter(pl.col("end") <= now)
    nothing = pl.lit(None, pl.String)
    precision = pl.col("precision_min") if "precision_min" in rows.columns else nothing
    return timed.select(
        ROW,
        "person_id",
        "place_id",
        unit=pl.col("unit") if "unit" in rows.columns else nothing,
        start_at=pl.col("start").dt.strftime("%Y-%m-%d %H:%M"),
        end_at=pl.col("end").dt.strftime("%Y-%m-%d %H:%M"),
        precision_min=precision.fill_null(str(PRECISION_MIN)),
        visit_source=pl.lit("roster"),
    )
