"""Where cases were: the list of places and times that is published, and places that several cases share.

Both are made of visits cut to windows, and neither says who was there.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.days import midnight
from lastcase.core.facts.field import INSTANT

VISITS: dict[str, pl.DataType] = {
    "person": pl.String(),
    "place_id": pl.String(),
    "unit": pl.String(),
    "setting": pl.String(),
    "start_at": INSTANT,
    "end_at": INSTANT,
}
"""A visit of a case inside a window; `person` tells cases apart and may be a pseudonym."""

TIMES: dict[str, pl.DataType] = {
    "place_id": pl.String(),
    "unit": pl.String(),
    "setting": pl.String(),
    "start_at": INSTANT,
    "end_at": INSTANT,
}
SHARED: dict[str, pl.DataType] = {
    "place_id": pl.String(),
    "setting": pl.String(),
    "n_cases": pl.Int64(),
    "n_visits": pl.Int64(),
    "first_at": INSTANT,
    "last_at": INSTANT,
}
PRIVATE = ("household",)
"""Settings that no published list names: an address there is a person."""


def place_times(visits: pl.DataFrame) -> pl.DataFrame:
    """When somebody infectious was at which place, columns `TIMES`, sorted: visits that touch or overlap are one time.

    Homes are left out.
    """
    spot = ["place_id", "unit"]
    public = visits.filter(~pl.col("setting").is_in(PRIVATE).fill_null(False))
    ordered = public.sort(*spot, "start_at", "end_at")
    ended = pl.col("end_at").cum_max().shift(1).over(spot)
    number = (pl.col("start_at") > ended).fill_null(False).cast(pl.Int64).cum_sum().over(spot)
    merged = (
        ordered.with_columns(time=number)
        .group_by(*spot, "setting", "time")
        .agg(pl.col("start_at").min(), pl.col("end_at").max())
    )
    return merged.select(list(TIMES)).sort(*spot, "start_at", nulls_last=False)


def shared_places(visits: pl.DataFrame, n_least: int = 2) -> pl.DataFrame:
    """Places where at least so many cases were, the most shared first; columns `SHARED`."""
    grouped = visits.group_by("place_id", "setting").agg(
        n_cases=pl.col("person").n_unique().cast(pl.Int64),
        n_visits=pl.len().cast(pl.Int64),
        first_at=pl.col("start_at").min(),
        last_at=pl.col("end_at").max(),
    )
    shared = grouped.filter(pl.col("n_cases") >= n_least).select(list(SHARED))
    return shared.sort("n_cases", "n_visits", "place_id", descending=[True, True, False])


def infection_windows(
    episodes: pl.DataFrame, shortest_days: float, longest_days: float, zone: str
) -> pl.DataFrame:
    """When each case was probably infected, by its onset and the incubation period, else by when it was found.

    Columns of `core.contacts.search.WINDOWS`, over all settings.
    """
    anchor = pl.coalesce(midnight(pl.col("symptom_onset_on"), zone), "found_at")
    return episodes.filter(anchor.is_not_null()).select(
        "person_id",
        "episode",
        window_start_at=anchor - pl.duration(microseconds=round(longest_days * 86_400e6)),
        window_end_at=anchor - pl.duration(microseconds=round(shortest_days * 86_400e6)),
        window_settings=pl.lit([], pl.List(pl.String())),
    )
