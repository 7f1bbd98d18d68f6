"""What a reading page stands on: facts, answers and the outbreak, as the reader's post is shown them.

Frames are read under row-level security and kept for a while in the process, by outbreak, revision, scope and
`known_at`: a page opened twice at one revision reads the database once, and at the next revision only what changed (see
`following`). Answers are the stored ones; for a
`known_at` in the past they are derived in memory from what was known then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Max, Sum

from lastcase.core.answers import Answers
from lastcase.core.days import at
from lastcase.core.derive import derive
from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import MISSING_STATES, OPEN_STATES, coverage, covered_kinds
from lastcase.core.facts.field import SYNTHETIC
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.remember import remembered
from lastcase.core.risk_areas.tree import within
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import models, queries
from lastcase.ops.records.errors import ReplayTooLarge
from lastcase.ops.records.figures import count_alike, evidence_of, figures_of
from lastcase.ops.records.following import (
    answers_tables,
    changed_since,
    facts_tables,
    follow_answers,
    follow_facts,
)
from lastcase.ops.records.keeping import Kept
from lastcase.ops.records.patched import PatchedAnswers, PatchedTables
from lastcase.ops.records.vantage import Stamp, Vantage, focus_of, is_settling, stand_of

KEPT = 6
"""Readings kept in a process."""
REPLAY_PERSONS_MAX = 30_000
"""A past state of the record with more persons than this is not derived while somebody waits."""

COUNTED = ("kind", "due_at", "responsible", "area_id", "state", "n")
"""What duty, by when, who holds it, what it is, and how many are alike."""

Reading = tuple[Facts, Answers, Outbreak]

_kept: Kept[Reading] = Kept(KEPT)


@dataclass(frozen=True)
class Situation(Vantage):
    """An outbreak at an instant, as one post sees it, with its facts and answers."""

    facts: Facts
    answers: Answers

    @cached_property
    def duties(self) -> pl.DataFrame:
        """Duties issued by `as_of` with their `state`, inside the area looked at.

        `has_source` is false where a duty is open and no feed covers its kind: nobody can tell whether it was
        done.
        """
        told = pl.col("kind").is_in(list(self.covered))
        is_open = pl.col("state").is_in([*MISSING_STATES, *OPEN_STATES])
        states = states_at(self.answers.duties, self.as_of).with_columns(has_source=told | ~is_open)
        return self.inside(states)

    @cached_property
    def counted(self) -> pl.DataFrame:
        """The same duties in the columns that figures are counted by (`COUNTED`): each row stands for `n` of them."""
        area = None if self.is_whole else self.area_id
        sorts = count_alike(self.facts, self.answers, self.as_of, area)
        if sorts is not None:
            return sorts.select(COUNTED)
        states = states_at(self.answers.duties.lazy(), self.as_of).with_columns(n=pl.lit(1, pl.Int64))
        return self.inside(states.select(*COUNTED, "person_id").collect()).select(COUNTED)

    @cached_property
    def looked_at(self) -> tuple[Facts, Answers]:
        """The facts and answers of which figures are made, beside duties, without the many rows and columns that none
        of them looks at."""
        return figures_of(self.facts, self.answers, self.outbreak, None if self.is_whole else self.area_id)

    @cached_property
    def shares(self) -> pl.DataFrame:
        """The four alls of these duties (see `core.duties.coverage`)."""
        return coverage(self.counted, self.covered)

    @cached_property
    def missing(self) -> pl.DataFrame:
        """Duties that were to be done and are not, of kinds that some feed covers: of others nobody can tell. Columns
        as in `counted`."""
        is_missing = pl.col("state").is_in(MISSING_STATES) & pl.col("kind").is_in(list(self.covered))
        return self.counted.filter(is_missing)

    @cached_property
    def late(self) -> pl.DataFrame:
        """Those of the missing whose time is past, whether somebody tried or not."""
        return self.missing.filter((pl.col("due_at") <= at(self.as_of)).fill_null(False))

    @cached_property
    def covered(self) -> frozenset[str]:
        """Duty kinds that some feed covers."""
        return covered_kinds(evidence_of(self.facts))

    @cached_property
    def area_names(self) -> Mapping[str, dict[str, Any]]:
        """Standing areas by id."""
        return _by_id(self.facts["areas"])

    @cached_property
    def persons(self) -> pl.DataFrame:
        """What is known of each person, one row a person."""
        return self.facts["persons"].unique("person_id", keep="last")

    @cached_property
    def called(self) -> dict[str, tuple[str | None, str | None]]:
        """The name and the list id of each person."""
        rows = self.persons.select("person_id", "name", "list_id").iter_rows()
        return {person: (name, list_id) for person, name, list_id in rows}

    @cached_property
    def is_synthetic(self) -> bool:
        """Whether the outbreak was made up: a case on record says so of its source."""
        return bool((self.facts["cases"]["source"] == SYNTHETIC).any())

    def inside(self, frame: pl.DataFrame, area_id: str | None = None) -> pl.DataFrame:
        """Rows named by the area, or about a person who is or lives there (as `core.brief` counts)."""
        chosen = area_id or (None if self.is_whole else self.area_id)
        if chosen is None:
            return frame
        areas = within(self.facts["areas"], chosen).implode()
        here = pl.coalesce("present_area_id", "residence_area_id").is_in(areas)
        home = pl.col("residence_area_id").is_in(areas)
        people = self.persons.filter((here | home).fill_null(False))["person_id"]
        rows = pl.col("person_id").is_in(people.implode())
        if "area_id" in frame.columns:
            rows = rows | pl.col("area_id").is_in(areas).fill_null(False)
        return frame.filter(rows)


@remembered
def _by_id(areas: pl.DataFrame) -> Mapping[str, dict[str, Any]]:
    return {row["area_id"]: row for row in areas.to_dicts()}


def read_situation(
    record: models.Outbreak, actor: Actor, as_of: datetime, known_at: datetime | None = None
) -> Situation:
    """The outbreak as the post of `actor` is shown it. The caller holds a transaction under that scope.

    Raises ReplayTooLarge for a `known_at` over a record too large to derive while somebody waits.
    """
    stand = stand_of(record)
    stamp = stand.stamp
    as_of, known_at = as_of.astimezone(UTC), None if known_at is None else known_at.astimezone(UTC)
    facts, answers, outbreak = _frames(record, actor, stamp, known_at)
    return Situation(
        name=record.name,
        outbreak=outbreak,
        facts=facts,
        answers=answers,
        as_of=as_of,
        known_at=known_at,
        area_id=focus_of(record, actor),
        revision=stamp[0],
        derived_revision=stamp[1],
        is_settling=is_settling(stand, known_at),
    )


def _frames(record: models.Outbreak, actor: Actor, stamp: Stamp, known_at: datetime | None) -> Reading:
    database = connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]
    everywhere = models.Revision.objects.aggregate(Sum("number"), Max("at"))
    # Persons and areas are shared: whatever any outbreak records may move who is shown what.
    reader = (database, record.pk, actor.area_id, actor.scope, known_at)

    def read() -> Reading:
        earlier = _kept.last(lambda key: key[0] == reader) if known_at is None else None
        followed = earlier and _follow(record, earlier[1], earlier[0][1], stamp)
        if earlier:  # nobody asks for it again, and what it was made of is large
            _kept.drop(earlier[0])
        return followed or _read(record, known_at)

    return _kept.get((reader, stamp, tuple(everywhere.values())), read)


def _follow(record: models.Outbreak, before: Reading, since: Stamp, until: Stamp) -> Reading | None:
    """An earlier reading by the same reader, brought up to now; None where what changed can't be told."""
    change = changed_since(record, min(since[0], since[1] or 0), until[0])
    if change is None:
        return None
    facts, answers, _ = before
    outbreak = queries.load_outbreak(record)
    return follow_facts(facts, record, change), follow_answers(answers, record, change), outbreak


def _read(record: models.Outbreak, known_at: datetime | None) -> Reading:
    outbreak = queries.load_outbreak(record, known_at=known_at)
    if known_at is None:
        facts, answers = queries.load_facts(record), queries.load_answers(record)
        return Facts(PatchedTables(facts_tables(facts))), PatchedAnswers(answers_tables(answers)), outbreak
    if is_large(record):
        raise ReplayTooLarge(outbreak=record.name, persons=REPLAY_PERSONS_MAX)
    facts = queries.load_facts(record, known_at=known_at)
    governed = queries.load_outbreak(record, known_at=known_at, effective_by=known_at)
    return facts, derive(facts, governed), outbreak


def is_large(record: models.Outbreak) -> bool:
    """Whether the record has more persons than are derived while somebody waits."""
    return models.Member.objects.filter(outbreak=record)[REPLAY_PERSONS_MAX:].exists()
