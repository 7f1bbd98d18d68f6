"""What waits for a decision: candidates without a judgement, hand-overs without a receipt, persons held past
their end. Reads only, under the reader's rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from lastcase.core.bulletin import held_past_end
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.models import AreaPosition
from lastcase.ops.records.situation import Situation

CANDIDATE_ROWS = 100


@dataclass(frozen=True)
class Candidates:
    """Candidates in the order in which they are to be judged, and how many there are in all."""

    rows: list[dict[str, Any]]
    n_rows: int


def pending(situation: Situation) -> pl.DataFrame:
    """Exposures found by the instant that no rule and no investigator has decided."""
    found = (pl.col("found_at") <= situation.as_of).fill_null(True)
    return situation.inside(situation.answers.exposures.filter(found & (pl.col("verdict") == "pending")))


def candidates(situation: Situation) -> Candidates:
    """Pending pairs of person and case, the earliest deadline first, with both names and `is_late`."""
    pairs = (
        pending(situation)
        .sort("judge_by_at", "key", nulls_last=True)
        .unique(["person_id", "case_person_id"], keep="first", maintain_order=True)
        .with_columns(is_late=(pl.col("judge_by_at") <= situation.as_of).fill_null(False))
    )
    named = _with_names(situation, pairs.head(CANDIDATE_ROWS), "person_id", "")
    rows = _with_names(situation, named, "case_person_id", "case_")
    return Candidates(rows.to_dicts(), pairs.height)


def held(situation: Situation) -> list[dict[str, Any]]:
    """Persons bound only because their release test is late, the longest first."""
    orders = situation.inside(held_past_end(situation.answers.orders, situation.as_of))
    one_each = orders.sort("ends_at", "key").unique("person_id", keep="first", maintain_order=True)
    return _with_names(situation, one_each, "person_id", "").to_dicts()


def hand_overs(situation: Situation, actor: Actor) -> list[dict[str, Any]]:
    """Hand-overs that nobody has signed for; `is_ours` where this post is the one to sign."""
    moves = situation.facts["moves"].filter(
        (pl.col("move_kind") == "hand_over") & pl.col("received_at").is_null()
    )
    found = AreaPosition.objects.filter(area_id__in=moves["to_area_id"].drop_nulls().to_list())
    ours = [area.area_id for area in found if actor.covers(area.area_lo)]
    asked = moves.with_columns(is_ours=pl.col("to_area_id").is_in(ours).fill_null(False))
    return _with_names(situation, asked.sort("requested_at", "move_id"), "person_id", "").to_dicts()


def _with_names(situation: Situation, rows: pl.DataFrame, column: str, prefix: str) -> pl.DataFrame:
    names = situation.persons.select(
        pl.col("person_id").alias(column),
        pl.col("name").alias(f"{prefix}name"),
        pl.col("list_id").alias(f"{prefix}list_id"),
    )
    return rows.join(names, on=column, how="left", maintain_order="left")
