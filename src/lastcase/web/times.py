"""Instants that readers type or links carry."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime

from lastcase.core.civil import close_of


def read_instant(text: str, zone: ZoneInfo) -> datetime | None:
    """An aware instant from ISO text; without an offset it is local to `zone`, a bare date means its end.

    None for an empty text and for one that is no instant: a page then shows what it shows without it.
    """
    try:
        day = parse_date(text.strip())  # first: a bare date parses as an instant too, its midnight
        found = (
            None if day else parse_datetime(text.strip().replace(" ", "+") if "T" in text else text.strip())
        )
    except ValueError:
        return None
    if found is None and day is not None:
        found = close_of(day, zone)
    if found is None:
        return None
    return found.replace(tzinfo=zone) if found.tzinfo is None else found
