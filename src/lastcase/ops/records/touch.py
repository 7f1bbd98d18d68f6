"""What a change touches: persons and risk areas, gathered in the transaction and queued for the refresher."""

from __future__ import annotations

from collections.abc import Collection

from lastcase.core.facts import TABLES, Table
from lastcase.ops.records.following import note
from lastcase.ops.records.ground import persons_on_ground
from lastcase.ops.records.live import announce_left
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.standing_ground import changes_ground
from lastcase.ops.records.writing import Writing

LIVE_PERSONS_MAX = 500
"""A change that touches more persons than this is derived as a whole: that is quicker, and the same."""
SETTLE = "settle"
"""The kind of what is queued to be derived for whole areas, after the live change that it follows from."""


UNANSWERED = frozenset({"objections"})
"""Tables of which no answer is made: who is named there is placed and noted for readings, and nobody is derived."""
FOLLOW = "follow"
"""The kind of what is queued to be followed through the lake of visits, before it is derived."""


def begin(writing: Writing) -> None:
    """Make the temporary tables that gather what is touched."""
    writing.run(
        "".join(
            f"""DROP TABLE IF EXISTS touched_{kind};
                CREATE TEMP TABLE touched_{kind} ({kind}_id text PRIMARY KEY) ON COMMIT DROP;"""
            for kind in ("person", "risk_area")
        )
    )


def gather(writing: Writing, name: str, given: Collection[str] = ()) -> None:
    """Gather persons and risk areas that the rows of `diff_<name>` name, as they were and, in the columns `given`, as
    they are."""
    table = TABLES[name]
    persons = [
        field.name for field in table.fields if field.reference == "persons" or field.name == "person_id"
    ]
    risk_areas = [field.name for field in table.fields if field.name == "risk_area_id"]
    statements = [
        _gather(table, kind, columns, [column for column in columns if column in given])
        for kind, columns in (("person", persons), ("risk_area", risk_areas))
        if columns
    ]
    if statements:
        writing.run(";".join(statements))


def gather_reached(writing: Writing, outbreak_id: int, names: Collection[str]) -> None:
    """Gather whom the changed rows of these tables reach without naming them.

    They are derived anew, and do not become members by it.
    """
    for name in names:
        if name in _BY_WAY_OF:
            writing.run(f"INSERT INTO touched_person {_BY_WAY_OF[name]} ON CONFLICT DO NOTHING")
    named = any(field.name == "risk_area_id" for name in names for field in TABLES[name].fields)
    if named and writing.one("SELECT count(*) FROM touched_risk_area"):
        there = persons_on_ground(writing, outbreak_id)
        writing.run("INSERT INTO touched_person SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [there])


_BY_WAY_OF = {
    "pools": "SELECT DISTINCT s.person_id FROM fact_specimens s JOIN diff_pools d ON d.pool_id = s.pool_id",
    "places": """
        SELECT p.person_id FROM fact_persons p,
            LATERAL (VALUES (p.residence_place_id), (p.present_place_id), (p.work_place_id)) at(place_id)
            JOIN diff_places d USING (place_id)
        UNION SELECT v.person_id FROM fact_visits v JOIN diff_places d USING (place_id)""",
}
"""Whom a row reaches that names no person: those sampled into a tube, those who live at a place or came
by."""


def others(writing: Writing, outbreak_id: int, *, everything: bool = False) -> list[int]:
    """Outbreaks beside this one that know a touched person (or all of them)."""
    knows = """AND EXISTS (SELECT 1 FROM records_member m JOIN touched_person USING (person_id)
        WHERE m.outbreak_id = o.id)"""
    query = (
        f"SELECT o.id FROM records_outbreak o WHERE o.id <> %s {'' if everything else knows} ORDER BY o.id"
    )
    return [found for (found,) in writing.all(query, [outbreak_id])]


def _gather(table: Table, kind: str, columns: list[str], given: list[str]) -> str:
    named = [f"SELECT {column} AS ref FROM diff_{table.name}" for column in given] + [
        f"SELECT f.{column} FROM fact_{table.name} f JOIN diff_{table.name} d ON f.id = d.old_id"
        for column in columns
    ]
    return f"""INSERT INTO touched_{kind} SELECT DISTINCT v.ref FROM ({" UNION ALL ".join(named)}) v(ref)
        WHERE v.ref IS NOT NULL ON CONFLICT DO NOTHING"""


def add_members(writing: Writing, outbreak_id: int) -> int:
    """Make the touched persons members of the outbreak; those nobody has stated become stubs. How many
    stubs."""
    return writing.run(
        """INSERT INTO records_member (outbreak_id, person_id, survivor_id)
           SELECT %s, person_id, person_id FROM touched_person
           ON CONFLICT (outbreak_id, person_id) DO NOTHING;
           INSERT INTO fact_persons (person_id, list_id, is_stub, recorded_at, source, recorded_by)
           SELECT t.person_id, regexp_replace(t.person_id, '^[^:]*:', ''), true, %s, 'reference', 'reference'
           FROM touched_person t WHERE NOT EXISTS (
               SELECT 1 FROM fact_persons p WHERE p.person_id = t.person_id AND p.retired_at IS NULL)""",
        [outbreak_id, writing.now],
    )


def enqueue(
    writing: Writing,
    outbreak_id: int,
    *,
    tables: Collection[str] = (),
    everything: bool = False,
) -> int:
    """Bump the revision, queue what was touched and note it for readings; the new revision. `tables`: whose rows
    changed."""
    revision = next_revision(writing, outbreak_id)
    if changes_ground(tables):
        moved = "UPDATE records_revision SET ground_at = %s WHERE outbreak_id = %s"
        writing.run(moved, [writing.now, outbreak_id])
    is_unanswered = bool(tables) and UNANSWERED.issuperset(tables)
    few = "" if is_unanswered else f" LIMIT {LIVE_PERSONS_MAX + 1}"
    persons = [person for (person,) in writing.all(f"SELECT person_id FROM touched_person{few}")]
    if is_unanswered:
        note(writing, outbreak_id, revision, persons, tables=tables)
        return revision
    everything = everything or len(persons) > LIVE_PERSONS_MAX
    if everything or _moves_merges(writing, outbreak_id, tables):
        note(writing, outbreak_id, revision, None)
    else:
        note(writing, outbreak_id, revision, persons, tables=tables)
    if everything:
        source = "SELECT 'all' AS kind, '' AS ref"
    else:
        source = """SELECT 'person', person_id FROM touched_person
            UNION ALL SELECT 'risk_area', risk_area_id FROM touched_risk_area"""
    whom = "SELECT ''" if everything else "SELECT person_id FROM touched_person"
    source += f""" UNION ALL SELECT '{FOLLOW}', f.ref FROM ({whom}) f(ref)
        WHERE EXISTS (SELECT 1 FROM records_lakestate WHERE outbreak_id = {outbreak_id})"""
    writing.run(
        f"""INSERT INTO records_touched (outbreak_id, kind, ref, revision)
            SELECT %s, q.kind, q.ref, %s FROM ({source}) q(kind, ref)
            ON CONFLICT (outbreak_id, kind, ref) DO UPDATE SET revision = excluded.revision""",
        [outbreak_id, revision],
    )
    return revision


def _moves_merges(writing: Writing, outbreak_id: int, tables: Collection[str]) -> bool:
    """Whether a touched person is, or was until now, one of several entries of a person."""
    is_merged = writing.one(
        """SELECT EXISTS (SELECT 1 FROM touched_person t JOIN records_member m USING (person_id)
            JOIN records_member other ON other.outbreak_id = m.outbreak_id AND other.survivor_id = m.survivor_id
            WHERE m.outbreak_id = %s AND other.person_id <> m.person_id)""",
        [outbreak_id],
    )
    was_merged = "persons" in tables and writing.one(
        """SELECT EXISTS (SELECT 1 FROM diff_persons d JOIN fact_persons f ON f.id = d.old_id
            WHERE f.merged_into_id IS NOT NULL)"""
    )
    return bool(is_merged or was_merged)


def leave(writing: Writing, outbreak: Outbreak, refs: Collection[str]) -> None:
    """Queue what a live change leaves to be settled, and tell the process that settles."""
    if not refs:
        return
    writing.run(
        """INSERT INTO records_touched (outbreak_id, kind, ref, revision)
           SELECT r.outbreak_id, %s, q.ref, r.number FROM records_revision r, unnest(%s::text[]) q(ref)
           WHERE r.outbreak_id = %s
           ON CONFLICT (outbreak_id, kind, ref) DO UPDATE SET revision = excluded.revision""",
        [SETTLE, sorted(refs), outbreak.pk],
    )
    announce_left(writing, outbreak)


def next_revision(writing: Writing, outbreak_id: int) -> int:
    """Bump the revision of the outbreak's record; the new one."""
    return int(
        writing.one(
            """UPDATE records_revision SET number = number + 1, at = %s
               WHERE outbreak_id = %s RETURNING number""",
            [writing.now, outbreak_id],
        )
    )


def current_revision(writing: Writing, outbreak_id: int) -> int:
    """The revision of the outbreak's record."""
    return int(writing.one("SELECT number FROM records_revision WHERE outbreak_id = %s", [outbreak_id]))
