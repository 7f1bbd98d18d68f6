"""Time that two persons were together, counted once however many records tell of it."""

from __future__ import annotations

import polars as pl

PAIR = ("case_person_id", "person_id")


def counted_once(meetings: pl.DataFrame) -> pl.DataFrame:
    """Adds `fresh_start_at`, `fresh_min` and `counted_min` to exposures of known times and least minutes.

    Two records of one visit (a scan and an interview) show the same meeting twice. Of visits that met, in the
    order of their starts (of equal ones the longer, then the surer, then the one at the lower place id, then the one
    in the nearer row, where `rows_apart` is a column, first), only the part after the end of all earlier ones of the
    pair is fresh, and the least minutes count up to it.
    Named exposures tell minutes somewhere between two instants; they count as they are.
    """
    by_visit = pl.col("exposure_source") == "visit"
    ties = ["rows_apart"] if "rows_apart" in meetings.columns else []
    order = [*PAIR, "start_at", "end_at", "minutes_most", "place_id", *ties, "row"]
    ordered = meetings.with_row_index("row").sort(order, descending=[name == "end_at" for name in order])
    earlier = (
        pl.when(by_visit)
        .then("end_at")
        .cum_max()
        .shift(1)
        .over([*PAIR, by_visit], mapping_strategy="group_to_rows")
    )
    fresh_start = pl.when(by_visit).then(pl.max_horizontal("start_at", earlier)).otherwise("start_at")
    fresh = ((pl.col("end_at") - pl.col("fresh_start_at")).dt.total_microseconds() / 60e6).clip(0)
    return (
        ordered.with_columns(fresh_start_at=fresh_start)
        .with_columns(fresh_min=pl.when(by_visit).then(fresh))
        .with_columns(counted_min=_counted())
        .sort("row")
        .drop("row")
    )


def most_counted() -> pl.Expr:
    """Of the visits of `counted_once` the most minutes that a meeting adds: what is fresh, and what its times may be
    off by."""
    overlap = (pl.col("end_at") - pl.col("start_at")).dt.total_microseconds() / 60e6
    slack = pl.col("minutes_most") - overlap
    return pl.when(pl.col("fresh_min") > 0).then(pl.col("fresh_min") + slack).otherwise(0.0)


def _counted() -> pl.Expr:
    """Minutes that a meeting adds: up to what is fresh, and, where minutes beyond the overlap are asked about,
    these as well."""
    overlap = (pl.col("end_at") - pl.col("start_at")).dt.total_microseconds() / 60e6
    beyond = (pl.col("minutes_least") - overlap).clip(0)
    fresh = pl.when(pl.col("fresh_min") > 0).then(pl.col("fresh_min") + beyond).otherwise(0.0)
    return (
        pl.when(pl.col("fresh_min").is_null())
        .then("minutes_least")
        .otherwise(pl.min_horizontal("minutes_least", fresh))
    )
