"""Time limits of an edition: which one speaks of a duty, from which event it counts, when it ends."""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.field import INSTANT
from lastcase.core.protocol.model import Protocol, TimeLimit, limit_family

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


class Limits:
    """Time limits of the edition by duty and subject."""

    def __init__(self, protocol: Protocol) -> None:
        self.rules = protocol.of_kind(TimeLimit)

    def find(self, duty: str, *subjects: str) -> TimeLimit | None:
        """The limit of the duty for the first of the subjects that has one."""
        for subject in subjects:
            for rule in self.rules:
                if rule.duty == duty and rule.subject == subject:
                    return rule
        return None

    def of_category(self, category: str, *duties: str) -> TimeLimit | None:
        """The limit of the first of the duties that has one for the category or its family."""
        found = (self.find(duty, category, limit_family(category)) for duty in duties)
        return next((rule for rule in found if rule is not None), None)


def timed(rule: TimeLimit | None) -> dict[str, pl.Expr]:
    """Columns of what the limit sets: `due_at`, `hours` after the limit's own event, and which event that is.

    `counted_at` is the event's instant, `counted_from` its code of LIMIT_ANCHORS and `limit_rule` the limit's
    id. Where the event is not known of the subject, the limit counts from the issue of the duty
    (`issued_at`; code `ISSUE`). Without a limit the duty is due at its issue and the other three are null.
    """
    if rule is None:
        nothing = {"counted_at": INSTANT, "counted_from": pl.String(), "limit_rule": pl.String()}
        return {"due_at": pl.col("issued_at")} | {name: pl.lit(None, kind) for name, kind in nothing.items()}
    event = pl.col(ANCHORS[rule.counted_from])
    counted_at = pl.coalesce(event, "issued_at")
    return {
        "due_at": counted_at + pl.duration(minutes=round(rule.hours * 60)),
        "counted_at": counted_at,
        "counted_from": pl.when(event.is_not_null()).then(pl.lit(rule.counted_from)).otherwise(pl.lit(ISSUE)),
        "limit_rule": pl.lit(rule.id),
    }


def timed_by_category(rows: pl.DataFrame, limits: Limits, *duties: str) -> pl.DataFrame:
    """The rows with the columns of `timed`, each category under its own limit of the first duty that has one."""
    made = timed(None)
    for category in rows["category"].unique().sort().to_list():
        own, rule = pl.col("category") == category, limits.of_category(category, *duties)
        made = {name: pl.when(own).then(expr).otherwise(made[name]) for name, expr in timed(rule).items()}
    return rows.with_columns(**made)


def unlimited(rows: pl.DataFrame, is_later: pl.Expr, due_at: pl.Expr) -> pl.DataFrame:
    """The rows, due at `due_at` and by no limit where `is_later`."""
    names = [name for name in timed(None) if name != "due_at"]
    return rows.with_columns(
        pl.when(is_later).then(due_at).otherwise("due_at").alias("due_at"),
        *(pl.when(~is_later).then(name).alias(name) for name in names),
    )
