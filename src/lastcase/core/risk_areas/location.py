"""Where people and cases are, and which risk areas cover it.

A spot is a person at an area or a place for a reason (`fact`: residence, present, work, visit). A risk area
covers the areas and places of its extents; without extents, its own area only if that is a grid cell: a
county named as the seat of a listed estate is not the estate.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.store import Facts
from lastcase.core.remember import remembered
from lastcase.core.risk_areas.tree import descents

AWAY_KINDS = ("quarantine_central", "isolation_hospital", "isolation_makeshift")
"""Stays that take a person out of the home."""


def covered_areas(facts: Facts) -> pl.DataFrame:
    """Columns `risk_area_id`, `area_id`: every area that a risk area covers, down the tree."""
    return _covered_areas(facts["risk_areas"], facts["risk_area_extents"], facts["areas"])


@remembered
def _covered_areas(risk_areas: pl.DataFrame, extents: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    stated = extents.filter(pl.col("area_id").is_not_null() & pl.col("place_id").is_null())
    cells = areas.filter(pl.col("tier") == "cell")
    bare = risk_areas.join(extents, on="risk_area_id", how="anti").join(cells, on="area_id", how="semi")
    roots = pl.concat([rows.select("risk_area_id", "area_id") for rows in (stated, bare)])
    beneath = roots.join(descents(areas), left_on="area_id", right_on="ancestor_id")
    return pl.concat([roots, beneath.select("risk_area_id", area_id="area_id_right")]).unique()


def covered_places(facts: Facts, areas: pl.DataFrame) -> pl.DataFrame:
    """Columns `risk_area_id`, `place_id`: places stated, and every place in a covered area."""
    return _covered_places(facts["risk_area_extents"], facts["places"], areas)


@remembered
def _covered_places(extents: pl.DataFrame, places: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    stated = extents.filter(pl.col("place_id").is_not_null())
    lying = places.select("place_id", "area_id").join(areas, on="area_id")
    return pl.concat([rows.select("risk_area_id", "place_id") for rows in (stated, lying)]).unique()


def locate(spots: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The spots that a risk area covers, once for each: their columns and `risk_area_id`."""
    areas = covered_areas(facts)
    by_place = spots.join(covered_places(facts, areas), on="place_id")
    by_area = spots.join(areas, on="area_id").select(by_place.columns)
    return pl.concat([by_place, by_area]).unique(maintain_order=True)


@remembered
def present_spots(facts: Facts) -> pl.DataFrame:
    """Where each person is: the present place or area if one is on record, else the home.

    Columns `person_id`, `fact`, `area_id`, `place_id`.
    """
    moved = pl.col("present_place_id").is_not_null() | pl.col("present_area_id").is_not_null()
    return facts["persons"].select(
        "person_id",
        fact=pl.when(moved).then(pl.lit("present")).otherwise(pl.lit("residence")),
        area_id=pl.when(moved).then("present_area_id").otherwise("residence_area_id"),
        place_id=pl.when(moved).then("present_place_id").otherwise("residence_place_id"),
    )


@remembered
def residents_of_risk_areas(facts: Facts) -> pl.DataFrame:
    """Columns `risk_area_id`, `person_id`: who is to be found in which risk area."""
    return locate(present_spots(facts), facts).select("risk_area_id", "person_id").unique()


@remembered
def case_spots(facts: Facts, cases: pl.DataFrame) -> pl.DataFrame:
    """Homes, workplaces and visits of cases; a visit counts inside the infectious window alone.

    `cases` has `person_id`, `episode`, `window_start_at`, `window_end_at`. Columns: those keys, `fact`,
    `area_id`, `place_id`.
    """
    places = facts["places"].select("place_id", place_area_id="area_id")
    asked = ("person_id", "residence_area_id", "residence_place_id", "work_place_id")
    persons = cases.select("person_id", "episode").join(facts["persons"].select(asked), on="person_id")
    homes = persons.join(places, left_on="residence_place_id", right_on="place_id", how="left").select(
        "person_id",
        "episode",
        fact=pl.lit("residence"),
        area_id=pl.coalesce("residence_area_id", "place_area_id"),
        place_id="residence_place_id",
    )
    work = persons.join(places, left_on="work_place_id", right_on="place_id").select(
        "person_id", "episode", fact=pl.lit("work"), area_id="place_area_id", place_id="work_place_id"
    )
    found = pl.concat([homes, work, _visited(facts, cases, places)]).unique()
    return found.filter(pl.col("area_id").is_not_null() | pl.col("place_id").is_not_null())


def _visited(facts: Facts, cases: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    met = (
        cases.select("person_id", "episode", "window_start_at", "window_end_at")
        .join(facts["visits"], on="person_id")
        .filter(
            (pl.col("end_at") > pl.col("window_start_at"))
            & (pl.col("window_end_at").is_null() | (pl.col("start_at") < pl.col("window_end_at")))
        )
    )
    return met.join(places, on="place_id", how="left").select(
        "person_id", "episode", fact=pl.lit("visit"), area_id="place_area_id", place_id="place_id"
    )
