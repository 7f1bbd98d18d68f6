"""What stands beside each duty of a page of gaps: the person's name, who holds it since when, and why it is owed.

A handful of queries for the rows of the page; nothing is read of anybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from django.db import connections

from lastcase.core.answers import DUTIES, ORDERS, answer_schema, key_of
from lastcase.core.explain.duties import with_reasons
from lastcase.engines.bridge import copy_out
from lastcase.ops.accounts.models import Post
from lastcase.ops.accounts.queries import posts, scope_of
from lastcase.ops.records.area_names import AreaNames
from lastcase.ops.records.columns import stored_columns
from lastcase.ops.records.gaps import Scope
from lastcase.ops.records.models import FACTS, Batch
from lastcase.ops.records.posts import with_posts
from lastcase.ops.records.terms import spelled

BATCHES_SHOWN = 5


def with_holders(scope: Scope, rows: Sequence[dict[str, Any]], zone: str) -> list[dict[str, Any]]:
    """The rows with `name` and `list_id` of the person, `assigned_post` and `assigned_at` where the duty is assigned,
    `post`, the post that owes it (see `posts.with_posts`), and `because`."""
    if not rows:
        return []
    persons = sorted({row["person_id"] for row in rows})
    called = _called(persons)
    assigned = _assigned(scope, persons)
    owing = _owing(rows)
    because = _because(scope, rows, persons, zone)
    return [
        {
            **row,
            **called.get(row["person_id"], {}),
            **assigned.get(row["key"], {"assigned_post": None, "assigned_at": None}),
            "post": owing.get((row["responsible"], row["area_id"])),
            "because": because.get(row["key"]),
        }
        for row in rows
    ]


def _called(persons: list[str]) -> dict[str, dict[str, Any]]:
    found = FACTS["persons"].objects.filter(person_id__in=persons, retired_at=None)  # type: ignore[attr-defined]
    columns = ("name", "list_id", "description", "phone")
    return {
        row["person_id"]: {name: row[name] for name in columns} for row in found.values("person_id", *columns)
    }


def _assigned(scope: Scope, persons: list[str]) -> dict[str, dict[str, Any]]:
    found = FACTS["assignments"].objects.filter(  # type: ignore[attr-defined]
        outbreak_id=scope.outbreak_id, person_id__in=persons, retired_at=None
    )
    key = ("person_id", "duty_kind", "rule", "episode", "ordinal", "edition")
    return {
        "|".join(map(str, row[:-2])): {"assigned_post": row[-2], "assigned_at": row[-1]}
        for row in found.values_list(*key, "post", "assigned_at")
    }


def _owing(rows: Sequence[dict[str, Any]]) -> dict[tuple[str | None, str | None], str | None]:
    """What the owing post is called, by responsible kind and area."""
    schema = {"responsible": pl.String(), "area_id": pl.String()}
    pairs = pl.DataFrame(
        [(row["responsible"], row["area_id"]) for row in rows], schema=schema, orient="row"
    ).unique()
    areas = AreaNames().upward(pairs["area_id"].unique())
    return {(kind, area): post for kind, area, post in with_posts(pairs, areas).iter_rows()}


def _because(scope: Scope, rows: Sequence[dict[str, Any]], persons: list[str], zone: str) -> dict[str, str]:
    kept = stored_columns(ORDERS)
    types = {name: pl.Int64() if ORDERS.field(name).recurs else ORDERS.field(name).dtype for name in kept}
    columns = ", ".join(f'"{name}"' for name in kept)
    query = f"SELECT {columns} FROM answer_orders WHERE outbreak_id = %s AND person_id = ANY(%s)"
    with connections[scope.using].cursor() as cursor:
        read = copy_out(cursor, query, types, [scope.outbreak_id, persons])
    orders = spelled(ORDERS, read, scope.using).with_columns(key=key_of("orders"))
    given = [name for name in answer_schema("duties") if name in rows[0]]
    schema = {name: DUTIES.field(name).dtype for name in given}
    duties = pl.DataFrame([{name: row[name] for name in given} for row in rows], schema=schema)
    told = with_reasons(duties, orders, zone)
    return dict(told.select("key", "because").iter_rows())


def posts_within(scope: tuple[int, int] | None) -> list[Post]:
    """Posts whose area lies in a range of positions: those to whom duties there may be assigned."""
    lo, hi = scope or (0, 0)
    found = [(post, scope_of(post)) for post in posts().exclude(kind="administrator")]
    return [post for post, span in found if span is not None and lo <= span[0] and span[1] <= hi]


def last_batches(scope: Scope) -> list[Batch]:
    """The latest bulk acts that the post is shown, newest first."""
    return list(Batch.objects.filter(outbreak_id=scope.outbreak_id).order_by("-at")[:BATCHES_SHOWN])
