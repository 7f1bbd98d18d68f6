"""How the database is to read a list. Its planner takes every scope for a small one, since it plans before it knows the
post: of a wide scope it would gather millions of rows and sort them for the fifty that are shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import sqrt
from time import time
from typing import Any

from lastcase.ops.records.keeping import Kept

NARROW_MAX, PAGE_ROWS = 5_000, 50
"""Persons of a scope whose rows are gathered by the area first to show so many of them; of more, lists are walked in
their order."""
DEEPEST = 40
"""So many times as many persons at most are still gathered, however many rows are asked for."""
BY_KEY = ("bitmapscan",)
"""What is avoided where a few rows are named by their keys: an index of positions would gather all that are shown to
the post and leave these of them."""
BY_AREA = ("indexscan",)
"""What is avoided where all rows shown to the post are gathered by area, and then asked what else they must be."""
KEPT_S = 60
"""Seconds for which it is kept how many persons live in an area."""
_kept: Kept[int] = Kept(500)
_COUNT = """SELECT count(*) FROM (SELECT 1 FROM records_member a WHERE a.outbreak_id = %s
    AND (a.pos_residence >= %s AND a.pos_residence < %s) LIMIT %s) x"""


def is_wide(cursor: Any, outbreak_id: int, spans: list[tuple[int, int]], n_rows: int = PAGE_ROWS) -> bool:
    """Whether so many persons live in every one of the areas that their rows are better walked than gathered; without
    any area, a list is wide.

    Walking to the `n_rows` asked for passes by all rows of others on the way: the more are asked for, the larger the
    area that is gathered sooner, as their root. Only the way of reading hangs on it, so that the number of persons is
    kept a while.
    """
    most = NARROW_MAX * min(sqrt(max(n_rows, PAGE_ROWS) / PAGE_ROWS), DEEPEST)
    return all(_n_persons(cursor, outbreak_id, span) > most for span in spans)


def _n_persons(cursor: Any, outbreak_id: int, span: tuple[int, int]) -> int:
    """How many live there, counted as far as anybody asks."""

    def ask() -> int:
        cursor.execute(_COUNT, [outbreak_id, *span, NARROW_MAX * DEEPEST + 1])
        return int(cursor.fetchone()[0])

    return _kept.get((cursor.db.settings_dict["NAME"], outbreak_id, span, int(time() // KEPT_S)), ask)


@contextmanager
def planned(cursor: Any, *avoided: str) -> Iterator[None]:
    """Read without these ways (`bitmapscan`, `sort`, `seqscan`), and by no more than one process: fifty rows are found
    before helpers have begun."""
    settings = {"max_parallel_workers_per_gather": "0"} | {f"enable_{way}": "off" for way in avoided}
    cursor.execute("; ".join(f"SET LOCAL {name} TO {value}" for name, value in settings.items()))
    yield
    cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in settings))
