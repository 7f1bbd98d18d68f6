"""Duties that a named post postponed, and how far that reaches.

A release test and the isolation of a case wait for nobody long: a postponement of one holds no longer than its cap,
counted from the duty's own limit. The caps are Lastcase's own, assumed, and stand on the page that postpones.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.columns import missing
from lastcase.core.facts.store import Facts

RELEASE_CAP_HOURS = 24
"""A release test is postponed no further than this beyond its limit: the person is held meanwhile. Assumed."""
ISOLATE_CAP_HOURS = 12
"""The same of isolating a case. Assumed."""


def with_postponements(owed: pl.DataFrame, facts: Facts, edition: str) -> pl.DataFrame:
    """Adds `postponed_at`, `postponed_until_at` (no later than the cap) and `postponed_reason` to the duties of an
    edition; null where none stands."""
    signed = (
        facts["postponements"]
        .filter(pl.col("edition") == edition)
        .select(
            "person_id",
            "rule",
            "episode",
            "ordinal",
            kind="duty_kind",
            postponed_at="signed_at",
            postponed_until_at="until_at",
            postponed_reason="reason",
        )
    )
    if signed.is_empty():  # Nearly always: millions of duties are not copied for it.
        told = ("postponed_at", "postponed_until_at", "postponed_reason")
        return owed.with_columns(missing(name, signed.schema[name]) for name in told)
    joined = owed.join(
        signed, on=["person_id", "kind", "rule", "episode", "ordinal"], how="left", maintain_order="left"
    )
    return joined.with_columns(postponed_until_at=_within_cap(pl.col("postponed_until_at")))


def _within_cap(until_at: pl.Expr) -> pl.Expr:
    """The instant, or that of the duty's cap where it has one and that is earlier."""
    release = pl.col("is_release").fill_null(False)
    cap_at = (
        pl.when(release)
        .then(pl.col("due_at") + pl.duration(hours=RELEASE_CAP_HOURS))
        .when(pl.col("kind") == "isolate")
        .then(pl.col("due_at") + pl.duration(hours=ISOLATE_CAP_HOURS))
    )
    return pl.when(until_at.is_not_null()).then(pl.min_horizontal(until_at, cap_at))
