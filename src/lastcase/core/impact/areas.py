"""Risk areas and proposals before and after: level, clock, next level, release."""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.field import INSTANT
from lastcase.core.impact.rows import SIDES
from lastcase.core.impact.worlds import Worlds
from lastcase.core.risk_areas.lineage import RANK

VALUES: dict[str, pl.DataType] = {
    "risk_level": pl.String(),
    "next_level": pl.String(),
    "clock_from_at": INSTANT,
    "clean_at": INSTANT,
    "round_from_at": INSTANT,
    "release_at": INSTANT,
    "n_blocking": pl.Int64(),
}
"""What is compared of an area."""
SCHEMA: dict[str, pl.DataType] = {
    "what": pl.String(),
    "key": pl.String(),
    "risk_area_id": pl.String(),
    "name": pl.String(),
    "area_id": pl.String(),
    "place_id": pl.String(),
    "change": pl.String(),
    "days_moved": pl.Float64(),
    **{f"{side}_{name}": dtype for name, dtype in VALUES.items() for side in SIDES},
    **{f"{side}_{name}": pl.String() for name in ("rule", "edition") for side in SIDES},
}
_TEXTS = ("risk_area_id", "name", "area_id", "place_id")


def changed_areas(worlds: Worlds) -> pl.DataFrame:
    """Areas that differ, columns `SCHEMA`.

    `what` is clock (a stay of a risk area) or proposal (an area or place that cases propose, at the highest level).
    `days_moved`: by how many days the release moves, where it isn't known the end of the clean days.
    """
    before, after = (
        pl.concat([_clocks(areas["risk_area_clocks"]), _proposals(areas["area_proposals"])]).select(
            "what",
            "key",
            *(pl.col(name).alias(f"{side}_{name}") for name in (*VALUES, *_TEXTS, "rule", "edition")),
            pl.lit(True).alias(f"{side}_is_there"),
        )
        for side, areas in zip(SIDES, (worlds.before_areas, worlds.after_areas), strict=True)
    )
    joined = before.join(after, on=["what", "key"], how="full", coalesce=True).filter(_differs())
    told = joined.with_columns(
        *(pl.coalesce(f"after_{name}", f"before_{name}").alias(name) for name in _TEXTS),
        change=pl.when(pl.col("before_is_there").is_null())
        .then(pl.lit("gained"))
        .when(pl.col("after_is_there").is_null())
        .then(pl.lit("dropped"))
        .otherwise(pl.lit("changed")),
        days_moved=pl.coalesce(*(_moved(name) for name in ("release_at", "clean_at"))),
    )
    return told.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()).sort("what", "key")


def _clocks(clocks: pl.DataFrame) -> pl.DataFrame:
    return clocks.select(
        "key",
        "rule",
        "edition",
        "risk_area_id",
        "name",
        "area_id",
        *VALUES,
        what=pl.lit("clock"),
        place_id=pl.lit(None, pl.String),
    ).select(_COLUMNS)


def _proposals(proposals: pl.DataFrame) -> pl.DataFrame:
    """The highest level proposed of each spot."""
    rank = pl.col("risk_level").replace_strict(RANK, return_dtype=pl.Int64)
    highest = (
        proposals.with_columns(rank=rank, key=pl.coalesce("place_id", "area_id"))
        .sort("rank", "proposed_at", "rule", descending=[True, False, False])
        .unique("key", keep="first", maintain_order=True)
    )
    empty = {name: pl.lit(None, dtype) for name, dtype in VALUES.items() if name != "risk_level"}
    return highest.with_columns(
        what=pl.lit("proposal"),
        risk_area_id=pl.lit(None, pl.String),
        name=pl.lit(None, pl.String),
        **empty,
    ).select(_COLUMNS)


_COLUMNS = ["what", "key", *VALUES, *_TEXTS, "rule", "edition"]


def _differs() -> pl.Expr:
    apart = [pl.col(f"before_{name}").ne_missing(pl.col(f"after_{name}")) for name in VALUES]
    return pl.any_horizontal(pl.col("before_is_there").is_null(), pl.col("after_is_there").is_null(), *apart)


def _moved(name: str) -> pl.Expr:
    return (pl.col(f"after_{name}") - pl.col(f"before_{name}")).dt.total_microseconds() / 86_400e6
