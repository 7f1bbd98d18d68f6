"""In which order a list comes. An index serves both directions: read backwards, it gives the mirrored order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lastcase.ops.records.lists.asked import Filter
from lastcase.ops.records.lists.states import state_of
from lastcase.ops.records.lists.tabs import Tab


@dataclass(frozen=True)
class Order:
    """What to sort by, and the joins that this takes: of `tabs.JOINS`, and one that spells a text."""

    sql: str
    joins: frozenset[str] = frozenset()
    join: str = ""


def order_of(tab: Tab, chosen: Filter, numbers: Mapping[str, int]) -> Order:
    """The order that the filter asks for; rows that are equal in it by what names them.

    Unknown values come last, but in the mirrored order of a column with an index, where they come first.
    """
    rest = [f"t.{name}" for name in tab.identity if name != "person_id"]
    if chosen.sort in tab.indexed:
        return Order(_indexed(tab, chosen, ["t.person_id", *rest]))
    down = "DESC" if chosen.is_descending else "ASC"
    ties = ", ".join(["t.person_id", *rest])
    if chosen.sort == "state":
        return Order(f"{state_of(numbers)} {down}, {ties}")
    column = tab.columns[chosen.sort]
    joins = frozenset() if column.alias == "t" else frozenset({column.alias})
    if column.recurs:
        return Order(
            f"s.term {down} NULLS LAST, {ties}", joins, f"LEFT JOIN records_term s ON s.id = {column.sql}"
        )
    return Order(f"{column.sql} {down} NULLS LAST, {ties}", joins)


def _indexed(tab: Tab, chosen: Filter, ties: list[str]) -> str:
    is_mirrored = chosen.is_descending != tab.indexed[chosen.sort]
    nulls = "FIRST" if is_mirrored else "LAST"
    first = (
        []
        if chosen.sort == "person_id"
        else [f"t.{chosen.sort} {'DESC' if chosen.is_descending else 'ASC'} NULLS {nulls}"]
    )
    return ", ".join([*first, *(f"{name} {'DESC' if is_mirrored else 'ASC'}" for name in ties)])
