"""One person or case entered by hand: the same write path as a list's, one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import policies
from lastcase.ops.records.actions.facts import RecordReport, check_power, record_facts
from lastcase.ops.records.errors import ActRefused
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.writing import Writing, writing

ENTRY_FEED = "entry"
IDENTIFYING = ("name", "description", "phone", "document_id")


def record_entry(
    outbreak: str | Outbreak,
    *,
    person_id: str,
    is_known: bool,
    person: Mapping[str, Any],
    case: Mapping[str, Any] | None,
    by: Actor,
) -> RecordReport:
    """Record a person, and with `case` an episode of the person.

    `is_known`: the person is on record, and only the case is written. `person_id` of a new one is made by the form
    once, so that the same form sent twice writes one person. Raises NotPermitted, OutOfScope, PersonNotFound and
    ActRefused.
    """
    check_power(by, "record")
    home = get_outbreak(outbreak)
    with writing(home.pk, is_global=True) as now:
        frames: dict[str, pl.DataFrame] = {}
        if is_known:
            policies.check_person(now, home, person_id, by)
        else:
            _check_new(now, person, by)
            frames["persons"] = _frame("persons", {"person_id": person_id, **person})
        if case is not None:
            if is_known:
                _check_no_case(now, home, person_id)
            policies.check_area(now, case.get("area_id"), by)
            frames["cases"] = _frame("cases", {"person_id": person_id, "episode": 1, **case})
        if not frames:
            raise ActRefused("nothing_entered", "name")
        return record_facts(home, frames, by=by, feed=ENTRY_FEED, action="record_entry")


def _check_new(now: Writing, person: Mapping[str, Any], by: Actor) -> None:
    if not any(person.get(name) for name in IDENTIFYING):
        raise ActRefused("nothing_entered", "name")
    policies.check_area(now, person.get("residence_area_id"), by)


def _check_no_case(now: Writing, home: Outbreak, person_id: str) -> None:
    if now.one(
        "SELECT count(*) FROM fact_cases WHERE outbreak_id = %s AND person_id = %s AND retired_at IS NULL",
        [home.pk, person_id],
    ):
        raise ActRefused("case_on_record", "case_status")


def _frame(table: str, row: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([row], schema={column: TABLES[table].schema[column] for column in row})
