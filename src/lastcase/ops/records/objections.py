"""Objections of a person: as pages list them, and as acts find them in their own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from lastcase.core.objections import order_key
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.person_situation import called
from lastcase.ops.records.queries import read_places
from lastcase.ops.records.situation import Situation
from lastcase.ops.records.writing import Writing

Row = dict[str, Any]
OPEN = "open"
"""The state of an objection that is neither decided nor taken back."""


def objections_of(situation: Situation, person_id: str) -> list[Row]:
    """The person's objections raised by the instant of the page: the open ones first, the oldest of them before; then
    the others, the last decided first.

    Beside the columns of the fact: `state` at that instant, `open_days` since it was raised (whole days; None once
    decided), and what it is about: `place_name` of a visit, `case_name` and `case_list_id` of an exposure, `order` (its
    row, where it is still derived). Who decided and why is told of decided ones only.
    """
    facts = situation.facts["objections"]
    own = (pl.col("person_id") == person_id) & (pl.col("raised_at") <= situation.as_of)
    rows = facts.filter(own).sort("raised_at", "objection_id").to_dicts() if facts.height else []
    if not rows:
        return []
    places = {row["place_id"] for row in rows if row["place_id"]}
    names = dict(read_places(sorted(places)).select("place_id", "name").iter_rows()) if places else {}
    orders = _orders(situation, person_id)
    known = called(situation, {row["case_person_id"] for row in rows if row["case_person_id"]})
    told = [
        _at(row, situation.as_of)
        | dict(
            zip(("case_name", "case_list_id"), known.get(row["case_person_id"], (None, None)), strict=True)
        )
        | {"place_name": names.get(row["place_id"]), "order": orders.get(row["order_key"])}
        for row in rows
    ]
    waiting = [row for row in told if row["state"] == OPEN]
    decided = [row for row in told if row["state"] != OPEN]
    return [*waiting, *sorted(decided, key=lambda row: row["decided_at"], reverse=True)]


def disputed_visits(objections: list[Row]) -> Mapping[tuple[str, datetime], Row]:
    """The open objections about visits, by place and start."""
    return {
        (row["place_id"], row["start_at"]): row
        for row in objections
        if row["about"] == "visit" and row["state"] == OPEN
    }


def _at(row: Row, as_of: datetime) -> Row:
    if row["decided_at"] is not None and row["decided_at"] <= as_of:
        return {**row, "state": row["decision"], "open_days": None}
    later = dict.fromkeys(("decided_at", "decision", "decided_by", "note"))
    return {**row, **later, "state": OPEN, "open_days": (as_of - row["raised_at"]).days}


def _orders(situation: Situation, person_id: str) -> dict[str, Row]:
    orders = situation.answers.orders
    own = orders.filter(pl.col("person_id") == person_id) if orders.height else orders
    return {row["order_key"]: row for row in own.with_columns(order_key=order_key()).to_dicts()}


OF_PERSON = """(person_id IN (SELECT m.person_id FROM records_member m
        WHERE m.outbreak_id = %(outbreak)s AND m.survivor_id = %(person)s) OR person_id = %(person)s)"""
"""SQL: a row is about the person or one merged into it."""


def about_visit(
    now: Writing, home: Outbreak, person_id: str, place_id: str, start_at: datetime, which: str
) -> list[str]:
    """Ids of the standing objections of the person about a visit; `which` is a condition on them."""
    found = now.all(
        f"""SELECT objection_id FROM fact_objections WHERE outbreak_id = %(outbreak)s AND retired_at IS NULL
            AND about = 'visit' AND place_id = %(place)s AND start_at = %(start)s AND {which} AND {OF_PERSON}
            ORDER BY id""",
        {"outbreak": home.pk, "person": person_id, "place": place_id, "start": start_at},
    )
    return [one for (one,) in found]


UNDECIDED = "decided_at IS NULL"
UPHELD = "decision = 'upheld'"
