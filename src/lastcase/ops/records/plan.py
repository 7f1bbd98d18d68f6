"""How the database is to read a list. Its planner takes every scope for a small one, since it plans before it knows the
post: of a wide scope it would gather millions of rows and sort them for the fifty that are shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import time
from typing import Any

from lastcase.ops.records.keeping import Kept

NARROW_MAX = 5_000
"""Persons of a scope whose rows are gathered by the area first; of more, lists are walked in their order."""
BY_KEY = ("bitmapscan",)
"""What is avoided where a few rows are named by their keys: an index of positions would gather all that are shown to
the post and leave these of them."""
KEPT_S = 60
"""Seconds for which it is kept whether an area is wide."""
_kept: Kept[bool] = Kept(500)
_COUNT = """SELECT count(*) FROM (SELECT 1 FROM records_member a WHERE a.outbreak_id = %s
    AND (a.pos_residence >= %s AND a.pos_residence < %s) LIMIT %s) x"""


def is_wide(cursor: Any, outbreak_id: int, spans: list[tuple[int, int]]) -> bool:
    """Whether more than `NARROW_MAX` persons live in every one of the areas; without any area, a list is wide.

    Only the way of reading hangs on it, so that the answer is kept a while.
    """
    return all(_is_wide(cursor, outbreak_id, span) for span in spans)


def _is_wide(cursor: Any, outbreak_id: int, span: tuple[int, int]) -> bool:
    def ask() -> bool:
        cursor.execute(_COUNT, [outbreak_id, *span, NARROW_MAX + 1])
        return bool(cursor.fetchone()[0] > NARROW_MAX)

    return _kept.get((cursor.db.settings_dict["NAME"], outbreak_id, span, int(time() // KEPT_S)), ask)


@contextmanager
def planned(cursor: Any, *avoided: str) -> Iterator[None]:
    """Read without these ways (`bitmapscan`, `sort`, `seqscan`), and by no more than one process: fifty rows are found
    before helpers have begun."""
    settings = {"max_parallel_workers_per_gather": "0"} | {f"enable_{way}": "off" for way in avoided}
    cursor.execute("; ".join(f"SET LOCAL {name} TO {value}" for name, value in settings.items()))
    yield
    cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in settings))
