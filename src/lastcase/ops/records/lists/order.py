"""In which order a list comes. An index serves both directions: read backwards, it gives the mirrored order."""

from __future__ import annotations

from dataclasses import dataclass

from lastcase.ops.records.duty_states import DutySql
from lastcase.ops.records.lists.after import Walk
from lastcase.ops.records.lists.asked import Filter
from lastcase.ops.records.lists.conditions import Where
from lastcase.ops.records.lists.tabs import TABS, Tab

SELECTIVE = ("held", "lead", "on", "found", "severity", "outcome", "status")
"""Filters that find few rows by themselves: these are found first and sorted then."""
SOUND = "p.search_name"
"""What names are sorted by, and searched in."""


@dataclass(frozen=True)
class Order:
    """What to sort by, and what this takes: joins of `tabs.JOINS`, one that spells a text, and a condition. `walk`:
    the same where an index sorts so."""

    sql: str
    joins: frozenset[str] = frozenset()
    join: str = ""
    condition: str = "true"
    walk: Walk | None = None


def order_of(tab: Tab, chosen: Filter, duties: DutySql) -> Order:
    """The order that the filter asks for; rows that are equal in it by what names them.

    The column of persons shows names and sorts as they sound. Unknown values come last, but in the mirrored order of
    a column with an index, where they come first.
    """
    rest = [f"a.{name}" for name in tab.identity if name != "person_id"]
    down = "DESC" if chosen.is_descending else "ASC"
    if chosen.sort == "person_id" and "person_id" in tab.indexed:
        is_down = chosen.is_descending
        walk = Walk(SOUND, ("p.person_id",), is_down, is_down, nulls_first=is_down)
        # A member has a person: said so, the index of sounds may be walked.
        return Order(walk.sql, frozenset({"p"}), condition="p.person_id IS NOT NULL", walk=walk)
    if chosen.sort == "person_id":
        return Order(
            ", ".join([f"{SOUND} {down} NULLS LAST", f"a.person_id {down}", *rest]), frozenset({"p"})
        )
    if chosen.sort in tab.indexed:
        is_mirrored = chosen.is_descending != tab.indexed[chosen.sort]
        walk = Walk(
            f"a.{chosen.sort}",
            tuple(_identity(tab)),
            chosen.is_descending,
            is_mirrored,
            nulls_first=is_mirrored,
        )
        return Order(walk.sql, walk=walk)
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


def _identity(tab: Tab) -> list[str]:
    return [f"a.{name}" for name in tab.identity]


def walks(chosen: Filter, where: Where) -> bool:
    """Whether the list is read in the order of an index, row by row: also for a text that finds very many, but not by
    the index that they are found in."""
    is_selective = where.is_few or any(chosen.get(name) for name in SELECTIVE)
    is_selective = is_selective or (where.is_of_text and chosen.sort == "person_id")
    return chosen.sort in TABS[chosen.tab].indexed and not is_selective


def avoided(*, wide: bool, walking: bool) -> tuple[str, ...]:
    """Of a wide list no rows are gathered by area first, and one that is walked is not sorted."""
    if not wide:
        return ()
    return ("bitmapscan", "sort") if walking else ("bitmapscan",)
