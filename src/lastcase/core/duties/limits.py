"""Time limits of an edition: which one speaks of a duty, from which event it counts, when it ends."""

from __future__ import annotations

from functools import cache

import polars as pl

from lastcase.core.facts.vocabulary import CASE_STATUSES, CATEGORIES, values
from lastcase.core.protocol.model import Protocol, TimeLimit, limit_family
from lastcase.core.remember import remembered

ANCHORS: dict[str, str] = {
    "found": "found_at",
    "specimen": "positive_at",
    "result": "positive_resulted_at",
    "named": "named_at",
    "arrival": "arrived_at",
}
"""Column of subjects and orders that holds the instant of each event a limit may count from."""
ISSUE = "issue"
"""Counted from the issue of the duty: the limit's own event is not known."""


LIMIT: dict[str, pl.DataType] = {
    "limit_duty": pl.String(),
    "limit_from": pl.String(),
    "limit_min": pl.Int64(),
    "limit_rule": pl.String(),
    "limit_post": pl.String(),
}
"""A limit: the duty it speaks of, the event it counts from, its minutes, its id, and the kind of post that owes."""


def find_limit(protocol: Protocol, duty: str, *subjects: str) -> TimeLimit | None:
    """The limit of the duty for the first of the subjects that has one."""
    rules = {rule.subject: rule for rule in reversed(protocol.of_kind(TimeLimit)) if rule.duty == duty}
    return next((rules[subject] for subject in subjects if subject in rules), None)


def limit_cells(rule: TimeLimit | None) -> tuple[object, ...]:
    """The limit as `LIMIT`."""
    if rule is None:
        return (None,) * len(LIMIT)
    return rule.duty, rule.counted_from, round(rule.hours * 60), rule.id, rule.responsible


@remembered
def limits_of(protocol: Protocol, *duties: str) -> pl.DataFrame:
    """By `category`, the limit of the first of the duties that has one for the category or its family: `LIMIT`.

    Categories without one are left out.
    """
    rows = []
    for category in dict.fromkeys((*values(CATEGORIES), *values(CASE_STATUSES))):
        found = (find_limit(protocol, duty, category, limit_family(category)) for duty in duties)
        limit = next(filter(None, found), None)
        if limit is not None:
            rows.append((category, *limit_cells(limit)))
    return pl.DataFrame(rows, schema={"category": pl.String(), **LIMIT}, orient="row")


TIMED = ("due_at", "counted_at", "counted_from", "limit_rule")


@cache
def timed() -> dict[str, pl.Expr]:
    """The columns `TIMED` of rows with the columns `LIMIT` of their limit, null where they have none.

    `due_at` is the limit's hours after its own event; `counted_at` is the event's instant, `counted_from` its code of
    LIMIT_ANCHORS and `limit_rule` the limit's id. Where the event is not known of the subject, the limit counts from
    the issue of the duty (`issued_at`; code `ISSUE`). Without a limit the duty is due at its issue and the other three
    are null.
    """
    limit_from = pl.col("limit_from")
    event = pl.coalesce([pl.when(limit_from == code).then(column) for code, column in ANCHORS.items()])
    counted_at = pl.when(limit_from.is_not_null()).then(pl.coalesce(event, "issued_at"))
    return {
        "due_at": pl.coalesce(counted_at + pl.duration(minutes=pl.col("limit_min")), "issued_at"),
        "counted_at": counted_at,
        "counted_from": pl.when(event.is_not_null() | limit_from.is_null())
        .then(limit_from)
        .otherwise(pl.lit(ISSUE)),
        "limit_rule": pl.col("limit_rule"),
    }


def unlimited(is_later: pl.Expr, due_at: pl.Expr) -> dict[str, pl.Expr]:
    """The columns `TIMED` once more: due at `due_at` and by no limit where `is_later`."""
    return {
        name: pl.when(is_later).then(due_at if name == "due_at" else None).otherwise(name) for name in TIMED
    }
