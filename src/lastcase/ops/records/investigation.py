"""One case read as an investigator reads it: where it was, who was there, what is missing. Reads only; the caller
notes the read of everybody whom it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.contacts.episodes import find_episodes
from lastcase.core.contacts.questions import Presence, Question, find_questions
from lastcase.core.contacts.windows import infectious_windows
from lastcase.ops.records import models, queries
from lastcase.ops.records.met import People, people_met
from lastcase.ops.records.objections import disputed_visits, objections_of
from lastcase.ops.records.situation import Situation

Row = dict[str, Any]


@dataclass(frozen=True)
class Investigation:
    """What the page of an investigation shows of one person.

    `visits` (of the record and, `is_told` false, of the lake alone) and `stays` in the order of time, `window` None
    for who is no case. `places`: rows of the fact table by id, as far as the record has them. A visit that is disputed
    has its open objection as `objection`.
    """

    window: tuple[datetime, datetime] | None
    is_window_open: bool
    visits: list[Row]
    stays: list[Row]
    specimens: list[Row]
    found: list[Row]
    withdrawn: list[Row]
    people: People
    questions: list[Question]
    places: Mapping[str, Row]
    objections: list[Row]

    @cached_property
    def numbers(self) -> Mapping[str, list[int]]:
        """Which visits, counted from 1 in the order of time, were at each place."""
        found: dict[str, list[int]] = {}
        for number, visit in enumerate(self.visits, 1):
            found.setdefault(visit["place_id"], []).append(number)
        return found


def person_windows(situation: Situation, person_id: str) -> pl.DataFrame:
    """The person's infectious windows under the edition in force, columns of `core.contacts.windows.SCHEMA`."""
    zone, edition = situation.outbreak.time_zone, situation.outbreak.edition_at(situation.as_of)
    facts = situation.facts
    episodes = find_episodes(facts, edition, zone).filter(
        (pl.col("person_id") == person_id) & pl.col("void_at").is_null()
    )
    return infectious_windows(episodes, edition, zone)


def window_of(situation: Situation, windows: pl.DataFrame) -> tuple[datetime, datetime] | None:
    """From the first opening of the windows to their last end, or to the instant of the page, where that is earlier."""
    held = windows.filter(
        (pl.col("window_end_at") > pl.col("window_start_at")).fill_null(True)
        & (pl.col("window_start_at") < situation.as_of)
    )
    if held.is_empty():
        return None
    ends = [end or situation.as_of for end in held["window_end_at"]]
    return min(held["window_start_at"]), min(max(ends), situation.as_of)


def closed(windows: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """The windows with open ends closed at the instant."""
    return windows.with_columns(pl.col("window_end_at").fill_null(as_of))


def investigate(
    record: models.Outbreak,
    situation: Situation,
    person_id: str,
    entry_ids: Iterable[str],
    windows: pl.DataFrame,
    in_lake: pl.DataFrame,
) -> Investigation:
    """The investigation of a person; `in_lake`: the visits that the lake has of the person in these windows, columns of
    `ops.lake.own.OWN`."""
    window = window_of(situation, windows)
    own = pl.col("person_id") == person_id
    facts = {name: frame.filter(own) for name, frame in _dated(situation).items()}
    visits = _visits(facts["visits"], in_lake)
    stays = facts["stays"].sort("start_at").to_dicts()
    people = people_met(record, situation, person_id)
    named = {row["place_id"] for row in [*visits, *stays, *people.exposures] if row["place_id"]}
    places = {row["place_id"]: row for row in queries.read_places(sorted(named)).to_dicts()}
    cases = facts["cases"].sort("episode").to_dicts()
    objections = objections_of(situation, person_id)
    disputed = disputed_visits(objections)
    return Investigation(
        window=window,
        is_window_open=bool(windows["window_end_at"].has_nulls()),
        visits=[
            _with_place(row, places) | {"objection": disputed.get((row["place_id"], row["start_at"]))}
            for row in visits
        ],
        stays=stays,
        specimens=facts["specimens"].sort("sampled_at", nulls_last=True).to_dicts(),
        found=cases,
        withdrawn=_withdrawn(record, list(entry_ids), situation.known_at),
        people=people,
        questions=_questions(situation, person_id, window, visits, stays, cases),
        places=places,
        objections=objections,
    )


def _dated(situation: Situation) -> dict[str, pl.DataFrame]:
    """The dated facts that lie before the instant of the page."""
    begins = {"visits": "start_at", "stays": "start_at", "specimens": "sampled_at", "checks": "checked_at"}
    return {
        "cases": situation.facts["cases"],
        **{
            name: situation.facts[name].filter((pl.col(column) <= situation.as_of).fill_null(True))
            for name, column in begins.items()
        },
    }


def _visits(told: pl.DataFrame, in_lake: pl.DataFrame) -> list[Row]:
    """Visits of the record, and those of the lake that it has no version of, by time."""
    key = ["place_id", "start_at"]
    beside = in_lake.join(told, on=key, how="anti")
    rows = [{**row, "is_told": True} for row in told.to_dicts()]
    rows += [{**row, "source": "lake", "is_told": False} for row in beside.to_dicts()]
    return sorted(rows, key=lambda row: (row["start_at"], row["end_at"], row["place_id"]))


def _with_place(row: Row, places: Mapping[str, Row]) -> Row:
    place = places.get(row["place_id"], {})
    return {
        **row,
        "place_name": place.get("name"),
        "setting": place.get("setting") or row.get("setting"),
        "area_id": place.get("area_id"),
    }


def _questions(
    situation: Situation,
    person_id: str,
    window: tuple[datetime, datetime] | None,
    visits: list[Row],
    stays: list[Row],
    cases: list[Row],
) -> list[Question]:
    if window is None:
        return []
    standing = [row for row in cases if row["case_status"] != "discarded"]
    return find_questions(
        [*map(_as_presence, visits), *(_of_stay(row, situation.as_of) for row in stays)],
        window,
        situation.outbreak.zone,
        with_units=_with_units({row["place_id"] for row in visits}),
        is_interviewed=_is_interviewed(situation, person_id, visits),
        is_onset_open=any(
            row["symptom_onset_on"] is None and row["case_status"] != "asymptomatic_infection"
            for row in standing
        ),
    )


def _as_presence(row: Row) -> Presence:
    precision = timedelta(minutes=row["precision_min"] or 0)
    return Presence(row["start_at"], row["end_at"], row["place_id"], row["unit"], precision)


def _of_stay(row: Row, as_of: datetime) -> Presence:
    return Presence(
        row["start_at"], row["end_at"] or max(as_of, row["start_at"]), row["place_id"], is_visit=False
    )


def _with_units(place_ids: set[str]) -> set[str]:
    """Of the places those whose parts somebody's visit names."""
    query = """SELECT DISTINCT place_id FROM fact_visits
        WHERE place_id = ANY(%s) AND unit IS NOT NULL AND retired_at IS NULL"""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(query, [sorted(place_ids)])
        return {place for (place,) in cursor.fetchall()}


def _is_interviewed(situation: Situation, person_id: str, visits: list[Row]) -> bool:
    """Whether any interview is on record: a visit that one told, a check of that kind, or the duty done."""
    if any(row["visit_source"] == "interview" for row in visits):
        return True
    asked = (pl.col("person_id") == person_id) & (pl.col("duty_kind") == "interview")
    checks = situation.facts["checks"].filter(asked & (pl.col("checked_at") <= situation.as_of))
    if not checks.is_empty():
        return True
    done = pl.col("kind") == "interview", pl.col("state") == "done", pl.col("person_id") == person_id
    return not situation.duties.filter(*done).is_empty()


def _withdrawn(record: models.Outbreak, ids: list[str], known_at: datetime | None) -> list[Row]:
    """Visits that were withdrawn and that nothing replaced, the last withdrawn first; only as known now."""
    if known_at is not None:
        return []
    query = """SELECT DISTINCT ON (v.place_id, v.start_at) v.person_id, v.place_id, v.unit, v.start_at, v.end_at,
            v.retired_at, p.name AS place_name
        FROM fact_visits v LEFT JOIN fact_places p ON p.place_id = v.place_id AND p.retired_at IS NULL
        WHERE v.outbreak_id = %(outbreak)s AND v.person_id = ANY(%(persons)s) AND v.retired_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM fact_visits s WHERE s.outbreak_id = v.outbreak_id
                AND s.person_id = v.person_id AND s.place_id = v.place_id AND s.start_at = v.start_at
                AND s.retired_at IS NULL)
        ORDER BY v.place_id, v.start_at, v.retired_at DESC"""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(query, {"outbreak": record.pk, "persons": ids})
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return sorted(rows, key=lambda row: row["retired_at"], reverse=True)
