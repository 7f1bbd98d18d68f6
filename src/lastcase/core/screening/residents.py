"""Who is asked into the rounds of an area: every living person on record who is there, else lives there."""

from __future__ import annotations

import polars as pl

from lastcase.core.days import local_date
from lastcase.core.facts.store import Facts
from lastcase.core.risk_areas.location import present_spots
from lastcase.core.risk_areas.tree import descents


def residents(facts: Facts, area_ids: pl.Series) -> pl.DataFrame:
    """Columns `person_id`, `area_id` (of `area_ids`), `home_area_id` (where exactly), `death_on` (null: lives)
    and `is_dead` (died on a day that nobody recorded)."""
    places = facts["places"].select("place_id", place_area_id="area_id")
    spots = present_spots(facts).join(places, on="place_id", how="left")
    at = spots.select("person_id", home_area_id=pl.coalesce("area_id", "place_area_id"))
    asked = descents(facts["areas"]).filter(pl.col("ancestor_id").is_in(pl.lit(area_ids).implode()))
    inside = at.join(asked, left_on="home_area_id", right_on="area_id").rename({"ancestor_id": "area_id"})
    return inside.join(_deaths(facts), on="person_id", how="left").with_columns(
        pl.col("is_dead").fill_null(False)
    )


def _deaths(facts: Facts) -> pl.DataFrame:
    died = facts["cases"].filter(pl.col("death_on").is_not_null() | (pl.col("outcome") == "died"))
    return died.group_by("person_id").agg(
        pl.col("death_on").min(), is_dead=pl.col("death_on").null_count() == pl.len()
    )


def alive_at(start_at: str, zone: str) -> pl.Expr:
    """Whether the person still lived on the local day of the instant in the column `start_at`."""
    day = local_date(pl.col(start_at), zone)
    return ~pl.col("is_dead") & (pl.col("death_on").is_null() | (pl.col("death_on") >= day))
