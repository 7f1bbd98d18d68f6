"""Duties of an edition, whole: orders, what they owe, the evidence, one duty where several orders ask the same."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from lastcase.core.answers import answer_schema
from lastcase.core.duties.evidence import match_evidence
from lastcase.core.duties.orders import issue_orders
from lastcase.core.duties.owed import owed_duties
from lastcase.core.duties.precautions import precaution_duties
from lastcase.core.duties.rhythms import rhythm_duties
from lastcase.core.explain.duties import because_duty, because_order
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Protocol

PRECEDENCE = (
    "confirmed",
    "asymptomatic_infection",
    "presumptive_positive",
    "suspected",
    "close_contact",
    "arrival",
    "from_high",
    "secondary_contact",
    "from_medium",
    "from_low",
    "recovered",
    "area_resident",
    "occupation",
)
"""Which category speaks where two ask for the same thing at the same time."""
STRICTNESS = (
    "isolation_hospital",
    "isolation_makeshift",
    "isolation_home",
    "quarantine_central",
    "quarantine_home",
    "health_monitoring",
)


def derive_duties(
    facts: Facts,
    subjects: pl.DataFrame,
    episodes: pl.DataFrame,
    protocol: Protocol,
    since: datetime,
    zone: str,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Orders and duties under one edition in force `since` an instant, columns as in the answers.

    Where several orders bind a person, place, end and test days are resolved apart: one swab or check a day
    whoever asks for it, one place (the strictest) at a time, every order its own end.
    """
    orders = issue_orders(facts, subjects, protocol, zone)
    owed = pl.concat(
        [
            owed_duties(facts, orders, subjects, protocol, zone),
            precaution_duties(facts, orders, protocol, zone),
            rhythm_duties(facts, protocol, since, zone),
        ]
    )
    matched = match_evidence(_one_for_all(owed), orders, episodes, facts).with_columns(
        closed_at="closes_at",
        area_id=pl.coalesce("receiver_area_id", "area_id"),
        edition=pl.lit(protocol.id),
    )
    matched = _with_edition(matched, protocol)
    explained = because_duty(matched, orders, zone)
    return _shape(because_order(_with_edition(orders, protocol), zone), "orders"), _shape(explained, "duties")


def _with_edition(frame: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    return frame.with_columns(edition=pl.lit(protocol.id), key=pl.format("{}|{}", "key", pl.lit(protocol.id)))


def _one_for_all(owed: pl.DataFrame) -> pl.DataFrame:
    """One duty where several ask for the same: a test or a check of a day, the strictest place at a time."""
    daily = pl.col("kind").is_in(["test", "monitor"]) & pl.col("day_on").is_not_null()
    turn = pl.col("ordinal").rank("ordinal").over("person_id", "kind", "rule", "episode", "day_on")
    slot = pl.format("{}|{}|{}", "day_on", pl.col("specimen_kinds").fill_null("any"), turn)
    ranked = owed.with_columns(
        slot=pl.when(daily).then(slot).otherwise("key"),
        has_ended=(pl.col("closes_at") <= pl.col("opens_at")).fill_null(False),
        rank=_rank("category", PRECEDENCE),
    ).sort("person_id", "kind", "slot", "has_ended", pl.col("is_release").not_(), "rank", "key")
    first = ranked.unique(["person_id", "kind", "slot"], keep="first", maintain_order=True)
    return _strictest_place(first.drop("slot", "has_ended", "rank"))


def _rank(column: str, order: tuple[str, ...]) -> pl.Expr:
    places = {name: place for place, name in enumerate(order)}
    return pl.col(column).replace_strict(places, default=len(order), return_dtype=pl.Int64)


def _strictest_place(owed: pl.DataFrame) -> pl.DataFrame:
    """Leave out a place that lies, from first to last instant, under a stricter one of the same person."""
    places = owed.filter(pl.col("kind") == "quarantine").select(
        "key", "person_id", "opens_at", end_at=pl.col("closes_at"), rank=_rank("place_kind", STRICTNESS)
    )
    covered = places.join(places, on="person_id", suffix="_over").filter(
        (pl.col("rank_over") < pl.col("rank"))
        & (pl.col("opens_at_over") <= pl.col("opens_at"))
        & (pl.col("end_at_over").is_null() | (pl.col("end_at") <= pl.col("end_at_over")).fill_null(False))
    )
    return owed.join(covered.select("key").unique(), on="key", how="anti")


def _shape(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.select(pl.col(column).cast(dtype) for column, dtype in answer_schema(name).items()).sort(
        "key"
    )
