"""Whom a case met, one row a person: verdict, dose, protection, and the duty that stands for each now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.answers import answer_schema
from lastcase.core.contacts.dose import Percents, dose_min, dose_percents
from lastcase.core.contacts.together import counted_once
from lastcase.ops.records import models, queries
from lastcase.ops.records.owed import Owed, owed_of, stored_owed
from lastcase.ops.records.person_situation import PersonSituation, called
from lastcase.ops.records.situation import Situation

MET_ROWS = 200
"""Persons met who are listed at most, the first by verdict and dose."""
VERDICTS = ("accepted", "pending", "copresent", "ruled_out")
"""In the order in which they are listed."""
INSTANT_CHARS = len(":2022-01-01T00:00:00Z")
Row = dict[str, Any]


@dataclass(frozen=True)
class Met:
    """One person met: the verdict that weighs most, all meetings, and what stands for the person now.

    `exposures` in the order of time, each with its `place_id` where one is known. Minutes are those of meetings whose
    times are known, time together counted once, and `dose_min` weighs them by setting (`core.contacts.dose`); None
    where none is. `duty`: the next open one, None where there is none or where it is not known (see `People`).
    """

    person_id: str
    name: str | None
    list_id: str | None
    verdict: str
    category: str | None
    minutes_least: float | None
    minutes_most: float | None
    dose_min: float | None
    is_open: bool
    exposures: tuple[Row, ...]
    protection: str | None
    duty: Row | None
    order: Row | None


@dataclass(frozen=True)
class People:
    """Whom a case met: `rows` the first `MET_ROWS` by verdict and dose, `n` and `counts` (by verdict) of all."""

    rows: list[Met]
    n: int
    counts: Mapping[str, int]
    are_duties_known: bool

    @property
    def exposures(self) -> Iterable[Row]:
        """All exposures of those listed."""
        return (row for one in self.rows for row in one.exposures)


def people_met(record: models.Outbreak, situation: Situation, person_id: str) -> People:
    """Whom the person met as a case, by the exposures that stand at the instant of the page."""
    exposures = _placed(_exposures(situation, person_id))
    edition = situation.outbreak.edition_at(situation.as_of)
    ranked = _ranked(exposures, dose_percents(edition))
    counts = dict.fromkeys(VERDICTS, 0) | dict(ranked.group_by("verdict").len().iter_rows())
    are_known, rows = _told(record, situation, person_id, ranked.head(MET_ROWS), exposures)
    return People(rows, ranked.height, counts, are_known)


def _exposures(situation: Situation, person_id: str) -> pl.DataFrame:
    found = situation.answers.exposures
    if found.is_empty():
        return pl.DataFrame(schema=answer_schema("exposures"))
    known = (pl.col("found_at") <= situation.as_of).fill_null(True)
    return found.filter((pl.col("case_person_id") == person_id) & known)


def _placed(exposures: pl.DataFrame) -> pl.DataFrame:
    """The exposures with the place that the fact of each names (see `core.contacts.discover`)."""
    source, own = pl.col("source_id"), pl.format("visits:{}:", "person_id")
    visited = source.str.strip_prefix(own).str.head(-INSTANT_CHARS)
    return exposures.with_columns(
        place_id=pl.when(source.str.starts_with("places:"))
        .then(source.str.strip_prefix("places:"))
        .when(source.str.starts_with(own))
        .then(visited)
    )


def _ranked(exposures: pl.DataFrame, percents: Percents) -> pl.DataFrame:
    """A row a person met, in the order of the list: verdict and category of the exposure that weighs most, minutes,
    dose and `is_open`. A dose that is not known is less than any."""
    weight = pl.col("verdict").replace_strict({name: at for at, name in enumerate(VERDICTS)})
    best = exposures.with_columns(weight=weight).sort(
        "weight", pl.col("category").is_null(), maintain_order=True
    )
    persons = best.group_by("person_id").agg(
        pl.col("weight", "verdict", "category").first(), pl.col("is_open").any()
    )
    timed = persons.join(_minutes(exposures, percents), on="person_id", how="left")
    return timed.sort(
        "weight", pl.col("dose_min").fill_null(-1.0), "person_id", descending=[False, True, False]
    )


def _minutes(exposures: pl.DataFrame, percents: Percents) -> pl.DataFrame:
    """Minutes together, least and most, and the dose, by the person met; without those whose minutes nobody knows.

    Exposures that are ruled out count where there are no others.
    """
    is_out = pl.col("verdict") == "ruled_out"
    columns = (
        "case_person_id", "person_id", "start_at", "end_at", "minutes_least", "minutes_most",
        "exposure_source", "place_id", "setting",
    )  # fmt: skip
    counting = exposures.filter(~is_out | is_out.all().over("person_id"))
    once = counted_once(counting.filter(pl.col("minutes_least").is_not_null()).select(columns))
    spread = (pl.coalesce("minutes_most", "minutes_least") - pl.col("minutes_least")).clip(0)
    least = pl.col("counted_min")
    most = least + pl.when(pl.col("fresh_min") > 0).then(spread).otherwise(0)
    return once.group_by("person_id").agg(
        minutes_least=least.sum(), minutes_most=most.sum(), dose_min=dose_min(least, most, percents)
    )


def _told(
    record: models.Outbreak,
    situation: Situation,
    person_id: str,
    listed: pl.DataFrame,
    exposures: pl.DataFrame,
) -> tuple[bool, list[Met]]:
    """The persons listed with names, meetings, protection, next open duty and standing order, and whether duties could
    be told.

    A page of one person at a past state of a large record holds no answers about others.
    """
    if listed.is_empty():
        return True, []
    ids = listed["person_id"].to_list()
    is_known = not isinstance(situation, PersonSituation) or situation.known_at is None
    duties, orders = _owed(record, situation, ids) if is_known else ({}, {})
    protections = _protections(record, situation, person_id)
    meetings, names = _meetings(exposures, ids, situation), called(situation, ids)
    rows = listed.drop("weight").to_dicts()
    return is_known, [
        Met(
            **row,
            name=names[other][0],
            list_id=names[other][1],
            exposures=tuple(meetings[other]),
            protection=protections.get(other),
            duty=duties.get(other),
            order=orders.get(other),
        )
        for row in rows
        for other in [row["person_id"]]
    ]


def _meetings(exposures: pl.DataFrame, ids: list[str], situation: Situation) -> dict[str, list[Row]]:
    """The exposures of each of these persons, in the order of time."""
    mine = exposures.filter(pl.col("person_id").is_in(ids))
    ordered = mine.sort(pl.coalesce("start_at", "end_at").fill_null(situation.as_of), "key")
    found: dict[str, list[Row]] = {}
    for row in ordered.to_dicts():
        found.setdefault(row["person_id"], []).append(row)
    return found


def _owed(record: models.Outbreak, situation: Situation, ids: list[str]) -> Owed:
    duties, orders = (
        stored_owed(record.pk, ids, situation.as_of)
        if situation.known_at is None
        else owed_of(situation.answers, ids, situation.as_of)
    )
    told = situation.covered
    return {person: {**row, "has_source": row["kind"] in told} for person, row in duties.items()}, orders


def _protections(record: models.Outbreak, situation: Situation, person_id: str) -> dict[str, str]:
    """What interviews tell of protection, by the person met."""
    if isinstance(situation, PersonSituation) and situation.known_at is None:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(_PROTECTIONS, [record.pk, person_id])
            return dict(cursor.fetchall())
    if isinstance(situation, PersonSituation):
        contacts = queries.load_facts(
            record,
            known_at=situation.known_at,
            persons=[person_id],
            tables=("contacts",),
            is_either=True,
        )["contacts"]
    else:
        contacts = situation.facts["contacts"]
    told = contacts.filter((pl.col("case_person_id") == person_id) & pl.col("protection").is_not_null())
    return dict(told.select("person_id", "protection").iter_rows())


_PROTECTIONS = """SELECT person_id, protection FROM fact_contacts
    WHERE outbreak_id = %s AND case_person_id = %s AND protection IS NOT NULL AND retired_at IS NULL ORDER BY id"""
