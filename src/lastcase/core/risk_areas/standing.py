"""Which risk areas stand at an instant: those decided, or, where none was ever decided, those published."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from lastcase.core.days import at
from lastcase.core.facts.store import Facts
from lastcase.core.remember import remembered
from lastcase.core.risk_areas.tree import within


def list_in_force(facts: Facts) -> pl.DataFrame:
    """Stays of the list that binds: the decided one if it has any row, else the published one.

    Published lists freeze for days while decisions go on; the two are never mixed.
    """
    return _in_force(facts["risk_areas"])


@remembered
def _in_force(stays: pl.DataFrame) -> pl.DataFrame:
    decided = stays.filter(pl.col("list_kind") == "decided")
    return decided if decided.height else stays.filter(pl.col("list_kind") == "published")


def standing_at(stays: pl.DataFrame, instant: datetime) -> pl.DataFrame:
    """Stays whose half-open interval covers `instant`."""
    now = at(instant)
    return stays.filter((pl.col("start_at") <= now) & (pl.col("end_at").is_null() | (pl.col("end_at") > now)))


def count_at(facts: Facts, risk_level: str, instant: datetime, area_id: str | None) -> int | None:
    """Number of risk areas of a level that stand in an area at an instant.

    None ("not known") where the outbreak has no list, or the instant lies before the list's first entry.
    """
    stays = list_in_force(facts)
    first = stays["start_at"].min()
    if not isinstance(first, datetime) or instant < first:
        return None
    if area_id is not None:
        stays = stays.filter(pl.col("area_id").is_in(within(facts["areas"], area_id).implode()))
    return standing_at(stays, instant).filter(pl.col("risk_level") == risk_level)["risk_area_id"].n_unique()
