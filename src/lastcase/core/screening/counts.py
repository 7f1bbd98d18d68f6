"""The answer `test_rounds`: every round with whom it asked for, whom it reached and whom it found."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from lastcase.core.answers import answer_schema
from lastcase.core.columns import columns_of
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.risk_areas.periods import inside, periods
from lastcase.core.screening.residents import alive_at, residents
from lastcase.core.screening.rounds import PLAN, plan_rounds


def count_rounds(facts: Facts, outbreak: Outbreak, detections: pl.DataFrame) -> pl.DataFrame:
    """The answer table `test_rounds`, each round under the edition in force when it starts.

    Of the facts it reads areas, places, persons, cases (for deaths) and specimens alone. A person is sampled in
    a round by any specimen taken from its start up to its due end.
    """
    planned = rounds_in_force(facts["areas"], outbreak, detections).with_columns(
        key=pl.concat_str("area_id", "rule", "series", "ordinal", "edition", separator="|")
    )
    roster = _roster(facts, planned, outbreak.time_zone)
    asked = roster.group_by("key").agg(n_roster=pl.len())
    sampled = _sampled(facts, roster).group_by("key").agg(n_sampled=pl.len())
    counted = (
        planned.join(asked, on="key", how="left")
        .join(sampled, on="key", how="left")
        .with_columns(pl.col("n_roster", "n_sampled").fill_null(0))
    )
    return counted.select(columns_of(answer_schema("test_rounds"))).sort("key")


def rounds_in_force(areas: pl.DataFrame, outbreak: Outbreak, detections: pl.DataFrame) -> pl.DataFrame:
    """The rounds of each edition that start while it is in force; columns `PLAN` and `edition`."""
    empty = pl.DataFrame(schema={**PLAN, "edition": pl.String})
    parts = [
        plan_rounds(areas, detections, protocol, outbreak.time_zone)
        .filter(inside(pl.col("start_at"), start, end))
        .with_columns(edition=pl.lit(protocol.id))
        for protocol, start, end in periods(outbreak)
    ]
    return pl.concat([empty, *parts])


def _roster(facts: Facts, planned: pl.DataFrame, zone: str) -> pl.DataFrame:
    people = residents(facts, planned["area_id"])
    pairs = planned.select("key", "area_id", "start_at", "due_at").join(people, on="area_id")
    return pairs.filter(alive_at("start_at", zone)).select("key", "person_id", "start_at", "due_at")


def _sampled(facts: Facts, roster: pl.DataFrame) -> pl.DataFrame:
    taken = facts["specimens"].filter(pl.col("sampled_at").is_not_null()).select("person_id", "sampled_at")
    within = taken.join(roster, on="person_id").filter(
        (pl.col("sampled_at") >= pl.col("start_at")) & (pl.col("sampled_at") < pl.col("due_at"))
    )
    return within.select("key", "person_id").unique()


def rounds_at(rounds: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Rows of `test_rounds` that matter at an instant, the latest first: all begun by it, and each area's next.

    Adds `round_state`: planned, running or over.
    """
    state = (
        pl.when(pl.col("start_at") > as_of)
        .then(pl.lit("planned"))
        .when(pl.col("due_at") > as_of)
        .then(pl.lit("running"))
        .otherwise(pl.lit("over"))
    )
    told = rounds.with_columns(round_state=state).sort("start_at", "area_id", "key")
    begun = told.filter(pl.col("round_state") != "planned")
    coming = told.filter(pl.col("round_state") == "planned").unique(
        ["area_id", "rule"], keep="first", maintain_order=True
    )
    return pl.concat([begun, coming]).sort("start_at", "area_id", descending=[True, False])
