"""Whom a case met, one row a person: verdict, dose, protection, and the duty that stands for each now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from lastcase.core.contacts.dose import Percents, dose_min, dose_percents
from lastcase.core.contacts.together import counted_once
from lastcase.ops.records import models, queries
from lastcase.ops.records.owed import Owed, owed_of, stored_owed
from lastcase.ops.records.person_situation import PersonSituation
from lastcase.ops.records.situation import Situation

MET_ROWS = 200
"""Persons met who are listed at most, the first by verdict and dose."""
VERDICTS = ("accepted", "pending", "copresent", "ruled_out")
"""In the order in which they are listed."""
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
    exposures = [_placed(row) for row in _exposures(situation, person_id)]
    by_person = _by_person(exposures)
    edition = situation.outbreak.edition_at(situation.as_of)
    minutes = _minutes(
        [row for rows in by_person.values() for row in _counting(rows)], dose_percents(edition)
    )
    met = sorted(
        (_met(situation, other, rows, minutes.get(other)) for other, rows in by_person.items()), key=_rank
    )
    counts = {verdict: sum(one.verdict == verdict for one in met) for verdict in VERDICTS}
    are_known, rows = _with_duties(record, situation, person_id, met[:MET_ROWS])
    return People(rows, len(met), counts, are_known)


def _exposures(situation: Situation, person_id: str) -> list[Row]:
    found = situation.answers.exposures
    if found.is_empty():
        return []
    known = (pl.col("found_at") <= situation.as_of).fill_null(True)
    return found.filter((pl.col("case_person_id") == person_id) & known).to_dicts()


def _placed(row: Row) -> Row:
    """The exposure with the place that its fact names (see `core.contacts.discover`)."""
    table, _, rest = str(row["source_id"] or "").partition(":")
    place = rest if table == "places" else None
    if table == "visits":
        tail = rest.removeprefix(f"{row['person_id']}:")
        place = tail[: -len(":2022-01-01T00:00:00Z")] if tail != rest else None
    return {**row, "place_id": place}


def _by_person(exposures: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in exposures:
        found.setdefault(row["person_id"], []).append(row)
    return found


def _counting(rows: list[Row]) -> list[Row]:
    """The exposures of a person whose minutes count: those not ruled out, where there are any."""
    return [row for row in rows if row["verdict"] != "ruled_out"] or rows


def _met(
    situation: Situation, person_id: str, rows: list[Row], minutes: tuple[float, float, float] | None
) -> Met:
    best = min(rows, key=lambda row: (VERDICTS.index(row["verdict"]), row["category"] is None))
    least, most, dose = minutes or (None, None, None)
    name, list_id = situation.called.get(person_id, (None, None))
    ordered = sorted(rows, key=lambda row: (row["start_at"] or row["end_at"] or situation.as_of, row["key"]))
    return Met(
        person_id=person_id,
        name=name,
        list_id=list_id,
        verdict=best["verdict"],
        category=best["category"],
        minutes_least=least,
        minutes_most=most,
        dose_min=dose,
        is_open=any(row["is_open"] for row in rows),
        exposures=tuple(ordered),
        protection=None,
        duty=None,
        order=None,
    )


def _minutes(exposures: list[Row], percents: Percents) -> dict[str, tuple[float, float, float]]:
    """Minutes together, least and most, and the dose, by the person met; without those whose minutes nobody knows."""
    columns = (
        "case_person_id", "person_id", "start_at", "end_at", "minutes_least", "minutes_most",
        "exposure_source", "place_id", "setting",
    )  # fmt: skip
    timed = [{name: row[name] for name in columns} for row in exposures if row["minutes_least"] is not None]
    if not timed:
        return {}
    once = counted_once(pl.DataFrame(timed, infer_schema_length=None))
    spread = (pl.coalesce("minutes_most", "minutes_least") - pl.col("minutes_least")).clip(0)
    least = pl.col("counted_min")
    most = least + pl.when(pl.col("fresh_min") > 0).then(spread).otherwise(0)
    rows = once.group_by("person_id").agg(
        least=least.sum(), most=most.sum(), dose=dose_min(least, most, percents)
    )
    return {person: (least, most, dose) for person, least, most, dose in rows.iter_rows()}


def _rank(met: Met) -> tuple[int, float, str]:
    """Not known is less than any dose."""
    dose = -1.0 if met.dose_min is None else met.dose_min
    return VERDICTS.index(met.verdict), -dose, met.person_id


def _with_duties(
    record: models.Outbreak, situation: Situation, person_id: str, met: list[Met]
) -> tuple[bool, list[Met]]:
    """The persons met with protection, next open duty and standing order, and whether duties could be told.

    A page of one person at a past state of a large record holds no answers about others.
    """
    if not met:
        return True, []
    ids = [one.person_id for one in met]
    is_known = not isinstance(situation, PersonSituation) or situation.known_at is None
    duties, orders = _owed(record, situation, ids) if is_known else ({}, {})
    protections = _protections(record, situation, person_id)
    told = [
        replace(
            one,
            protection=protections.get(one.person_id),
            duty=duties.get(one.person_id),
            order=orders.get(one.person_id),
        )
        for one in met
    ]
    return is_known, told


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
