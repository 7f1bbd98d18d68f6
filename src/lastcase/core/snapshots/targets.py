"""Where the targets of the edition stood, hour by hour, in the areas that command: those down to the county."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lastcase.core.answers import Answers
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.risk_areas.tree import within
from lastcase.core.snapshots.count import WHOLE
from lastcase.core.targets import progress, target_sets

TIERS = ("nation", "region", "city", "county")
"""Tiers whose posts answer for targets; beneath them no target is judged."""
MOVES = ("high", "today_community", "today_managed", "today_unknown")
"""Measures whose change may move a target within a day."""
TARGET_SCHEMA = {
    "area_id": pl.String(),
    "at": pl.Datetime("us", "UTC"),
    "target_id": pl.String(),
    "numerator": pl.String(),
    "day": pl.Int32(),
    "due_on": pl.Date(),
    "value": pl.Float64(),
    "limit_value": pl.Float64(),
    "status": pl.String(),
}


def target_hours(counted: pl.DataFrame, facts: Facts, outbreak: Outbreak, answers: Answers) -> pl.DataFrame:
    """`TARGET_SCHEMA`: a row a target at the first hour of `counted` (one local day) and wherever it may have moved."""
    rows = [
        row for area in _areas(facts, outbreak) for row in _of_area(area, counted, facts, outbreak, answers)
    ]
    return pl.DataFrame(rows, schema=TARGET_SCHEMA, orient="row")


def _areas(facts: Facts, outbreak: Outbreak) -> list[str]:
    root = outbreak.area_id
    if root is None:
        return [WHOLE]
    inside = facts["areas"].filter(
        pl.col("area_id").is_in(within(facts["areas"], root).implode()) & pl.col("tier").is_in(TIERS)
    )
    return sorted({root, *inside["area_id"].to_list()})


def _of_area(
    area: str, counted: pl.DataFrame, facts: Facts, outbreak: Outbreak, answers: Answers
) -> Iterator[tuple[object, ...]]:
    own = counted.filter(pl.col("area_id") == area).sort("at")
    hours = counted["at"].unique().sort().head(1)
    if own.height:
        moved = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in MOVES)
        hours = pl.concat([hours, own.filter(moved)["at"]]).unique().sort()
    for at in hours.to_list():
        for name in target_sets(outbreak.edition_at(at)):
            for one in progress(facts, outbreak, answers, name, None, at, area or None):
                yield (
                    area,
                    at,
                    one.id,
                    one.numerator,
                    one.day,
                    one.due_on,
                    one.value,
                    float(one.limit),
                    one.status,
                )
