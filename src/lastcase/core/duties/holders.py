"""Which area holds a duty: the finest one known of the person, inside the area that answers for the person.

The area that named the person answers for the person until another has signed for the hand-over. Within it, the cell,
village or town where the person is holds what is owed there; a person who is elsewhere stays with the area that
answers.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.store import Facts
from lastcase.core.risk_areas.location import present_spots
from lastcase.core.risk_areas.tree import descents


def held_by(duties: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The duties with `area_id`, the area that answers, narrowed to the area where the person is.

    Where nothing is known of who answers, the person's area holds the duty; where nothing is known of the
    person, the area that answers.
    """
    asked = duties.select("person_id", "area_id").unique()
    lies_in = descents(facts["areas"]).select(
        area_id="ancestor_id", finest_id="area_id", is_inside=pl.lit(True)
    )
    placed = asked.join(_finest(facts), on="person_id", how="left").join(
        lies_in, on=["area_id", "finest_id"], how="left"
    )
    holds = pl.col("is_inside").fill_null(False) | pl.col("area_id").is_null()
    held = placed.with_columns(held_id=pl.when(holds).then("finest_id").otherwise("area_id"))
    return (
        duties.join(
            held.select("person_id", "area_id", "held_id"),
            on=["person_id", "area_id"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .with_columns(area_id="held_id")
        .drop("held_id")
    )


def _finest(facts: Facts) -> pl.DataFrame:
    """Columns `person_id`, `finest_id`: of the area on record of where a person is and that of the place, the one
    that lies deeper in the tree."""
    areas = descents(facts["areas"])
    depth = areas.group_by("area_id").len("depth")
    places = facts["places"].select("place_id", "area_id")
    spots = present_spots(facts).unique("person_id", keep="last", maintain_order=True)
    either = pl.concat(
        [
            spots.select("person_id", "area_id"),
            spots.join(places, on="place_id").select("person_id", area_id="area_id_right"),
        ]
    ).filter(pl.col("area_id").is_not_null())
    ranked = either.join(depth, on="area_id", how="left").sort(
        "person_id", "depth", "area_id", nulls_last=False
    )
    return ranked.group_by("person_id", maintain_order=True).agg(finest_id=pl.col("area_id").last())
