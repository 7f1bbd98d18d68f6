"""The situation of one person: what the record and its answers say of this person alone, and the names of whom the
person met. However many others there are, a page of one reads a few hundred rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.answers import ANSWERS, Answers
from lastcase.core.derive import derive
from lastcase.core.facts import TABLES
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import models, queries
from lastcase.ops.records.area_names import AreaNames
from lastcase.ops.records.covered import covered_now
from lastcase.ops.records.entries import Entries
from lastcase.ops.records.errors import ReplayTooLarge
from lastcase.ops.records.person_rows import (
    ANSWERS_OF_A_PERSON,
    answers_of,
    facts_of,
    no_answers,
    persons_called,
    tables_held,
)
from lastcase.ops.records.reach import REACH_MAX, find_reach
from lastcase.ops.records.situation import Situation, is_large, read_situation
from lastcase.ops.records.standing_ground import lay_ground
from lastcase.ops.records.vantage import Stand, focus_of, is_settling, stand_of
from lastcase.ops.records.writing import Writing


@dataclass(frozen=True, kw_only=True)
class PersonSituation(Situation):
    """A situation that holds one person's facts and answers. Areas are named when asked for, and so are others (see
    `called`); which kinds of duty a feed covers (`told`) is the whole record's."""

    record: models.Outbreak
    names: AreaNames
    told: frozenset[str]

    @cached_property
    def area_names(self) -> Mapping[str, dict[str, Any]]:
        """Areas by id."""
        return self.names

    @cached_property
    def covered(self) -> frozenset[str]:
        """Duty kinds that some feed covers."""
        return self.told


def called(situation: Situation, persons: Iterable[str]) -> Mapping[str, tuple[str | None, str | None]]:
    """The name and the list id of each of these persons, None for both of whom the post is not shown. They are read
    where the situation is of one person: however many it met, only those that are named here."""
    wanted = set(persons)
    known = situation.called
    if isinstance(situation, PersonSituation) and (missing := wanted - known.keys()):
        found = _persons(situation.record, missing, situation.known_at)
        known.update(dict.fromkeys(missing, (None, None)))
        known.update({one: told for one, *told in found.select("person_id", "name", "list_id").iter_rows()})
    return {one: known.get(one, (None, None)) for one in wanted}


def _persons(record: models.Outbreak, persons: Iterable[str], known_at: datetime | None) -> pl.DataFrame:
    if known_at is None:
        return persons_called(record.pk, persons)
    merged = _merged(record, persons)
    return queries.load_facts(record, known_at=known_at, persons=merged, tables=("persons",))["persons"]


def find_person(record: models.Outbreak, said_id: str) -> str | None:
    """The id as recorded: `said_id` itself, or that of the outbreak's namespace; None where nobody is shown by
    it. A person merged into another is found under the survivor's id alone."""
    candidates = [said_id, f"{record.name}:{said_id}"]
    shown = models.Member.objects.filter(outbreak=record, person_id__in=candidates)
    found = set(shown.values_list("person_id", flat=True))
    return next((one for one in candidates if one in found), None)


def read_person_situation(
    record: models.Outbreak,
    actor: Actor,
    entries: Entries,
    as_of: datetime,
    known_at: datetime | None = None,
    *,
    outbreak: Outbreak | None = None,
    stand: Stand | None = None,
) -> Situation:
    """What a person's page stands on, as the post is shown it. The caller holds a transaction under that scope.

    At a `known_at` a small record is derived whole, a large one as far as it reaches this person. Raises
    ReplayTooLarge where that is too far to derive while somebody waits. `outbreak` and `stand` spare asking where the
    caller has read them.
    """
    if known_at is not None and not is_large(record):
        return read_situation(record, actor, as_of, known_at)
    as_of, known_at = as_of.astimezone(UTC), None if known_at is None else known_at.astimezone(UTC)
    outbreak, stand = outbreak or queries.load_outbreak(record, known_at=known_at), stand or stand_of(record)
    if known_at is None:
        answers = answers_of(record.pk, entries.person_id)
        facts = facts_of(record.pk, entries)
    else:
        answers = _replayed(record, entries, known_at)
        tables, ids = tables_held(entries), entries.ids
        facts = queries.load_facts(record, known_at=known_at, persons=ids, tables=tables, is_either=True)
    names, focus = AreaNames(known_at), focus_of(record, actor)
    return PersonSituation(
        name=record.name,
        outbreak=outbreak,
        facts=Facts({**facts.frames, "areas": names.upward([focus, *_areas(facts, answers)])}),
        answers=answers,
        as_of=as_of,
        known_at=known_at,
        area_id=focus,
        revision=stand.stamp[0],
        derived_revision=stand.stamp[1],
        is_settling=is_settling(stand, known_at),
        record=record,
        names=names,
        told=covered_now(record, actor, stand.stamp),
    )


def _replayed(record: models.Outbreak, entries: Entries, known_at: datetime) -> Answers:
    """The person's answers as derived from what was known of all whom they can follow from."""
    frame = queries.load_facts(record, persons=[], known_at=known_at)
    governed = queries.load_outbreak(record, known_at=known_at, effective_by=known_at)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        reading = Writing(cursor, known_at, DEFAULT_DB_ALIAS)
        ground = lay_ground(frame, DEFAULT_DB_ALIAS)
        reach = find_reach(reading, record.pk, list(entries.ids), [], ground, governed, is_now=False)
    if reach is None:
        raise ReplayTooLarge(outbreak=record.name, persons=REACH_MAX)
    facts = queries.load_facts(record, known_at=known_at, persons=reach.needed)
    derived = derive(facts, governed).frames()
    mine = {
        name: derived[name].filter(
            pl.any_horizontal(pl.col(column) == entries.person_id for column in ANSWERS[name].person_fields)
        )
        for name in ANSWERS_OF_A_PERSON
    }
    return Answers(**{**no_answers(), **mine})


def _merged(record: models.Outbreak, persons: Iterable[str]) -> list[str]:
    """These persons with all that were merged into them."""
    found = models.Member.objects.filter(outbreak=record, survivor_id__in=list(persons))
    return sorted({*persons, *found.values_list("person_id", flat=True)})


def _areas(facts: Facts, answers: Answers) -> set[str]:
    """Every area that one of the rows names."""
    tables = [(TABLES[name], frame) for name, frame in facts.frames.items()]
    tables += [(ANSWERS[name], frame) for name, frame in answers.frames().items()]
    return {
        area
        for table, frame in tables
        if not frame.is_empty()
        for field in table.fields
        if field.reference == "areas" and field.name in frame.columns
        for area in frame[field.name].drop_nulls()
    }
