"""Every version of every fact about one person, acts among them: who recorded what, when, and what took its place.

Reads only, under the reader's rights: a version that row security hides is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.facts import TABLES, Table
from lastcase.ops.records.entries import NAMING, Entries, about
from lastcase.ops.records.models import AuditWrite, Outbreak
from lastcase.ops.records.plan import BY_KEY, planned

VERSION_ROWS = 200
"""Versions listed at most, the newest."""
STAMP = ("recorded_at", "retired_at", "known_from", "source", "recorded_by")


def versions(outbreak: Outbreak, entries: Entries, known_at: datetime | None) -> list[dict[str, Any]]:
    """Every version of the facts about the person, newest first, each with what differs from the one it replaced.

    `others` are the persons it names beside this one; `withdrawn`, for a version that was retired and not
    replaced, says who did so and why (as far as the reader may see it). What was recorded after `known_at` is
    left out, and so is that a version was retired later.
    """
    names = [name for name in NAMING if name in entries.tables]
    found = [row for name in names for row in _versions_of(name, outbreak, entries.ids, known_at)]
    newest = sorted(found, key=lambda row: (row["recorded_at"], row["table"]), reverse=True)[:VERSION_ROWS]
    return _with_withdrawals(outbreak, newest)


def _versions_of(
    name: str, outbreak: Outbreak, persons: Sequence[str], known_at: datetime | None
) -> list[dict[str, Any]]:
    table = TABLES[name]
    before: dict[tuple[Any, ...], dict[str, Any]] = {}
    found = []
    for row in _rows(table, outbreak, persons, known_at):
        key = tuple(row[column] for column in table.key)
        last = before.get(key)
        if last is not None and last["retired_at"] == row["recorded_at"]:
            last["version"]["is_replaced"] = True
        version = _version(table, row, last, persons, known_at)
        before[key] = {**row, "version": version}
        found.append(version)
    return found


def _rows(
    table: Table, outbreak: Outbreak, persons: Sequence[str], known_at: datetime | None
) -> Iterable[dict[str, Any]]:
    """All versions of the facts of the table whose versions are the newest, oldest first."""
    columns = ", ".join(dict.fromkeys([*table.columns, *STAMP, "id"]))
    owner = "" if table.is_global else "outbreak_id = %(outbreak)s AND "
    then = "" if known_at is None else " AND recorded_at <= %(known_at)s"
    # What stands and what was retired have an index each: asked apart, either is read off its own.
    parts = " UNION ALL ".join(
        f"SELECT {columns} FROM fact_{table.name} WHERE {owner}({about(table)}){then} AND retired_at IS {which}"
        for which in ("NULL", "NOT NULL")
    )
    query = f"""WITH v AS MATERIALIZED ({parts}) SELECT * FROM v WHERE {table.key[0]} IN (
            SELECT {table.key[0]} FROM v ORDER BY recorded_at DESC, id DESC LIMIT {VERSION_ROWS})
        ORDER BY recorded_at, id"""
    params = {"outbreak": outbreak.pk, "persons": list(persons), "known_at": known_at}
    with (
        connections[DEFAULT_DB_ALIAS].cursor() as cursor,
        planned(cursor, *BY_KEY) if table.is_global else nullcontext(),
    ):
        cursor.execute(query, params)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _version(
    table: Table,
    row: Mapping[str, Any],
    last: Mapping[str, Any] | None,
    persons: Sequence[str],
    known_at: datetime | None,
) -> dict[str, Any]:
    stamp = {name: row[name] for name in STAMP}
    if known_at is not None and stamp["retired_at"] is not None and stamp["retired_at"] > known_at:
        stamp["retired_at"] = None
    old = last or {}
    changes = [
        {"field": field.name, "before": old.get(field.name), "after": row[field.name]}
        for field in table.fields
        if row[field.name] != old.get(field.name) and field.name not in (*table.key, *table.person_fields)
    ]
    others = [
        {"field": column, "person_id": row[column]}
        for column in table.person_fields
        if row[column] and row[column] not in persons
    ]
    return {
        **stamp,
        "table": table.name,
        "row": row,
        "is_first": last is None,
        "is_replaced": False,
        "withdrawn": None,
        "changes": changes,
        "others": others,
    }


def _with_withdrawals(outbreak: Outbreak, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who retired a version that nothing replaced, and why: the audit of that instant."""
    gone = [one for one in found if one["retired_at"] is not None and not one["is_replaced"]]
    if not gone:
        return found
    noted = AuditWrite.objects.filter(
        action="retire_facts", outbreak=outbreak.name, at__in={one["retired_at"] for one in gone}
    )
    by_instant = {note.at: note for note in noted}
    for one in gone:
        note = by_instant.get(one["retired_at"])
        one["withdrawn"] = {
            "by": f"{note.actor_name} ({note.post_name})" if note else "",
            "reason": note.details.get("reason", "") if note else "",
        }
    return found
