"""From spans to numbers: every measure of every area at every hour of a run of hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from lastcase.core.civil import end_of, midnight_of
from lastcase.core.days import local_date
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.risk_areas.tree import descents, within
from lastcase.core.snapshots.measures import MEASURES

WHOLE = ""
"""Stands for the area of an outbreak that has none: everything on record."""
SERIES = ("new_infections_net", "new_community_detected")
"""Published indicators that stand in for a line list, as in the Board's chart."""
DAY_SCHEMA = {
    "area_id": pl.String(),
    "day_on": pl.Date(),
    "community": pl.Float64(),
    "managed": pl.Float64(),
    "unknown": pl.Float64(),
}
_DISTINCT = [measure.name for measure in MEASURES if measure.is_distinct]


def hours_of(day: date, zone: ZoneInfo, until: datetime | None = None) -> list[datetime]:
    """The hours of a local day from its midnight on, as UTC instants, up to `until`."""
    start, end = midnight_of(day, zone), end_of(day, zone)
    n_hours = int((end - start) / timedelta(hours=1))
    hours = [start + timedelta(hours=n) for n in range(n_hours)]
    return [hour for hour in hours if until is None or hour <= until]


def count_hours(
    spans: pl.DataFrame, facts: Facts, outbreak: Outbreak, hours: Sequence[datetime]
) -> pl.DataFrame:
    """One row an area and hour in which the area has anything to count: `area_id`, `at`, and every measure.

    `hours` ascending. The outbreak's own area (or `WHOLE`) counts everything; another area what names it or what is
    beneath it, and persons who are or live there.
    """
    running = _clipped(spans, hours)
    placed = _deltas(running, facts, outbreak)
    areas = sorted({*placed["area"].unique().to_list(), outbreak.area_id or WHOLE})
    numbers = pl.DataFrame({"area": areas}, schema={"area": pl.String}).with_row_index("row")
    columns = {name: np.zeros((len(areas), len(hours) + 1), dtype=np.int64) for name in _NAMES}
    for (measure,), own in placed.join(numbers, on="area").group_by("measure"):
        for at, sign in (("start", 1), ("stop", -1)):
            np.add.at(
                columns[str(measure)],
                (own["row"].to_numpy(), own[at].to_numpy()),
                sign * own["weight"].to_numpy(),
            )
    counted = {name: table.cumsum(axis=1)[:, :-1].ravel() for name, table in columns.items()}
    keys = {
        "area_id": [area for area in areas for _ in hours],
        "at": pl.Series(list(hours) * len(areas), dtype=pl.Datetime("us", "UTC")),
    }
    return pl.DataFrame({**keys, **{name: pl.Series(one, dtype=pl.Int64) for name, one in counted.items()}})


_NAMES = [measure.name for measure in MEASURES]


def _clipped(spans: pl.DataFrame, hours: Sequence[datetime]) -> pl.DataFrame:
    """Spans that cover an hour, with the numbers of the first hour they cover and the first they no longer do."""
    near = spans.filter(
        (pl.col("from_at") <= hours[-1]) & (pl.col("until_at").is_null() | (pl.col("until_at") > hours[0]))
    )
    grid = pl.Series(list(hours), dtype=pl.Datetime("us", "UTC"))
    start = grid.search_sorted(near["from_at"], side="left")
    stop = grid.search_sorted(near["until_at"].fill_null(hours[-1] + timedelta(hours=1)), side="left")
    numbered = near.with_columns(start=start.cast(pl.Int64), stop=stop.cast(pl.Int64))
    return numbered.filter(pl.col("start") < pl.col("stop"))


def _deltas(running: pl.DataFrame, facts: Facts, outbreak: Outbreak) -> pl.DataFrame:
    """`area`, `measure`, `start`, `stop`, `weight`: rows by every area they count in, distinct ones made one."""
    persons = facts["persons"].unique("person_id", keep="last")
    spots = persons.select(
        "person_id", here=pl.coalesce("present_area_id", "residence_area_id"), home="residence_area_id"
    )
    placed = running.join(spots, on="person_id", how="left")
    is_distinct = pl.col("measure").is_in(_DISTINCT)
    where = ["area_id", "here", "home"]
    summed = (
        placed.filter(~is_distinct)
        .group_by("measure", "start", "stop", *where)
        .agg(pl.col("weight").sum())
        .with_columns(unit=pl.lit(None, pl.String))
    )
    columns = ["measure", "unit", "start", "stop", "weight", *where]
    every = pl.concat([summed.select(columns), placed.filter(is_distinct).select(columns)])
    spread = every.join(
        _areas_over(every.select(where).unique(), facts, outbreak), on=where, nulls_equal=True
    )
    once = _united(spread.filter(is_distinct))
    return pl.concat([spread.filter(~is_distinct).select(once.columns), once])


def _areas_over(spots: pl.DataFrame, facts: Facts, outbreak: Outbreak) -> pl.DataFrame:
    """Each combination of places with every area of the outbreak that counts it."""
    root = outbreak.area_id or WHOLE
    tree = descents(facts["areas"])
    mine = (
        tree
        if outbreak.area_id is None
        else tree.filter(pl.col("ancestor_id").is_in(within(facts["areas"], outbreak.area_id).implode()))
    )
    numbered = spots.with_row_index("spot")
    named = numbered.unpivot(["area_id", "here", "home"], index="spot", value_name="at_area")
    above = named.join(mine, left_on="at_area", right_on="area_id").select("spot", area="ancestor_id")
    whole = numbered.select("spot", area=pl.lit(root, pl.String))
    pairs = pl.concat([above, whole]).unique()
    return numbered.join(pairs, on="spot").drop("spot")


def _united(spans: pl.DataFrame) -> pl.DataFrame:
    """Spans of one unit in one area that touch or overlap, made one: nobody is counted twice."""
    keys = ["area", "measure", "unit"]
    ordered = spans.sort(*keys, "start", "stop")
    reach = pl.col("stop").cum_max().shift(1).over(keys)
    marked = ordered.with_columns(is_new=(reach.is_null() | (pl.col("start") > reach)).cast(pl.Int64))
    grouped = marked.with_columns(run=pl.col("is_new").cum_sum().over(keys))
    united = grouped.group_by(*keys, "run").agg(pl.col("start").min(), pl.col("stop").max())
    return united.select("area", "measure", "start", "stop", weight=pl.lit(1, pl.Int64))


def with_sources(counted: pl.DataFrame, known_from: dict[str, datetime | None]) -> pl.DataFrame:
    """The numbers, null at hours at which nobody could tell them."""
    return counted.with_columns(
        pl.lit(None, pl.Int64).alias(name)
        if since is None
        else pl.when(pl.col("at") >= since).then(name).alias(name)
        for name, since in known_from.items()
    )


def count_days(facts: Facts, outbreak: Outbreak, detections: pl.DataFrame, before_on: date) -> pl.DataFrame:
    """Cases of each whole local day before `before_on` in every area (`DAY_SCHEMA`), zero days left out; without any
    case on record the published numbers of the area itself."""
    if detections.height:
        return _from_list(facts, outbreak, detections, before_on)
    return _from_published(facts, outbreak, before_on)


def _from_list(facts: Facts, outbreak: Outbreak, detections: pl.DataFrame, before_on: date) -> pl.DataFrame:
    dated = detections.filter(pl.col("found_at").is_not_null()).with_columns(
        day_on=local_date(pl.col("found_at"), outbreak.time_zone),
        told=pl.col("detection").fill_null("unknown"),
    )
    spots = (
        facts["persons"]
        .unique("person_id", keep="last")
        .select(
            "person_id", here=pl.coalesce("present_area_id", "residence_area_id"), home="residence_area_id"
        )
    )
    where = ["area_id", "here", "home"]
    placed = dated.filter(pl.col("day_on") < before_on).join(spots, on="person_id", how="left")
    counted = placed.group_by("day_on", "told", *where).len("n")
    spread = counted.join(
        _areas_over(counted.select(where).unique(), facts, outbreak), on=where, nulls_equal=True
    )
    names = {"community": "community_detected", "managed": "managed_detected", "unknown": "unknown"}
    by_day = spread.group_by("area", "day_on").agg(
        pl.col("n").filter(pl.col("told") == told).sum().alias(name) for name, told in names.items()
    )
    return _days(by_day.rename({"area": "area_id"}))


def _from_published(facts: Facts, outbreak: Outbreak, before_on: date) -> pl.DataFrame:
    counts = facts["counts"].filter(
        pl.col("indicator").is_in(SERIES) & pl.col("value").is_not_null() & (pl.col("counted_on") < before_on)
    )
    latest = counts.unique(["area_id", "counted_on", "indicator"], keep="last", maintain_order=True)
    by_day = latest.group_by(pl.col("area_id").fill_null(WHOLE), day_on="counted_on").agg(
        total=pl.col("value").filter(pl.col("indicator") == SERIES[0]).first(),
        community=pl.col("value").filter(pl.col("indicator") == SERIES[1]).first(),
    )
    is_split = pl.col("community").is_not_null()
    return _days(
        by_day.with_columns(
            managed=pl.when(is_split).then(pl.col("total") - pl.col("community")),
            unknown=pl.when(~is_split).then("total"),
        )
    )


def _days(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(dtype) for name, dtype in DAY_SCHEMA.items()).sort(
        "area_id", "day_on"
    )


def first_day(facts: Facts, outbreak: Outbreak, detections: pl.DataFrame) -> date | None:
    """The local date of the first case, risk area or published number; null without any."""
    zone = outbreak.time_zone
    found = [
        detections.select(local_date(pl.col("found_at").min(), zone)).item(),
        facts["risk_areas"].select(local_date(pl.col("start_at").min(), zone)).item(),
        facts["counts"].filter(pl.col("indicator").is_in(SERIES))["counted_on"].min(),
    ]
    days = [day for day in found if isinstance(day, date)]
    return min(days) if days else None
