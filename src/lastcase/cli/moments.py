"""Instants as people write them at a terminal.

A bare date means the end of that local day, written 24:00, because figures of a day are closed at its end.
As an instant that is the day's last microsecond: what carries that date is in, what carries the next is not.
A date with a time but no zone is read in the outbreak's civil zone; with a zone or `Z` it stands as written.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from lastcase.cli.exits import WRONG_USE, CommandError
from lastcase.core.civil import close_of, is_close_of_day, within_day


def parse_instant(text: str, zone: ZoneInfo, option: str = "--as-of") -> datetime:
    """The aware UTC instant that `text` means in `zone`; CommandError (wrong use) if it means none."""
    if text.strip().lower() == "now":
        return now()
    try:
        return close_of(date.fromisoformat(text.strip()), zone)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise CommandError(WRONG_USE, "cli.error.instant", option=option, value=text) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def parse_date(text: str, option: str) -> date:
    """The local civil date that `text` means; CommandError (wrong use) if it means none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CommandError(WRONG_USE, "cli.error.date", option=option, value=text) from None


def now() -> datetime:
    """The present instant, aware UTC. The command line is the only floor of this path that reads a clock."""
    return datetime.now(UTC)


def local_text(instant: datetime, zone: ZoneInfo) -> str:
    """The instant in the outbreak's zone to the minute, with its offset; the end of a day stands as 24:00."""
    local = instant.astimezone(zone)
    offset = f"{local.strftime('%z')[:3]}:{local.strftime('%z')[3:]}"
    last = within_day(instant, zone)
    if is_close_of_day(last, zone):
        return f"{last.astimezone(zone).date().isoformat()} 24:00 {offset}"
    return f"{local.strftime('%Y-%m-%d %H:%M')} {offset}"


def iso_local(instant: datetime, zone: ZoneInfo) -> str:
    """The instant as ISO 8601 with the offset of the outbreak's zone, for `--json`."""
    return instant.astimezone(zone).isoformat()


def written(instant: datetime, zone: ZoneInfo) -> str:
    """The instant as one would give it to `--as-of`: the end of a day as its date."""
    last = within_day(instant, zone)
    is_close = is_close_of_day(last, zone)
    return last.astimezone(zone).date().isoformat() if is_close else iso_local(instant, zone)
