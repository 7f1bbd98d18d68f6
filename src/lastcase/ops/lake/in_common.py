"""Places that a case has in common with others: where several were when they were probably infected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.contacts.episodes import find_episodes
from lastcase.core.contacts.incubation import NoSpread, incubation_range
from lastcase.core.contacts.places import VISITS, infection_windows, shared_places
from lastcase.core.facts.store import Facts
from lastcase.editions import load_disease
from lastcase.engines.bridge import copy_out
from lastcase.ops.lake.own import OWN, visits_in_lake
from lastcase.ops.records import models, queries
from lastcase.ops.records.situation import Situation

COLUMNS = [*VISITS]


@dataclass(frozen=True)
class InCommon:
    """`places` by the number of cases, columns of `core.contacts.places.SHARED` with name and area. `why` says in one
    word why there can be none: is_no_case, no_incubation, not_dated, no_visits."""

    places: list[dict[str, Any]]
    between: tuple[float, float] | None
    n_cases: int
    why: str = ""


def places_in_common(record: models.Outbreak, situation: Situation, person_id: str) -> InCommon:
    """Places where this case and others were in the incubation period before their onsets (or findings), by record and
    lake as they stand, among the cases that the reader is shown."""
    zone, edition = situation.outbreak.time_zone, situation.outbreak.edition_at(situation.as_of)
    try:
        between = incubation_range(load_disease(situation.outbreak.disease))
    except NoSpread:
        return InCommon([], None, 0, "no_incubation")
    cases = queries.load_facts(record, known_at=situation.known_at, tables=("cases",))["cases"]
    episodes = find_episodes(Facts.of(cases=cases), edition, zone).filter(
        pl.col("void_at").is_null() & (pl.col("found_at") <= situation.as_of)
    )
    if not (episodes["person_id"] == person_id).any():
        return InCommon([], between, 0, "is_no_case")
    windows = infection_windows(episodes, *between, zone)
    if not (windows["person_id"] == person_id).any():
        return InCommon([], between, 0, "not_dated")
    every = _visits(record, situation, windows, person_id)
    places = every.filter(pl.col("person") == person_id)["place_id"].unique()
    if places.is_empty():
        return InCommon([], between, windows["person_id"].n_unique(), "no_visits")
    shared = shared_places(every.filter(pl.col("place_id").is_in(places.implode())))
    named = queries.read_places(shared["place_id"].to_list()).select("place_id", "name", "area_id")
    rows = shared.join(named, on="place_id", how="left", maintain_order="left").to_dicts()
    return InCommon(rows, between, windows["person_id"].n_unique())


def _visits(
    record: models.Outbreak, situation: Situation, windows: pl.DataFrame, person_id: str
) -> pl.DataFrame:
    """Visits of the persons of the windows cut to them, at places where this person ever was, columns `VISITS`; one
    told by record and lake counts once."""
    places = situation.facts["visits"]["place_id"].unique()
    scanned = pl.DataFrame(schema=OWN)
    if situation.known_at is None:  # a lake has no versions: what it holds now says nothing of then
        scanned = visits_in_lake(record, windows, is_cut=True, at=places, beside=person_id)
        places = pl.concat([places, scanned["place_id"]]).unique()
    told = _recorded(record, situation.known_at, windows["person_id"].unique(), places)
    told = told.join(windows, on="person_id").with_columns(
        start_at=pl.max_horizontal("start_at", "window_start_at"),
        end_at=pl.min_horizontal("end_at", "window_end_at"),
    )
    told = told.filter(pl.col("start_at") < pl.col("end_at")).rename({"person_id": "person"})
    scanned = scanned.rename({"person_id": "person"})
    return pl.concat([told.select(COLUMNS), scanned.select(COLUMNS)]).unique(
        ["person", "place_id", "start_at"], keep="first", maintain_order=True
    )


def _recorded(
    record: models.Outbreak, known_at: datetime | None, persons: pl.Series, places: pl.Series
) -> pl.DataFrame:
    if known_at is not None:
        facts = queries.load_facts(
            record, known_at=known_at, persons=persons.to_list(), tables=("visits", "places")
        )
        there = facts["visits"].filter(pl.col("place_id").is_in(places.implode()))
        settings = facts["places"].select("place_id", "setting")
        return there.join(settings, on="place_id", how="left").select("person_id", *COLUMNS[1:])
    query = """SELECT v.person_id, v.place_id, v.unit, p.setting, v.start_at, v.end_at
        FROM fact_visits v LEFT JOIN fact_places p ON p.place_id = v.place_id AND p.retired_at IS NULL
        WHERE v.outbreak_id = %s AND v.retired_at IS NULL AND v.person_id = ANY(%s) AND v.place_id = ANY(%s)"""
    schema = {"person_id": pl.String(), **{name: kind for name, kind in VISITS.items() if name != "person"}}
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        return copy_out(cursor, query, schema, [record.pk, persons.to_list(), places.to_list()])
