"""What stands beside each duty of a page of gaps: the person's name, who holds it since when, and why it is owed.

A handful of queries for the rows of the page; nothing is read of anybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.answers import DUTIES, answer_schema
from lastcase.core.explain.duties import with_reasons
from lastcase.ops.accounts.actor import WHOLE_TREE
from lastcase.ops.accounts.models import Post
from lastcase.ops.accounts.queries import posts
from lastcase.ops.records.area_names import AreaNames
from lastcase.ops.records.gaps import Scope
from lastcase.ops.records.models import FACTS, AreaPosition, Batch
from lastcase.ops.records.person_rows import few_answers
from lastcase.ops.records.plan import BY_KEY, planned
from lastcase.ops.records.posts import WHOLE, owing_posts

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
    columns = ("name", "list_id", "description", "phone")
    query = f"""SELECT person_id, {", ".join(columns)} FROM fact_persons
        WHERE person_id = ANY(%s) AND retired_at IS NULL"""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor, planned(cursor, *BY_KEY):
        cursor.execute(query, [persons])
        return {person: dict(zip(columns, row, strict=True)) for person, *row in cursor.fetchall()}


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
    pairs = {(row["responsible"], row["area_id"]) for row in rows}
    names = AreaNames()
    names.learn_upward(area for _, area in pairs)
    return owing_posts(pairs, names.parents())


def _because(scope: Scope, rows: Sequence[dict[str, Any]], persons: list[str], zone: str) -> dict[str, str]:
    orders = few_answers("orders", scope.outbreak_id, persons, scope.using)
    given = [name for name in answer_schema("duties") if name in rows[0]]
    schema = {name: DUTIES.field(name).dtype for name in given}
    duties = pl.DataFrame([{name: row[name] for name in given} for row in rows], schema=schema)
    told = with_reasons(duties, orders, zone)
    return dict(told.select("key", "because").iter_rows())


def posts_within(scope: tuple[int, int] | None) -> list[Post]:
    """Posts whose area lies in a range of positions: those to whom duties there may be assigned."""
    lo, hi = scope or (0, 0)
    found = list(posts().exclude(kind="administrator"))
    areas = AreaPosition.objects.filter(area_id__in={post.area_id for post in found})
    spans = {
        area_id: (low, high) for area_id, low, high in areas.values_list("area_id", "area_lo", "area_hi")
    }
    spans[WHOLE] = WHOLE_TREE
    held = [(post, spans.get(post.area_id)) for post in found]
    return [post for post, span in held if span is not None and lo <= span[0] and span[1] <= hi]


def last_batches(scope: Scope) -> list[Batch]:
    """The latest bulk acts that the post is shown, newest first."""
    return list(Batch.objects.filter(outbreak_id=scope.outbreak_id).order_by("-at")[:BATCHES_SHOWN])
