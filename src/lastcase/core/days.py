"""Local civil days as Polars expressions: the one place where an instant becomes a date and back.

Instants are aware UTC; a day is the local calendar day of an IANA zone, from midnight up to the next
midnight, 23 or 25 hours long at a clock change.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import polars as pl

from lastcase.core.facts.field import INSTANT

INSTANTS_KEPT = 1_000


@lru_cache(INSTANTS_KEPT)
def at(instant: datetime) -> pl.Expr:
    """An instant (aware) to compare columns with. Polars takes longer to make one than to filter a small frame by it,
    and all that a page tells is told of the same few."""
    return pl.lit(instant.astimezone(UTC), INSTANT)


def local_date(instant: pl.Expr, zone: str) -> pl.Expr:
    """Local date on which the instant falls."""
    return instant.dt.convert_time_zone(zone).dt.date()


def last_date(end: pl.Expr, zone: str) -> pl.Expr:
    """Last local date of a half-open interval that ends at `end`: an end at midnight belongs to the day before."""
    return local_date(end - pl.duration(microseconds=1), zone)


def midnight(day: pl.Expr, zone: str) -> pl.Expr:
    """First instant of the local date. Where a clock change skips midnight, the first instant after the gap."""
    naive = day.cast(pl.Datetime("us"))
    exact = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    skipped = (naive + pl.duration(hours=1)).dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    )
    return pl.coalesce(exact, skipped).dt.convert_time_zone("UTC").cast(INSTANT)


def plus_days(day: pl.Expr, days: pl.Expr | int) -> pl.Expr:
    """The date `days` civil days later."""
    return day + pl.duration(days=days)
