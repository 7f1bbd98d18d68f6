"""Everything on record of one person, as the reader's post is shown it. Reads only; the caller notes the
read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from lastcase.core.bulletin import held_past_end
from lastcase.core.civil import midnight_of
from lastcase.core.explain.duties import with_reasons, with_reasons_of_orders
from lastcase.core.protocol.model import Stage
from lastcase.ops.records.board import groups
from lastcase.ops.records.person_situation import called
from lastcase.ops.records.posts import owing_posts
from lastcase.ops.records.situation import Situation

CONTACT_ROWS = 200
"""Exposures that are listed at once."""


@dataclass(frozen=True)
class Moment:
    """One line of the timeline. `at` the instant, `is_day` where only the local day is known; `row` words
    it."""

    kind: str
    at: datetime
    is_day: bool
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Exposures:
    """Exposures of a person, or to one: one page of them, each with the other's id, name and list id as `other_…`, and
    how many there are on all pages. Pages are counted from 1."""

    rows: list[dict[str, Any]]
    n: int
    page: int
    n_pages: int


@dataclass(frozen=True)
class PersonRecord:
    """One person: what is known, episodes, what binds and is owed, the latest exposures to cases, and the timeline."""

    person: dict[str, Any]
    cases: list[dict[str, Any]]
    categories: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    held: list[dict[str, Any]]
    duties: list[dict[str, Any]]
    exposed_to: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    timeline: list[Moment]


def person_record(situation: Situation, person_id: str) -> PersonRecord:
    """The record of a person; `situation` may hold no more than is about this one."""
    answers, as_of = situation.answers, situation.as_of
    zone = situation.outbreak.time_zone
    issued = _of(answers.orders, person_id).filter((pl.col("issued_at") <= as_of).fill_null(True))
    orders = with_reasons_of_orders(issued, zone)
    cases = _of(situation.facts["cases"], person_id).sort("episode").to_dicts()
    own = pl.col("person_id") == person_id
    owed = situation.duties.filter(own).sort("due_at", "kind", "key", nulls_last=True)
    duties = with_reasons(owed, _of(answers.orders, person_id), zone)
    return PersonRecord(
        person=situation.persons.filter(own).to_dicts()[0],
        cases=cases,
        categories=_of(answers.contact_persons, person_id).sort("named_at", "key").to_dicts(),
        orders=orders.sort("starts_at", "ordinal", nulls_last=True).to_dicts(),
        held=held_past_end(orders, as_of).to_dicts(),
        duties=_with_posts(situation, _numbered(situation, duties.to_dicts())),
        exposed_to=exposures_to_cases(situation, person_id).rows,
        groups=_groups(situation, person_id),
        timeline=_timeline(situation, person_id, cases, orders.to_dicts()),
    )


def _numbered(situation: Situation, duties: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Duties with `which`: "day" where the ordinal is the test day of a stage, else the turn (text) where a
    rule asks for several of the kind, else null."""
    dated = {
        (adoption.edition.id, rule.id)
        for adoption in situation.outbreak.adoptions
        for rule in adoption.edition.of_kind(Stage)
    }
    alike: dict[tuple[Any, ...], list[str]] = {}
    for duty in sorted(duties, key=lambda duty: int(duty["ordinal"])):
        alike.setdefault(_kind_of(duty), []).append(duty["key"])

    def which(duty: dict[str, Any]) -> str | None:
        is_dated = (duty["edition"], duty["rule"]) in dated
        if duty["kind"] == "test" and is_dated and not duty["is_release"]:
            return "day"
        turns = alike[_kind_of(duty)]
        return str(turns.index(duty["key"]) + 1) if len(turns) > 1 else None

    return [{**duty, "which": which(duty)} for duty in duties]


def _kind_of(duty: Mapping[str, Any]) -> tuple[Any, ...]:
    return duty["kind"], duty["edition"], duty["rule"], duty["is_release"]


def _with_posts(situation: Situation, duties: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Duties with `post`, what the owing post is called."""
    parents = dict(situation.facts["areas"].select("area_id", "parent_id").iter_rows())
    owing = owing_posts([(duty["responsible"], duty["area_id"]) for duty in duties], parents)
    return [{**duty, "post": owing[duty["responsible"], duty["area_id"]]} for duty in duties]


def _of(frame: pl.DataFrame, person_id: str) -> pl.DataFrame:
    return frame if frame.is_empty() else frame.filter(pl.col("person_id") == person_id)


def exposures_to_cases(situation: Situation, person_id: str, page: int = 1) -> Exposures:
    """To whom the person was exposed; of a page beyond the last, the last."""
    return _exposures(situation, person_id, "person_id", "case_person_id", page)


def exposures_of_others(situation: Situation, person_id: str, page: int = 1) -> Exposures:
    """Who was exposed to the person; of a page beyond the last, the last."""
    return _exposures(situation, person_id, "case_person_id", "person_id", page)


def _exposures(situation: Situation, person_id: str, own: str, other: str, page: int) -> Exposures:
    """Exposures found by the instant that name the person in the column `own`: the latest first, those that end at no
    known time last."""
    found = situation.answers.exposures
    if found.is_empty():
        return Exposures([], 0, 1, 1)
    known = (pl.col("found_at") <= situation.as_of).fill_null(True)
    mine = found.filter((pl.col(own) == person_id) & known)
    latest = mine.sort("end_at", "key", descending=[True, False], nulls_last=True)
    n_pages = max(-(-latest.height // CONTACT_ROWS), 1)
    at = min(max(page, 1), n_pages)
    shown = latest.slice((at - 1) * CONTACT_ROWS, CONTACT_ROWS)
    names = called(situation, shown[other])
    told = (zip(("other_name", "other_list_id"), names[one], strict=True) for one in shown[other])
    rows = [
        {**row, "other_id": row[other], **dict(named)}
        for row, named in zip(shown.to_dicts(), told, strict=True)
    ]
    return Exposures(rows, latest.height, at, n_pages)


def _groups(situation: Situation, person_id: str) -> list[dict[str, Any]]:
    """Exposed people known by number only whom the person exposed."""
    if situation.facts["exposed_groups"].is_empty():
        return []
    return [row for row in groups(situation) if row["case_person_id"] == person_id]


CASE_MOMENTS = (
    "exposure_start_on",
    "exposure_end_on",
    "symptom_onset_on",
    "rash_on",
    "last_negative_at",
    "specimen_at",
    "found_at",
    "reported_at",
    "admitted_at",
    "recovered_at",
    "death_on",
    "burial_on",
    "discarded_at",
)
FACT_MOMENTS = {
    "specimens": "sampled_at",
    "stays": "start_at",
    "moves": "departed_at",
    "checks": "checked_at",
    "arrivals": "arrived_at",
    "visits": "start_at",
}


def _timeline(
    situation: Situation, person_id: str, cases: list[dict[str, Any]], orders: list[dict[str, Any]]
) -> list[Moment]:
    moments = [moment for row in cases for moment in _case_moments(situation, row)]
    for table, column in FACT_MOMENTS.items():
        rows = _of(situation.facts[table], person_id).to_dicts()
        moments += [Moment(table, row[column], False, row) for row in rows if row[column] is not None]
    bound = [row for row in orders if row["starts_at"] is not None]
    moments += [Moment("order", row["starts_at"], False, row) for row in bound]
    told = [moment for moment in moments if moment.at <= situation.as_of]
    return sorted(told, key=lambda moment: (moment.at, moment.kind), reverse=True)


def _case_moments(situation: Situation, row: Mapping[str, Any]) -> list[Moment]:
    found = []
    for name in CASE_MOMENTS:
        value = row[name]
        if isinstance(value, datetime):
            found.append(Moment("case", value, _is_midnight(situation, value), {**row, "field": name}))
        elif isinstance(value, date):
            at = midnight_of(value, situation.outbreak.zone)
            found.append(Moment("case", at, True, {**row, "field": name}))
    return found


def _is_midnight(situation: Situation, value: datetime) -> bool:
    """Local midnight to the second: the source gave a day."""
    here = value.astimezone(situation.outbreak.zone)
    return timedelta(hours=here.hour, minutes=here.minute, seconds=here.second) == timedelta(0)
