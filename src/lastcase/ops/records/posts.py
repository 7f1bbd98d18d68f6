"""Which post owes a duty: the one of the fitting kind at the area that holds the duty, or at the nearest above it."""

from __future__ import annotations

import polars as pl

from lastcase.core.risk_areas.tree import descents
from lastcase.ops.accounts.queries import posts

SCHEMA = {"post_id": pl.Int64, "responsible": pl.String, "post_area_id": pl.String, "post": pl.String}


def with_posts(duties: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Duties with `post`, what the owing post is called; null where no post of the kind stands at or above the area.

    One query for all of them. `areas` is the tree; of several posts of a kind at one area the oldest is named.
    """
    owed = duties.select("responsible", "area_id").unique()
    reach = _upward(owed["area_id"].drop_nulls().unique(), areas)
    fits = (
        owed.join(reach, on="area_id", nulls_equal=True)
        .join(_standing(), on=["responsible", "post_area_id"])
        .sort("depth", "post_id", descending=[True, False])
        .unique(["responsible", "area_id"], keep="first", maintain_order=True)
    )
    return duties.join(
        fits.select("responsible", "area_id", "post"),
        on=["responsible", "area_id"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )


def _standing() -> pl.DataFrame:
    """Posts that owe duties; the whole installation's stand at the area "" """
    rows = [(post.id, post.responsible, post.area_id, post.title) for post in posts().exclude(responsible="")]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _upward(held: pl.Series, areas: pl.DataFrame) -> pl.DataFrame:
    """Every area above a holding one, itself included, with how deep it lies; "" stands above all, and alone above
    what no area holds."""
    pairs = descents(areas)
    depth = pairs.group_by(ancestor_id="area_id").agg(depth=pl.len().cast(pl.Int64))
    above = pairs.filter(pl.col("area_id").is_in(held.implode())).join(depth, on="ancestor_id")
    whole = pl.DataFrame({"area_id": [*held.to_list(), None]}, schema={"area_id": pl.String})
    return pl.concat(
        [
            above.select("area_id", "depth", post_area_id="ancestor_id"),
            whole.select("area_id", depth=pl.lit(0, pl.Int64), post_area_id=pl.lit("")),
        ]
    )
