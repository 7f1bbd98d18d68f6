"""What a reading page stands on: facts, answers and the outbreak, as the reader's post is shown them.

Frames are read under row-level security and kept for a while in the process, by outbreak, revision, scope and
`known_at`: a page opened twice at one revision reads the database once, and at the next revision only what changed (see
`following`). Answers are the stored ones; for a
`known_at` in the past they are derived in memory from what was known then.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Max, Sum

from lastcase.core.answers import Answers
from lastcase.core.derive import derive
from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import MISSING_STATES, OPEN_STATES, coverage, covered_kinds
from lastcase.core.facts.field import SYNTHETIC
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.risk_areas.tree import within
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import models, queries
from lastcase.ops.records.errors import ReplayTooLarge
from lastcase.ops.records.following import changed_since, follow_answers, follow_facts

KEPT = 6
"""Readings kept in a process."""
REPLAY_PERSONS_MAX = 30_000
"""A past state of the record with more persons than this is not derived while somebody waits."""

Reading = tuple[Facts, Answers, Outbreak]
Stamp = tuple[int, int | None, datetime | None]
"""The revision of the record, the one on which its answers stand, and when it came."""

_kept: OrderedDict[tuple[tuple[object, ...], Stamp, tuple[object, ...]], Reading] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Situation:
    """An outbreak at an instant, as one post sees it.

    `area_id` is the area looked at: the post's, where it lies in the outbreak's, else the outbreak's own (None:
    the outbreak has no area). `revision` is that of the record, `derived_revision` the one its stored answers
    stand on; `is_settling` while answers for whole areas are still to follow.
    """

    name: str
    outbreak: Outbreak
    facts: Facts
    answers: Answers
    as_of: datetime
    known_at: datetime | None
    area_id: str | None
    revision: int
    derived_revision: int | None
    is_settling: bool = False

    @property
    def is_current(self) -> bool:
        """Whether the answers stand on everything recorded."""
        return self.known_at is not None or self.derived_revision == self.revision

    @cached_property
    def later_edition(self) -> Adoption | None:
        """The last adoption that took effect after `as_of` and by now: whoever was bound then is shown under it."""
        now = datetime.now(UTC)
        later = [one for one in self.outbreak.adoptions[1:] if self.as_of < one.effective_at <= now]
        return later[-1] if later else None

    @cached_property
    def duties(self) -> pl.DataFrame:
        """Duties issued by `as_of` with their `state`, inside the area looked at.

        `has_source` is false where a duty is open and no feed covers its kind: nobody can tell whether it was
        done.
        """
        told = pl.col("kind").is_in(list(covered_kinds(self.facts)))
        is_open = pl.col("state").is_in([*MISSING_STATES, *OPEN_STATES])
        states = states_at(self.answers.duties, self.as_of).with_columns(has_source=told | ~is_open)
        return self.inside(states)

    @cached_property
    def shares(self) -> pl.DataFrame:
        """The four alls of these duties (see `core.duties.coverage`)."""
        return coverage(self.duties, covered_kinds(self.facts))

    @cached_property
    def missing(self) -> pl.DataFrame:
        """Duties that were to be done and are not, of kinds that some feed covers: of others nobody can tell."""
        covered = list(covered_kinds(self.facts))
        return self.duties.filter(pl.col("state").is_in(MISSING_STATES) & pl.col("kind").is_in(covered))

    @cached_property
    def area_names(self) -> dict[str, dict[str, Any]]:
        """Standing areas by id."""
        return {row["area_id"]: row for row in self.facts["areas"].to_dicts()}

    @cached_property
    def persons(self) -> pl.DataFrame:
        """What is known of each person, one row a person."""
        return self.facts["persons"].unique("person_id", keep="last")

    @cached_property
    def lists(self) -> dict[str, pl.DataFrame]:
        """Lists of names already made for this page, by tab."""
        return {}

    @cached_property
    def is_synthetic(self) -> bool:
        """Whether the outbreak was made up: a case on record says so of its source."""
        return bool((self.facts["cases"]["source"] == SYNTHETIC).any())

    @property
    def is_whole(self) -> bool:
        """Whether the area looked at is the outbreak's own."""
        return self.area_id is None or self.area_id == self.outbreak.area_id

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


def read_situation(
    record: models.Outbreak, actor: Actor, as_of: datetime, known_at: datetime | None = None
) -> Situation:
    """The outbreak as the post of `actor` is shown it. The caller holds a transaction under that scope.

    Raises ReplayTooLarge for a `known_at` over a record too large to derive while somebody waits.
    """
    as_of, known_at = as_of.astimezone(UTC), None if known_at is None else known_at.astimezone(UTC)
    revision = models.Revision.objects.filter(outbreak=record).first()
    stamp: Stamp = (0, None, None)
    if revision is not None:
        stamp = (revision.number, revision.derived_number, revision.at)
    facts, answers, outbreak = _frames(record, actor, stamp, known_at)
    return Situation(
        record.name,
        outbreak,
        facts,
        answers,
        as_of,
        known_at,
        focus_of(record, actor),
        revision=stamp[0],
        derived_revision=stamp[1],
        is_settling=known_at is None and revision is not None and not revision.is_settled,
    )


def _frames(record: models.Outbreak, actor: Actor, stamp: Stamp, known_at: datetime | None) -> Reading:
    database = connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]
    everywhere = models.Revision.objects.aggregate(Sum("number"), Max("at"))
    # Persons and areas are shared: whatever any outbreak records may move who is shown what.
    reader = (database, record.pk, actor.area_id, actor.scope, known_at)
    key = (reader, stamp, tuple(everywhere.values()))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
        earlier = [(kept, found) for kept, found in _kept.items() if kept[0] == reader]
    found = None
    if earlier and known_at is None:
        (_, before_stamp, _), before = earlier[-1]
        found = _follow(record, before, before_stamp, stamp)
    found = found or _read(record, known_at)
    with _lock:
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


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
        return queries.load_facts(record), queries.load_answers(record), outbreak
    if models.Member.objects.filter(outbreak=record).count() > REPLAY_PERSONS_MAX:
        raise ReplayTooLarge(outbreak=record.name, persons=REPLAY_PERSONS_MAX)
    facts = queries.load_facts(record, known_at=known_at)
    governed = queries.load_outbreak(record, known_at=known_at, effective_by=known_at)
    return facts, derive(facts, governed), outbreak


def focus_of(record: models.Outbreak, actor: Actor) -> str | None:
    """The area looked at: the post's, where it lies in the outbreak's, else the outbreak's own; None without one."""
    root = models.AreaPosition.objects.filter(area_id=record.area_id).first()
    if root is None or actor.scope is None or actor.area_id is None:
        return record.area_id or None
    lies_in = root.area_lo <= actor.scope[0] and actor.scope[1] <= root.area_hi
    return actor.area_id if lies_in else record.area_id
