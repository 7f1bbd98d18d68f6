"""Whoever an edition binds: contacts, cases, the discharged, arrivals; one row a person and category, with anchors."""

from __future__ import annotations

import polars as pl

from lastcase.core.columns import known_columns_of
from lastcase.core.days import last_date, local_date
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import ArrivalRule, Protocol
from lastcase.core.protocol.table import rule_table
from lastcase.core.remember import remembered

SCHEMA: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "category": pl.String(),
    "episode": pl.Int64(),
    "issued_at": INSTANT,
    "closed_at": INSTANT,
    "closed_reason": pl.String(),
    "is_open": pl.Boolean(),
    "first_exposure_at": INSTANT,
    "last_exposure_at": INSTANT,
    "arrived_at": INSTANT,
    "left_at": INSTANT,
    "symptom_onset_on": pl.Date(),
    "rash_on": pl.Date(),
    "severity": pl.String(),
    "found_at": INSTANT,
    "positive_at": INSTANT,
    "positive_resulted_at": INSTANT,
    "named_at": INSTANT,
    "recovered_at": INSTANT,
    "via_person_id": pl.String(),
    "area_id": pl.String(),
    "source_ids": pl.List(pl.String()),
}
"""`positive_at` and `positive_resulted_at`: when a case's first positive specimen was sampled and its result known;
`source_ids`: the facts, as `table:key`, that make the person a subject."""


ARRIVAL: dict[str, pl.DataType] = {
    "origin": pl.String(),
    "category": pl.String(),
    "lookback_days": pl.Int64(),
}


def find_subjects(
    facts: Facts, contacts: pl.DataFrame, episodes: pl.DataFrame, protocol: Protocol, zone: str
) -> pl.DataFrame:
    """All subjects of the edition, columns `SCHEMA`."""
    found = [
        _contacts(contacts),
        _cases(episodes),
        _recovered(episodes),
        _arrivals(facts, protocol, zone),
    ]
    return pl.concat([_conform(frame) for frame in found]).sort("person_id", "category", "episode")


def cite(source_ids: str) -> pl.Expr:
    """A list of facts (`table:key`) as `grounds`: a line each; null for none."""
    lines = pl.col(source_ids).list.join("\n")
    return pl.when(lines.str.len_bytes() > 0).then(lines)


def _conform(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(known_columns_of(SCHEMA, frame))


def _contacts(contacts: pl.DataFrame) -> pl.DataFrame:
    return contacts.with_columns(episode=pl.lit(0), issued_at="named_at")


def _cases(episodes: pl.DataFrame) -> pl.DataFrame:
    """Cases under their status; a discarded one is closed and keeps no status of its own."""
    died = pl.col("died_on").cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(INSTANT)
    live = episodes.filter(pl.col("case_status") != "discarded")
    return live.select(
        "person_id",
        "episode",
        "symptom_onset_on",
        "rash_on",
        "severity",
        "found_at",
        "positive_resulted_at",
        "recovered_at",
        "area_id",
        positive_at="specimen_at",
        source_ids=_case_fact(),
        category="case_status",
        issued_at="found_at",
        is_open=pl.lit(False),
        closed_at=pl.min_horizontal("recovered_at", died),
        closed_reason=pl.when((died <= pl.col("recovered_at")).fill_null(died.is_not_null()))
        .then(pl.lit("died"))
        .when(pl.col("recovered_at").is_not_null())
        .then(pl.lit("recovered")),
    )


def _recovered(episodes: pl.DataFrame) -> pl.DataFrame:
    well = (pl.col("case_status") != "discarded") & pl.col("recovered_at").is_not_null()
    return episodes.filter(well & pl.col("died_on").is_null()).select(
        "person_id",
        "episode",
        "found_at",
        "recovered_at",
        "area_id",
        source_ids=_case_fact(),
        category=pl.lit("recovered"),
        issued_at="recovered_at",
        is_open=pl.lit(False),
    )


@remembered
def _arrival_rules(protocol: Protocol) -> pl.DataFrame:
    return rule_table(protocol.of_kind(ArrivalRule), ARRIVAL)


def _arrivals(facts: Facts, protocol: Protocol, zone: str) -> pl.DataFrame:
    arrived, left = local_date(pl.col("arrived_at"), zone), last_date(pl.col("left_at"), zone)
    fresh = (
        facts["arrivals"]
        .join(_arrival_rules(protocol), on="origin")
        .filter(((arrived - left).dt.total_days() <= pl.col("lookback_days")).fill_null(True))
    )
    latest = fresh.sort("arrived_at").group_by("person_id", "category").last()
    return latest.select(
        "person_id",
        "category",
        "arrived_at",
        "left_at",
        episode=pl.lit(0),
        issued_at="arrived_at",
        is_open=pl.lit(False),
        area_id="to_area_id",
        source_ids=pl.concat_list(pl.format("arrivals:{}", "arrival_id")),
    )


def _case_fact() -> pl.Expr:
    return pl.concat_list(pl.format("cases:{}:{}", "person_id", pl.col("episode").cast(pl.String)))
