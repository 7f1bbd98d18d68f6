"""From which stays a stay came: the same area at another level, areas it was drawn from, or not known.

A re-drawn area keeps its clock only through its lineage. Where areas vanish from a list at the instant at
which others appear in the same area and no source says which became which, the lineage is unknown and stays
so.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.field import INSTANT

RANK = {"high": 3, "medium": 2, "low": 1, "none": 0}
"""Levels in order of how much they bind."""
_LEVEL = {rank: level for level, rank in RANK.items()}


def with_lineage(stays: pl.DataFrame) -> pl.DataFrame:
    """Stays (with `key`) and what came before them.

    Adds `prior_level` (highest level it came from; null: none known), `lineage` (as stated, else continued,
    merged, split, unknown or new), `origin_at` (since when its ground has stood unbroken at this level) and
    `is_lost` (it left the list while others were newly drawn in the same area: what became of it is not
    known).
    """
    placed = stays.with_columns(drawn_in=_drawn_in())
    parents = _parents(placed)
    redrawn = _redrawn(placed, parents)
    lost = redrawn.select("list_kind", "drawn_in", end_at="start_at", is_lost="is_redrawn")
    return (
        placed.join(_priors(parents), on="key", how="left")
        .join(_origins(placed, parents), on="key", how="left")
        .join(redrawn, on=["list_kind", "drawn_in", "start_at"], how="left")
        .join(lost, on=["list_kind", "drawn_in", "end_at"], how="left")
        .with_columns(lineage=pl.coalesce("lineage", _told()))
        .with_columns(is_lost=pl.col("is_lost").fill_null(False) & _has_left())
        .drop("n_parents", "is_continued", "is_redrawn", "drawn_in")
    )


def _drawn_in() -> pl.Expr:
    """Within what areas are re-drawn into one another: a published list as a whole, decided ones area by
    area."""
    return pl.when(pl.col("list_kind") == "published").then(pl.lit("")).otherwise("area_id")


def _has_left() -> pl.Expr:
    return pl.col("end_at").is_not_null() & pl.col("next_level").fill_null("none").is_in(["none"])


def _parents(stays: pl.DataFrame) -> pl.DataFrame:
    """Edges: `key`, `parent_key`, levels of both, and whether the parent is the same risk area."""
    wanted = ["key", "risk_area_id", "list_kind", "risk_level", "start_at"]
    older = stays.select(
        "risk_area_id",
        "list_kind",
        parent_key="key",
        parent_level="risk_level",
        parent_start="start_at",
        parent_end="end_at",
    )
    same = (
        stays.select(wanted)
        .join(
            older,
            left_on=["risk_area_id", "list_kind", "start_at"],
            right_on=["risk_area_id", "list_kind", "parent_end"],
        )
        .filter(pl.col("parent_start") < pl.col("start_at"))
    )
    named = (
        stays.filter(pl.col("predecessor_ids").is_not_null())
        .with_columns(parent_id=pl.col("predecessor_ids").str.extract_all(r"[^\s,;]+"))
        .select(*wanted, "parent_id")
        .explode("parent_id")
        .join(older, left_on=["parent_id", "list_kind"], right_on=["risk_area_id", "list_kind"])
        .filter(pl.col("parent_start") < pl.col("start_at"))
        .sort("parent_start")
        .unique(["key", "parent_id"], keep="last", maintain_order=True)
    )
    edges = [
        frame.select("key", "parent_key", "risk_level", "parent_level", is_same=pl.lit(is_same))
        for frame, is_same in ((same, True), (named, False))
    ]
    return pl.concat(edges).unique(["key", "parent_key"], keep="first", maintain_order=True)


def _priors(parents: pl.DataFrame) -> pl.DataFrame:
    rank = pl.col("parent_level").replace_strict(RANK, return_dtype=pl.Int64)
    return parents.group_by("key").agg(
        prior_level=rank.max().replace_strict(_LEVEL, return_dtype=pl.String),
        n_parents=pl.len(),
        is_continued=pl.col("is_same").any(),
    )


def _origins(stays: pl.DataFrame, parents: pl.DataFrame) -> pl.DataFrame:
    """Walks up the edges of equal level, a generation at a time.

    The latest origin of the parents is the child's.
    """
    alike = parents.filter(pl.col("risk_level") == pl.col("parent_level")).select("key", "parent_key")
    origins = stays.select("key", origin_at=pl.col("start_at").cast(INSTANT))
    for _ in range(alike.height):
        inherited = (
            alike.join(origins, left_on="parent_key", right_on="key")
            .group_by("key")
            .agg(inherited_at=pl.col("origin_at").max())
        )
        older = origins.join(inherited, on="key", how="left").select(
            "key", origin_at=pl.coalesce("inherited_at", "origin_at")
        )
        if older.equals(origins):
            break
        origins = older
    return origins


def _redrawn(stays: pl.DataFrame, parents: pl.DataFrame) -> pl.DataFrame:
    """Instants at which, in one area of one list, stays without known parents began while others vanished."""
    begun = stays.join(parents, on="key", how="anti").select("list_kind", "drawn_in", "start_at").unique()
    vanished = stays.filter(_has_left()).select("list_kind", "drawn_in", start_at="end_at").unique()
    return begun.join(vanished, on=["list_kind", "drawn_in", "start_at"]).with_columns(
        is_redrawn=pl.lit(True)
    )


def _told() -> pl.Expr:
    return (
        pl.when(pl.col("is_continued").fill_null(False))
        .then(pl.lit("continued"))
        .when(pl.col("n_parents") > 1)
        .then(pl.lit("merged"))
        .when(pl.col("n_parents") == 1)
        .then(pl.lit("split"))
        .when(pl.col("is_redrawn").fill_null(False))
        .then(pl.lit("unknown"))
        .otherwise(pl.lit("new"))
    )
