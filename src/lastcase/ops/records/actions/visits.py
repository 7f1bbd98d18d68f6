"""Visits told in an interview: added, corrected, withdrawn, and a withdrawal taken back.

A place is named by its id, or in words, which make a place under the outbreak's namespace. Whoever was there and has
no name yet is counted as an unnamed exposed group. All raise NotPermitted, OutOfScope, PersonNotFound and ActRefused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.receipts import ACT_FEED
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.powers import Power
from lastcase.ops.imports.convert.texts import slug
from lastcase.ops.records import objections, policies
from lastcase.ops.records.actions.facts import RecordReport, check_power, record_facts, retire_facts
from lastcase.ops.records.errors import ActRefused
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.writing import Writing, writing

POWER_OF_VISITS: Mapping[str, Power] = {
    "record_visit": "record",
    "correct_visit": "record",
    "withdraw_visit": "record",
    "restore_visit": "record",
}
"""The power that each act takes; pages and tests read it here."""
KEY = ("person_id", "place_id", "start_at")


def record_visit(
    outbreak: str | Outbreak,
    *,
    person_id: str,
    place: str,
    setting: str | None,
    area_id: str | None,
    start_at: datetime,
    end_at: datetime,
    unit: str,
    precision_min: float | None,
    n_unknown: int | None,
    who_to_ask: str,
    at: datetime,
    by: Actor,
) -> RecordReport:
    """Record a visit that the person told. `setting` and `area_id` are those of a place that is new; `n_unknown`:
    how many were there whose names are not known, and `who_to_ask` may know them."""
    check_power(by, POWER_OF_VISITS["record_visit"])
    home = get_outbreak(outbreak)
    with writing(home.pk, is_global=True) as now:
        policies.check_person(now, home, person_id, by)
        _check_times(start_at, end_at, at)
        place_id, frames = _place(now, home, place, setting, area_id, by)
        if standing_visit(now, home, person_id, place_id, start_at) is not None:
            raise ActRefused("same_visit", "place")
        visit = {
            "person_id": person_id,
            "place_id": place_id,
            "start_at": start_at,
            "end_at": end_at,
            "unit": unit or None,
            "precision_min": precision_min,
            "visit_source": "interview",
        }
        frames["visits"] = _frame("visits", visit)
        if n_unknown:
            policies.check_case(now, home, person_id, at, by)
            group = {
                "group_id": uuid4().hex,
                "case_person_id": person_id,
                "description": who_to_ask.strip() or place.strip(),
                "setting": setting,
                "n_exposed": n_unknown,
                "is_estimate": True,
                "exposed_at": start_at,
                "place_id": place_id,
            }
            frames["exposed_groups"] = _frame("exposed_groups", group)
        return record_facts(home, frames, by=by, feed=ACT_FEED, action="record_visit")


def correct_visit(
    outbreak: str | Outbreak,
    *,
    person_id: str,
    place_id: str,
    was_start_at: datetime,
    start_at: datetime,
    end_at: datetime,
    unit: str,
    precision_min: float | None,
    reason: str,
    at: datetime,
    by: Actor,
) -> RecordReport:
    """Give a visit other times, part or precision. One that begins at another time takes the place of the old one, also
    in an open objection about it."""
    check_power(by, POWER_OF_VISITS["correct_visit"])
    home = get_outbreak(outbreak)
    with writing(home.pk, is_global=True) as now:
        policies.check_person(now, home, person_id, by)
        told_of = standing_visit(now, home, person_id, place_id, was_start_at)
        if told_of is None:
            raise ActRefused("no_such_visit", "start_at")
        _check_times(start_at, end_at, at)
        disputed = objections.about_visit(now, home, person_id, place_id, was_start_at, objections.UNDECIDED)
        if start_at != was_start_at:
            if standing_visit(now, home, person_id, place_id, start_at) is not None:
                raise ActRefused("same_visit", "start_at")
            _retire(home, told_of, place_id, was_start_at, by, reason)
        visit = {
            "person_id": told_of,
            "place_id": place_id,
            "start_at": start_at,
            "end_at": end_at,
            "unit": unit or None,
            "precision_min": precision_min,
            "visit_source": "interview",
        }
        frames = {"visits": _frame("visits", visit)}
        if disputed and start_at != was_start_at:  # the objection stays about this visit
            moved = {"objection_id": disputed, "start_at": [start_at] * len(disputed)}
            frames["objections"] = pl.DataFrame(moved, schema_overrides={"start_at": INSTANT})
        power = POWER_OF_VISITS["correct_visit"]
        return record_facts(home, frames, by=by, feed=ACT_FEED, power=power, action="correct_visit")


def withdraw_visit(
    outbreak: str | Outbreak, *, person_id: str, place_id: str, start_at: datetime, reason: str, by: Actor
) -> RecordReport:
    """Withdraw a visit that did not take place, such as a check-in by somebody else; its version is kept. One that is
    disputed is withdrawn by deciding the objection."""
    check_power(by, POWER_OF_VISITS["withdraw_visit"])
    home = get_outbreak(outbreak)
    with writing(home.pk, is_global=True) as now:
        policies.check_person(now, home, person_id, by)
        told_of = standing_visit(now, home, person_id, place_id, start_at)
        if told_of is None:
            raise ActRefused("no_such_visit", "reason")
        if objections.about_visit(now, home, person_id, place_id, start_at, objections.UNDECIDED):
            raise ActRefused("visit_disputed", "reason")
        return _retire(home, told_of, place_id, start_at, by, reason)


def restore_visit(
    outbreak: str | Outbreak, *, person_id: str, place_id: str, start_at: datetime, by: Actor
) -> RecordReport:
    """Take a withdrawal back: the visit stands again as it was told last. One withdrawn because an objection was upheld
    stays withdrawn."""
    check_power(by, POWER_OF_VISITS["restore_visit"])
    home = get_outbreak(outbreak)
    with writing(home.pk, is_global=True) as now:
        policies.check_person(now, home, person_id, by)
        if standing_visit(now, home, person_id, place_id, start_at) is not None:
            raise ActRefused("same_visit", "place_id")
        if objections.about_visit(now, home, person_id, place_id, start_at, objections.UPHELD):
            raise ActRefused("objection_upheld", "place_id")
        columns = ("person_id", "place_id", "start_at", "end_at", "unit", "precision_min", "visit_source")
        told = now.all(
            f"""SELECT {", ".join(columns)} FROM fact_visits WHERE outbreak_id = %s AND place_id = %s AND start_at = %s
                AND {_OF_PERSON} ORDER BY retired_at DESC LIMIT 1""",
            [home.pk, place_id, start_at, home.pk, person_id, person_id],
        )
        if not told:
            raise ActRefused("no_such_visit", "place_id")
        visit = dict(zip(columns, told[0], strict=True))
        return record_facts(
            home, {"visits": _frame("visits", visit)}, by=by, feed=ACT_FEED, action="restore_visit"
        )


_OF_PERSON = """(person_id IN (SELECT m.person_id FROM records_member m WHERE m.outbreak_id = %s AND m.survivor_id = %s)
    OR person_id = %s)"""


def standing_visit(
    now: Writing, home: Outbreak, person_id: str, place_id: str, start_at: datetime
) -> str | None:
    """The entry of the person (its own or one merged into it) of whom such a visit stands; None where none does."""
    found = now.all(
        f"""SELECT person_id FROM fact_visits WHERE outbreak_id = %s AND place_id = %s AND start_at = %s
            AND retired_at IS NULL AND {_OF_PERSON}""",
        [home.pk, place_id, start_at, home.pk, person_id, person_id],
    )
    return str(found[0][0]) if found else None


def _retire(
    home: Outbreak, person_id: str, place_id: str, start_at: datetime, by: Actor, reason: str
) -> RecordReport:
    if not reason.strip():
        raise ActRefused("reason_missing", "reason")
    key = {"person_id": person_id, "place_id": place_id, "start_at": start_at}
    return retire_facts(home, {"visits": _frame("visits", key)}, by=by, reason=reason.strip())


def _check_times(start_at: datetime, end_at: datetime, at: datetime) -> None:
    if end_at <= start_at:
        raise ActRefused("visit_reversed", "end_at")
    if start_at > at:
        raise ActRefused("visit_ahead", "start_at")


def _place(
    now: Writing, home: Outbreak, said: str, setting: str | None, area_id: str | None, by: Actor
) -> tuple[str, dict[str, pl.DataFrame]]:
    """The id of the place that was named, and the row of one that is new."""
    words = said.strip()
    if not any(letter.isalnum() for letter in words):
        raise ActRefused("place_missing", "place")
    made = (
        f"{home.name}:{slug(words)}"  # as imports make ids of names, so that either finds what the other made
    )
    query = "SELECT place_id FROM fact_places WHERE retired_at IS NULL AND place_id = ANY(%s)"
    known = {place for (place,) in now.all(query, [[words, made]])}
    if known:
        return (words if words in known else made), {}
    if area_id is not None:
        policies.check_area(now, area_id, by)
    place = {"place_id": made, "name": words, "setting": setting, "area_id": area_id}
    return made, {"places": _frame("places", place)}


def _frame(table: str, row: Mapping[str, object]) -> pl.DataFrame:
    return pl.DataFrame([row], schema={column: TABLES[table].schema[column] for column in row})
