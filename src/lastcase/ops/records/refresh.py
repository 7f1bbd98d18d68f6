"""Deriving and storing: the whole outbreak at once, or only what a change touched. Both come to the same
rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import sleep

import polars as pl
from django.db.models import F, QuerySet
from django.utils import timezone

from lastcase.core import outbreak as core
from lastcase.core.answers import ANSWERS, Answers
from lastcase.core.derive import NOT_READ, Rest, derive, derive_clocks, with_beyond
from lastcase.engines.small_steps import small_steps
from lastcase.ops.records.answers_store import Part, Stored, put_in_place, store_answers, store_part
from lastcase.ops.records.area_wide import (
    counted_rounds,
    proposals_by_counts,
    schedule_of,
    stored_detections,
)
from lastcase.ops.records.errors import NoEdition
from lastcase.ops.records.following import note, note_answers
from lastcase.ops.records.live import announce, is_kept_up
from lastcase.ops.records.models import Outbreak, Touched
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.queries import load_answers, load_facts, load_outbreak
from lastcase.ops.records.reach import find_reach, find_residents
from lastcase.ops.records.standing_ground import standing_ground
from lastcase.ops.records.tally import count_stored, counted_beside, is_counted, move_tally, write_tally
from lastcase.ops.records.touch import FOLLOW, SETTLE, current_revision, leave, next_revision
from lastcase.ops.records.writing import Writing, write_alias, writing


@dataclass(frozen=True)
class Refreshed:
    """What a refresh wrote: rows of answers, and the revision of the record on which they now stand."""

    n_rows: int
    revision: int
    is_live: bool = False


ROUNDS_MOVED = "rounds moved"
ROUNDS_COUNTED = "rounds counted"
"""What is left to settle beside risk areas by id: test rounds are due at other times, or their counts differ."""

TRIES, PAUSE_S = 3, 0.2
"""How often whole areas are worked out beside others who write, and seconds between."""

DERIVE_STEPS = 1 + len(ANSWERS)
"""Parts of deriving an outbreak: the answers, then each of their tables stored."""


def derive_outbreak(outbreak: str | Outbreak, *, on_step: Callable[[], None] | None = None) -> Refreshed:
    """Derive everything anew and write only what differs; a second run writes nothing.

    `on_step` is told after each of the `DERIVE_STEPS`. Raises OutbreakNotFound, NoEdition.
    """
    home = get_outbreak(outbreak)
    _follow(home)
    with writing(home.pk) as now:
        now.run("DELETE FROM records_touched WHERE outbreak_id = %s AND kind <> %s", [home.pk, FOLLOW])
        answers = derive_now(home)
        if on_step is not None:
            on_step()
        return _store(now, home, answers.frames(), None, on_step)


def refresh(outbreak: str | Outbreak) -> Refreshed:
    """Bring the stored answers up to the record: those that the queue reaches, or all of them.

    First the persons that changed are followed through the lake of visits, where the outbreak has one.
    What a change alters for the persons it reaches is stored at once. What it alters for a whole area (when test
    rounds are due and how many they reached, the clock of a risk area with many residents) is settled in the same
    transaction; where a process stands by for that (`upkeep`), it is left queued for it.

    One refresher an outbreak at a time (its lock); what is queued meanwhile waits for the next. An outbreak
    that has no edition yet has no answers: its queue waits for the adoption.
    """
    home = get_outbreak(outbreak)
    _follow(home)
    with writing(home.pk) as now:
        governed = _governed(home)
        if not governed.adoptions:
            return Refreshed(0, current_revision(now, home.pk))
        done = _refresh_queued(now, home, governed)
        return done if is_kept_up(now) else _settle(now, home, done)


def settle_areas(outbreak: str | Outbreak) -> None:
    """Derive for whole areas what live changes left queued.

    It is worked out beside the others' writing, and stored if nothing came between; after `TRIES` in vain nobody
    else writes meanwhile. Its rows stand on a revision of their own, so that open pages fetch them.
    """
    home = get_outbreak(outbreak)
    for _ in range(TRIES):
        with writing() as now:
            standing, left = _standing(now, home), _left(now, home)
            if not left:
                return
            frames, part = _settled(now, home, left)
        with writing(home.pk) as now:
            if standing is not None and _standing(now, home) == standing:
                _take_queue(now, home, "kind = %s")
                next_revision(now, home.pk)
                _store(now, home, frames, part)
                return
        sleep(PAUSE_S)
    with writing(home.pk) as now:
        next_revision(now, home.pk)
        _settle(now, home, _refresh_queued(now, home, _governed(home)))


def settle_all_areas() -> None:
    """Settle every outbreak that has something left queued."""
    waiting = Touched.objects.using(write_alias()).filter(kind=SETTLE)
    for outbreak_id in waiting.values_list("outbreak_id", flat=True).distinct():
        settle_areas(Outbreak.objects.get(pk=outbreak_id))


def take_effect() -> None:
    """Derive anew every outbreak in which an edition came into force since its answers were derived."""
    for outbreak in _came_into_force():
        with writing(outbreak.pk) as now:
            next_revision(now, outbreak.pk)
        refresh(outbreak)


def is_to_take_effect(home: Outbreak) -> bool:
    """Whether an edition came into force since the outbreak's answers were derived."""
    return _came_into_force().filter(pk=home.pk).exists()


def _came_into_force() -> QuerySet[Outbreak]:
    since = F("revision__derived_at")
    due = Outbreak.objects.using(write_alias()).filter(
        adoptions__effective_at__gt=since, adoptions__effective_at__lte=timezone.now()
    )
    return due.distinct()


def refresh_all(first: Outbreak) -> None:
    """Refresh this outbreak, then every other that has something queued."""
    refresh(first)
    waiting = Touched.objects.using(write_alias()).exclude(outbreak=first).exclude(kind=SETTLE)
    for outbreak_id in waiting.values_list("outbreak_id", flat=True).distinct():
        refresh(Outbreak.objects.get(pk=outbreak_id))


def _follow(home: Outbreak) -> None:
    """The lake is read, and visits are recorded, above this floor."""
    from lastcase.ops.lake.live import follow_lake

    follow_lake(home)


def _take_queue(now: Writing, home: Outbreak, which: str) -> dict[str, list[str]]:
    """What is queued to be derived, by kind; `which` is the condition on its kind, with SETTLE as parameter."""
    query = f"""DELETE FROM records_touched WHERE outbreak_id = %s AND kind <> '{FOLLOW}' AND {which}
        RETURNING kind, ref"""
    queue: dict[str, list[str]] = {}
    for kind, ref in now.all(query, [home.pk, SETTLE]):
        queue.setdefault(kind, []).append(ref)
    return queue


def _refresh_queued(now: Writing, home: Outbreak, governed: core.Outbreak) -> Refreshed:
    """What is queued, but for what can be settled later."""
    touched = _take_queue(now, home, "kind <> %s")
    if "all" in touched or is_to_take_effect(home):
        return _refresh_whole(now, home)
    done = _refresh_live(now, home, governed, touched.get("person", []), touched.get("risk_area", []))
    return _refresh_whole(now, home) if done is None else done


def _refresh_whole(now: Writing, home: Outbreak) -> Refreshed:
    _take_queue(now, home, "kind = %s")
    return _store(now, home, derive_now(home).frames(), None)


@small_steps
def _refresh_live(
    now: Writing, home: Outbreak, governed: core.Outbreak, touched: list[str], risk_areas: list[str]
) -> Refreshed | None:
    """Store what the change alters for whom it reaches, and queue what is left to settle; None where it reaches so far
    that the whole is quicker."""
    if not touched and not risk_areas:
        return _store(now, home, {}, Part([], []))
    ground = standing_ground(home, now.alias)
    reach = find_reach(now, home.pk, touched, risk_areas, ground, governed)
    if reach is None:
        return None
    before = stored_detections(now, home.pk)
    beyond = before.filter(~pl.col("person_id").is_in(reach.part.persons))
    facts = load_facts(home, persons=reach.needed, without=NOT_READ, using=now.alias, at_hand=ground.facts)
    answers = derive(facts, governed, Rest(pl.Series(reach.part.persons, dtype=pl.String), beyond))
    everyone = with_beyond(answers.detections, beyond)
    left = set(reach.great)
    rounds = schedule_of(governed, ground.facts["areas"], everyone)
    if not rounds.equals(schedule_of(governed, ground.facts["areas"], before)):
        left.add(ROUNDS_MOVED)
    elif not rounds.is_empty():
        left.add(ROUNDS_COUNTED)
    leave(now, home, left)
    frames = answers.frames() | proposals_by_counts(now, home.pk, governed, ground.facts, answers, everyone)
    del frames["test_rounds"]
    return _store(now, home, frames, reach.part)


def _settle(now: Writing, home: Outbreak, done: Refreshed) -> Refreshed:
    """Settle what is left queued, on top of what the refresh has `done`."""
    left = set(_take_queue(now, home, "kind = %s").get(SETTLE, []))
    if not left:
        return done
    settled = _store(now, home, *_settled(now, home, left))
    return Refreshed(done.n_rows + settled.n_rows, settled.revision, done.is_live and settled.is_live)


def _settled(now: Writing, home: Outbreak, left: set[str]) -> tuple[Mapping[str, pl.DataFrame], Part | None]:
    """Clocks of risk areas and counts of rounds; everything where rounds moved, or the whole is quicker."""
    risk_areas = sorted(left - {ROUNDS_COUNTED, ROUNDS_MOVED})
    ground = standing_ground(home, now.alias)
    needed = find_residents(now, home.pk, risk_areas, ground)
    if needed is None or ROUNDS_MOVED in left:
        return derive_now(home).frames(), None
    detections = stored_detections(now, home.pk)
    outbreak = _governed(home)
    frames: dict[str, pl.DataFrame] = {}
    if risk_areas:
        frames |= derive_clocks(
            load_facts(home, persons=needed, using=now.alias, at_hand=ground.facts), outbreak
        )
    if ROUNDS_COUNTED in left:
        frames |= counted_rounds(now, home.pk, outbreak, ground.facts, detections)
    return frames, Part([], risk_areas)


def _left(now: Writing, home: Outbreak) -> set[str]:
    query = "SELECT ref FROM records_touched WHERE outbreak_id = %s AND kind = %s"
    return {ref for (ref,) in now.all(query, [home.pk, SETTLE])}


def _standing(now: Writing, home: Outbreak) -> int | None:
    """The revision of the record; None while its answers stand on an earlier one."""
    query = "SELECT number FROM records_revision WHERE outbreak_id = %s AND number = derived_number"
    found: int | None = now.one(query, [home.pk])
    return found


def _store(
    now: Writing,
    home: Outbreak,
    frames: Mapping[str, pl.DataFrame],
    part: Part | None,
    on_table: Callable[[], None] | None = None,
) -> Refreshed:
    revision = current_revision(now, home.pk)
    if part is None:
        n_rows = _store_whole(now, home, frames, revision, on_table)
        note(now, home.pk, revision, None)
    else:
        replaced = store_part(now, home.pk, frames, revision, part)
        n_rows = replaced.n_rows
        move_tally(now, home.pk, replaced.duties_before, replaced.duties_after)
        note_answers(now, home.pk, revision, replaced.owners)
    _mark(now, home, revision)
    return Refreshed(n_rows, revision, part is not None)


def _store_whole(
    now: Writing,
    home: Outbreak,
    frames: Mapping[str, pl.DataFrame],
    revision: int,
    on_table: Callable[[], None] | None,
) -> int:
    """How many rows were written."""
    stored = store_answers(now, home.pk, frames, revision, on_table)
    counts = _put_in_place(now, home, stored)
    if stored.n_rows or not is_counted(now, home.pk):
        write_tally(now, home.pk, count_stored(now, home.pk) if counts is None else counts)
    return stored.n_rows


def _put_in_place(now: Writing, home: Outbreak, stored: Stored) -> pl.DataFrame | None:
    """Put in place what was written whole; what its duties count, where they are among it."""

    def put() -> None:
        put_in_place(now, home.pk, stored)

    if "duties" in stored.filled:
        return counted_beside(now, stored.filled["duties"], put)
    put()
    return None


def derive_now(outbreak: str | Outbreak) -> Answers:
    """The answers of the record as it stands, computed and not stored. Raises NoEdition."""
    home = get_outbreak(outbreak)
    governed = _governed(home)
    if not governed.adoptions:
        raise NoEdition(outbreak=home.name)
    return derive(load_facts(home, without=NOT_READ, using=write_alias()), governed)


def _governed(outbreak: str | Outbreak) -> core.Outbreak:
    """The outbreak with the editions that are in force by the clock: one adopted for tonight binds nobody before."""
    return load_outbreak(outbreak, effective_by=timezone.now())


def _mark(now: Writing, home: Outbreak, revision: int) -> None:
    now.run(
        """UPDATE records_revision SET derived_number = %s, derived_at = %s, is_settled = NOT EXISTS (
               SELECT 1 FROM records_touched t WHERE t.outbreak_id = %s AND t.kind = %s)
           WHERE outbreak_id = %s""",
        [revision, now.now, home.pk, SETTLE, home.pk],
    )
    announce(now, home, revision)


def check_drift(outbreak: str | Outbreak) -> dict[str, int]:
    """By table, how many stored answers differ from what `derive` says now (missing, other or too many)."""
    home = get_outbreak(outbreak)
    fresh, stored = derive_now(home).frames(), load_answers(home).frames()
    found = {}
    for name, frame in fresh.items():
        apart = frame.join(stored[name], on=frame.columns, how="anti", nulls_equal=True).height
        gone = stored[name].join(frame, on="key", how="anti").height
        found[name] = apart + gone
    return {name: n_rows for name, n_rows in found.items() if n_rows}
