"""Day 0 of a set of targets: a signed decision, with everything that was signed before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from lastcase.core.facts.store import Facts
from lastcase.core.risk_areas.tree import path_to_root


@dataclass(frozen=True)
class Day0:
    """One signed day 0: the local date, who signed it when, and why."""

    decision_id: str
    day0_on: date
    signed_at: datetime
    signed_by: str
    reason: str


def day0_history(facts: Facts, target_set: str, area_id: str | None = None) -> list[Day0]:
    """Every day 0 signed for the set, oldest first.

    A decision holds for its area and all beneath it; one without an area holds for the whole outbreak.
    """
    signed = facts["decisions"].filter(
        (pl.col("decision_kind") == "day0")
        & (pl.col("subject") == target_set)
        & pl.col("value_on").is_not_null()
        & _reaches(facts, area_id)
    )
    rows = signed.sort("signed_at", "decision_id").select(
        "decision_id", "value_on", "signed_at", "signed_by", "reason"
    )
    return [Day0(*row) for row in rows.iter_rows()]


def day0_of(facts: Facts, target_set: str, area_id: str | None = None) -> Day0 | None:
    """The day 0 in force: the one signed last; None where none was ever signed."""
    history = day0_history(facts, target_set, area_id)
    return history[-1] if history else None


def _reaches(facts: Facts, area_id: str | None) -> pl.Expr:
    everywhere = pl.col("area_id").is_null()
    above = path_to_root(facts["areas"], area_id)
    return everywhere | pl.col("area_id").is_in(above) if above else pl.lit(True)
