"""Days and hours of the small world."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2022, 7, 10)


def at(day: date, hour: float = 12) -> datetime:
    """A local hour of a date, as UTC."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC) + timedelta(hours=hour)


def days(n: float) -> timedelta:
    return timedelta(days=n)
