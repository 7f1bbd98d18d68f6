"""Duties of an edition, whole: orders, what they owe, the evidence, one duty where several orders ask the same."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from polars import selectors

from lastcase.core.answers import IDENTITY, answer_schema, key_of
from lastcase.core.columns import columns_of
from lastcase.core.duties.evidence import match_evidence
from lastcase.core.duties.holders import held_by
from lastcase.core.duties.orders import issue_orders
from lastcase.core.duties.owed import owed_duties
from lastcase.core.duties.postponing import with_postponements
from lastcase.core.duties.precautions import precaution_duties
from lastcase.core.duties.resolve import COMPARED, one_for_all
from lastcase.core.duties.rhythms import rhythm_duties
from lastcase.core.duties.rounds import round_duties
from lastcase.core.duties.urgency import ring, urgency
from lastcase.core.facts.coded import coded
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Protocol
from lastcase.core.risk_areas.location import residents_of_risk_areas


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
    living = residents_of_risk_areas(facts)
    facts, (subjects, episodes, living) = coded(facts, subjects, episodes, living)
    orders = issue_orders(facts, subjects, protocol, zone)
    duties = _duties(facts, orders, subjects, episodes, living, plan, protocol, since, zone)
    return _shape(_in_order(orders, "orders"), "orders", protocol), _shape(duties, "duties", protocol)


def _duties(
    facts: Facts,
    orders: pl.DataFrame,
    subjects: pl.DataFrame,
    episodes: pl.DataFrame,
    living: pl.DataFrame,
    plan: pl.DataFrame,
    protocol: Protocol,
    since: datetime,
    zone: str,
) -> pl.DataFrame:
    """Duties in the order of their identity. One name from step to step: of millions of rows no more than two copies
    are kept at a time."""
    duties = pl.concat(
        [
            owed_duties(facts, orders, subjects, protocol, zone),
            precaution_duties(facts, orders, protocol, zone),
            rhythm_duties(facts, living, protocol, since, zone),
            round_duties(facts, plan, protocol, zone),
        ]
    ).with_row_index("row")
    # They are put in order while they are few columns wide.
    kept = _in_order(one_for_all(duties.select(COMPARED)), "duties")["row"]
    duties = duties.drop("row")[kept].with_row_index("row")
    duties = match_evidence(duties, orders, episodes, facts).with_columns(
        closed_at="closes_at",
        area_id=pl.coalesce("receiver_area_id", "area_id"),
    )
    duties = with_postponements(duties, facts, protocol.id)
    return held_by(duties, facts).with_columns(urgency=urgency(), ring=ring())


def _in_order(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The rows of one edition by their identity: texts and persons as numbers in the order of the texts, which sort
    many times faster."""
    columns = [column for column in IDENTITY[name] if column != "edition"]
    texts = frame.select(columns).select(selectors.string().drop_nulls().unique().sort().implode())
    in_order = texts.row(0, named=True)
    return frame.sort(
        pl.col(column).cast(pl.Enum(in_order[column])).to_physical()
        if column in in_order
        else pl.col(column).to_physical()
        for column in columns
    )


def _shape(frame: pl.DataFrame, name: str, protocol: Protocol) -> pl.DataFrame:
    kept = {column: dtype for column, dtype in answer_schema(name).items() if column != "key"}
    shaped = frame.select(columns_of(kept, edition=pl.lit(protocol.id)))
    return shaped.select(key_of(name).alias("key"), pl.all())
