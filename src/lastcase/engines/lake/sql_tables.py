"""The tables of the contact search in SQL: whole numbers only, so that no two engines can read them differently."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Literal, NamedTuple

import polars as pl

from lastcase.core.contacts.units import split_units
from lastcase.core.protocol.model import ContactRule
from lastcase.engines.lake.view import SETTING_BITS

Answer = Literal["pairs", "ring"]

SPOTS: dict[str, pl.DataType] = {
    "spot": pl.Int64(),
    "place": pl.Int64(),
    "part": pl.Int64(),
    "seat_row": pl.Int64(),
    "setting": pl.Int16(),
}
"""Spots: the place itself or a part of it, and in either perhaps a row of seats (null: not told). `part` is the lowest
spot of the same part, null for the place itself. All spots of a place have its setting (null: not known)."""

QUALITIES: dict[str, pl.DataType] = {"quality": pl.Int64(), "slack_s": pl.Int64()}
"""Classes of quality, each with the precision of the times of its visits in seconds (0: exact)."""

WINDOWS: dict[str, pl.DataType] = {
    "person": pl.Int64(),
    "preference": pl.Int64(),
    "from_s": pl.Int64(),
    "until_s": pl.Int64(),
    "settings": pl.Int64(),
}
"""When meeting a person counts: of the windows that a meeting fits, the lowest preference; an `until_s` of null is
open; `settings` has the bit of each setting that counts, `ANY_SETTING` means all, and places of unknown setting."""

PAIRS: dict[str, pl.DataType] = {
    name: pl.Int64()
    for name in (
        "case",
        "person",
        "certainty",
        "rule",
        "first_s",
        "last_s",
        "least_s",
        "most_s",
        "dose",
        "n_meetings",
        "place",
    )
}
"""`core.contacts.search.PAIRS` in numbers: the place of certainty in `CERTAINTIES` and of the rule among the rules
(null: none), seconds for minutes and instants, the dose in units of `core.contacts.dose`."""

RING: dict[str, pl.DataType] = {
    name: pl.Int64()
    for name in (
        "person",
        "certainty",
        "rule",
        "first_s",
        "last_s",
        "least_s",
        "most_s",
        "dose",
        "n_meetings",
        "n_via",
        "via",
        "place",
    )
}
"""`core.contacts.search.RING` in numbers."""

SCHEMAS: dict[Answer, dict[str, pl.DataType]] = {"pairs": PAIRS, "ring": RING}

ANY_SETTING = -1
OPEN_S = (1 << 62) - 1
"""The end of a window that has none."""
DAY_S = 86_400


class TimedRule(NamedTuple):
    """A contact rule, whole seconds: numbers of its settings (none: any), least seconds (null: any), period in
    which seconds are cumulated (0: one meeting alone), rows apart at the most (null: any)."""

    settings: tuple[int, ...]
    min_s: int | None
    cumulating_s: int
    most_rows: int | None = None


class NotInSeconds(ValueError):
    """A rule asks for a period that is no whole number of seconds."""


def timed_rules(rules: Sequence[ContactRule]) -> list[TimedRule]:
    """The rules of `core.contacts.search.visit_rules` for the text. Raises NotInSeconds."""
    return [timed_rule(r.settings, r.min_minutes, r.cumulating_hours, r.max_rows_apart) for r in rules]


def timed_rule(
    settings: Sequence[str],
    min_minutes: float | None,
    cumulating_hours: float,
    max_rows_apart: int | None = None,
) -> TimedRule:
    """One rule; KeyError for a setting that no place can have. Raises NotInSeconds."""
    period = Decimal(repr(cumulating_hours)) * 3600
    if period != int(period):
        raise NotInSeconds(f"a period of {cumulating_hours} hours is no whole number of seconds")
    least = None
    if min_minutes is not None:  # whole seconds reach a bound when they reach the next whole second above it
        least = int((Decimal(repr(min_minutes)) * 60).to_integral_value(ROUND_CEILING))
    bits = tuple(sorted(SETTING_BITS[name] for name in settings))
    return TimedRule(bits, least, int(period), max_rows_apart)


def ready_spots(spots: pl.DataFrame) -> pl.DataFrame:
    """The spots of `view.make_view` (unit, setting by name) with the columns and types of `SPOTS`."""
    seats = spots.with_columns(split_units(spots["unit"]))
    return seats.select(
        pl.col("spot").cast(pl.Int64()),
        pl.col("place").cast(pl.Int64()),
        part=pl.when(pl.col("part").is_not_null()).then(
            pl.col("spot").cast(pl.Int64()).min().over("place", "part")
        ),
        seat_row="seat_row",
        setting=pl.col("setting").replace_strict(SETTING_BITS, default=None, return_dtype=pl.Int16),
    )


def ready_windows(windows: pl.DataFrame) -> pl.DataFrame:
    """Windows with the columns and types of `WINDOWS`.

    Without a column `preference` the windows of a person count in the order given. Masks may be unsigned.
    Raises ValueError where two windows of a person have one preference.
    """
    if "preference" not in windows.columns:
        windows = windows.with_columns(preference=pl.int_range(pl.len()).over("person"))
    if windows.schema["settings"] == pl.UInt64():
        windows = windows.with_columns(pl.col("settings").reinterpret(signed=True))
    # A window that ends before it begins holds nothing: a case set apart before it was infectious.
    windows = windows.filter((pl.col("until_s") > pl.col("from_s")).fill_null(True))
    ready = windows.select(pl.col(name).cast(dtype) for name, dtype in WINDOWS.items())
    if ready.select(pl.struct("person", "preference").is_duplicated().any()).item():
        raise ValueError("two windows of one person have the same preference")
    return ready


def windows_after(ring: pl.DataFrame, beside: Sequence[int] = ()) -> pl.DataFrame:
    """The windows for the next ring, as `core.contacts.search.windows_of_ring`: of the definite contacts, from
    their own first meeting on, everywhere. `beside`: rules whose contacts were only co-present and are not
    followed. Whether an edition follows a next ring is for the caller to know."""
    followed = (pl.col("certainty") == 0) & ~pl.col("rule").is_in(list(beside)).fill_null(False)
    return ring.filter(followed).select(
        pl.col("person").cast(pl.Int64()),
        preference=pl.lit(0, pl.Int64()),
        from_s=pl.col("first_s"),
        until_s=pl.lit(None, pl.Int64()),
        settings=pl.lit(ANY_SETTING, pl.Int64()),
    )


def windows_after_text(beside: Sequence[int] = ()) -> str:
    """What `windows_after` makes, of a table `ring`."""
    left_out = "".join(f" AND COALESCE(rule <> {rule}, TRUE)" for rule in beside)
    return f"""
        SELECT
          person, CAST(0 AS BIGINT) AS preference, first_s AS from_s, CAST(NULL AS BIGINT) AS until_s,
          CAST({ANY_SETTING} AS BIGINT) AS settings
        FROM ring
        WHERE certainty = 0{left_out}"""


class Span(NamedTuple):
    """What a set of windows asks of the visits: the first and last second that any of them holds, and the most
    windows that one person has. `closes_s` is `OPEN_S` where one is open."""

    opens_s: int
    closes_s: int
    n_windows: int


SPAN_TEXT = f"""
SELECT MIN(opens_s) AS opens_s, MAX(closes_s) AS closes_s, MAX(n_windows) AS n_windows
FROM (
  SELECT MIN(from_s) AS opens_s, MAX(COALESCE(until_s, {OPEN_S})) AS closes_s, COUNT(*) AS n_windows
  FROM windows
  GROUP BY person
) AS by_person
"""
"""One row, a `Span`; all null where there is no window."""


def visits_text(span: Span, air_s: int, longest_s: int | None, has_day: bool) -> str:
    """Those of the visits of a table `stored` that can matter for the span.

    `has_day`: `stored` is kept in a folder a day, `day` being the day of the epoch (UTC) on which a visit
    starts, and only these folders are read. `longest_s`: no visit is longer; without it the earlier folders are
    opened, and passed over by the statistics that Parquet keeps of `end_s`.
    """
    wanted = [f"end_s >= {span.opens_s - air_s}"]
    if span.closes_s < OPEN_S:
        wanted.append(f"start_s < {span.closes_s}")
        if has_day:
            wanted.append(f"day <= {span.closes_s // DAY_S}")
    if has_day and longest_s is not None:
        wanted.append(f"day >= {(span.opens_s - air_s - longest_s) // DAY_S}")
    return f"SELECT person, spot, start_s, end_s, quality FROM stored WHERE {' AND '.join(wanted)}"
