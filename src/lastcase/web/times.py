"""Instants that readers type or links carry."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime


def read_instant(text: str, zone: ZoneInfo) -> datetime | None:
    """An aware instant from ISO text; without an offset it is local to `zone`, a bare date means its last
    minute.

    None for an empty text and for one that is no instant: a page then shows what it shows without it.
    """
    try:
        found = parse_datetime(text.strip().replace(" ", "+") if "T" in text else text.strip())
        day = None if found else parse_date(text.strip())
    except ValueError:
        return None
    if found is None and day is not None:
        found = datetime.combine(day, time(23, 59), zone)
    if found is None:
        return None
    return found.replace(tzinfo=zone) if found.tzinfo is None else found
