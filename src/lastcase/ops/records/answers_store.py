"""Stored answers: write what differs, leave what is the same, place each row for row-level security."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from lastcase.core.answers import ANSWERS, AREA_PROPOSALS, identity_of, owner_column
from lastcase.core.facts import Table
from lastcase.core.risk_areas.grade import BY_COUNTS
from lastcase.engines.bridge import copy_in
from lastcase.ops.records.columns import POSITIONS, STORED_DTYPES, stored_columns
from lastcase.ops.records.partitions import fill, has_rows, swap
from lastcase.ops.records.placing import Places, placed
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

    def condition(self, table: Table) -> str:
        """The same of the stored rows, as SQL on the alias `a` with the parameter `part`."""
        column = owner_column(table)
        return "" if column is None else _among(table, column)

    def values(self, table: Table) -> list[str]:
        """The persons or risk areas of the part, whichever the table's rows are about."""
        return self.risk_area_ids if owner_column(table) == "risk_area_id" else self.persons


def _among(table: Table, column: str) -> str:
    mine = f"a.{column} = ANY(%(part)s)"
    return (
        f"AND ({mine} OR a.reason = (SELECT id FROM records_term WHERE term = '{BY_COUNTS}'))"
        if table is AREA_PROPOSALS
        else f"AND {mine}"
    )


@dataclass(frozen=True)
class Stored:
    """What storing did: rows written or deleted; by table that differed, the persons or risk areas whose rows did; and
    the tables that were written whole beside their partitions, each row with its position; `put_in_place` is still to
    be called for them."""

    n_rows: int
    differing: Mapping[str, set[str]]
    filled: Mapping[str, pl.DataFrame]


def store_answers(
    writing: Writing,
    outbreak_id: int,
    frames: Mapping[str, pl.DataFrame],
    revision: int,
    part: Part | None = None,
    on_table: Callable[[], None] | None = None,
) -> Stored:
    """Make the stored answers (or a part of them) equal to the frames, each row where its person and area stand.
    `on_table` is told after each table."""
    n_rows = 0
    differing: dict[str, set[str]] = {}
    filled: dict[str, pl.DataFrame] = {}
    chosen = {
        name: frame if part is None else part.rows(ANSWERS[name], frame) for name, frame in frames.items()
    }
    places = Places(writing.cursor, outbreak_id, None if part is None else _persons_of(chosen))
    for name, rows in _stored(writing, chosen, places):
        table = ANSWERS[name]
        if (
            part is None
            and rows.height >= REWRITE_ROWS
            and not has_rows(writing, f"answer_{name}", outbreak_id)
        ):
            whole = rows.with_columns(revision=pl.lit(revision, pl.Int64))
            fill(writing, f"answer_{name}", outbreak_id, whole)
            filled[name] = rows
            n_rows += rows.height
        else:
            owners = _store_differences(writing, outbreak_id, table, rows, revision, part)
            n_rows += len(owners)
            if owners:
                differing[name] = {owner for owner in owners if owner is not None}
        if on_table is not None:
            on_table()
    return Stored(n_rows, differing, filled)


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
                *stored_columns(ANSWERS[name]), *POSITIONS
            )
            for name in group
        }
        for name, rows in numbered(writing, kept, ANSWERS).items():
            yield (
                name,
                rows.with_columns(
                    pl.col(field.name).cast(STORED_DTYPES[field.kind])
                    for field in ANSWERS[name].fields
                    if field.name in rows.columns and field.kind in STORED_DTYPES and not field.recurs
                ),
            )


def _store_differences(
    writing: Writing, outbreak_id: int, table: Table, rows: pl.DataFrame, revision: int, part: Part | None
) -> list[str | None]:
    """Whose row each was that was written or deleted."""
    name, columns = f"answer_{table.name}", [f'"{column}"' for column in rows.columns]
    params: dict[str, object] = {"outbreak": outbreak_id, "revision": revision}
    owner, gone = owner_column(table) or "NULL", ""
    if part is not None:
        gone, params["part"] = part.condition(table), part.values(table)
    if rows.is_empty():
        none_left = f"DELETE FROM {name} a WHERE a.outbreak_id = %(outbreak)s {gone} RETURNING {owner}"
        return [found for (found,) in writing.all(none_left, params)]
    writing.run(
        f"""DROP TABLE IF EXISTS new_{name};
            CREATE TEMP TABLE new_{name} ON COMMIT DROP AS SELECT {", ".join(columns)} FROM {name} WITH NO DATA"""
    )
    copy_in(writing.cursor, f"new_{name}", rows)
    if rows.height > FEW_ROWS:
        writing.run(f"ANALYZE new_{name}")
    identity = identity_of(table.name)
    same = " AND ".join(f'n."{column}" = a."{column}"' for column in identity)
    deleted = writing.all(
        f"""DELETE FROM {name} a WHERE a.outbreak_id = %(outbreak)s {gone}
            AND NOT EXISTS (SELECT 1 FROM new_{name} n WHERE {same}) RETURNING {owner}""",
        params,
    )
    values = [column for column in columns if column.strip('"') not in identity]
    changes = ", ".join(f"{column} = excluded.{column}" for column in values)
    old, new = (", ".join(f"{alias}.{column}" for column in values) for alias in ("a", "n"))
    key = ", ".join(f'"{column}"' for column in identity)
    # Rows that stay the same never meet the conflict, which would lock, and so rewrite, each of them.
    written = writing.all(
        f"""INSERT INTO {name} (outbreak_id, revision, {", ".join(columns)})
            SELECT %(outbreak)s, %(revision)s, {", ".join(columns)} FROM new_{name} n
            WHERE NOT EXISTS (SELECT 1 FROM {name} a WHERE a.outbreak_id = %(outbreak)s AND {same}
                AND ROW({old}) IS NOT DISTINCT FROM ROW({new}))
            ON CONFLICT (outbreak_id, {key}) DO UPDATE SET revision = excluded.revision, {changes}
            RETURNING {owner}""",
        params,
    )
    return [found for (found,) in [*deleted, *written]]
