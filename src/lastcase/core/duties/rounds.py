"""What the test rounds of an area ask of each of its residents: one test a round."""

from __future__ import annotations

import polars as pl

from lastcase.core.days import last_date
from lastcase.core.duties.owed import conform_owed
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Protocol, RoundRule
from lastcase.core.screening.residents import alive_at, residents


def round_duties(facts: Facts, plan: pl.DataFrame, protocol: Protocol, zone: str) -> pl.DataFrame:
    """Test duties of every round of `plan` (see `screening.rounds.plan_rounds`), columns `owed.SCHEMA`.

    The series stands as the episode, so that keys hold no date.
    """
    kinds = {rule.id: " ".join(sorted(rule.specimen_kinds)) or None for rule in protocol.of_kind(RoundRule)}
    people = residents(facts, plan["area_id"])
    asked = plan.join(people, on="area_id").filter(alive_at("start_at", zone))
    owed = asked.select(
        "person_id",
        "rule",
        "ordinal",
        "due_at",
        area_id="home_area_id",
        kind=pl.lit("test"),
        category=pl.lit("area_resident"),
        episode="series",
        issued_at="start_at",
        opens_at="start_at",
        day_on=last_date(pl.col("due_at"), zone),
        specimen_kinds=pl.col("rule").replace_strict(kinds, default=None, return_dtype=pl.String),
        grounds=pl.format("persons:{}", "person_id"),
    )
    return conform_owed(owed)
