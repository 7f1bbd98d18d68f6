"""When a record ended: a list of long ago is read as of its own end, a living one as of now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
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
from lastcase.ops.records.vantage import stamp_of

WHO_IS_SHOWN = {"persons", "places", "areas"}
"""Tables that decide which rows of the others a reader is shown."""

Lasts = dict[str, datetime]
"""By table, the close of the local day of its last fact; tables without one are left out."""


@dataclass(frozen=True)
class Known:
    """What is known of when tables end: `lasts`, of which those of the `unsure` are no more than not too early."""

    lasts: Lasts
    unsure: frozenset[str] = frozenset()

    @property
    def to_ask(self) -> set[str]:
        """The tables to be asked before it is known when the last of all ends."""
        end = max(self.lasts.values(), default=None)
        ending = {name for name, last in self.lasts.items() if last == end}
        return ending if ending <= self.unsure else set()


_kept: Kept[Known] = Kept(200)


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
    return _end(home, _lasts(home, _TOLD_BY, using=using))


def kept_end(record: models.Outbreak, scope: object) -> datetime | None:
    """The same as the reader of this scope is shown it, kept in the process: after a change only what it replaced is
    asked again."""
    reader = (connections[DEFAULT_DB_ALIAS].settings_dict["NAME"], record.pk, scope)
    stamp = stamp_of(record)

    def ask() -> Known:
        earlier = _kept.last(lambda key: key[0] == reader)
        known = earlier and _follow(record, earlier[1], changed_since(record, earlier[0][1][0], stamp[0]))
        return known or Known(_lasts(record, _TOLD_BY))

    return _end(record, _kept.get((reader, stamp), ask).lasts)


def _follow(record: models.Outbreak, known: Known, change: Change | None) -> Known | None:
    """The same after a change; None where that can't be told.

    A table of which the persons of the change have the last fact is known again; of others it is asked only where they
    would end last whether that fact of theirs was taken back.
    """
    if change is None or change.tables & WHO_IS_SHOWN:
        return None
    changed = {name for name in _TOLD_BY if name in change.tables}
    told = {name for name in changed if TABLES[name].person_fields}
    fresh = _lasts(record, told, change.persons) | _lasts(record, changed - told)
    before = {name: last for name, last in known.lasts.items() if name not in changed - told}
    lasts = before | {name: max(last, before.get(name, last)) for name, last in fresh.items()}
    sure = {name for name, last in fresh.items() if last == lasts[name]} | (changed - told)
    known = Known(lasts, (known.unsure | told) - sure)
    while asked := known.to_ask:
        others = {name: last for name, last in known.lasts.items() if name not in asked}
        known = Known(others | _lasts(record, asked), known.unsure - asked)
    return known


def _end(home: models.Outbreak, lasts: Lasts) -> datetime | None:
    return within_day(max(lasts.values()), ZoneInfo(home.time_zone)) if lasts else None


def _lasts(
    home: models.Outbreak,
    names: Collection[str],
    persons: Collection[str] | None = None,
    *,
    using: str = DEFAULT_DB_ALIAS,
) -> Lasts:
    """Of these tables; `persons`: of facts about these alone."""
    if not names:
        return {}
    whose = {name: "" if persons is None else _about(TABLES[name]) for name in names}
    query = " UNION ALL ".join(f"{_LAST_OF[name]} {whose[name]}" for name in names)
    with connections[using].cursor() as cursor:
        cursor.execute(query, {"zone": home.time_zone, "outbreak": home.pk, "persons": list(persons or ())})
        return {name: last for name, last in cursor.fetchall() if last is not None}


def _about(table: Table) -> str:
    return f"AND ({' OR '.join(f'{column} = ANY(%(persons)s)' for column in table.person_fields)})"


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
