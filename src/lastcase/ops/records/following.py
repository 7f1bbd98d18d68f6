"""A reading of the record follows what changed since, instead of being read anew.

Every revision leaves a note of whose facts it may have replaced, and whose answers in which table. A reading drops what
it holds about these persons and risk areas there, and reads that part again under the reader's own rights: what the
reader is no longer shown does not come back. A revision that may have moved anybody's (an adoption, a merge, a bulk
import) has no such note, and the record is read anew.

What was read again is put among the rest of a table once somebody looks at it (see `patched`).
Rows that were read again stand behind the others. Nothing that is made from a reading hangs on the order of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.answers import ANSWERS, Answers, owner_column
from lastcase.core.facts import TABLES, Table
from lastcase.core.facts.merge import turn_to_survivors
from lastcase.core.facts.store import Facts
from lastcase.ops.records.models import Member, Outbreak, Replaced
from lastcase.ops.records.patched import PatchedAnswers, PatchedTable, PatchedTables
from lastcase.ops.records.queries import WITH_PLACES, load_about, read_places, read_some_answers
from lastcase.ops.records.writing import Writing

NOTES_KEPT = 200
"""Revisions of which a note is kept; a reading older than that is read anew."""
PERSONS_MAX = 3_000
"""A reading follows changes of no more persons than this: above, to read anew is quicker."""
ALWAYS = ("receipts", "decisions")
"""Small tables that many acts add to: read again with every change of facts."""


@dataclass
class Change:
    """What revisions replaced, taken together: of facts all about these persons, and rows of these tables; of answers,
    by table, those about these persons or risk areas."""

    persons: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    answers: dict[str, set[str]] = field(default_factory=dict)


def note(
    writing: Writing,
    outbreak_id: int,
    revision: int,
    persons: Collection[str] | None,
    tables: Iterable[str] = (),
) -> None:
    """Note which facts a revision replaces. `persons` None: anybody's may differ, answers among them, and older notes
    are of no use any more."""
    oldest = revision if persons is None else revision - NOTES_KEPT
    writing.run(
        f"DELETE FROM records_replaced WHERE outbreak_id = %s AND revision <= %s; {_inserting(1)}",
        [
            outbreak_id,
            oldest,
            outbreak_id,
            revision,
            None if persons is None else list(persons),
            [],
            list(tables),
        ],
    )


def note_answers(
    writing: Writing, outbreak_id: int, revision: int, differing: Mapping[str, Collection[str]]
) -> None:
    """Note whose answers a revision replaces: by table, the persons or risk areas. Without any, that it replaces
    none."""
    rows: list[list[object]] = []
    for name, owners in differing.items():
        of_areas = owner_column(ANSWERS[name]) == "risk_area_id"
        persons, risk_areas = ([], sorted(owners)) if of_areas else (sorted(owners), [])
        rows.append([outbreak_id, revision, persons, risk_areas, [name]])
    rows = rows or [[outbreak_id, revision, [], [], []]]
    writing.run(_inserting(len(rows)), [value for row in rows for value in row])


def _inserting(n_rows: int) -> str:
    values = ", ".join(["(%s, %s, %s::text[], %s::text[], %s::text[])"] * n_rows)
    return (
        f"INSERT INTO records_replaced (outbreak_id, revision, persons, risk_areas, tables) VALUES {values}"
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
        answered = [name for name in row.tables if name in ANSWERS]
        for name in answered:
            change.answers.setdefault(name, set()).update(row.persons, row.risk_areas)
        if not answered:
            change.persons |= set(row.persons)
            change.tables |= set(row.tables)
    most = max(map(len, [change.persons, *change.answers.values()]))
    return change if most <= PERSONS_MAX else None


def follow_facts(facts: Facts, record: Outbreak, change: Change) -> Facts:
    """The facts as they stand after the change."""
    if not change.persons and not change.tables:
        return facts
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
    columns = {name: _belongs_by(ANSWERS[name]) for name in change.answers}
    wanted = {
        name: None if column is None else ([column], sorted(change.answers[name]))
        for name, column in columns.items()
    }
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        # How far a reader's scope reaches the planner can't know: it would gather the places of all rows within it
        # before it looks for the few persons.
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        found = read_some_answers(cursor, record.pk, DEFAULT_DB_ALIAS, wanted)
        cursor.execute("SET LOCAL enable_bitmapscan = on")
    for name, rows in found.items():
        of = wanted[name]
        tables[name] = PatchedTable(rows) if of is None else tables[name].then(of[1], rows)
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
    # Some proposals follow from counts of whole areas.
    return None if table.name == "area_proposals" else owner_column(table)


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
