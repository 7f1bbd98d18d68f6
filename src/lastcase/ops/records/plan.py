"""How the database is to read a list. Its planner takes every scope for a small one, since it plans before it knows the
post: of a wide scope it would gather millions of rows and sort them for the fifty that are shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NARROW_MAX = 5_000
"""Persons of a scope whose rows are gathered by the area first; of more, lists are walked in their order."""
_COUNT = """SELECT count(*) FROM (SELECT 1 FROM records_member a WHERE a.outbreak_id = %s
    AND (a.pos_residence >= %s AND a.pos_residence < %s) LIMIT %s) x"""


def is_wide(cursor: Any, outbreak_id: int, spans: list[tuple[int, int]]) -> bool:
    """Whether more than `NARROW_MAX` persons live in every one of the areas; without any area, a list is wide."""
    for lo, hi in spans:
        cursor.execute(_COUNT, [outbreak_id, lo, hi, NARROW_MAX + 1])
        if cursor.fetchone()[0] <= NARROW_MAX:
            return False
    return True


@contextmanager
def planned(cursor: Any, *avoided: str) -> Iterator[None]:
    """Read without these ways (`bitmapscan`, `sort`, `seqscan`), and by no more than one process: fifty rows are found
    before helpers have begun."""
    settings = {"max_parallel_workers_per_gather": "0"} | {f"enable_{way}": "off" for way in avoided}
    cursor.execute("; ".join(f"SET LOCAL {name} TO {value}" for name, value in settings.items()))
    yield
    cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in settings))
