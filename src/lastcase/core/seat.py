"""The seat of an outbreak: the area whose figures are meant where none is named."""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.risk_areas.tree import descents


def seat_of(facts: Facts, outbreak: Outbreak) -> str | None:
    """The area stated when the outbreak was founded; else the smallest that holds all its risk areas and cases.

    None where no area holds them all, or none is on record. The figure of a wider area is never put in its place.
    """
    if outbreak.area_id is not None:
        return outbreak.area_id
    named = (
        pl.concat([facts[name].select("area_id") for name in ("risk_areas", "cases")]).drop_nulls().unique()
    )
    if named.is_empty():
        return None
    above = descents(facts["areas"])
    holding = (
        above.join(named, on="area_id").group_by("ancestor_id").len().filter(pl.col("len") == named.height)
    )
    sizes = above.group_by("ancestor_id").agg(n_beneath=pl.len())
    ranked = holding.join(sizes, on="ancestor_id").sort("n_beneath", "ancestor_id")
    return None if ranked.is_empty() else str(ranked["ancestor_id"][0])
