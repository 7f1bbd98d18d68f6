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
from lastcase.ops.records.posts import with_posts
from lastcase.ops.records.situation import Situation

CONTACT_ROWS = 200


@dataclass(frozen=True)
class Moment:
    """One line of the timeline. `at` the instant, `is_day` where only the local day is known; `row` words
    it."""

    kind: str
    at: datetime
    is_day: bool
    row: Mapping[str, Any]


@dataclass(frozen=True)
class PersonRecord:
    """One person: what is known, episodes, what binds and is owed, contacts both ways, and the timeline."""

    person: dict[str, Any]
    cases: list[dict[str, Any]]
    categories: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    held: list[dict[str, Any]]
    duties: list[dict[str, Any]]
    exposed_to: list[dict[str, Any]]
    exposed_others: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    timeline: list[Moment]


def person_record(situation: Situation, person_id: str) -> PersonRecord:
    """The record of a person; `situation` may hold no more than is about this one."""
    answers, as_of = situation.answers, situation.as_of
    zone = situation.outbreak.time_zone
    issued = _of(answers.orders, person_id).filter((pl.col("issued_at") <= as_of).fill_null(True))
    orders = with_reasons_of_orders(issued, zone)
    cases = _of(situation.facts["cases"], person_id).sort("episode")
    own = pl.col("person_id") == person_id
    owed = situation.duties.filter(own).sort("due_at", "kind", "key", nulls_last=True)
    duties = with_reasons(owed, _of(answers.orders, person_id), zone)
    exposures = answers.exposures.filter((pl.col("found_at") <= as_of).fill_null(True))
    return PersonRecord(
        person=situation.persons.filter(own).to_dicts()[0],
        cases=cases.to_dicts(),
        categories=_of(answers.contact_persons, person_id).sort("named_at", "key").to_dicts(),
        orders=orders.sort("starts_at", "ordinal", nulls_last=True).to_dicts(),
        held=held_past_end(orders, as_of).to_dicts(),
        duties=with_posts(_numbered(situation, duties), situation.facts["areas"]).to_dicts(),
        exposed_to=_named(situation, exposures.filter(own), "case_person_id"),
        exposed_others=_named(
            situation, exposures.filter(pl.col("case_person_id") == person_id), "person_id"
        ),
        groups=[row for row in groups(situation) if row["case_person_id"] == person_id],
        timeline=_timeline(situation, person_id, cases, orders),
    )


def _numbered(situation: Situation, duties: pl.DataFrame) -> pl.DataFrame:
    """Duties with `which`: "day" where the ordinal is the test day of a stage, else the turn (text) where a
    rule asks for several of the kind, else null."""
    dated = [
        f"{adoption.edition.id}|{rule.id}"
        for adoption in situation.outbreak.adoptions
        for rule in adoption.edition.of_kind(Stage)
    ]
    of_stage = pl.concat_str("edition", "rule", separator="|").is_in(dated)
    group = ["kind", "edition", "rule", "is_release"]
    turn = pl.col("ordinal").rank("ordinal").over(group).cast(pl.String)
    return duties.with_columns(
        which=pl.when((pl.col("kind") == "test") & of_stage & ~pl.col("is_release"))
        .then(pl.lit("day"))
        .when(pl.len().over(group) > 1)
        .then(turn)
    )


def _of(frame: pl.DataFrame, person_id: str) -> pl.DataFrame:
    return frame.filter(pl.col("person_id") == person_id)


def _named(situation: Situation, exposures: pl.DataFrame, column: str) -> list[dict[str, Any]]:
    """Exposures with `other_id`, the name and list id of the other person, latest first."""
    others = situation.persons.select(other_id="person_id", other_name="name", other_list_id="list_id")
    rows = exposures.with_columns(other_id=pl.col(column)).join(others, on="other_id", how="left")
    return rows.sort("end_at", "key", descending=[True, False], nulls_last=True).head(CONTACT_ROWS).to_dicts()


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
    situation: Situation, person_id: str, cases: pl.DataFrame, orders: pl.DataFrame
) -> list[Moment]:
    moments = [moment for row in cases.to_dicts() for moment in _case_moments(situation, row)]
    for table, column in FACT_MOMENTS.items():
        rows = _of(situation.facts[table], person_id).filter(pl.col(column).is_not_null()).to_dicts()
        moments += [Moment(table, row[column], False, row) for row in rows]
    for row in orders.filter(pl.col("starts_at").is_not_null()).to_dicts():
        moments.append(Moment("order", row["starts_at"], False, row))
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
