"""Where cases were: the list of places and times that is published, places that several cases share, and what
came about at each place where they met somebody.

None says who was there.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.contacts.dose import ALIKE, Percents, dose_min
from lastcase.core.contacts.together import counted_once, most_counted
from lastcase.core.contacts.units import split_units
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
MET: dict[str, pl.DataType] = {
    "place_id": pl.String(),
    "unit": pl.String(),
    "setting": pl.String(),
    "n_cases": pl.Int64(),
    "n_definite": pl.Int64(),
    "n_possible": pl.Int64(),
    "n_short": pl.Int64(),
    "n_no_unit": pl.Int64(),
    "dose_min": pl.Float64(),
    "most_dose_min": pl.Float64(),
    "first_at": INSTANT,
    "last_at": INSTANT,
}
"""A place or a part of it where somebody met a case: how many cases, how many persons by the certainty of their
meetings there, of how many of them (but the short) it is not known in which part they were (the place to ask at),
the dose of all and of the most exposed person, and when the first of the meetings began and the last ended."""
PRIVATE = ("household",)
"""Settings that no published list names: an address there is a person."""
SHORT = 2


def place_times(visits: pl.DataFrame) -> pl.DataFrame:
    """When somebody infectious was at which place, columns `TIMES`, sorted: visits that touch or overlap are one time.

    Homes are left out, and rows of seats, which may be one person: `unit` is the part alone.
    """
    spot = ["place_id", "unit"]
    parts = visits.with_columns(unit=split_units(visits["unit"])["part"])
    public = parts.filter(~pl.col("setting").is_in(PRIVATE).fill_null(False))
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


def met_places(meetings: pl.DataFrame, percents: Percents = ALIKE) -> pl.DataFrame:
    """The meetings of `core.contacts.search.find_meetings` by place and part, the highest dose first; columns `MET`.

    A meeting is in the part that either visit names. Doses and instants are of the meetings that fit a rule,
    definitely or possibly, or, where none does, of the short ones.
    """
    spot = ["place_id", "unit", "setting"]
    graded = counted_once(meetings).with_columns(
        grade=pl.when(pl.col("rule").is_not_null())
        .then(0)
        .when(pl.col("rule_possible").is_not_null())
        .then(1)
        .otherwise(2),
        has_no_unit=pl.col("part").is_null(),
        unit=pl.coalesce("case_part", "part"),
        counted_most_min=most_counted(),
    )
    is_short = pl.col("grade") == SHORT
    told = graded.filter(~is_short | is_short.all().over(spot))
    dose = dose_min(pl.col("counted_min"), pl.col("counted_most_min"), percents)
    persons = told.group_by(*spot, "person_id").agg(
        pl.col("has_no_unit").any(),
        cases=pl.col("case_person_id").unique(),
        dose_min=dose,
        first_at=pl.col("start_at").min(),
        last_at=pl.col("end_at").max(),
    )
    sure = graded.group_by(*spot, "person_id").agg(pl.col("grade").min())
    places = (
        sure.join(persons, on=[*spot, "person_id"], how="left", nulls_equal=True)
        .group_by(spot)
        .agg(
            n_cases=pl.col("cases").explode().drop_nulls().n_unique(),
            n_definite=(pl.col("grade") == 0).sum(),
            n_possible=(pl.col("grade") == 1).sum(),
            n_short=is_short.sum(),
            n_no_unit=(pl.col("has_no_unit") & ~is_short).sum(),
            dose_min=pl.col("dose_min").sum(),
            most_dose_min=pl.col("dose_min").max(),
            first_at=pl.col("first_at").min(),
            last_at=pl.col("last_at").max(),
        )
    )
    columns = places.select(pl.col(name).cast(kind) for name, kind in MET.items())
    return columns.sort("dose_min", *spot[:2], descending=[True, False, False])


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
