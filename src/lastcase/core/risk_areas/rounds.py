"""The closing round: every resident of the risk area owes one conclusive negative test before it may be
released.

The roster is who is present now, not who is registered. A bedridden person is on it like anyone else and
blocks by name until sampled at home. An empty roster is not a round met: it is a roster that nobody has.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.pools import resolve_pools
from lastcase.core.facts.store import Facts
from lastcase.core.risk_areas.location import AWAY_KINDS, residents_of_risk_areas

EVENTS: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "event": pl.String(),
    "event_at": INSTANT,
    "known_at": INSTANT,
    "fact": pl.String(),
}
"""What can happen to a resident in a round.

`event_at` places it in the round, `known_at` is when it was known.
"""


def rounds(stays: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Every resident of every stay (with `key`, `risk_area_id`, `round_from_at`, `clean_at`, `end_at`).

    Columns: `key`, `risk_area_id`, `person_id`, `round_from_at`, `met_at` (the qualifying negative's result;
    null: blocks), `reason` and `since_at` of a block.
    """
    roster = _roster(stays, facts)
    happened = (
        roster.join(test_events(facts), on="person_id")
        .filter(
            (pl.col("event_at") >= pl.col("round_from_at"))
            & (pl.col("end_at").is_null() | (pl.col("event_at") < pl.col("end_at")))
        )
        .sort("event_at", "known_at", "event")
    )
    told = _told(happened)
    return roster.join(told, on=["key", "person_id"], how="left").select(
        "key",
        "risk_area_id",
        "person_id",
        "round_from_at",
        "met_at",
        reason=pl.when(pl.col("met_at").is_null()).then(pl.col("event").fill_null("never_sampled")),
        since_at=pl.coalesce("event_at", "round_from_at"),
    )


def test_events(facts: Facts) -> pl.DataFrame:
    """Specimens and attempts of everyone, as `EVENTS`.

    A specimen in a positive pool, or without a result, is pending: its person is still to be sampled singly.
    """
    taken = resolve_pools(facts)["specimens"].filter(pl.col("sampled_at").is_not_null())
    sampled = taken.select(
        "person_id",
        event=pl.col("result").fill_null("pending"),
        event_at="sampled_at",
        known_at=pl.coalesce("resulted_at", "sampled_at"),
        fact=pl.format("specimens:{}", "specimen_id"),
    )
    return pl.concat([sampled, _attempts(facts)])


def _attempts(facts: Facts) -> pl.DataFrame:
    checks = facts["checks"].filter(
        (pl.col("duty_kind") == "test") & pl.col("check_outcome").is_in(["refused", "not_found", "lost"])
    )
    outcome = (
        pl.when(pl.col("check_outcome") == "refused").then(pl.lit("refused")).otherwise(pl.lit("absent"))
    )
    return checks.select(
        "person_id",
        event=outcome,
        event_at="checked_at",
        known_at="checked_at",
        fact=pl.format("checks:{}", "check_id"),
    )


def _roster(stays: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    wanted = stays.filter("has_closing_round").select(
        "key", "risk_area_id", "round_from_at", "clean_at", "end_at"
    )
    dead = facts["cases"].filter(pl.col("death_on").is_not_null() | (pl.col("outcome") == "died"))
    pairs = wanted.join(residents_of_risk_areas(facts), on="risk_area_id").join(
        dead, on="person_id", how="anti"
    )
    return pairs.join(_away(pairs, facts), on=["key", "person_id"], how="anti")


def _away(pairs: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Residents whom a stay elsewhere holds when the clean days end: they are counted where they are held."""
    stays = (
        facts["stays"]
        .filter(pl.col("stay_kind").is_in(AWAY_KINDS))
        .select("person_id", stay_from="start_at", stay_until="end_at")
    )
    held = (pl.col("stay_from") <= pl.col("clean_at")) & (
        pl.col("stay_until").is_null() | (pl.col("stay_until") > pl.col("clean_at"))
    )
    return pairs.select("key", "person_id", "clean_at").join(stays, on="person_id").filter(held)


def _told(happened: pl.DataFrame) -> pl.DataFrame:
    """Of each resident, from the events in their order: when the result of the first negative after the last positive
    was known (`met_at`), and what happened last (`event`, `event_at`)."""
    event, event_at = pl.col("event"), pl.col("event_at")
    resident = ["key", "person_id"]
    last_positive_at = pl.when(event == "positive").then(event_at).max().over(resident)
    is_clear = (event == "negative") & (event_at > last_positive_at).fill_null(True)
    return (
        happened.with_columns(clear_at=pl.when(is_clear).then("known_at"))
        .group_by(resident)
        .agg(pl.col("event", "event_at").last(), met_at=pl.col("clear_at").min())
    )
