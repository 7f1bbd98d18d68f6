"""When a record ended: a list of long ago is read as of its own end, a living one as of now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

from lastcase.core.civil import within_day
from lastcase.core.facts import TABLES, Table
from lastcase.ops.records import models
from lastcase.ops.records.following import Change, changed_since
from lastcase.ops.records.keeping import Kept
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.vantage import Stamp, stamp_of

WHO_IS_SHOWN = {"persons", "places", "areas"}
"""Tables that decide which rows of the others a reader is shown."""

Lasts = dict[str, datetime]
"""By table, the close of the local day of its last fact; tables without one are left out."""

_kept: Kept[Lasts] = Kept(200)


def is_alive(outbreak: models.Outbreak, since: datetime) -> bool:
    """Whether a duty shown to the reader was done between `since` and now: then some fact is as late. An index
    tells."""
    duties = models.ANSWER_MODELS["duties"].objects  # type: ignore[attr-defined]
    done = duties.filter(outbreak=outbreak, fulfilled_at__gt=since, fulfilled_at__lte=timezone.now())
    return bool(done.exists())


def suggested_as_of(outbreak: str | models.Outbreak, *, using: str = DEFAULT_DB_ALIAS) -> datetime | None:
    """The last instant or day that the facts state, for reading a historical list as of its own end; None
    without facts.

    The local day of the last fact counts to its end, 24:00, as its last instant. Only what has happened is
    asked: not when a delivery came.
    """
    home = get_outbreak(outbreak)
    return _end(home, _lasts(home, _TOLD_BY, using))


def kept_end(record: models.Outbreak, scope: object) -> datetime | None:
    """The same as the reader of this scope is shown it, kept in the process: after a change only the tables whose rows
    changed are asked again."""
    reader = (connections[DEFAULT_DB_ALIAS].settings_dict["NAME"], record.pk, scope)
    stamp = stamp_of(record)

    def ask() -> Lasts:
        earlier = _kept.last(lambda key: key[0] == reader)
        return (
            _lasts(record, _TOLD_BY, DEFAULT_DB_ALIAS) if earlier is None else _follow(record, earlier, stamp)
        )

    return _end(record, _kept.get((reader, stamp), ask))


def _follow(record: models.Outbreak, earlier: tuple[tuple[object, Stamp], Lasts], until: Stamp) -> Lasts:
    (_, since), lasts = earlier
    change: Change | None = changed_since(record, since[0], until[0])
    if change is None or change.tables & WHO_IS_SHOWN:
        return _lasts(record, _TOLD_BY, DEFAULT_DB_ALIAS)
    asked = [name for name in _TOLD_BY if name in change.tables]
    others = {name: last for name, last in lasts.items() if name not in asked}
    return others | _lasts(record, asked, DEFAULT_DB_ALIAS)


def _end(home: models.Outbreak, lasts: Lasts) -> datetime | None:
    return within_day(max(lasts.values()), ZoneInfo(home.time_zone)) if lasts else None


def _lasts(home: models.Outbreak, names: Collection[str], using: str) -> Lasts:
    if not names:
        return {}
    query = " UNION ALL ".join(_LAST_OF[name] for name in names)
    with connections[using].cursor() as cursor:
        cursor.execute(query, {"zone": home.time_zone, "outbreak": home.pk})
        return {name: last for name, last in cursor.fetchall() if last is not None}


def _last_of(table: Table) -> str | None:
    """SQL for the name of the table and the close of the local day of its last fact."""
    days = []
    for field in table.fields:
        if field.kind == "instant":
            back = " - interval '1 microsecond'" if field.date_only == "end" else ""
            days.append(
                f"date_trunc('day', (max({field.name}){back}) AT TIME ZONE %(zone)s) + interval '1 day'"
            )
        elif field.kind == "date":
            days.append(f"(max({field.name}) + 1)::timestamp")
    if not days:
        return None
    return f"""SELECT '{table.name}', greatest({", ".join(days)}) AT TIME ZONE %(zone)s FROM fact_{table.name}
        WHERE outbreak_id = %(outbreak)s AND retired_at IS NULL"""


_LAST_OF = {
    name: query
    for name, table in TABLES.items()
    if not table.is_global and name not in ("receipts", "decisions") and (query := _last_of(table))
}
_TOLD_BY = tuple(_LAST_OF)
