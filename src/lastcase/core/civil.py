"""Local civil days of single instants: midnights, and the last instant of a day. On columns: `core.days`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def midnight_of(day: date, zone: ZoneInfo) -> datetime:
    """First instant of a local date, as an aware UTC datetime."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """24:00 of a local date, as an aware UTC datetime."""
    return midnight_of(day + timedelta(days=1), zone)


LAST = timedelta(microseconds=1)
"""From the last instant of a day to the midnight that ends it."""


def close_of(day: date, zone: ZoneInfo) -> datetime:
    """The last instant of a local date, written 24:00: what carries that date is in, what carries the next is not."""
    return end_of(day, zone) - LAST


def within_day(instant: datetime, zone: ZoneInfo) -> datetime:
    """The instant itself; local midnight, where a day's facts end, as the last instant of that day."""
    return instant - LAST if instant.astimezone(zone).time() == time() else instant


def is_close_of_day(instant: datetime, zone: ZoneInfo) -> bool:
    """Whether the instant is the last of its local day, to be written 24:00."""
    return instant.astimezone(zone).time() == time.max
