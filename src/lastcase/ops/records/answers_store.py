"""Stored answers: write what differs, leave what is the same, place each row for row-level security."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from lastcase.core.answers import ANSWERS, AREA_PROPOSALS, identity_of, owner_column
from lastcase.core.facts import Field, Table
from lastcase.core.risk_areas.grade import BY_COUNTS
from lastcase.engines.bridge import Few, array_text, copy_in, few_in, few_out
from lastcase.ops.records.columns import POSITIONS, STORED_DTYPES, stored_columns
from lastcase.ops.records.partitions import fill, has_rows, swap
from lastcase.ops.records.placing import Places, placed
from lastcase.ops.records.queries import ANY
from lastcase.ops.records.terms import numbered
from lastcase.ops.records.writing import Writing

REWRITE_ROWS = 20_000
"""A whole table of at least so many rows that has none stored yet is written as a new partition, indexes last."""

FEW_ROWS = 1_000
"""So few rows are joined well without statistics."""


@dataclass(frozen=True)
class Part:
    """The part of an outbreak's answers that one refresh replaces.

    Those of some persons and some risk areas, and whatever all cases of an area decide (see `area_wide`).
    """

    persons: list[str]
    risk_area_ids: list[str]

    def rows(self, table: Table, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of the table's frame that belong to the part."""
        column = owner_column(table)
        if column is None:
            return frame
        mine = pl.col(column).is_in(self.values(table))
        return frame.filter(mine | (pl.col("reason") == BY_COUNTS) if table is AREA_PROPOSALS else mine)

    def condition(self, table: Table) -> tuple[str, list[str]]:
        """The same of the stored rows, as SQL on the alias `a` with its parameters."""
        column = owner_column(table)
        if column is None:
            return "true", []
        by_counts = f" OR a.reason = (SELECT id FROM records_term WHERE term = '{BY_COUNTS}')"
        return f"(a.{column} = {ANY}{by_counts if table is AREA_PROPOSALS else ''})", [
            array_text(self.values(table))
        ]

    def values(self, table: Table) -> list[str]:
        """The persons or risk areas of the part, whichever the table's rows are about."""
        return self.risk_area_ids if owner_column(table) == "risk_area_id" else self.persons


@dataclass(frozen=True)
class Stored:
    """What storing all answers did: rows written or deleted, and the tables that were written whole beside their
    partitions, each row with its position; `put_in_place` is still to be called for them."""

    n_rows: int
    filled: Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Replaced:
    """What storing a part did: rows written or deleted; by table that differs, the persons or risk areas whose rows do;
    and the duties that differ, as they were and as they are stored."""

    n_rows: int
    owners: Mapping[str, set[str]]
    duties_before: pl.DataFrame
    duties_after: pl.DataFrame


def store_answers(
    writing: Writing,
    outbreak_id: int,
    frames: Mapping[str, pl.DataFrame],
    revision: int,
    on_table: Callable[[], None] | None = None,
) -> Stored:
    """Make the stored answers equal to the frames, each row where its person and area stand. `on_table` is told after
    each table."""
    n_rows = 0
    filled: dict[str, pl.DataFrame] = {}
    for name, rows in _stored(writing, frames, Places(writing.cursor, outbreak_id)):
        if rows.height >= REWRITE_ROWS and not has_rows(writing, f"answer_{name}", outbreak_id):
            whole = rows.with_columns(revision=pl.lit(revision, pl.Int64))
            fill(writing, f"answer_{name}", outbreak_id, whole)
            filled[name] = rows
            n_rows += rows.height
        else:
            n_rows += _store_differences(writing, outbreak_id, ANSWERS[name], rows, revision)
        if on_table is not None:
            on_table()
    return Stored(n_rows, filled)


def store_part(
    writing: Writing, outbreak_id: int, frames: Mapping[str, pl.DataFrame], revision: int, part: Part
) -> Replaced:
    """Make a part of the stored answers equal to the frames, each row where its person and area stand.

    What is stored of it is read and compared here, and what differs written in one statement: they are few rows.
    """
    chosen = {name: part.rows(ANSWERS[name], frame) for name, frame in frames.items()}
    fresh = dict(_stored(writing, chosen, Places(writing.cursor, outbreak_id, _persons_of(chosen))))
    stored = _stored_part(writing, outbreak_id, fresh, part)
    before, after, n_rows = {}, {}, 0
    statements, params = list[str](), dict[str, object]({"outbreak": outbreak_id, "revision": revision})
    for name, rows in fresh.items():
        before[name], after[name] = _differing(stored[name], rows)
        n_rows += after[name].height + _less(before[name], after[name], identity_of(name)).height
        if not before[name].is_empty():
            params[f"old_{name}"] = array_text(before[name][CTID])
            statements.append(
                f"DELETE FROM answer_{name} WHERE outbreak_id = %(outbreak)s AND ctid = ANY(%(old_{name})s::tid[])"
            )
        if not after[name].is_empty():
            source, more = few_in(after[name], f"answer_{name}", f"new_{name}")
            params |= more
            columns = [f'"{column}"' for column in rows.columns]
            statements.append(_put(name, columns, f"{source} r"))
    if statements:
        writing.run(";".join(statements), params)
    owners = {
        name: _owners(ANSWERS[name], before[name], after[name])
        for name in fresh
        if before[name].height + after[name].height
    }
    of_duties = (frames.get("duties", pl.DataFrame()) for frames in (before, after))
    return Replaced(n_rows, owners, *of_duties)


def _owners(table: Table, *frames: pl.DataFrame) -> set[str]:
    """Whom the rows of the frames are about."""
    column = owner_column(table)
    return set() if column is None else {owner for rows in frames for owner in rows[column].drop_nulls()}


def _put(name: str, columns: list[str], source: str) -> str:
    """SQL: put rows into a table of answers, in place of those that are the same by identity."""
    identity = [f'"{column}"' for column in identity_of(name)]
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in identity)
    told = ", ".join(columns)
    return f"""INSERT INTO answer_{name} (outbreak_id, revision, {told})
        SELECT %(outbreak)s, %(revision)s, {told} FROM {source}
        ON CONFLICT (outbreak_id, {", ".join(identity)}) DO UPDATE SET revision = excluded.revision, {changes}"""


def _differing(stored: pl.DataFrame, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of each that aren't among the other's."""
    return _less(stored, rows, rows.columns), _less(rows, stored, rows.columns)


def _less(rows: pl.DataFrame, others: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows without those that are the same as one of the others in these columns."""
    if rows.is_empty() or others.is_empty():
        return rows
    return rows.join(others, on=columns, how="anti", nulls_equal=True)


CTID = "where the row lies"
"""Nobody else writes, so that a row lies still between its reading and its deletion."""


def _stored_part(
    writing: Writing, outbreak_id: int, fresh: Mapping[str, pl.DataFrame], part: Part
) -> dict[str, pl.DataFrame]:
    """What is stored of the part, in the columns and types of the `fresh` rows, with `CTID`."""
    asked = []
    for name, rows in fresh.items():
        condition, values = part.condition(ANSWERS[name])
        columns = {column: f'a."{column}"' for column in rows.columns} | {CTID: "a.ctid::text"}
        source = f"answer_{name} a WHERE a.outbreak_id = %s AND {condition}"
        asked.append(Few(columns, source, {**rows.schema, CTID: pl.String()}, [outbreak_id, *values]))
    return dict(zip(fresh, few_out(writing.cursor, asked), strict=True)) if asked else {}


def _persons_of(frames: Mapping[str, pl.DataFrame]) -> list[str]:
    """Everybody whom a row is about."""
    about = [frame["person_id"].drop_nulls() for frame in frames.values() if "person_id" in frame.columns]
    return pl.concat(about).unique().to_list() if about else []


def put_in_place(writing: Writing, outbreak_id: int, stored: Stored) -> None:
    """Index the tables that were written whole, and put them in place."""
    for name in stored.filled:
        swap(writing, f"answer_{name}", outbreak_id)


def _stored(
    writing: Writing, frames: Mapping[str, pl.DataFrame], places: Places
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each frame as it is kept: the stored columns alone, recurring texts by number. Few rows are numbered together; of
    many no more than one table is held twice."""
    is_few = sum(frame.height for frame in frames.values()) < REWRITE_ROWS
    for group in [list(frames)] if is_few else [[name] for name in frames]:
        kept = {
            name: placed(frames[name], ANSWERS[name], places).select(
                *(_narrowed(ANSWERS[name].field(column)) for column in stored_columns(ANSWERS[name])),
                *POSITIONS,
            )
            for name in group
        }
        yield from numbered(writing, kept, ANSWERS).items()


def _narrowed(field: Field) -> pl.Expr:
    """The column of a field in the type in which it is kept, unless that is a number of a text."""
    is_narrow = field.kind in STORED_DTYPES and not field.recurs
    return pl.col(field.name).cast(STORED_DTYPES[field.kind]) if is_narrow else pl.col(field.name)


def _store_differences(
    writing: Writing, outbreak_id: int, table: Table, rows: pl.DataFrame, revision: int
) -> int:
    name, columns = f"answer_{table.name}", [f'"{column}"' for column in rows.columns]
    params: dict[str, object] = {"outbreak": outbreak_id, "revision": revision}
    if rows.is_empty():
        return writing.run(f"DELETE FROM {name} WHERE outbreak_id = %(outbreak)s", params)
    writing.run(
        f"""DROP TABLE IF EXISTS new_{name};
            CREATE TEMP TABLE new_{name} ON COMMIT DROP AS SELECT {", ".join(columns)} FROM {name} WITH NO DATA"""
    )
    copy_in(writing.cursor, f"new_{name}", rows)
    if rows.height > FEW_ROWS:
        writing.run(f"ANALYZE new_{name}")
    identity = identity_of(table.name)
    same = " AND ".join(f'n."{column}" = a."{column}"' for column in identity)
    n_deleted = writing.run(
        f"""DELETE FROM {name} a WHERE a.outbreak_id = %(outbreak)s
            AND NOT EXISTS (SELECT 1 FROM new_{name} n WHERE {same})""",
        params,
    )
    values = [column for column in columns if column.strip('"') not in identity]
    old, new = (", ".join(f"{alias}.{column}" for column in values) for alias in ("a", "n"))
    # Rows that stay the same never meet the conflict, which would lock, and so rewrite, each of them.
    differing = f"""new_{name} n WHERE NOT EXISTS (SELECT 1 FROM {name} a
        WHERE a.outbreak_id = %(outbreak)s AND {same} AND ROW({old}) IS NOT DISTINCT FROM ROW({new}))"""
    n_written = writing.run(_put(table.name, columns, differing), params)
    return n_deleted + n_written
