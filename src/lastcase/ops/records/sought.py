"""Persons sought by something that an index finds, for lists of their rows.

Who is sought is read so far and no further. So many persons are named to the database one by one; of more, each row is
asked whose it is, since reading the rows of ten thousands to show fifty takes longer than passing by others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connections

from lastcase.ops.records.plan import BY_AREA, BY_KEY, planned

FEW = 3_000
"""Rows that tell of persons sought are read up to here..."""
TIMES_AS_FEW = 3
"""...and so many times as many where those shown can be gathered by area."""


@dataclass(frozen=True)
class Sought:
    """`first`: ids of the persons, where there are more (`is_all` False) of those found first. `sql`: all ids, as a
    query. `is_one`: SQL by which a row `a` is told to be of one of them; it may ask `p`, the standing entry of its
    person.

    Of a text, `by_sound` is the same for those alone whose name begins as typed, and `others` the ids of all others, as
    a query. `params` go with all; the statement gives `%(outbreak)s`.
    """

    first: list[str]
    is_all: bool
    sql: str
    is_one: str
    params: Mapping[str, Any]
    by_sound: str = ""
    others: str = ""


def first_of(query: str, params: Mapping[str, Any], using: str, *, is_wide: bool) -> tuple[list[str], bool]:
    """The ids that a query gives first, each once, and whether they are all; each part of the query is to read no more
    than `%(few)s` rows. `is_wide`: so many persons are shown that these are not gathered by area (see `plan`)."""
    few = FEW if is_wide else FEW * TIMES_AS_FEW
    with connections[using].cursor() as cursor, planned(cursor, *(BY_KEY if is_wide else BY_AREA)):
        cursor.execute(f"{query} LIMIT %(few)s", {**params, "few": few + 1})
        found = [who for (who,) in cursor.fetchall()]
    return [who for who in dict.fromkeys(found) if who is not None], len(found) <= few
