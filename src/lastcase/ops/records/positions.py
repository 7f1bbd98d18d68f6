"""To which areas a person's rows are shown: numbering the tree, and placing persons and rows in it.

A row is shown to the area that names the person, the one where the person is, and the one of residence.
Naming counts until the receiver of a hand-over signs; from then on the receiver's area stands in its place. A
row without any position is shown to the outbreak's root area only, or, where the outbreak has none, to the
installation (0).
"""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from lastcase.core.facts import TABLES, Table
from lastcase.engines.bridge import copy_in
from lastcase.ops.records.errors import AreaCycle
from lastcase.ops.records.security import OPEN_FACTS
from lastcase.ops.records.writing import Writing

MANY = 2_000
"""More touched persons than this are placed by joins of whole tables."""

NAMED_AT = {
    "contacts": ("area_id", "t.named_at"),
    "cases": ("area_id", "coalesce(t.reported_at, t.found_at)"),
    "arrivals": ("to_area_id", "t.arrived_at"),
}
"""Tables whose rows name a person for an area: the column of the area, and when it did."""


def number_areas(tree: list[tuple[str, str | None]]) -> dict[str, tuple[int, int]]:
    """Half-open range of each area's subtree, depth first from 1; an area whose parent is not given is a
    root.

    Raises AreaCycle where areas are their own ancestors.
    """
    known = {area for area, _ in tree}
    children: dict[str | None, list[str]] = defaultdict(list)
    for area, parent in sorted(tree, reverse=True):
        children[parent if parent in known else None].append(area)
    low: dict[str, int] = {}
    ranges: dict[str, tuple[int, int]] = {}
    stack, number = [(area, False) for area in children[None]], 1
    while stack:
        area, is_done = stack.pop()
        if is_done:
            ranges[area] = (low[area], number)
            continue
        low[area], number = number, number + 1
        stack.append((area, True))
        stack.extend((child, False) for child in children[area])
    if len(ranges) < len(known):
        raise AreaCycle(areas=", ".join(sorted(known - set(ranges))[:5]))
    return ranges


def renumber(writing: Writing) -> None:
    """Number the tree anew from the standing areas. Raises AreaCycle."""
    rows = writing.all("SELECT area_id, parent_id, tier FROM fact_areas WHERE retired_at IS NULL")
    ranges = number_areas([(area, parent) for area, parent, _ in rows])
    writing.run("DELETE FROM records_areaposition")
    frame = pl.DataFrame(
        [(area, parent, tier, *ranges[area]) for area, parent, tier in rows],
        schema={
            "area_id": pl.String,
            "parent_id": pl.String,
            "tier": pl.String,
            "area_lo": pl.Int32,
            "area_hi": pl.Int32,
        },
        orient="row",
    )
    copy_in(writing.cursor, "records_areaposition", frame)


def place_persons(writing: Writing, outbreak_id: int) -> None:
    """Bring the members named in the temporary table `touched_person`, and whoever is merged with them, up to
    date."""
    statements = [
        _JOIN_WHOLE_TABLES,
        _FOLLOW_MERGES,
        _PLACE_MEMBERS,
        *(_place_rows(table) for table in TABLES.values() if table.person_fields),
        "SET LOCAL enable_nestloop = on",
    ]
    writing.run(";".join(statements), {"outbreak": outbreak_id})


_JOIN_WHOLE_TABLES = f"""
        SELECT set_config('enable_nestloop', CASE WHEN count(*) > {MANY} THEN 'off' ELSE 'on' END, true)
        FROM touched_person
"""
"""Where they are many: fresh tables have no statistics yet, and mislead the planner."""
_TOUCH_GROUPS = """
        WITH merged AS MATERIALIZED (
            SELECT person_id, survivor_id FROM records_member
            WHERE outbreak_id = %(outbreak)s AND person_id <> survivor_id
        ), hit AS MATERIALIZED (
            SELECT survivor_id FROM merged WHERE person_id IN (SELECT person_id FROM touched_person)
            UNION SELECT survivor_id FROM merged WHERE survivor_id IN (SELECT person_id FROM touched_person)
        )
        INSERT INTO touched_person SELECT survivor_id FROM hit
        UNION SELECT person_id FROM merged WHERE survivor_id IN (SELECT survivor_id FROM hit)
        ON CONFLICT DO NOTHING
"""
_FOLLOW_MERGES = f"""
        ANALYZE touched_person;
        {_TOUCH_GROUPS};
        WITH RECURSIVE chain(person_id, at, depth) AS (
            SELECT person_id, person_id, 0 FROM touched_person
            UNION ALL
            SELECT c.person_id, p.merged_into_id, c.depth + 1 FROM chain c
            JOIN fact_persons p ON p.person_id = c.at AND p.retired_at IS NULL
            WHERE p.merged_into_id IS NOT NULL AND c.depth < 20
        ), last AS (SELECT DISTINCT ON (person_id) person_id, at FROM chain ORDER BY person_id, depth DESC)
        UPDATE records_member m SET survivor_id = l.at FROM last l
        WHERE m.person_id = l.person_id AND m.survivor_id <> l.at;
        {_TOUCH_GROUPS}
"""
"""Count whoever stood in one group with the touched as touched, set who survives for all of them, then count the groups
as they are now."""


def _namings() -> str:
    """SQL of who was named by which area when, as one union over the tables that name persons."""
    return " UNION ALL ".join(
        f"""SELECT m.survivor_id, t.{area} AS area_id, {at} AS at, t.id FROM fact_{name} t
            JOIN who m ON m.person_id = t.person_id
            WHERE t.outbreak_id = %(outbreak)s AND t.retired_at IS NULL AND t.{area} IS NOT NULL"""
        for name, (area, at) in NAMED_AT.items()
    )


ROOT = """SELECT coalesce((
        SELECT a.area_lo FROM records_outbreak o JOIN records_areaposition a ON a.area_id = o.area_id
        WHERE o.id = %(outbreak)s), 0) AS pos"""

_PLACE_MEMBERS = f"""
        WITH who AS (
            SELECT m.person_id, m.survivor_id FROM records_member m JOIN touched_person USING (person_id)
            WHERE m.outbreak_id = %(outbreak)s
        ), handed AS (
            SELECT DISTINCT ON (m.survivor_id) m.survivor_id, t.received_at AS at, a.area_lo AS pos
            FROM fact_moves t JOIN who m ON m.person_id = t.person_id
            LEFT JOIN records_areaposition a ON a.area_id = t.to_area_id
            WHERE t.outbreak_id = %(outbreak)s AND t.retired_at IS NULL
              AND t.move_kind = 'hand_over' AND t.received_at IS NOT NULL
            ORDER BY m.survivor_id, t.received_at DESC, t.id DESC
        ), named AS (
            SELECT DISTINCT ON (n.survivor_id) n.survivor_id, n.at, a.area_lo AS pos
            FROM ({_namings()}) n JOIN records_areaposition a ON a.area_id = n.area_id
            ORDER BY n.survivor_id, n.at DESC NULLS LAST, n.id DESC
        ), lives AS (
            SELECT m.survivor_id,
                (array_agg(present.area_lo ORDER BY p.person_id <> m.survivor_id, p.id)
                    FILTER (WHERE present.area_lo IS NOT NULL))[1] AS pos_present,
                (array_agg(home.area_lo ORDER BY p.person_id <> m.survivor_id, p.id)
                    FILTER (WHERE home.area_lo IS NOT NULL))[1] AS pos_residence
            FROM who m JOIN fact_persons p ON p.person_id = m.person_id AND p.retired_at IS NULL
            LEFT JOIN fact_places here ON here.place_id = p.present_place_id AND here.retired_at IS NULL
            LEFT JOIN fact_places there ON there.place_id = p.residence_place_id AND there.retired_at IS NULL
            LEFT JOIN records_areaposition present
                ON present.area_id = coalesce(p.present_area_id, here.area_id)
            LEFT JOIN records_areaposition home ON home.area_id = coalesce(p.residence_area_id, there.area_id)
            GROUP BY m.survivor_id
        ), root AS ({ROOT}), placed AS (
            SELECT who.person_id, h.at AS handed_at, h.pos AS handed_pos, l.pos_present, l.pos_residence,
                CASE WHEN h.at IS NOT NULL AND (n.at IS NULL OR n.at <= h.at)
                    THEN h.pos ELSE n.pos END AS naming
            FROM who LEFT JOIN handed h USING (survivor_id) LEFT JOIN named n USING (survivor_id)
            LEFT JOIN lives l USING (survivor_id)
        )
        UPDATE records_member m SET handed_at = p.handed_at, handed_pos = p.handed_pos,
            pos_present = p.pos_present, pos_residence = p.pos_residence,
            pos_naming = CASE WHEN coalesce(p.naming, p.pos_present, p.pos_residence) IS NULL
                THEN root.pos ELSE p.naming END
        FROM placed p, root WHERE m.outbreak_id = %(outbreak)s AND m.person_id = p.person_id
"""


def _shown_person(table: Table) -> str:
    """The column of the person whom a row shows: of an exposure the exposed one."""
    return "person_id" if "person_id" in table.person_fields else table.person_fields[0]


def _naming_of_row(table: Table) -> str:
    """SQL of a row's naming position: its own area until a hand-over is signed, else the person's."""
    if table.name == "moves":  # the second position may be the receiver's: see _present_of_row
        return "coalesce(m.pos_naming, m.pos_present)"
    if table.name not in NAMED_AT:
        return "m.pos_naming"
    area, at = NAMED_AT[table.name]
    own = f"(SELECT a.area_lo FROM records_areaposition a WHERE a.area_id = t.{area})"
    return f"""CASE WHEN m.handed_at IS NOT NULL AND ({at} IS NULL OR {at} <= m.handed_at) THEN m.handed_pos
        ELSE coalesce({own}, m.pos_naming) END"""


def _present_of_row(table: Table) -> str:
    """SQL of a row's second position: where the person is; of a hand-over not yet signed for, the receiver's
    area, who else would have nothing to sign."""
    if table.name != "moves":
        return "m.pos_present"
    to_area = "(SELECT a.area_lo FROM records_areaposition a WHERE a.area_id = t.to_area_id)"
    asked = "t.move_kind = 'hand_over' AND t.received_at IS NULL"
    return f"CASE WHEN {asked} THEN coalesce({to_area}, m.pos_present) ELSE m.pos_present END"


def _place_rows(table: Table) -> str:
    owner = "" if table.is_global else "AND t.outbreak_id = %(outbreak)s"
    named, present, home = _naming_of_row(table), _present_of_row(table), "m.pos_residence"
    naming = f"CASE WHEN coalesce({named}, {present}, {home}) IS NULL THEN root.pos ELSE {named} END"
    return f"""
        UPDATE fact_{table.name} t SET pos_naming = {naming}, pos_present = {present}, pos_residence = {home}
        FROM touched_person JOIN records_member m USING (person_id), ({ROOT}) root
        WHERE m.outbreak_id = %(outbreak)s AND t.{_shown_person(table)} = m.person_id {owner}
            AND (t.pos_naming, t.pos_present, t.pos_residence) IS DISTINCT FROM ({naming}, {present}, {home})
    """


def place_area_rows(writing: Writing, outbreak_id: int, *, everything: bool = False) -> None:
    """Place rows that show an area and no person: the newly written ones, or all of them after a
    renumbering."""
    statements = [
        _place_area_rows(table, everything=everything)
        for name, table in TABLES.items()
        if name in ("areas", "decisions") or not (table.person_fields or name in OPEN_FACTS)
    ]
    writing.run(";".join(statements), {"outbreak": outbreak_id})


def _place_area_rows(table: Table, *, everything: bool) -> str:
    area = (
        f"(SELECT a.area_lo FROM records_areaposition a WHERE a.area_id = t.{table.area_fields[0]})"
        if table.area_fields
        else "NULL"
    )
    of_whom = "t.person_id IS NULL AND" if table.name == "decisions" else ""
    which = "" if table.is_global else "t.outbreak_id = %(outbreak)s AND"
    when = "true" if everything else "t.pos_naming IS NULL"
    return f"""UPDATE fact_{table.name} t SET pos_naming = coalesce({area}, root.pos) FROM ({ROOT}) root
        WHERE {of_whom} {which} {when}
        AND t.pos_naming IS DISTINCT FROM coalesce({area}, root.pos)"""
