"""Exposures to persons, found three ways: named, sharing a home, visits that overlapped. The slow, obvious
reference.

`exposures_to` takes the persons exposed to and the interval that matters of each; it serves cases (first
ring) and contacts (second ring) alike.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.columns import columns_of
from lastcase.core.contacts.units import parts_meet, rows_between, with_seats
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.remember import remembered

SCHEMA: dict[str, pl.DataType] = {
    "case_person_id": pl.String(),
    "person_id": pl.String(),
    "setting": pl.String(),
    "relation": pl.String(),
    "protection": pl.String(),
    "distance_class": pl.String(),
    "rows_apart": pl.Int64(),
    "start_at": INSTANT,
    "end_at": INSTANT,
    "is_open": pl.Boolean(),
    "minutes_least": pl.Float64(),
    "minutes_most": pl.Float64(),
    "exposure_source": pl.String(),
    "source_id": pl.String(),
    "is_source_pair": pl.Boolean(),
    "named_at": INSTANT,
    "removed_at": INSTANT,
    "area_id": pl.String(),
    "place_id": pl.String(),
}
"""An exposure before any rule: null start and end mean not known; `is_open` that the two are not separated yet;
`rows_apart` counts the rows between the seats of two visits (null: not told)."""


def named_exposures(facts: Facts, pair_windows: pl.DataFrame) -> pl.DataFrame:
    """Exposures named by interviews and lists. A transmission pair without dates takes the infected person's window."""
    named = facts["contacts"].join(pair_windows, on="person_id", how="left")
    pair = pl.col("is_source_pair").fill_null(False)
    unseparated = pl.col("is_unseparated").fill_null(False) & pl.col("separated_at").is_null()
    last = pl.coalesce("separated_at", "last_exposure_at", pl.when(pair).then("window_last_at"))
    first = pl.coalesce("first_exposure_at", pl.when(pair).then("window_first_at"))
    return named.select(
        "case_person_id",
        "person_id",
        "setting",
        "relation",
        "protection",
        "distance_class",
        rows_apart=pl.lit(None, pl.Int64),
        start_at=first,
        end_at=pl.when(~unseparated).then(last),
        is_open=unseparated,
        minutes_least=pl.col("duration_min"),
        minutes_most=pl.col("duration_min"),
        exposure_source=pl.lit("named"),
        source_id=pl.format("contacts:{}", "contact_id"),
        is_source_pair=pair,
        named_at=pl.coalesce("named_at", "known_from"),
        removed_at=pl.col("removed_at"),
        area_id=pl.col("area_id"),
        place_id=pl.lit(None, pl.String),
    )


def household_exposures(facts: Facts, of_persons: pl.Series) -> pl.DataFrame:
    """Everyone with the same home as one of `of_persons`: exposed until separated."""
    homes = facts["persons"].select("person_id", "residence_place_id")
    theirs = homes.filter(pl.col("person_id").is_in(pl.lit(of_persons).implode()))
    pairs = homes.join(theirs, on="residence_place_id", suffix="_of_case").filter(
        pl.col("person_id") != pl.col("person_id_of_case")
    )
    return pairs.select(
        pl.col("person_id_of_case").alias("case_person_id"),
        "person_id",
        setting=pl.lit("household"),
        relation=pl.lit("lives_with"),
        protection=pl.lit(None, pl.String),
        distance_class=pl.lit(None, pl.String),
        rows_apart=pl.lit(None, pl.Int64),
        start_at=pl.lit(None, INSTANT),
        end_at=pl.lit(None, INSTANT),
        is_open=pl.lit(True),
        minutes_least=pl.lit(None, pl.Float64),
        minutes_most=pl.lit(None, pl.Float64),
        exposure_source=pl.lit("household"),
        source_id=pl.format("places:{}", "residence_place_id"),
        is_source_pair=pl.lit(False),
        named_at=pl.lit(None, INSTANT),
        removed_at=pl.lit(None, INSTANT),
        area_id=pl.lit(None, pl.String),
        place_id=pl.col("residence_place_id"),
    )


def visit_exposures(facts: Facts, of_persons: pl.Series, shared_air_min: float = 0.0) -> pl.DataFrame:
    """Persons whose visits overlapped a visit of one of `of_persons` at the same place.

    The least overlap takes off the stated precision of both visits, the most adds it. The air of a place
    stays shared for `shared_air_min` minutes after the visit of the person exposed to has ended. A visit
    that names a part (floor, carriage, ward) does not meet one that names another. Columns beside `SCHEMA`:
    `part` and `case_part`, the parts that the two visits name (`core.contacts.units`).
    """
    visits = _seated(facts["visits"])
    theirs = visits.filter(pl.col("person_id").is_in(pl.lit(of_persons).implode())).select(
        "place_id",
        case_person_id="person_id",
        case_start="start_at",
        case_end=pl.col("end_at") + pl.duration(microseconds=int(shared_air_min * 60e6)),
        case_part="part",
        case_row="seat_row",
        case_precision=pl.col("precision_min").fill_null(0.0),
    )
    met = (
        _on_days(visits, "start_at", "end_at")
        .join(_on_days(theirs, "case_start", "case_end"), on=["place_id", "day"])
        .filter(
            (pl.col("day") == _day(pl.max_horizontal("start_at", "case_start")))  # the first that both share
            & (pl.col("person_id") != pl.col("case_person_id"))
            & (pl.col("start_at") < pl.col("case_end"))
            & (pl.col("end_at") > pl.col("case_start"))
            & parts_meet("part", "case_part")
        )
        .join(facts["places"].select("place_id", "setting", "area_id"), on="place_id", how="left")
    )
    start, end = pl.max_horizontal("start_at", "case_start"), pl.min_horizontal("end_at", "case_end")
    overlap = (end - start).dt.total_microseconds() / 60e6
    slack = pl.col("precision_min").fill_null(0.0) + pl.col("case_precision")
    return met.select(
        "case_person_id",
        "person_id",
        "setting",
        relation=pl.lit(None, pl.String),
        protection=pl.lit(None, pl.String),
        distance_class=pl.lit(None, pl.String),
        rows_apart=rows_between("seat_row", "case_row"),
        start_at=start,
        end_at=end,
        is_open=pl.lit(False),
        minutes_least=(overlap - slack).clip(0),
        minutes_most=overlap + slack,
        exposure_source=pl.lit("visit"),
        source_id=pl.format(
            "visits:{}:{}:{}", "person_id", "place_id", pl.col("start_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        ),
        is_source_pair=pl.lit(False),
        named_at=pl.lit(None, INSTANT),
        removed_at=pl.lit(None, INSTANT),
        area_id=pl.col("area_id"),
        place_id=pl.col("place_id"),
        part=pl.col("part"),
        case_part=pl.col("case_part"),
    )


def _on_days(visits: pl.DataFrame, start: str, end: str) -> pl.DataFrame:
    """The visits once for each `day` (of UTC) that they touch: what meets at a place meets on a day."""
    days = pl.int_ranges(_day(pl.col(start)), _day(pl.col(end)) + 1)
    return visits.with_columns(day=days).explode("day")


def _day(instant: pl.Expr) -> pl.Expr:
    return instant.dt.epoch("d").cast(pl.Int64)


@remembered
def _seated(visits: pl.DataFrame) -> pl.DataFrame:
    return with_seats(visits.select("place_id", "person_id", "start_at", "end_at", "unit", "precision_min"))


def exposures_to(
    facts: Facts, of_persons: pl.Series, pair_windows: pl.DataFrame, shared_air_min: float = 0.0
) -> pl.DataFrame:
    """All exposures to `of_persons`, columns as `SCHEMA`."""
    named = named_exposures(facts, pair_windows).filter(
        pl.col("case_person_id").is_in(pl.lit(of_persons).implode())
    )
    found = [
        named,
        household_exposures(facts, of_persons),
        visit_exposures(facts, of_persons, shared_air_min),
    ]
    return pl.concat(found, how="diagonal_relaxed").select(columns_of(SCHEMA))
