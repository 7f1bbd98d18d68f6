"""What new cases propose: areas and places for a level, by home, work and visits, and areas by counts.

A decision is still needed.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.answers import answer_schema
from lastcase.core.columns import known_columns_of
from lastcase.core.detection import controlled_episodes
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.protocol.model import RiskLevel
from lastcase.core.risk_areas.by_counts import grade_by_counts
from lastcase.core.risk_areas.lineage import RANK
from lastcase.core.risk_areas.location import case_spots, locate
from lastcase.core.risk_areas.periods import periods
from lastcase.core.risk_areas.standing import list_in_force


def grade_risk_areas(facts: Facts, outbreak: Outbreak, detections: pl.DataFrame) -> pl.DataFrame:
    """Of the answer table `area_proposals`, what every counted case proposes by the edition of its day.

    Left out: spots that a risk area of that level or a higher one covered when the case was found, spots
    already proposed for a higher level by the same case, and cases found in quarantine where they would not
    restart a clock.
    """
    cases = controlled_episodes(facts, outbreak, detections)
    about = cases.select("person_id", "episode", "found_at", "edition", "control")
    spots = case_spots(facts, cases).join(about, on=["person_id", "episode"])
    proposed = spots.join(_entries(outbreak), on=["edition", "fact"]).filter(
        pl.col("is_restarted_by_managed") | ~pl.col("control").fill_null("").str.starts_with("stays:")
    )
    fresh = _not_covered(_highest(proposed), facts).with_columns(
        key=pl.format(
            "{}:{}:{}:{}:{}",
            "person_id",
            pl.col("episode").cast(pl.String),
            "risk_level",
            "fact",
            pl.coalesce("place_id", "area_id"),
        ),
        reason=pl.col("fact"),
        proposed_at=pl.col("found_at"),
    )
    return _answer(fresh)


def grade_areas(
    facts: Facts, outbreak: Outbreak, detections: pl.DataFrame, links: pl.DataFrame
) -> pl.DataFrame:
    """Of the answer table `area_proposals`, what counts of all cases of an area propose (`reason` counts).

    Left out: areas that a risk area of that level or a higher one covers whole when the case is found.
    `detections` and `links` as for `grade_by_counts`. Of the facts it reads areas, risk areas and their
    extents.
    """
    counted = grade_by_counts(facts, outbreak, detections, links).with_columns(
        place_id=pl.lit(None, pl.String), fact=pl.lit(BY_COUNTS), rank=_rank("risk_level")
    )
    fresh = _not_covered(counted, facts).with_columns(
        key=pl.concat_str("person_id", "episode", "risk_level", "fact", "area_id", separator=":"),
        reason=pl.col("fact"),
        proposed_at=pl.col("found_at"),
    )
    return _answer(fresh)


BY_COUNTS = "counts"
"""The reason of proposals that follow from the cases of a whole area."""


def _answer(proposed: pl.DataFrame) -> pl.DataFrame:
    return (
        proposed.select(known_columns_of(answer_schema("area_proposals"), proposed))
        .unique("key", keep="first", maintain_order=True)
        .sort("key")
    )


def _entries(outbreak: Outbreak) -> pl.DataFrame:
    """One row an entry fact of a level, with its rule and `is_restarted_by_managed`, under each edition."""
    rows = [
        (protocol.id, fact, rule.risk_level, rule.id, rule.is_restarted_by_managed)
        for protocol, _, _ in periods(outbreak)
        for rule in protocol.of_kind(RiskLevel)
        for fact in rule.entry
    ]
    return pl.DataFrame(
        rows,
        schema={
            "edition": pl.String,
            "fact": pl.String,
            "risk_level": pl.String,
            "rule": pl.String,
            "is_restarted_by_managed": pl.Boolean,
        },
        orient="row",
    ).unique(maintain_order=True)


def _rank(column: str) -> pl.Expr:
    return pl.col(column).replace_strict(RANK, return_dtype=pl.Int64)


def _highest(proposed: pl.DataFrame) -> pl.DataFrame:
    spot = ["person_id", "episode", "area_id", "place_id"]
    ranked = proposed.with_columns(rank=_rank("risk_level"))
    return ranked.filter(pl.col("rank") == pl.col("rank").max().over(spot))


def _not_covered(proposed: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    standing = list_in_force(facts).select(
        "risk_area_id", "start_at", "end_at", standing_rank=_rank("risk_level")
    )
    covered = (
        locate(proposed, facts)
        .join(standing, on="risk_area_id")
        .filter(
            (pl.col("standing_rank") >= pl.col("rank"))
            & (pl.col("start_at") <= pl.col("found_at"))
            & (pl.col("end_at").is_null() | (pl.col("end_at") > pl.col("found_at")))
        )
    )
    same = ["person_id", "episode", "fact", "area_id", "place_id", "risk_level"]
    return proposed.join(covered.select(same).unique(), on=same, how="anti", nulls_equal=True)
