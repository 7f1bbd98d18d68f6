"""The tally: how many duties of the four alls are open, missing or done, by position, kind and hour.

It is kept as duties change. Whatever counts whole areas sums it over a range of positions. It is exact at full hours. A
refresh of everything counts anew; one of a part takes away what the part's duties counted before and adds what they
count now. Duties without a position that names them count at 0, the installation's.

Beside it stands the same of every area that holds others, with all beneath it, as changes from hour to hour
(`AreaTally`): so the totals of a nation are read off a few thousand rows, however many duties it has.
"""

from __future__ import annotations

from lastcase.core.answers import DUTIES
from lastcase.ops.records.answers_store import Part
from lastcase.ops.records.duty_states import HOUR_UP, OF_THE_ALLS, DutySql
from lastcase.ops.records.writing import Writing

_KEY = ("pos", "kind", "span", "due_at", "from_at", "until_at")


def gather_part(now: Writing, outbreak_id: int, part: Part) -> None:
    """Before a part is stored anew: keep what its duties count, for `keep_tally`."""
    now.run("DROP TABLE IF EXISTS tally_before")
    now.run(
        f"CREATE TEMP TABLE tally_before ON COMMIT DROP AS {_counted(now, part)}",
        {"outbreak": outbreak_id, "part": part.values(DUTIES)},
    )


def keep_tally(now: Writing, outbreak_id: int, part: Part | None) -> None:
    """Bring the tally up to the stored and placed duties: all of them, or those of the part gathered before."""
    params = {"outbreak": outbreak_id, "part": [] if part is None else part.values(DUTIES)}
    names = ", ".join(_KEY)
    if part is None:
        now.run("DELETE FROM records_tally WHERE outbreak_id = %(outbreak)s", params)
        now.run(
            f"""INSERT INTO records_tally (outbreak_id, {names}, n)
                SELECT %(outbreak)s, {names}, n FROM ({_counted(now, None)}) c""",
            params,
        )
        now.run("DELETE FROM records_areatally WHERE outbreak_id = %(outbreak)s", params)
        now.run(_of_areas("records_tally", "WHERE c.outbreak_id = %(outbreak)s"), params)
        return
    now.run("DROP TABLE IF EXISTS tally_change")
    now.run(
        f"""CREATE TEMP TABLE tally_change ON COMMIT DROP AS
            SELECT {names}, sum(n)::int AS n FROM (
                SELECT {names}, -n AS n FROM tally_before UNION ALL {_counted(now, part)}
            ) c GROUP BY {names} HAVING sum(n) <> 0""",
        params,
    )
    now.run(
        f"""INSERT INTO records_tally AS t (outbreak_id, {names}, n)
            SELECT %(outbreak)s, {names}, n FROM tally_change
            ON CONFLICT (outbreak_id, {names}) DO UPDATE SET n = t.n + excluded.n""",
        params,
    )
    same = " AND ".join(f"t.{name} IS NOT DISTINCT FROM c.{name}" for name in _KEY)
    now.run(
        f"""DELETE FROM records_tally t USING tally_change c
            WHERE t.outbreak_id = %(outbreak)s AND t.pos = c.pos AND t.kind = c.kind AND {same} AND t.n = 0""",
        params,
    )
    now.run(_of_areas("tally_change"), params)


def _counted(now: Writing, part: Part | None) -> str:
    """SQL that counts the stored duties, columns `_KEY` and `n`."""
    sql = DutySql(now.alias)
    chosen = "" if part is None else part.condition(DUTIES)
    due = f"CASE WHEN s.span <> 'done' THEN {HOUR_UP.format('a.due_at')} END"
    return f"""
        SELECT {", ".join(_KEY)}, count(*)::int AS n FROM (
            SELECT coalesce(a.pos_naming, 0) AS pos, a.kind, s.span, {due} AS due_at,
                {HOUR_UP.format("s.from_at")} AS from_at, {HOUR_UP.format("s.until_at")} AS until_at
            FROM answer_duties a, {sql.spans()}
            WHERE a.outbreak_id = %(outbreak)s AND a.kind IN ({sql.among(OF_THE_ALLS)}) {chosen}
                AND s.from_at IS DISTINCT FROM 'infinity'
        ) h WHERE from_at IS NULL OR until_at IS NULL OR from_at < until_at GROUP BY {", ".join(_KEY)}"""


def _of_areas(counts: str, where: str = "") -> str:
    """SQL that adds counts of the tally to those of every area that holds their position, and others."""
    return f"""
        WITH RECURSIVE changed AS MATERIALIZED (
            SELECT c.pos, c.kind, c.span, e.at, sum(e.n)::int AS n
            FROM {counts} c, LATERAL (VALUES (c.from_at, c.n), (c.until_at, -c.n)) e(at, n)
            {where or "WHERE true"} AND (e.n = c.n OR e.at IS NOT NULL)
            GROUP BY 1, 2, 3, 4
        ), above AS (
            SELECT p.pos, x.area_lo, x.area_hi, x.parent_id FROM (SELECT DISTINCT pos FROM changed) p
                JOIN records_areaposition x ON x.area_lo = p.pos
            UNION ALL
            SELECT b.pos, x.area_lo, x.area_hi, x.parent_id
                FROM above b JOIN records_areaposition x ON x.area_id = b.parent_id
        ), holding AS (
            SELECT pos, area_lo FROM above WHERE area_hi > area_lo + 1
            UNION ALL SELECT DISTINCT pos, 0 FROM changed
        )
        INSERT INTO records_areatally AS t (outbreak_id, pos, kind, span, at, n)
            SELECT %(outbreak)s, h.area_lo, c.kind, c.span, c.at, sum(c.n) FROM changed c JOIN holding h USING (pos)
            GROUP BY 2, 3, 4, 5 HAVING sum(c.n) <> 0
            ON CONFLICT (outbreak_id, pos, kind, span, at) DO UPDATE SET n = t.n + excluded.n"""
