"""Lists of names: one page, a whole list for a file, and how many there are, found and sorted in the database.

A page is found in two steps: which rows, read off an index where one sorts so, then what is shown of these alone.
Lists are counted up to `COUNTED_MAX`; beyond, a page says "more than".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import MISSING_STATES, OPEN_STATES
from lastcase.core.facts.vocabulary import CASE_STATUSES, CATEGORIES, DUTY_KINDS, values
from lastcase.engines.bridge import copy_out
from lastcase.ops.records import models
from lastcase.ops.records.area_names import areas_beneath
from lastcase.ops.records.duty_states import DutySql
from lastcase.ops.records.lists.asked import DEFAULT_SORT, PAGE_ROWS, PAGES_MAX, Filter
from lastcase.ops.records.lists.conditions import Known, Where, inside, narrowed, texts_of
from lastcase.ops.records.lists.leads import COUNT_PENDING
from lastcase.ops.records.lists.merged import with_merged
from lastcase.ops.records.lists.order import Order, avoided, order_of, walks
from lastcase.ops.records.lists.tabs import JOINS, TABS, Tab
from lastcase.ops.records.lists.vantage import ListVantage
from lastcase.ops.records.plan import is_wide, planned
from lastcase.ops.records.posts import with_posts
from lastcase.ops.records.terms import number_of, numbers_of
from lastcase.ops.records.terms import texts_of as texts_of_numbers

COUNTED_MAX = 1_000
SORTED_MAX = 50_000
"""Rows of a list that are sorted by a column without an index; a longer list keeps its own order."""
EXPORT_ROWS_MAX = 200_000
AREAS_MAX = 400
"""Areas that a filter offers."""


@dataclass(frozen=True)
class Count:
    """How many: `n`, or more than `n` where there are more than anybody counted."""

    n: int
    is_more: bool = False


@dataclass(frozen=True)
class Listed:
    """One page of a list: its rows, how many there are in all, and the filter as it was understood. `is_resorted`: the
    list was too long to be sorted as asked."""

    filter: Filter
    rows: list[dict[str, Any]]
    count: Count
    has_next: bool
    is_resorted: bool

    @property
    def n_pages(self) -> int | None:
        """How many pages; None where nobody counted."""
        return None if self.count.is_more else max(-(-self.count.n // PAGE_ROWS), 1)


@dataclass(frozen=True)
class Reading:
    """Which rows of a list, and how they are found (see `plan` and `order`)."""

    wide: bool
    walking: bool
    offset: int
    limit: int


def list_rows(lists: ListVantage, chosen: Filter) -> Listed:
    """The page of the list that the filter asks for; a page past the end is the last."""
    tab, where = TABS[chosen.tab], _where(lists, chosen)
    wide = _is_wide(lists, chosen)
    n_rows = _count(tab, where, COUNTED_MAX + 1, wide)
    kept = chosen if n_rows <= COUNTED_MAX else _kept(tab, where, chosen, wide)
    order = order_of(tab, kept, DutySql(DEFAULT_DB_ALIAS))
    reading = Reading(wide, walks(kept), (kept.page - 1) * PAGE_ROWS, PAGE_ROWS + 1)
    picked = _picked(lists, tab, where, order, reading)
    if picked.is_empty() and kept.page > 1:
        last = max(-(-_count(tab, where, PAGES_MAX * PAGE_ROWS, wide) // PAGE_ROWS), 1)
        kept = replace(kept, page=last)
        picked = _picked(lists, tab, where, order, replace(reading, offset=(last - 1) * PAGE_ROWS))
    return Listed(
        kept,
        _shown(lists, tab, picked.head(PAGE_ROWS)),
        _counted(n_rows),
        picked.height > PAGE_ROWS and kept.page < PAGES_MAX,
        (kept.sort, kept.is_descending) != (chosen.sort, chosen.is_descending),
    )


def all_rows(lists: ListVantage, chosen: Filter) -> list[dict[str, Any]]:
    """Every row of the filtered list, for a file, at most EXPORT_ROWS_MAX."""
    tab, where = TABS[chosen.tab], _where(lists, chosen)
    order = order_of(tab, chosen, DutySql(DEFAULT_DB_ALIAS))
    reading = Reading(_is_wide(lists, chosen), False, 0, EXPORT_ROWS_MAX)
    return _shown(lists, tab, _picked(lists, tab, where, order, reading))


def list_counts(lists: ListVantage) -> dict[str, Count]:
    """How many rows each list has before any filter."""
    wide = _is_wide(lists, Filter())
    return {
        name: _counted(_count(tab, _standing(lists, tab), COUNTED_MAX + 1, wide))
        for name, tab in TABS.items()
    }


def choices(lists: ListVantage, tab: str) -> dict[str, Sequence[str]]:
    """Values that the filters of a list offer; areas right beneath the one looked at."""
    columns = TABS[tab].columns
    codes = {
        "status": ("case_status", CASE_STATUSES),
        "category": ("category", CATEGORIES),
        "kind": ("kind", DUTY_KINDS),
    }
    offered: dict[str, Sequence[str]] = {
        name: values(vocabulary) for name, (column, vocabulary) in codes.items() if column in columns
    }
    beneath = areas_beneath(lists.area_id, AREAS_MAX)
    lists.area_names.learn(beneath)
    return offered | {"area": beneath}


def count_pending(lists: ListVantage) -> Count:
    """Persons among the candidates whom nobody has judged yet."""
    params = {
        "outbreak": lists.outbreak_id,
        "as_of": lists.as_of,
        "pending": number_of("pending", DEFAULT_DB_ALIAS),
        "limit": COUNTED_MAX + 1,
    }
    return _counted(_ask(COUNT_PENDING, params))


def _counted(n: int) -> Count:
    return Count(min(n, COUNTED_MAX), n > COUNTED_MAX)


def _is_wide(lists: ListVantage, chosen: Filter) -> bool:
    spans = [*_spans(chosen).values(), *([lists.span] if lists.span else [])]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        return is_wide(cursor, lists.outbreak_id, spans)


def _spans(chosen: Filter) -> dict[str, tuple[int, int]]:
    """Positions of the areas that a filter names."""
    asked = [chosen.get("area"), chosen.get("in_area")]
    if not any(asked):
        return {}
    areas = models.AreaPosition.objects.filter(area_id__in=asked)
    return {area.area_id: (area.area_lo, area.area_hi) for area in areas}


def _kept(tab: Tab, where: Where, chosen: Filter, wide: bool) -> Filter:
    """The filter with its sort, or with the list's own where the list is too long for it."""
    if chosen.sort in tab.indexed or _count(tab, where, SORTED_MAX + 1, wide) <= SORTED_MAX:
        return chosen
    sort, is_descending = DEFAULT_SORT[chosen.tab]
    return replace(chosen, sort=sort, is_descending=is_descending)


def _standing(lists: ListVantage, tab: Tab) -> Where:
    params = {"outbreak": lists.outbreak_id, "as_of": lists.as_of}
    where = Where(("a.outbreak_id = %(outbreak)s", tab.standing), params)
    return where if lists.span is None else inside(where, lists.span, "own")


def _where(lists: ListVantage, chosen: Filter) -> Where:
    known = Known(
        vantage=lists,
        duties=DutySql(DEFAULT_DB_ALIAS),
        numbers=numbers_of(texts_of(chosen) | lists.covered, DEFAULT_DB_ALIAS),
        covered=lists.covered,
        spans=_spans(chosen),
        has_later=bool(chosen.get("state")) and _has_later(lists),
    )
    return narrowed(TABS[chosen.tab], chosen, known, _standing(lists, TABS[chosen.tab]))


def _has_later(lists: ListVantage) -> bool:
    """Whether a duty was done only after the instant: else the open ones are those never done, which have an index
    of their own."""
    query = """SELECT EXISTS (SELECT 1 FROM answer_duties a
        WHERE a.outbreak_id = %(outbreak)s AND a.fulfilled_at > %(as_of)s)"""
    return bool(_ask(query, {"outbreak": lists.outbreak_id, "as_of": lists.as_of}))


def _count(tab: Tab, where: Where, limit: int, wide: bool) -> int:
    joins = " ".join(JOINS[alias] for alias in sorted(where.joins))
    query = f"""SELECT count(*) FROM (
        SELECT 1 FROM {tab.table} a {joins} WHERE {where.sql} LIMIT %(limit)s) x"""
    with (
        connections[DEFAULT_DB_ALIAS].cursor() as cursor,
        planned(cursor, *avoided(wide=wide, walking=False)),
    ):
        cursor.execute(query, {**where.params, "limit": limit})
        return int(cursor.fetchone()[0])


def _ask(query: str, params: dict[str, Any]) -> Any:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchone()[0]


def _picked(lists: ListVantage, tab: Tab, where: Where, order: Order, reading: Reading) -> pl.DataFrame:
    """The rows of the list in their order, with every column that it has."""
    needed = " ".join(JOINS[alias] for alias in sorted(where.joins | order.joins))
    key = ", ".join(f"a.{name}" for name in tab.identity)
    same = " AND ".join(f"a.{name} = k.{name}" for name in tab.identity)
    columns = ", ".join(f"{column.sql} AS {name}" for name, column in tab.columns.items())
    query = f"""WITH k AS MATERIALIZED (
            SELECT x.*, row_number() OVER () AS place FROM (
                SELECT {key} FROM {tab.table} a {needed} {order.join} WHERE {where.sql}
                AND {order.condition} ORDER BY {order.sql} LIMIT %(limit)s OFFSET %(offset)s) x
        ) SELECT {columns} FROM k JOIN {tab.table} a ON a.outbreak_id = %(outbreak)s AND {same}
        {" ".join(JOINS[alias] for alias in tab.joins)} ORDER BY k.place"""
    types = {
        name: pl.Int64() if column.recurs else column.table.field(column.field).dtype
        for name, column in tab.columns.items()
    }
    params = {**where.params, "limit": reading.limit, "offset": reading.offset}
    with (
        connections[DEFAULT_DB_ALIAS].cursor() as cursor,
        planned(cursor, *avoided(wide=reading.wide, walking=reading.walking)),
    ):
        frame = copy_out(cursor, query, types, params)
    told = _spelled(tab, frame)
    return told if lists.known_at is not None else with_merged(lists.outbreak_id, told)


def _spelled(tab: Tab, frame: pl.DataFrame) -> pl.DataFrame:
    recurring = [name for name, column in tab.columns.items() if column.recurs]
    numbers = {number for name in recurring for number in frame[name].unique().drop_nulls()}
    texts = texts_of_numbers(numbers, DEFAULT_DB_ALIAS)
    return frame.with_columns(
        pl.col(name).replace_strict(texts, default=None, return_dtype=pl.String) for name in recurring
    )


def _shown(lists: ListVantage, tab: Tab, frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows as a page shows them: areas known by name, duties with state and owing post."""
    areas = [name for name in frame.columns if name.endswith("area_id")]
    if tab.table == "answer_duties":
        told = pl.col("kind").is_in(list(lists.covered))
        is_open = pl.col("state").is_in([*MISSING_STATES, *OPEN_STATES])
        states = states_at(frame, lists.as_of).with_columns(has_source=told | ~is_open)
        frame = with_posts(states, lists.area_names.upward(frame["area_id"].unique()))
    lists.area_names.learn(area for name in areas for area in frame[name].unique())
    return frame.to_dicts()
