"""Coverage in groups: by the area that holds a duty, by any tier above it, or by the hour in which it was due."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from lastcase.core.duties.coverage import coverage
from lastcase.core.facts.store import Facts
from lastcase.core.facts.vocabulary import TIERS, values
from lastcase.core.risk_areas.tree import descents

GROUPINGS = ("area", "hour", *values(TIERS))
"""What coverage can be grouped by: `area` is whoever holds the duty, a tier the area of that tier above it."""


def coverage_by(
    duties: pl.DataFrame, covered: Collection[str], facts: Facts, grouping: str, zone: str
) -> pl.DataFrame:
    """The four alls of duties that carry a `state`, a row a group and kind, worst first.

    Columns: `group` (an area's id, or the local hour as "2022-07-25 14:00"; null: held by no area of that tier, or
    without a due time) and those of `coverage`. Raises ValueError for a grouping that is not one of `GROUPINGS`.
    """
    if grouping not in GROUPINGS:
        raise ValueError(f"coverage cannot be grouped by {grouping}")
    grouped = coverage(_with_group(duties, facts, grouping, zone), covered, by=["group"])
    return grouped.sort("n_missing", "group", "alls", descending=[True, False, False], nulls_last=True)


def _with_group(duties: pl.DataFrame, facts: Facts, grouping: str, zone: str) -> pl.DataFrame:
    if grouping == "area":
        return duties.with_columns(group="area_id")
    if grouping == "hour":
        hour = pl.col("due_at").dt.convert_time_zone(zone).dt.truncate("1h").dt.strftime("%Y-%m-%d %H:%M")
        return duties.with_columns(group=hour)
    of_tier = facts["areas"].filter(pl.col("tier") == grouping).select(group="area_id")
    above = descents(facts["areas"]).join(of_tier, left_on="ancestor_id", right_on="group")
    return duties.join(above.select("area_id", group="ancestor_id"), on="area_id", how="left")
