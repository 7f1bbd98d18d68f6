"""Duties of an edition, whole: orders, what they owe, the evidence, one duty where several orders ask the same."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from lastcase.core.answers import IDENTITY, answer_schema, key_of
from lastcase.core.duties.evidence import match_evidence
from lastcase.core.duties.holders import held_by
from lastcase.core.duties.orders import issue_orders
from lastcase.core.duties.owed import owed_duties
from lastcase.core.duties.postponing import with_postponements
from lastcase.core.duties.precautions import precaution_duties
from lastcase.core.duties.resolve import one_for_all
from lastcase.core.duties.rhythms import rhythm_duties
from lastcase.core.duties.rounds import round_duties
from lastcase.core.duties.urgency import ring, urgency
from lastcase.core.facts.coded import coded, coded_facts, person_codes
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Protocol


def derive_duties(
    facts: Facts,
    subjects: pl.DataFrame,
    episodes: pl.DataFrame,
    plan: pl.DataFrame,
    protocol: Protocol,
    since: datetime,
    zone: str,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Orders and duties under one edition in force `since` an instant, columns as in the answers.

    `plan`: the test rounds that the edition asks for (see `screening.rounds`).

    Where several orders bind a person, place, end and test days are resolved apart: one swab or check a day
    whoever asks for it, one place (the strictest) at a time, every order its own end.
    """
    codes = person_codes(facts, (subjects, episodes))
    facts, subjects, episodes = (
        coded_facts(facts, codes),
        coded(subjects, codes),
        coded(episodes, codes),
    )
    orders = issue_orders(facts, subjects, protocol, zone)
    owed = pl.concat(
        [
            owed_duties(facts, orders, subjects, protocol, zone),
            precaution_duties(facts, orders, protocol, zone),
            rhythm_duties(facts, protocol, since, zone),
            round_duties(facts, plan, protocol, zone),
        ]
    ).with_row_index("row")
    matched = match_evidence(one_for_all(owed), orders, episodes, facts).with_columns(
        closed_at="closes_at",
        area_id=pl.coalesce("receiver_area_id", "area_id"),
    )
    postponed = with_postponements(matched, facts, protocol.id)
    ordered = held_by(postponed, facts).with_columns(urgency=urgency(), ring=ring())
    return _shape(orders, "orders", protocol), _shape(ordered, "duties", protocol)


def _shape(frame: pl.DataFrame, name: str, protocol: Protocol) -> pl.DataFrame:
    edition = pl.lit(protocol.id)
    placed = frame.with_columns(edition=edition).sort(IDENTITY[name])
    named = placed.with_columns(key=key_of(name))
    return named.select(pl.col(column).cast(dtype) for column, dtype in answer_schema(name).items())
