"""The tree of areas as the rooms of risk areas and targets read it: an area with all that lies beneath it."""

from __future__ import annotations

import polars as pl

from lastcase.core.remember import remembered


@remembered
def descents(areas: pl.DataFrame) -> pl.DataFrame:
    """Every pair of an area and one of its descents, itself included.

    Columns: `ancestor_id`, `area_id`. A cycle in the parents, which a correct tree has not, ends instead of
    looping.
    """
    parents = areas.select("area_id", "parent_id").unique("area_id")
    level = parents.select(ancestor_id="area_id", area_id="area_id")
    found = [level]
    for _ in range(_DEEPEST):
        level = level.join(parents, left_on="area_id", right_on="parent_id").select(
            "ancestor_id", area_id="area_id_right"
        )
        if level.is_empty():
            break
        found.append(level)
    return pl.concat(found).unique()


_DEEPEST = 12
"""More than the tiers of the glossary, fewer than a cycle needs to fill the memory."""


def within(areas: pl.DataFrame, area_id: str | None) -> pl.Series:
    """Ids of the area and all beneath it; of every area for None.

    An area that the tree does not know stands alone.
    """
    return areas["area_id"] if area_id is None else _within(areas, area_id)


@remembered
def _within(areas: pl.DataFrame, area_id: str) -> pl.Series:
    beneath = descents(areas).filter(pl.col("ancestor_id") == area_id)["area_id"]
    return pl.concat([beneath, pl.Series("area_id", [area_id], pl.String)]).unique()


def path_to_root(areas: pl.DataFrame, area_id: str | None) -> list[str]:
    """The area's own id and those of everything above it; empty for None."""
    if area_id is None:
        return []
    above = descents(areas).filter(pl.col("area_id") == area_id)["ancestor_id"]
    return sorted({area_id, *above.to_list()})
