"""Which area holds a duty: the finest one known of the person, inside the area that answers for the person.

The area that named the person answers for the person until another has signed for the hand-over. Within it, the cell,
village or town where the person is holds what is owed there; a person who is elsewhere stays with the area that
answers.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.store import Facts
from lastcase.core.remember import remembered
from lastcase.core.risk_areas.location import present_spots
from lastcase.core.risk_areas.tree import descents


def held_by(duties: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The duties with `area_id`, the area that answers, narrowed to the area where the person is.

    Where nothing is known of who answers, the person's area holds the duty; where nothing is known of the
    person, the area that answers.
    """
    lies_in = descents(facts["areas"]).select(
        area_id="ancestor_id", finest_id="area_id", is_inside=pl.lit(True)
    )
    asked = duties.select("person_id", "area_id").unique()
    placed = asked.join(_finest(facts), on="person_id", how="left").join(
        lies_in, on=["area_id", "finest_id"], how="left"
    )
    holds = pl.col("is_inside").fill_null(False) | pl.col("area_id").is_null()
    held = placed.select(
        "person_id", "area_id", held_id=pl.when(holds).then("finest_id").otherwise("area_id")
    )
    answers = ["person_id", "area_id"]
    return duties.join(held, on=answers, how="left", nulls_equal=True, maintain_order="left").with_columns(
        area_id="held_id"
    )


@remembered
def _depths(areas: pl.DataFrame) -> pl.DataFrame:
    """Columns `area_id`, `depth`: how many areas lie above an area, itself included."""
    return descents(areas).group_by("area_id").agg(depth=pl.len().cast(pl.Int64))


def _finest(facts: Facts) -> pl.DataFrame:
    """Columns `person_id`, `finest_id`: of the area on record of where a person is and that of the place, the one
    that lies deeper in the tree."""
    depths = _depths(facts["areas"])
    places = facts["places"].select("place_id", place_area_id="area_id")
    spots = present_spots(facts).unique("person_id", keep="last", maintain_order=True)
    either = (
        spots.join(places, on="place_id", how="left")
        .join(depths, on="area_id", how="left")
        .join(depths, left_on="place_area_id", right_on="area_id", how="left", suffix="_of_place")
    )
    deep, place_deep = pl.col("depth").fill_null(0), pl.col("depth_of_place").fill_null(0)
    is_deeper = (place_deep > deep) | ((place_deep == deep) & (pl.col("place_area_id") > pl.col("area_id")))
    finest = pl.when(is_deeper).then("place_area_id").otherwise("area_id")
    return either.select("person_id", finest_id=pl.coalesce(finest, "area_id", "place_area_id"))
