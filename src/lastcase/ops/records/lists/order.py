"""In which order a list comes. An index serves both directions: read backwards, it gives the mirrored order."""

from __future__ import annotations

from dataclasses import dataclass

from lastcase.ops.records.duty_states import DutySql
from lastcase.ops.records.lists.asked import Filter
from lastcase.ops.records.lists.tabs import TABS, Tab

SELECTIVE = ("q", "held", "lead", "on", "found", "severity", "outcome", "status")
"""Filters that find few rows by themselves: these are found first and sorted then."""


@dataclass(frozen=True)
class Order:
    """What to sort by, and what this takes: joins of `tabs.JOINS`, one that spells a text, and a condition."""

    sql: str
    joins: frozenset[str] = frozenset()
    join: str = ""
    condition: str = "true"


def order_of(tab: Tab, chosen: Filter, duties: DutySql) -> Order:
    """The order that the filter asks for; rows that are equal in it by what names them.

    The column of persons shows names and sorts as they sound. Unknown values come last, but in the mirrored order of
    a column with an index, where they come first.
    """
    rest = [f"a.{name}" for name in tab.identity if name != "person_id"]
    down = "DESC" if chosen.is_descending else "ASC"
    if chosen.sort == "person_id":
        is_walked = "person_id" in tab.indexed
        nulls = "FIRST" if is_walked and chosen.is_descending else "LAST"
        by_sound = [f"p.search_name {down} NULLS {nulls}", f"a.person_id {down}", *rest]
        # A member has a person: said so, the index of sounds may be walked for either.
        condition = "p.person_id IS NOT NULL" if is_walked else "true"
        return Order(", ".join(by_sound), frozenset({"p"}), condition=condition)
    if chosen.sort in tab.indexed:
        return Order(_indexed(tab, chosen, ["a.person_id", *rest]))
    ties = ", ".join(["a.person_id", *rest])
    if chosen.sort == "state":
        return Order(f"{duties.state()} {down}, {ties}")
    column = tab.columns[chosen.sort]
    joins = frozenset() if column.alias == "a" else frozenset({column.alias})
    if column.recurs:
        return Order(
            f"s.term {down} NULLS LAST, {ties}", joins, f"LEFT JOIN records_term s ON s.id = {column.sql}"
        )
    return Order(f"{column.sql} {down} NULLS LAST, {ties}", joins)


def _indexed(tab: Tab, chosen: Filter, ties: list[str]) -> str:
    is_mirrored = chosen.is_descending != tab.indexed[chosen.sort]
    nulls = "FIRST" if is_mirrored else "LAST"
    first = f"a.{chosen.sort} {'DESC' if chosen.is_descending else 'ASC'} NULLS {nulls}"
    return ", ".join([first, *(f"{name} {'DESC' if is_mirrored else 'ASC'}" for name in ties)])


def walks(chosen: Filter) -> bool:
    """Whether the list is read in the order of an index, row by row."""
    return chosen.sort in TABS[chosen.tab].indexed and not any(chosen.get(name) for name in SELECTIVE)


def avoided(*, wide: bool, walking: bool) -> tuple[str, ...]:
    """Of a wide list no rows are gathered by area first, and one that is walked is not sorted."""
    if not wide:
        return ()
    return ("bitmapscan", "sort") if walking else ("bitmapscan",)
