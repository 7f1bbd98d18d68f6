"""Versions of fact rows, set by set: what is new is added, what differs retires and is added, the same is
left.

SQL is put together from declared names only; values travel as parameters or by `COPY`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lastcase.core.facts import TABLES, Table
from lastcase.engines.bridge import copy_in, few_in
from lastcase.ops.records.errors import MissingValue, OutOfScope
from lastcase.ops.records.models import SEARCH_COLUMNS
from lastcase.ops.records.person_search import search_given, with_search
from lastcase.ops.records.writing import Writing

FEW_ROWS = 200
"""So few rows travel with the statement that reads them."""


@dataclass(frozen=True)
class Stamp:
    """What every row written by one action carries."""

    outbreak_id: int
    feed: str
    by: str


@dataclass(frozen=True)
class Written:
    """Rows of one table: added, changed (retired and added anew), the same as before, retired without
    another."""

    added: int = 0
    changed: int = 0
    same: int = 0
    retired: int = 0

    @property
    def is_change(self) -> bool:
        """Whether anything was written."""
        return bool(self.added or self.changed or self.retired)


def write_versions(writing: Writing, name: str, frame: pl.DataFrame, stamp: Stamp) -> Written:
    """Write one table's frame (as `prepare` left it); the rows that changed stay in the temporary
    `diff_<name>`."""
    table = TABLES[name]
    given = [column for column in frame.columns if column != "known_from"]
    n_changed, n_added = _compare(
        writing, table, with_search(frame) if name == "persons" else frame, given, stamp
    )
    _check_complete(table, given, n_added)
    if n_changed or n_added:
        _insert(writing, table, given, stamp, retires=bool(n_changed))
    return Written(n_added, n_changed, frame.height - n_added - n_changed)


def _source(writing: Writing, table: Table, frame: pl.DataFrame) -> tuple[str, dict[str, str]]:
    """The frame's rows for a statement to read, in the types of the table: SQL and parameters. Many are copied into the
    temporary `in_<table>`."""
    if frame.height <= FEW_ROWS:
        return few_in(frame, f"fact_{table.name}")
    name, columns = f"in_{table.name}", ", ".join(frame.columns)
    writing.run(
        f"""DROP TABLE IF EXISTS {name};
            CREATE TEMP TABLE {name} ON COMMIT DROP AS SELECT {columns} FROM fact_{table.name} WITH NO DATA"""
    )
    copy_in(writing.cursor, name, frame)
    writing.run(f"ANALYZE {name}")
    return name, {}


def same_key(table: Table, one: str, other: str) -> str:
    """SQL: two aliases name the same fact. Keys that may be empty are compared as such."""
    required = {field.name for field in table.fields if field.is_required}
    signs = {column: "=" if column in required else "IS NOT DISTINCT FROM" for column in table.key}
    return " AND ".join(f"{one}.{column} {sign} {other}.{column}" for column, sign in signs.items())


def _compare(
    writing: Writing, table: Table, frame: pl.DataFrame, given: list[str], stamp: Stamp
) -> tuple[int, int]:
    """Fill `diff_<table>` with the delivered rows that differ; return how many replace a row and how many are
    new."""
    owner = "" if table.is_global else "AND f.outbreak_id = %(outbreak)s"
    old, new = (", ".join(f"{alias}.{column}" for column in given) for alias in ("f", "i"))
    knows_more = (
        "AND i.is_stub IS NULL" if "is_stub" in given else ""
    )  # a mere mention never changes a person
    source, params = _source(writing, table, frame)
    counts = writing.all(
        f"""
        DROP TABLE IF EXISTS diff_{table.name};
        CREATE TEMP TABLE diff_{table.name} ON COMMIT DROP AS
        SELECT i.*, f.id AS old_id FROM {source} i
        LEFT JOIN fact_{table.name} f ON f.retired_at IS NULL {owner} AND {same_key(table, "f", "i")}
        WHERE f.id IS NULL OR (ROW({old}) IS DISTINCT FROM ROW({new}) {knows_more});
        SELECT count(old_id), count(*) - count(old_id) FROM diff_{table.name}
        """,
        {"outbreak": stamp.outbreak_id, **params},
    )
    return counts[0][0], counts[0][1]


def _check_complete(table: Table, given: list[str], n_added: int) -> None:
    """A correction may leave columns out; a new row may not lack a required one."""
    for field in table.fields:
        if n_added and field.is_required and field.name not in given:
            raise MissingValue(table=table.name, column=field.name, n_rows=n_added)


_RETIRE = "UPDATE fact_{table} f SET retired_at = %(now)s FROM diff_{table} d WHERE f.id = d.old_id"


def _insert(writing: Writing, table: Table, given: list[str], stamp: Stamp, *, retires: bool) -> None:
    owner, value = ("", "") if table.is_global else ("outbreak_id, ", "%(outbreak)s, ")
    made = list(SEARCH_COLUMNS) if table.name == "persons" else []
    new = [*given, *search_given(given)]
    columns = [*table.columns, *made]
    values = ", ".join(f"{'d' if column in new else 'f'}.{column}" for column in columns)
    retire = _RETIRE.format(table=table.name) + ";" if retires else ""
    writing.run(
        f"""
        {retire}
        INSERT INTO fact_{table.name}
            ({owner}{", ".join(columns)}, recorded_at, known_from, source, recorded_by)
        SELECT {value}{values}, %(now)s, d.known_from, %(feed)s, %(by)s
        FROM diff_{table.name} d LEFT JOIN fact_{table.name} f ON f.id = d.old_id
        """,
        {"outbreak": stamp.outbreak_id, "now": writing.now, "feed": stamp.feed, "by": stamp.by},
    )


def retire_rows(writing: Writing, name: str, keys: pl.DataFrame, stamp: Stamp) -> Written:
    """Retire the standing rows of these keys without putting others in their place."""
    table = TABLES[name]
    rows = keys.select(table.key).unique().with_columns(known_from=pl.lit(None, pl.Datetime("us", "UTC")))
    source, params = _source(writing, table, rows)
    owner = "" if table.is_global else "AND f.outbreak_id = %(outbreak)s"
    n_retired = writing.run(
        f"""
        DROP TABLE IF EXISTS diff_{name};
        CREATE TEMP TABLE diff_{name} ON COMMIT DROP AS
        SELECT i.*, f.id AS old_id FROM {source} i
        JOIN fact_{name} f ON f.retired_at IS NULL {owner} AND {same_key(table, "f", "i")};
        {_RETIRE.format(table=name)}
        """,
        {"outbreak": stamp.outbreak_id, "now": writing.now, **params},
    )
    return Written(retired=n_retired)


def check_scope(writing: Writing, name: str, scope: tuple[int, int]) -> None:
    """A post corrects only what it is shown: every replaced or retired row must lie in its scope."""
    lo, hi = scope
    n_outside = writing.one(
        f"""
        SELECT count(*) FROM diff_{name} d JOIN fact_{name} f ON f.id = d.old_id
        WHERE NOT coalesce(f.pos_naming >= %(lo)s AND f.pos_naming < %(hi)s, false)
          AND NOT coalesce(f.pos_present >= %(lo)s AND f.pos_present < %(hi)s, false)
          AND NOT coalesce(f.pos_residence >= %(lo)s AND f.pos_residence < %(hi)s, false)
        """,
        {"lo": lo, "hi": hi},
    )
    if n_outside:
        raise OutOfScope(table=name, n_rows=n_outside)
