"""The rows of a list, once it is known which and in what order: found by what names them, then read with every column
that is shown.

A page's fifty rows are taken as they come; a file's many go through a frame, which takes them in bulk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import MISSING_STATES, OPEN_STATES
from lastcase.engines.bridge import copy_out
from lastcase.ops.records.duty_states import DutySql
from lastcase.ops.records.lists.conditions import Where
from lastcase.ops.records.lists.merged import fill_merged, merged_pairs
from lastcase.ops.records.lists.order import SOUND, Order, avoided
from lastcase.ops.records.lists.tabs import JOINS, Tab
from lastcase.ops.records.lists.vantage import ListVantage
from lastcase.ops.records.plan import planned
from lastcase.ops.records.posts import owing_posts, with_posts
from lastcase.ops.records.terms import texts_of

Row = dict[str, Any]
WITHOUT_SOURCE = (*MISSING_STATES, *OPEN_STATES)
"""States that nobody can tell where no feed covers the kind of duty."""


@dataclass(frozen=True)
class Reading:
    """Which rows of a list, and how they are found (see `plan` and `order`)."""

    wide: bool
    walking: bool
    offset: int
    limit: int


@dataclass(frozen=True)
class Picking:
    """The rows of a list to be read: `found` is SQL of what names them and of their `place` in the order."""

    tab: Tab
    found: str
    params: Mapping[str, Any]
    avoided: tuple[str, ...]

    def query(self, *more: str) -> str:
        """SQL of the rows with every column of the list, and with `more`."""
        same = " AND ".join(f"a.{name} = k.{name}" for name in self.tab.identity)
        columns = [f"{column.sql} AS {name}" for name, column in self.tab.columns.items()]
        return f"""WITH k AS MATERIALIZED ({self.found}) SELECT {", ".join([*columns, *more])}
            FROM k JOIN {self.tab.table} a ON a.outbreak_id = %(outbreak)s AND {same}
            {" ".join(JOINS[alias] for alias in self.tab.joins)} ORDER BY k.place"""


def picking(tab: Tab, where: Where, order: Order, reading: Reading) -> Picking:
    """How the rows of one stretch of the list are read."""
    if where.is_of_text and order.walk and order.walk.first == SOUND:
        rows, params = _by_sound(tab, where, order), where.settled().params
    else:
        one = where.asked_of_rows() if reading.walking else where.settled()
        rows, params = _found(tab, one, order), one.params
    found = f"""SELECT x.*, row_number() OVER () AS place FROM (
        {rows} LIMIT %(limit)s OFFSET %(offset)s) x"""
    last = reading.offset + reading.limit
    params = {**params, "limit": reading.limit, "offset": reading.offset, "last": last}
    return Picking(tab, found, params, avoided(wide=reading.wide, walking=reading.walking))


def _found(tab: Tab, where: Where, order: Order) -> str:
    """SQL of what names the rows, in order."""
    needed = " ".join(JOINS[alias] for alias in sorted(where.joins | order.joins))
    key = ", ".join(f"a.{name}" for name in tab.identity)
    first = order.walk.first if order.walk else "NULL"
    return f"""SELECT {key}, {first} AS sorted_by FROM {tab.table} a {needed} {order.join} WHERE {where.sql}
        AND {order.condition} ORDER BY {order.sql}"""


def _by_sound(tab: Tab, where: Where, order: Order) -> str:
    """SQL of whom a search finds, in the order of sounds: those whose name begins so are one stretch of it, and the
    others, who lie anywhere, are few; these are found first and sorted then (`OFFSET 0` holds the planner to it)."""
    assert order.walk is not None
    ties = tuple(name.replace("p.", "w.") for name in order.walk.ties)
    merged = replace(order.walk, first="w.sorted_by", ties=ties).sql
    others = f"SELECT w.* FROM ({_found(tab, where.of_others(), order)} OFFSET 0) w ORDER BY {merged}"
    return f"""SELECT w.* FROM (({_found(tab, where.by_sound(), order)} LIMIT %(last)s)
        UNION ({others} LIMIT %(last)s)) w ORDER BY {merged}"""


def page_rows(lists: ListVantage, picked: Picking, duties: DutySql) -> list[Row]:
    """The rows as a page shows them: areas known by name, duties with state and owing post; `at` is where the row
    stands in the order."""
    tab = picked.tab
    is_of_duties = tab.table == "answer_duties"
    more = [f"{duties.state()} AS state", f"{duties.progress()} AS progress"] if is_of_duties else []
    more.append("k.sorted_by")
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor, planned(cursor, *picked.avoided):
        cursor.execute(picked.query(*more), picked.params)
        names = [column[0] for column in cursor.description]
        read = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in read:
        row["at"] = (row.pop("sorted_by"), *(row[name] for name in tab.identity))
    rows = _whole(lists, tab, _spelled(tab, read))
    _learn_areas(lists, rows, is_upward=is_of_duties)
    return _with_posts(lists, rows) if is_of_duties else rows


def _spelled(tab: Tab, rows: list[Row]) -> list[Row]:
    recurring = [name for name, column in tab.columns.items() if column.recurs]
    numbers = {row[name] for row in rows for name in recurring} - {None}
    texts = texts_of(numbers, DEFAULT_DB_ALIAS)
    return [{**row, **{name: texts.get(row[name]) for name in recurring}} for row in rows]


def _whole(lists: ListVantage, tab: Tab, rows: list[Row]) -> list[Row]:
    """The rows with what merged histories add; at a `known_at` they come merged."""
    pairs = [] if lists.known_at else merged_pairs(lists.outbreak_id, {row["person_id"] for row in rows})
    if not pairs:
        return rows
    types = {name: column.table.field(column.field).dtype for name, column in tab.columns.items()}
    filled = fill_merged(lists.outbreak_id, pl.DataFrame([*_only(rows, types)], schema=types), pairs)
    return [{**row, **whole} for row, whole in zip(rows, filled.iter_rows(named=True), strict=True)]


def _only(rows: Iterable[Row], names: Iterable[str]) -> Iterable[Row]:
    wanted = list(names)
    return ({name: row[name] for name in wanted} for row in rows)


def _learn_areas(lists: ListVantage, rows: Sequence[Row], *, is_upward: bool) -> None:
    """Read the areas that the rows name; `is_upward`: with all above them."""
    columns = [name for row in rows[:1] for name in row if name.endswith("area_id")]
    named = {row[name] for row in rows for name in columns}
    if is_upward:
        lists.area_names.learn_upward(named)
    else:
        lists.area_names.learn(named)


def _with_posts(lists: ListVantage, rows: Sequence[Row]) -> list[Row]:
    owed = [(row["responsible"], row["area_id"]) for row in rows]
    owing = owing_posts(owed, lists.area_names.parents())
    told = lists.covered
    return [
        {
            **row,
            "has_source": row["kind"] in told or row["state"] not in WITHOUT_SOURCE,
            "post": owing[pair],
        }
        for row, pair in zip(rows, owed, strict=True)
    ]


def file_rows(lists: ListVantage, picked: Picking) -> list[Row]:
    """The same rows as a file takes them."""
    tab = picked.tab
    types = {
        name: pl.Int64() if column.recurs else column.table.field(column.field).dtype
        for name, column in tab.columns.items()
    }
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor, planned(cursor, *picked.avoided):
        frame = _spelled_frame(tab, copy_out(cursor, picked.query(), types, picked.params))
    pairs = [] if lists.known_at else merged_pairs(lists.outbreak_id, frame["person_id"].unique())
    whole = fill_merged(lists.outbreak_id, frame, pairs) if pairs else frame
    return _shown(lists, tab, whole)


def _spelled_frame(tab: Tab, frame: pl.DataFrame) -> pl.DataFrame:
    recurring = [name for name, column in tab.columns.items() if column.recurs]
    numbers = {number for name in recurring for number in frame[name].unique().drop_nulls()}
    texts = texts_of(numbers, DEFAULT_DB_ALIAS)
    return frame.with_columns(
        pl.col(name).replace_strict(texts, default=None, return_dtype=pl.String) for name in recurring
    )


def _shown(lists: ListVantage, tab: Tab, frame: pl.DataFrame) -> list[Row]:
    areas = [name for name in frame.columns if name.endswith("area_id")]
    if tab.table == "answer_duties":
        told = pl.col("kind").is_in(list(lists.covered))
        is_open = pl.col("state").is_in(WITHOUT_SOURCE)
        states = states_at(frame, lists.as_of).with_columns(has_source=told | ~is_open)
        frame = with_posts(states, lists.area_names.upward(frame["area_id"].unique()))
    lists.area_names.learn(area for name in areas for area in frame[name].unique())
    return frame.to_dicts()
