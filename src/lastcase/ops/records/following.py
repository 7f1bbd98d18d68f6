"""A reading of the record follows what changed since, instead of being read anew.

Every revision leaves a note of whose facts and answers it may have replaced. A reading drops what it holds about
these persons and risk areas, and reads that part again under the reader's own rights: what the reader is no longer
shown does not come back. A revision that may have moved anybody's (an adoption, a merge, a bulk import) has no such
note, and the record is read anew.

What was read again is put among the rest of a table once somebody looks at it (see `patched`).
Rows that were read again stand behind the others. Nothing that is made from a reading hangs on the order of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.answers import ANSWERS, Answers
from lastcase.core.facts import TABLES, Table
from lastcase.core.facts.merge import turn_to_survivors
from lastcase.core.facts.store import Facts
from lastcase.ops.records.models import Member, Outbreak, Replaced
from lastcase.ops.records.patched import PatchedAnswers, PatchedTable, PatchedTables
from lastcase.ops.records.queries import WITH_PLACES, load_about, read_answers, read_places
from lastcase.ops.records.writing import Writing

NOTES_KEPT = 200
"""Revisions of which a note is kept; a reading older than that is read anew."""
PERSONS_MAX = 3_000
"""A reading follows changes of no more persons than this: above, to read anew is quicker."""
ALWAYS = ("receipts", "decisions")
"""Small tables that many acts add to: read again each time."""


@dataclass
class Change:
    """What revisions replaced, taken together."""

    persons: set[str] = field(default_factory=set)
    risk_areas: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)


def note(
    writing: Writing,
    outbreak_id: int,
    revision: int,
    persons: Collection[str] | None,
    risk_areas: Iterable[str] = (),
    tables: Iterable[str] = (),
) -> None:
    """Note what a revision replaces. `persons` None: anybody's may differ, and older notes are of no use any more."""
    oldest = revision if persons is None else revision - NOTES_KEPT
    replaced = [None if persons is None else list(persons), list(risk_areas), list(tables)]
    writing.run(
        """DELETE FROM records_replaced WHERE outbreak_id = %s AND revision <= %s;
           INSERT INTO records_replaced (outbreak_id, revision, persons, risk_areas, tables)
           VALUES (%s, %s, %s, %s, %s)""",
        [outbreak_id, oldest, outbreak_id, revision, *replaced],
    )


def changed_since(record: Outbreak, since: int, until: int) -> Change | None:
    """What the revisions after `since` up to `until` replaced; None where that can't be told or is too much."""
    rows = list(Replaced.objects.filter(outbreak=record, revision__gt=since))
    if len({row.revision for row in rows if row.revision <= until}) != until - since:
        return None
    change = Change()
    for row in rows:
        if row.persons is None:
            return None
        change.persons |= set(row.persons)
        change.risk_areas |= set(row.risk_areas)
        change.tables |= set(row.tables)
    return change if len(change.persons) <= PERSONS_MAX else None


def follow_facts(facts: Facts, record: Outbreak, change: Change) -> Facts:
    """The facts as they stand after the change."""
    whole = [name for name, table in TABLES.items() if not table.person_fields and name in change.tables]
    persons = sorted(change.persons)
    fresh = load_about(record, persons, [*whole, *ALWAYS])
    resolved = turn_to_survivors(Facts(fresh), _merged(record, fresh))
    tables = facts_tables(facts)
    for name, rows in resolved.frames.items():
        is_patched = TABLES[name].person_fields and name not in ALWAYS
        tables[name] = tables[name].then(persons, rows) if is_patched else _table(name, rows)
    if "places" not in change.tables:
        missing = sorted(_places_of(resolved) - tables["places"].view("ids", _place_ids, _more_place_ids))
        tables["places"] = tables["places"].then(missing, read_places(missing))
    return Facts(PatchedTables(tables))


def follow_answers(answers: Answers, record: Outbreak, change: Change) -> Answers:
    """The answers as they stand after the change."""
    tables = answers_tables(answers)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        for name, table in ANSWERS.items():
            column = _belongs_by(table)
            mine = sorted(change.risk_areas if column == "risk_area_id" else change.persons)
            if column is None:
                tables[name] = PatchedTable(read_answers(cursor, table, record.pk, DEFAULT_DB_ALIAS))
            elif mine:
                rows = read_answers(cursor, table, record.pk, DEFAULT_DB_ALIAS, only=([column], mine))
                tables[name] = tables[name].then(mine, rows)
    return PatchedAnswers(tables)


def facts_tables(facts: Facts) -> dict[str, PatchedTable]:
    """The tables of facts, ready to be patched."""
    if isinstance(facts.frames, PatchedTables):
        return dict(facts.frames.tables)
    return {name: _table(name, frame) for name, frame in facts.frames.items()}


def answers_tables(answers: Answers) -> dict[str, PatchedTable]:
    """The tables of answers, ready to be patched."""
    if isinstance(answers, PatchedAnswers):
        return dict(answers.tables)
    owned = {name: _belongs_by(table) for name, table in ANSWERS.items()}
    return {
        name: PatchedTable(frame, () if owned[name] is None else (str(owned[name]),))
        for name, frame in answers.frames().items()
    }


def _table(name: str, frame: pl.DataFrame) -> PatchedTable:
    return PatchedTable(frame, ("place_id",) if name == "places" else TABLES[name].person_fields)


def _place_ids(places: pl.DataFrame) -> frozenset[str]:
    return frozenset(places["place_id"])


def _more_place_ids(known: frozenset[str], places: pl.DataFrame, _: list[str]) -> frozenset[str]:
    return known | frozenset(places["place_id"])


def _belongs_by(table: Table) -> str | None:
    """The column by which a part of a table of answers is replaced; None: the table is, whole."""
    if table.name == "area_proposals":  # some of them follow from counts of whole areas
        return None
    return next((name for name in ("risk_area_id", "person_id") if name in table.columns), None)


def _places_of(facts: Facts) -> set[str]:
    columns = [facts[name][column] for name, columns in WITH_PLACES.items() for column in columns]
    return set(pl.concat(columns).drop_nulls())


def _merged(record: Outbreak, frames: dict[str, pl.DataFrame]) -> dict[str, str]:
    """The survivors of merged persons whom the rows mention."""
    mentioned: set[str] = set()
    for name, frame in frames.items():
        for column in TABLES[name].person_fields:
            mentioned |= set(frame[column].drop_nulls())
    found = Member.objects.filter(outbreak=record, person_id__in=mentioned).values_list(
        "person_id", "survivor_id"
    )
    return {person: survivor for person, survivor in found if person != survivor}
