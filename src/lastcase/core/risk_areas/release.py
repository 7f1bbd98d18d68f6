"""When a risk area may be released, and whom by name its release still waits for."""

from __future__ import annotations

import polars as pl

from lastcase.core.answers import answer_schema
from lastcase.core.columns import columns_of
from lastcase.core.detection import controlled_episodes
from lastcase.core.explain.areas import with_reasons
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.risk_areas.clocks import clocked_stays
from lastcase.core.risk_areas.rounds import rounds


def risk_area_clocks(
    facts: Facts, outbreak: Outbreak, detections: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The answer tables `risk_area_clocks` (every stay, standing and past) and `area_blockers` (standing
    stays).

    `release_at` is null while the round is not met, also where it cannot be known for want of a roster
    (`n_roster` null). `is_early_exit`: it left its level before its clean days ended; null where it vanished
    from its list while others were newly drawn, so that nobody can tell.
    """
    cases = controlled_episodes(facts, outbreak, detections)
    stays = clocked_stays(facts, outbreak, cases)
    residents = rounds(stays, facts)
    clocks = _released(stays.join(_tally(residents), on="key", how="left"))
    explained = with_reasons(clocks, outbreak.time_zone)
    return _answer(explained, "risk_area_clocks"), _blockers(clocks, residents)


def _tally(residents: pl.DataFrame) -> pl.DataFrame:
    blocks = pl.col("met_at").is_null()
    return residents.group_by("key").agg(
        n_roster=pl.len(),
        n_negative=(~blocks).sum(),
        n_blocking=blocks.sum(),
        round_met_at=pl.when(~blocks.any()).then(pl.col("met_at").max()),
    )


def _released(stays: pl.DataFrame) -> pl.DataFrame:
    is_ready = ~pl.col("has_closing_round") | pl.col("round_met_at").is_not_null()
    is_early = pl.col("end_at") < pl.col("clean_at")
    return stays.with_columns(
        release_at=pl.when(is_ready & pl.col("clean_at").is_not_null()).then(
            pl.max_horizontal("clean_at", "round_met_at")
        ),
        is_early_exit=pl.when(~(is_early & pl.col("is_lost"))).then(is_early.fill_null(False)),
        next_level=pl.when(pl.col("end_at").is_null())
        .then(pl.col("rule_next_level"))
        .otherwise("next_level"),
    )


def _blockers(clocks: pl.DataFrame, residents: pl.DataFrame) -> pl.DataFrame:
    standing = clocks.filter(pl.col("end_at").is_null()).select("key", "rule", "edition")
    blocking = residents.filter(pl.col("met_at").is_null()).join(standing, on="key")
    return _answer(blocking.with_columns(key=pl.format("{}:{}", "key", "person_id")), "area_blockers")


def _answer(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.select(columns_of(answer_schema(name))).sort("key")
