"""How the database is to read a list. Its planner takes every scope for a small one, since it plans before it knows the
post: of a wide scope it would gather millions of rows and sort them for the fifty that are shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lastcase.ops.records.lists.asked import Filter
from lastcase.ops.records.lists.tabs import TABS

NARROW_MAX = 5_000
"""Persons of a scope whose rows are gathered by the area first; of more, lists are walked in their order."""
SELECTIVE = ("q", "held", "lead", "on", "found", "severity", "outcome", "status")
"""Filters that find few rows by themselves: these are found first and sorted then."""
_COUNT = """SELECT count(*) FROM (SELECT 1 FROM records_member a WHERE a.outbreak_id = %s
    AND (a.pos_residence >= %s AND a.pos_residence < %s) LIMIT %s) x"""


def is_wide(cursor: Any, outbreak_id: int, spans: list[tuple[int, int]]) -> bool:
    """Whether more than `NARROW_MAX` persons live in every one of the areas; without any area, a list is wide."""
    for lo, hi in spans:
        cursor.execute(_COUNT, [outbreak_id, lo, hi, NARROW_MAX + 1])
        if cursor.fetchone()[0] <= NARROW_MAX:
            return False
    return True


def walks(chosen: Filter) -> bool:
    """Whether the list is read in the order of an index, row by row."""
    is_of_persons = chosen.tab != "duties" and (chosen.get("state") or chosen.get("kind"))
    return (
        chosen.sort in TABS[chosen.tab].indexed
        and not is_of_persons
        and not any(chosen.get(name) for name in SELECTIVE)
    )


@contextmanager
def planned(cursor: Any, *, wide: bool, walking: bool) -> Iterator[None]:
    """Read a wide list without gathering rows by area first, and one that is walked without sorting it."""
    _set(cursor, bitmapscan=not wide, sort=not (wide and walking))
    yield
    _set(cursor, bitmapscan=True, sort=True)


def _set(cursor: Any, *, bitmapscan: bool, sort: bool) -> None:
    cursor.execute(
        "SELECT set_config('enable_bitmapscan', %s, true), set_config('enable_sort', %s, true)",
        ["on" if bitmapscan else "off", "on" if sort else "off"],
    )
