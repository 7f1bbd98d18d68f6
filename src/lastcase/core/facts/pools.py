"""Pooled tubes: what the result of a tube says of the persons whose specimens are in it."""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.store import Facts


def resolve_pools(facts: Facts) -> Facts:
    """Facts in which a specimen without a result of its own takes that of its tube, unless the tube is positive.

    A negative or inconclusive tube speaks for each of its members. A positive one speaks for none of them: every
    member is held and sampled singly (`members_of_positive_pools`).
    """
    if facts["pools"].is_empty():
        return facts
    told = facts["pools"].filter(pl.col("result") != "positive")
    tubes = told.select("pool_id", pool_result="result", pool_resulted_at="resulted_at")
    own = pl.col("result").is_not_null()
    whole = pl.coalesce("pool_resulted_at", "resulted_at")
    specimens = facts["specimens"].join(tubes, on="pool_id", how="left", maintain_order="left")
    resolved = specimens.with_columns(
        result=pl.coalesce("result", "pool_result"),
        resulted_at=pl.when(own).then("resulted_at").otherwise(whole),
    )
    return Facts({**facts.frames, "specimens": resolved.drop("pool_result", "pool_resulted_at")})


def members_of_positive_pools(facts: Facts) -> pl.DataFrame:
    """Columns `person_id`, `sampled_at`, `resulted_at` (of the tube): whoever is in a positive tube."""
    tubes = facts["pools"].filter(pl.col("result") == "positive").select("pool_id", tube_at="resulted_at")
    members = facts["specimens"].filter(pl.col("result").is_null()).join(tubes, on="pool_id")
    return members.select("person_id", "sampled_at", resulted_at=pl.coalesce("tube_at", "sampled_at"))
