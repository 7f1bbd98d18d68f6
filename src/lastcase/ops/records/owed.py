"""What stands for some persons at an instant, a row each: the next duty that can still be done, and the order that
binds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.answers import ANSWERS, Answers
from lastcase.core.duties.clocks import TIMELY, states_at
from lastcase.core.duties.coverage import MISSING_STATES, OPEN_STATES
from lastcase.ops.records.duty_states import DutySql
from lastcase.ops.records.plan import BY_KEY, planned
from lastcase.ops.records.terms import texts_of

OPEN = (*MISSING_STATES, *OPEN_STATES)
Row = dict[str, Any]
Owed = tuple[dict[str, Row], dict[str, Row]]
"""By person: a duty (kind, due_at, state) and an order (place_kind). A duty of a day that was missed, which nobody can
make up, comes after all others."""


def stored_owed(outbreak_id: int, persons: Collection[str], as_of: datetime) -> Owed:
    """The same off the stored answers; no more than these rows is read."""
    sql = DutySql(DEFAULT_DB_ALIAS)
    params = {
        "outbreak": outbreak_id,
        "persons": list(persons),
        "as_of": as_of,
        "open": list(OPEN),
        "missing": list(MISSING_STATES),
    }
    duties = f"""SELECT DISTINCT ON (person_id) person_id, kind, due_at, state FROM (
            SELECT a.person_id, a.kind, a.due_at, a.kind IN ({sql.among(TIMELY)}) AS is_timely, {sql.state()} AS state
            FROM answer_duties a WHERE a.outbreak_id = %(outbreak)s AND a.person_id = ANY(%(persons)s)
                AND coalesce(a.issued_at <= %(as_of)s, true)
        ) d WHERE state = ANY(%(open)s)
        ORDER BY person_id, is_timely AND state = ANY(%(missing)s), due_at NULLS LAST, kind"""
    orders = """SELECT DISTINCT ON (person_id) person_id, place_kind FROM answer_orders
        WHERE outbreak_id = %(outbreak)s AND person_id = ANY(%(persons)s) AND starts_at <= %(as_of)s
            AND NOT coalesce(least(closed_at, released_at) <= %(as_of)s, false)
        ORDER BY person_id, ordinal DESC, starts_at DESC"""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor, planned(cursor, *BY_KEY):
        return _rows(cursor, "duties", duties, params), _rows(cursor, "orders", orders, params)


def _rows(cursor: Any, table: str, query: str, params: dict[str, Any]) -> dict[str, Row]:
    cursor.execute(query, params)
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    recurring = [field.name for field in ANSWERS[table].fields if field.recurs and field.name in names]
    texts = texts_of({row[name] for row in rows for name in recurring} - {None}, DEFAULT_DB_ALIAS)
    return {row["person_id"]: {**row, **{name: texts.get(row[name]) for name in recurring}} for row in rows}


def owed_of(answers: Answers, persons: Collection[str], as_of: datetime) -> Owed:
    """The same off derived answers."""
    mine = pl.col("person_id").is_in(list(persons))
    is_missed = pl.col("kind").is_in(list(TIMELY)) & pl.col("state").is_in(list(MISSING_STATES))
    owed = states_at(answers.duties.filter(mine), as_of).filter(pl.col("state").is_in(list(OPEN)))
    first = owed.sort(is_missed, "due_at", "kind", nulls_last=True)
    is_over = (pl.min_horizontal("closed_at", "released_at") <= as_of).fill_null(False)
    bound = answers.orders.filter(mine & (pl.col("starts_at") <= as_of) & ~is_over).sort(
        "ordinal", "starts_at"
    )
    duties = first.select("person_id", "kind", "due_at", "state").unique("person_id", keep="first").to_dicts()
    orders = bound.select("person_id", "place_kind").unique("person_id", keep="last").to_dicts()
    return {row["person_id"]: row for row in duties}, {row["person_id"]: row for row in orders}
