"""Every version of every fact about one person, acts among them: who recorded what, when, and what took its place.

Reads only, under the reader's rights: a version that row security hides is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from lastcase.core.facts import TABLES, Table
from lastcase.core.facts.merge import MAX_CHAIN
from lastcase.ops.records.models import FACTS, AuditWrite, Outbreak

VERSION_TABLES = tuple(name for name, table in TABLES.items() if table.person_fields)
"""Fact tables that name persons: their versions make the history."""
VERSION_ROWS = 200
"""Versions listed at most, the newest."""
STAMP = ("recorded_at", "retired_at", "known_from", "source", "recorded_by")


def versions(outbreak: Outbreak, person_id: str, known_at: datetime | None) -> list[dict[str, Any]]:
    """Every version of the facts about the person, newest first, each with what differs from the one it replaced.

    `others` are the persons it names beside this one; `withdrawn`, for a version that was retired and not
    replaced, says who did so and why (as far as the reader may see it). What was recorded after `known_at` is
    left out, and so is that a version was retired later.
    """
    persons = _merged(person_id)
    found = [row for name in VERSION_TABLES for row in _versions_of(name, outbreak, persons, known_at)]
    newest = sorted(found, key=lambda row: (row["recorded_at"], row["table"]), reverse=True)[:VERSION_ROWS]
    return _with_withdrawals(outbreak, newest)


def _merged(person_id: str) -> list[str]:
    """The person with all that were merged into it."""
    found, latest = [person_id], [person_id]
    for _ in range(MAX_CHAIN):
        rows = FACTS["persons"].objects.filter(merged_into_id__in=latest, retired_at=None)  # type: ignore[attr-defined]
        latest = [one for one in rows.values_list("person_id", flat=True) if one not in found]
        if not latest:
            break
        found += latest
    return found


def _versions_of(
    name: str, outbreak: Outbreak, persons: list[str], known_at: datetime | None
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
    table: Table, outbreak: Outbreak, persons: list[str], known_at: datetime | None
) -> Iterable[dict[str, Any]]:
    """All versions of the facts of the table whose versions are the newest, oldest first."""
    about = Q()
    for column in table.person_fields:
        about |= Q(**{f"{column}__in": persons})
    rows = FACTS[table.name].objects.filter(about)  # type: ignore[attr-defined]
    rows = rows if table.is_global else rows.filter(outbreak=outbreak)
    rows = rows if known_at is None else rows.filter(recorded_at__lte=known_at)
    first = table.key[0]
    newest = rows.order_by("-recorded_at", "-id").values_list(first, flat=True)[:VERSION_ROWS]
    return rows.filter(**{f"{first}__in": set(newest)}).order_by("recorded_at", "id").values()


def _version(
    table: Table,
    row: Mapping[str, Any],
    last: Mapping[str, Any] | None,
    persons: list[str],
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
