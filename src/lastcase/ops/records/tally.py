"""The tally: how many duties of the four alls are open, missing or done, by position, kind and hour.

It is kept as duties change. Whatever counts whole areas sums it over a range of positions. It is exact at full hours
and at the last instant before each, so at the end of a day too (`counted_at`). A refresh of everything counts anew; one
of a part takes away what the part's duties counted before and adds what they count now. Duties without a position
that names them count at 0, the installation's.

Beside it stands the same of every area that holds others, with all beneath it, as changes from hour to hour
(`AreaTally`): so the totals of a nation are read off a few thousand rows, however many duties it has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import polars as pl

from lastcase.core.civil import LAST
from lastcase.core.duties.coverage import FOUR_ALLS
from lastcase.core.duties.spans import INSTANTS, SPANS, duty_spans
from lastcase.core.facts.field import INSTANT
from lastcase.engines.bridge import copy_in, copy_out, few_in
from lastcase.ops.records.answers_store import FEW_ROWS, REWRITE_ROWS
from lastcase.ops.records.models import BEGIN, NEVER
from lastcase.ops.records.partitions import fill, has_rows, swap
from lastcase.ops.records.terms import numbers_of
from lastcase.ops.records.writing import Writing

TALLY, AREA_TALLY = "records_tally", "records_areatally"
OF_THE_ALLS = tuple(kind for kinds in FOUR_ALLS.values() for kind in kinds)
_KEYS = {
    TALLY: ("pos", "kind", "span", "due_at", "from_at", "until_at"),
    AREA_TALLY: ("pos", "kind", "span", "at"),
}
_READ = {"kind": pl.Int32(), "pos_naming": pl.Int32(), **dict.fromkeys(INSTANTS, INSTANT)}
"""Columns of stored duties that are counted."""
_HOUR_US = 3_600_000_000


def counted_at(instant: datetime) -> datetime:
    """The latest instant up to this one at which the tally is exact: itself right before a full hour, or the full hour
    at or before it."""
    hour = instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return instant if instant + LAST == hour + timedelta(hours=1) else hour


def is_counted(now: Writing, outbreak_id: int) -> bool:
    """Whether the outbreak has a tally."""
    return has_rows(now, TALLY, outbreak_id)


def count_stored(now: Writing, outbreak_id: int) -> pl.DataFrame:
    """What the stored and placed duties count: rows of the tally."""
    query = f"SELECT {', '.join(_READ)} FROM answer_duties WHERE outbreak_id = %s AND kind = ANY(%s)"
    return _counted(copy_out(now.cursor, query, _READ, [outbreak_id, list(_kinds(now))]))


def counted_beside(now: Writing, duties: pl.DataFrame, work: Callable[[], None]) -> pl.DataFrame:
    """What duties count that are at hand as they are stored, each with its positions: rows of the tally, found while
    the server does the `work`."""
    kinds = _kinds(now)
    with ThreadPoolExecutor(1) as counter:
        counts = counter.submit(_counted_of, duties, kinds)
        work()
    return counts.result()


def write_tally(now: Writing, outbreak_id: int, counts: pl.DataFrame) -> None:
    """Make the outbreak's tally that of these counts of all duties.

    Where there is none yet, a large one is put in its place whole. One that pages read is never swapped from under
    them: what differs is added.
    """
    of_areas = _of_areas(counts, _areas_over(now, counts["pos"].unique()))
    for name, rows in ((TALLY, counts), (AREA_TALLY, of_areas)):
        if rows.height >= REWRITE_ROWS and not has_rows(now, name, outbreak_id):
            fill(now, name, outbreak_id, _as_kept(rows))
            swap(now, name, outbreak_id)
        else:
            _add(now, outbreak_id, name, _change(_kept(now, outbreak_id, name), rows, name))


def move_tally(now: Writing, outbreak_id: int, before: pl.DataFrame, after: pl.DataFrame) -> None:
    """Bring the tally from what some duties counted, as they were stored, to what they count as they are now."""
    if before.is_empty() and after.is_empty():
        return
    kinds = _kinds(now)
    change = _change(_counted_of(before, kinds), _counted_of(after, kinds), TALLY)
    if change.is_empty():
        return
    _add(now, outbreak_id, TALLY, change)
    _add(now, outbreak_id, AREA_TALLY, _of_areas(change, _areas_over(now, change["pos"].unique())))


def _counted_of(duties: pl.DataFrame, kinds: Collection[int]) -> pl.DataFrame:
    """What duties count that are at hand as they are stored, each with its positions."""
    return _counted(duties.select(*_READ).filter(pl.col("kind").is_in(list(kinds))))


def _kinds(now: Writing) -> tuple[int, ...]:
    return tuple(numbers_of(OF_THE_ALLS, now.alias).values())


def _counted(duties: pl.DataFrame) -> pl.DataFrame:
    placed = duties.with_columns(pos=pl.col("pos_naming").fill_null(0))
    spans = duty_spans(placed, "pos", "kind", "due_at").select(
        "pos",
        "kind",
        "span",
        due_at=_hour_up(pl.when(pl.col("span") != "done").then("due_at"), NEVER),
        from_at=_step_up(pl.col("from_at"), BEGIN),
        until_at=_step_up(pl.col("until_at"), NEVER),
    )
    standing = spans.filter(pl.col("from_at") < pl.col("until_at"))
    return standing.group_by(_KEYS[TALLY]).agg(n=pl.len().cast(pl.Int32))


def _hour_up(instant: pl.Expr, unknown: datetime) -> pl.Expr:
    """The full hour by which an instant has come."""
    whole = (instant.to_physical() + (_HOUR_US - 1)) // _HOUR_US * _HOUR_US
    return whole.cast(INSTANT).fill_null(pl.lit(unknown))


def _step_up(instant: pl.Expr, unknown: datetime) -> pl.Expr:
    """The instant by which this one has come, of those at which the tally is exact."""
    at = instant.to_physical()
    hour = (at + (_HOUR_US - 1)) // _HOUR_US * _HOUR_US
    return pl.when(at == hour).then(hour).otherwise(hour - 1).cast(INSTANT).fill_null(pl.lit(unknown))


def _change(before: pl.DataFrame, after: pl.DataFrame, table: str) -> pl.DataFrame:
    """What makes rows of a table of the tally those that they are to be."""
    columns = [*_KEYS[table], "n"]
    taken = before.select(columns).with_columns(n=-pl.col("n"))
    return _summed(pl.concat([taken, after.select(columns)]), _KEYS[table])


def _summed(rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    return rows.group_by(key).agg(pl.col("n").sum().cast(pl.Int32)).filter(pl.col("n") != 0)


def _of_areas(counts: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Counts as changes from hour to hour of every area that holds their position and others, and of position 0.

    `areas` as of `_areas_over`. Each area's changes are summed up with those that come from beneath, the deepest first.
    """
    came = counts.select("pos", "kind", "span", "n", at="from_at")
    went = counts.filter(pl.col("until_at") != pl.lit(NEVER)).select(
        "pos", "kind", "span", n=-pl.col("n"), at="until_at"
    )
    key = _KEYS[AREA_TALLY]
    changes = _summed(pl.concat([came, went.select(came.columns)]), key)
    placed = changes.select(*key, "n").join(areas, on="pos", how="left")
    found, beneath = [], changes.select(*key, "n").clear()
    for depth in range(max(areas["depth"], default=0), 0, -1):
        own = placed.filter(pl.col("depth") == depth).select(beneath.columns)
        held = _summed(pl.concat([own, beneath]), key).join(areas, on="pos")
        found.append(held.filter("has_beneath").select(beneath.columns))
        beneath = held.select(pl.col("over").alias("pos"), *key[1:], "n")
    elsewhere = placed.filter(pl.col("depth").is_null()).select(
        pl.lit(0, pl.Int32).alias("pos"), *key[1:], "n"
    )
    return pl.concat([*found, _summed(pl.concat([elsewhere, beneath]), key).select(beneath.columns)])


def _areas_over(now: Writing, positions: pl.Series) -> pl.DataFrame:
    """The areas that hold these positions: `pos`, that of the area right `over` it (0: everything), `depth` (1: nothing
    but everything is over it), and whether it `has_beneath` others."""
    query = """
        WITH RECURSIVE above AS (
            SELECT x.area_lo, x.area_hi, x.parent_id FROM records_areaposition x
                WHERE x.area_lo = ANY(%(positions)s)
            UNION
            SELECT x.area_lo, x.area_hi, x.parent_id
                FROM above b JOIN records_areaposition x ON x.area_id = b.parent_id
        )
        SELECT a.area_lo, coalesce(p.area_lo, 0), a.area_hi > a.area_lo + 1
        FROM above a LEFT JOIN records_areaposition p ON p.area_id = a.parent_id ORDER BY a.area_lo"""
    rows, depths = now.all(query, {"positions": positions.to_list()}), {0: 0}
    for pos, over, _ in rows:  # an area is numbered after the one over it
        depths[pos] = depths[over] + 1
    schema = {"pos": pl.Int32(), "over": pl.Int32(), "has_beneath": pl.Boolean()}
    areas = pl.DataFrame(rows, schema=schema, orient="row")
    return areas.with_columns(depth=pl.Series([depths[pos] for pos, _, _ in rows], dtype=pl.Int32))


def _as_kept(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("span").cast(pl.String))


def _kept(now: Writing, outbreak_id: int, table: str) -> pl.DataFrame:
    """The rows of a table of the tally as they stand."""
    numbers = dict.fromkeys(("pos", "kind", "n"), pl.Int32())
    schema = {
        name: numbers.get(name, pl.String() if name == "span" else INSTANT) for name in (*_KEYS[table], "n")
    }
    query = f"SELECT {', '.join(schema)} FROM {table} WHERE outbreak_id = %s"
    return copy_out(now.cursor, query, schema, [outbreak_id]).with_columns(pl.col("span").cast(SPANS))


def _add(now: Writing, outbreak_id: int, table: str, change: pl.DataFrame) -> None:
    """Add counts to those of a table, and take out what has come to none."""
    rows = _as_kept(change.select(*_KEYS[table], "n"))
    if rows.height > FEW_ROWS:
        source, params = "tally_change", dict[str, object]()
        now.run(
            f"""DROP TABLE IF EXISTS tally_change;
                CREATE TEMP TABLE tally_change ON COMMIT DROP AS
                SELECT {", ".join(rows.columns)} FROM {table} WITH NO DATA"""
        )
        copy_in(now.cursor, source, rows)
    else:
        source, given = few_in(rows, table)
        params = {**given}
    names, key = ", ".join(rows.columns), ", ".join(_KEYS[table])
    same = " AND ".join(f"t.{name} = c.{name}" for name in _KEYS[table])
    now.run(
        f"""INSERT INTO {table} AS t (outbreak_id, {names}) SELECT %(outbreak)s, {names} FROM {source} c
            ON CONFLICT (outbreak_id, {key}) DO UPDATE SET n = t.n + excluded.n;
            DELETE FROM {table} t USING {source} c WHERE t.outbreak_id = %(outbreak)s AND {same} AND t.n = 0""",
        {"outbreak": outbreak_id, **params},
    )
