"""Lists of names: one page, a whole list for a file, and how many there are, found and sorted in the database.

A page is found in two steps: which rows, read off an index where one sorts so, then what is shown of these alone.
Lists are counted up to `COUNTED_MAX`; beyond, a page says "more than".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.facts.vocabulary import CASE_STATUSES, CATEGORIES, DUTY_KINDS, values
from lastcase.ops.records import models
from lastcase.ops.records.area_names import areas_beneath
from lastcase.ops.records.duty_states import DutySql
from lastcase.ops.records.lists.after import read_token, token_of
from lastcase.ops.records.lists.asked import DEFAULT_SORT, PAGE_ROWS, PAGES_MAX, Filter
from lastcase.ops.records.lists.conditions import Known, Where, inside, narrowed, texts_of
from lastcase.ops.records.lists.leads import UNJUDGED
from lastcase.ops.records.lists.order import SOUND, Order, avoided, order_of, walks
from lastcase.ops.records.lists.picked import Reading, file_rows, page_rows, picking
from lastcase.ops.records.lists.tabs import JOINS, TABS, Tab
from lastcase.ops.records.lists.vantage import ListVantage
from lastcase.ops.records.plan import is_wide, planned
from lastcase.ops.records.sought import first_of
from lastcase.ops.records.terms import number_of, numbers_of

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
    list was too long to be sorted as asked; `after`: the place of the last row, for a link to the next page (empty: by
    its number alone)."""

    filter: Filter
    rows: list[dict[str, Any]]
    count: Count
    has_next: bool
    is_resorted: bool
    after: str = ""

    @property
    def n_pages(self) -> int | None:
        """How many pages; None where nobody counted."""
        return None if self.count.is_more else max(-(-self.count.n // PAGE_ROWS), 1)


def list_rows(lists: ListVantage, chosen: Filter, counts: Mapping[str, Count] | None = None) -> Listed:
    """The page of the list that the filter asks for; a page past the end is the last. `counts`: what `list_counts`
    gave, where the caller has asked."""
    tab, duties = TABS[chosen.tab], DutySql(DEFAULT_DB_ALIAS)
    where = _where(lists, chosen, duties)
    is_whole = counts is not None and not chosen.values
    count = (
        counts[chosen.tab] if is_whole and counts else _counted(_count(lists, where, chosen, COUNTED_MAX + 1))
    )
    kept = _kept(lists, where, chosen) if count.is_more else chosen
    order = order_of(tab, kept, duties)
    picked = _behind(lists, tab, where, order, _reading(lists, kept, where), kept.after, duties)
    if not picked:
        kept = _within(lists, where, kept, count)
        picked = page_rows(lists, picking(tab, where, order, _reading(lists, kept, where)), duties)
    has_next = len(picked) > PAGE_ROWS and kept.page < PAGES_MAX
    is_walked = has_next and count.is_more and order.walk is not None and lists.known_at is None
    return Listed(
        kept,
        picked[:PAGE_ROWS],
        count,
        has_next,
        (kept.sort, kept.is_descending) != (chosen.sort, chosen.is_descending),
        token_of(picked[PAGE_ROWS - 1]["at"]) if is_walked else "",
    )


def _within(lists: ListVantage, where: Where, chosen: Filter, count: Count) -> Filter:
    """The filter with a page that the list has: instead of one past the end its last."""
    n_before = (chosen.page - 1) * PAGE_ROWS
    n_rows = (
        count.n if n_before < count.n or not count.is_more else _count(lists, where, chosen, n_before + 1)
    )
    return chosen if n_before < n_rows else replace(chosen, page=max(-(-n_rows // PAGE_ROWS), 1))


def _reading(lists: ListVantage, chosen: Filter, where: Where) -> Reading:
    """How the page of the list is read."""
    offset = (chosen.page - 1) * PAGE_ROWS
    wide = _is_wide(lists, chosen, offset + PAGE_ROWS)
    return Reading(wide, walks(chosen, where), offset, PAGE_ROWS + 1)


def _behind(
    lists: ListVantage, tab: Tab, where: Where, order: Order, reading: Reading, after: str, duties: DutySql
) -> list[dict[str, Any]]:
    """The rows behind the one that a link names; none where it names none that this list could hold."""
    at = read_token(after, _kinds(tab, order)) if order.walk and lists.known_at is None else None
    rows: list[dict[str, Any]] = []
    for sql, params in order.walk.behind(at) if order.walk and at else ():
        stretch = replace(reading, offset=0, limit=PAGE_ROWS + 1 - len(rows))
        if stretch.limit:
            rows += page_rows(lists, picking(tab, where.also(sql, **params), order, stretch), duties)
    return rows


def _kinds(tab: Tab, order: Order) -> list[type]:
    """The types of a row's place: what is sorted by, then what names the row."""
    numbers = ("episode", "ordinal")
    named = [int if name in numbers or tab.columns[name].recurs else str for name in tab.identity]
    return [str if order.walk and order.walk.first == SOUND else datetime, *named]


def all_rows(lists: ListVantage, chosen: Filter) -> list[dict[str, Any]]:
    """Every row of the filtered list, for a file, at most EXPORT_ROWS_MAX."""
    tab, duties = TABS[chosen.tab], DutySql(DEFAULT_DB_ALIAS)
    reading = Reading(_is_wide(lists, chosen, EXPORT_ROWS_MAX), False, 0, EXPORT_ROWS_MAX)
    where = _where(lists, chosen, duties)
    return file_rows(lists, picking(tab, where.settled(), order_of(tab, chosen, duties), reading))


def list_counts(lists: ListVantage) -> dict[str, Count]:
    """How many rows each list has before any filter."""
    wide = _is_wide(lists, Filter(), COUNTED_MAX)
    standing = {name: _standing(lists, tab) for name, tab in TABS.items()}
    counted = ", ".join(f"({_count_sql(tab, standing[name])})" for name, tab in TABS.items())
    params = {key: value for where in standing.values() for key, value in where.params.items()}
    with (
        connections[DEFAULT_DB_ALIAS].cursor() as cursor,
        planned(cursor, *avoided(wide=wide, walking=False)),
    ):
        cursor.execute(f"SELECT {counted}", {**params, "limit": COUNTED_MAX + 1})
        return {name: _counted(n) for name, n in zip(TABS, cursor.fetchone(), strict=True)}


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
    }
    wide = _is_wide(lists, Filter(), COUNTED_MAX)
    first, is_all = first_of(UNJUDGED, params, DEFAULT_DB_ALIAS, is_wide=wide)
    return Count(min(len(first), COUNTED_MAX), not is_all or len(first) > COUNTED_MAX)


def _counted(n: int) -> Count:
    return Count(min(n, COUNTED_MAX), n > COUNTED_MAX)


def _is_wide(lists: ListVantage, chosen: Filter, n_rows: int) -> bool:
    spans = [*_spans(chosen).values(), *([lists.span] if lists.span else [])]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        return is_wide(cursor, lists.outbreak_id, spans, n_rows)


def _spans(chosen: Filter) -> dict[str, tuple[int, int]]:
    """Positions of the areas that a filter names."""
    asked = [chosen.get("area"), chosen.get("in_area")]
    if not any(asked):
        return {}
    areas = models.AreaPosition.objects.filter(area_id__in=asked)
    return {area.area_id: (area.area_lo, area.area_hi) for area in areas}


def _kept(lists: ListVantage, where: Where, chosen: Filter) -> Filter:
    """The filter with its sort, or with the list's own where the list is too long for it."""
    is_indexed = chosen.sort in TABS[chosen.tab].indexed
    if is_indexed or _count(lists, where, chosen, SORTED_MAX + 1) <= SORTED_MAX:
        return chosen
    sort, is_descending = DEFAULT_SORT[chosen.tab]
    return replace(chosen, sort=sort, is_descending=is_descending)


def _standing(lists: ListVantage, tab: Tab) -> Where:
    params = {"outbreak": lists.outbreak_id, "as_of": lists.as_of}
    where = Where(("a.outbreak_id = %(outbreak)s", tab.standing), params)
    return where if lists.span is None else inside(where, lists.span, "own")


def _where(lists: ListVantage, chosen: Filter, duties: DutySql) -> Where:
    known = Known(
        vantage=lists,
        duties=duties,
        numbers=numbers_of(texts_of(chosen) | lists.covered, DEFAULT_DB_ALIAS),
        covered=lists.covered,
        spans=_spans(chosen),
        has_later=bool(chosen.get("state")) and _has_later(lists),
        is_wide=_is_wide(lists, chosen, COUNTED_MAX),
    )
    return narrowed(TABS[chosen.tab], chosen, known, _standing(lists, TABS[chosen.tab]))


def _has_later(lists: ListVantage) -> bool:
    """Whether a duty was done only after the instant: else the open ones are those never done, which have an index
    of their own."""
    query = """SELECT EXISTS (SELECT 1 FROM answer_duties a
        WHERE a.outbreak_id = %(outbreak)s AND a.fulfilled_at > %(as_of)s)"""
    return bool(_ask(query, {"outbreak": lists.outbreak_id, "as_of": lists.as_of}))


def _count(lists: ListVantage, where: Where, chosen: Filter, limit: int) -> int:
    """How many rows, counted up to the limit: often the persons found first have so many already."""
    n_rows = _count_all(lists, where.of_first(), chosen, limit)
    return (
        n_rows if not where.sought or n_rows >= limit else _count_all(lists, where.settled(), chosen, limit)
    )


def _count_all(lists: ListVantage, where: Where, chosen: Filter, limit: int) -> int:
    tab, wide = TABS[chosen.tab], _is_wide(lists, chosen, limit)
    with (
        connections[DEFAULT_DB_ALIAS].cursor() as cursor,
        planned(cursor, *avoided(wide=wide, walking=False)),
    ):
        cursor.execute(_count_sql(tab, where), {**where.params, "limit": limit})
        return int(cursor.fetchone()[0])


def _count_sql(tab: Tab, where: Where) -> str:
    joins = " ".join(JOINS[alias] for alias in sorted(where.joins))
    return f"SELECT count(*) FROM (SELECT 1 FROM {tab.table} a {joins} WHERE {where.sql} LIMIT %(limit)s) x"


def _ask(query: str, params: dict[str, Any]) -> Any:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchone()[0]
