"""Episodes of infection as the rest of core reads them: recorded cases, and positives that no case stands for yet."""

from __future__ import annotations

import polars as pl

from lastcase.core.days import midnight
from lastcase.core.facts.pools import members_of_positive_pools
from lastcase.core.facts.store import Facts
from lastcase.core.facts.vocabulary import STAY_KINDS, values
from lastcase.core.protocol.model import ArrivalRule, CaseDefinition, Protocol
from lastcase.core.protocol.table import rule_table
from lastcase.core.remember import remembered

ISOLATION_KINDS = tuple(kind for kind in values(STAY_KINDS) if kind.startswith("isolation"))
QUARANTINE_KINDS = ("quarantine_central", "quarantine_home")


@remembered
def find_episodes(facts: Facts, protocol: Protocol, zone: str) -> pl.DataFrame:
    """One row an episode, discarded ones included, with every anchor that a rule may count from.

    Columns beside those of the fact table `cases`: `found_at` never null where any date is known,
    `isolated_at` (first isolation or admission), `became_case_at` (from when contact follow-up is over: the
    onset's local midnight or the finding, whichever is first), `positive_resulted_at` (when a positive result
    was first known), `void_at` (when it was discarded), `is_infection` and `has_contacts` by the edition's
    case definitions.
    """
    singly, tubes = _positives(facts, protocol), members_of_positive_pools(facts)
    positives = pl.concat([singly.select(tubes.columns), tubes.join(singly, on="person_id", how="anti")])
    cases = pl.concat([facts["cases"], _presumptive(facts, positives)], how="vertical_relaxed")
    dated = (
        cases.join(_first_positive(positives), on="person_id", how="left")
        .join(_first_isolation(facts), on="person_id", how="left")
        .join(_definitions(protocol), on="case_status", how="left")
    )
    return (
        dated.with_columns(
            pl.col("is_counted", "has_contacts").fill_null(False),
            specimen_at=pl.coalesce("specimen_at", "positive_at"),
            isolated_at=pl.min_horizontal("admitted_at", "isolation_at"),
            found_at=_found(zone),
            died_on=pl.coalesce("death_on", pl.when(pl.col("outcome") == "died").then("burial_on")),
        )
        .select(
            pl.exclude("positive_at", "resulted_first_at", "isolation_at"),
            became_case_at=pl.min_horizontal("found_at", midnight(pl.col("symptom_onset_on"), zone)),
            void_at=pl.when(pl.col("case_status") == "discarded").then(
                pl.coalesce("discarded_at", "known_from", "recorded_at", "found_at")
            ),
        )
        .sort("person_id", "episode")
    )


def _found(zone: str) -> pl.Expr:
    return pl.coalesce(
        "found_at",
        "resulted_first_at",
        "reported_at",
        "specimen_at",
        "positive_at",
        "admitted_at",
        midnight(pl.col("symptom_onset_on"), zone),
        "known_from",
        "recorded_at",
    )


@remembered
def _definitions(protocol: Protocol) -> pl.DataFrame:
    rules = protocol.of_kind(CaseDefinition)
    # A discarded case keeps its windows: what hung on it is closed at the instant it was discarded, not forgotten.
    rows = [(r.case_status, r.is_counted, r.has_contacts) for r in rules if r.case_status != "discarded"]
    return pl.DataFrame(
        [*rows, ("discarded", False, True)],
        schema={"case_status": pl.String, "is_counted": pl.Boolean, "has_contacts": pl.Boolean},
        orient="row",
    )


def _positives(facts: Facts, protocol: Protocol) -> pl.DataFrame:
    """Positive specimens of one person, but those of arrivals that the edition holds too weak to count."""
    single = facts["specimens"].filter((pl.col("result") == "positive") & pl.col("pool_id").is_null())
    arrived = facts["arrivals"].join(_limits(protocol), on="origin")
    if arrived.is_empty():
        return single
    weak = single.join(arrived, on="person_id").filter(
        (pl.col("sampled_at") >= pl.col("arrived_at")) & (pl.col("ct_value") >= pl.col("positive_below_ct"))
    )
    return single.join(weak, on="specimen_id", how="anti")


@remembered
def _limits(protocol: Protocol) -> pl.DataFrame:
    """Below which Ct a positive of an arrival counts, by origin, where the edition says so."""
    rules = rule_table(
        protocol.of_kind(ArrivalRule), {"origin": pl.String(), "positive_below_ct": pl.Float64()}
    )
    return rules.filter(pl.col("positive_below_ct").is_not_null())


def _first_positive(positives: pl.DataFrame) -> pl.DataFrame:
    return positives.group_by("person_id").agg(
        positive_at=pl.col("sampled_at").min(),
        positive_resulted_at=pl.col("resulted_at").min(),
        resulted_first_at=pl.coalesce("resulted_at", "sampled_at").min(),
    )


def _first_isolation(facts: Facts) -> pl.DataFrame:
    stays = facts["stays"].filter(pl.col("stay_kind").is_in(ISOLATION_KINDS))
    return stays.group_by("person_id").agg(isolation_at=pl.col("start_at").min())


def _presumptive(facts: Facts, positives: pl.DataFrame) -> pl.DataFrame:
    """A positive of a person without any recorded case opens a presumptive episode, so that nobody has to type it.

    So does a positive tube for each of its members.
    """
    cases = facts["cases"]
    fresh = positives.select("person_id").join(cases, on="person_id", how="anti").unique()
    return fresh.select(
        pl.col("person_id")
        if column == "person_id"
        else pl.lit(
            1 if column == "episode" else "presumptive_positive" if column == "case_status" else None, dtype
        ).alias(column)
        for column, dtype in cases.schema.items()
    )


def last_exposure_of_pair(episodes: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Exposure window of infected persons, for transmission pairs whose list gives none.

    Columns: person_id, `window_first_at`, `window_last_at` (the midnight that ends the last day).
    """
    return (
        episodes.filter(pl.col("exposure_start_on").is_not_null() | pl.col("exposure_end_on").is_not_null())
        .group_by("person_id")
        .agg(pl.col("exposure_start_on").min(), pl.col("exposure_end_on").max())
        .select(
            "person_id",
            window_first_at=midnight(pl.coalesce("exposure_start_on", "exposure_end_on"), zone),
            window_last_at=midnight(pl.col("exposure_end_on") + pl.duration(days=1), zone),
        )
    )
