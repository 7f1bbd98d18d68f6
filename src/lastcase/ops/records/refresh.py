"""Deriving and storing: the whole outbreak at once, or only what a change touched. Both come to the same
rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from lastcase.core.answers import ANSWERS, Answers
from lastcase.core.derive import derive, with_beyond
from lastcase.ops.records.answers_store import Part, place_answers, store_answers
from lastcase.ops.records.area_wide import moves_rounds, stored_detections, with_area_wide
from lastcase.ops.records.errors import NoEdition
from lastcase.ops.records.live import announce
from lastcase.ops.records.models import Outbreak, Touched
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.queries import load_answers, load_facts, load_outbreak
from lastcase.ops.records.reach import find_reach
from lastcase.ops.records.tally import gather_part, keep_tally
from lastcase.ops.records.touch import current_revision
from lastcase.ops.records.writing import Writing, write_alias, writing


@dataclass(frozen=True)
class Refreshed:
    """What a refresh wrote: rows of answers, and the revision of the record on which they now stand."""

    n_rows: int
    revision: int
    is_live: bool = False


DERIVE_STEPS = 1 + len(ANSWERS)
"""Parts of deriving an outbreak: the answers, then each of their tables stored."""


def derive_outbreak(outbreak: str | Outbreak, *, on_step: Callable[[], None] | None = None) -> Refreshed:
    """Derive everything anew and write only what differs; a second run writes nothing.

    `on_step` is told after each of the `DERIVE_STEPS`. Raises OutbreakNotFound, NoEdition.
    """
    home = get_outbreak(outbreak)
    with writing(home.pk) as now:
        now.run("DELETE FROM records_touched WHERE outbreak_id = %s", [home.pk])
        answers = derive_now(home)
        if on_step is not None:
            on_step()
        return _store(now, home, answers, None, on_step)


def refresh(outbreak: str | Outbreak) -> Refreshed:
    """Bring the stored answers up to the record: those that the queue reaches, or all of them.

    One refresher an outbreak at a time (its lock); what is queued meanwhile waits for the next. An outbreak
    that has no edition yet has no answers: its queue waits for the adoption.
    """
    home = get_outbreak(outbreak)
    with writing(home.pk) as now:
        if not home.adoptions.exists():
            return Refreshed(0, current_revision(now, home.pk))
        queue = now.all("DELETE FROM records_touched WHERE outbreak_id = %s RETURNING kind, ref", [home.pk])
        if any(kind == "all" for kind, _ in queue):
            return _store(now, home, derive_now(home), None)
        persons, risk_areas = (
            [ref for kind, ref in queue if kind == wanted] for wanted in ("person", "risk_area")
        )
        return _refresh_live(now, home, persons, risk_areas)


def refresh_all(first: Outbreak) -> None:
    """Refresh this outbreak, then every other that has something queued."""
    refresh(first)
    waiting = Touched.objects.using(write_alias()).exclude(outbreak=first)
    for outbreak_id in waiting.values_list("outbreak_id", flat=True).distinct():
        refresh(Outbreak.objects.get(pk=outbreak_id))


def _refresh_live(now: Writing, home: Outbreak, touched: list[str], risk_areas: list[str]) -> Refreshed:
    if not touched and not risk_areas:
        return _store(now, home, None, Part([], []))
    frame = load_facts(home, persons=[], using=now.alias)
    reach = find_reach(now, home.pk, touched, risk_areas, frame)
    if reach is None:
        return _store(now, home, derive_now(home), None)
    outbreak, before = load_outbreak(home), stored_detections(now, home.pk)
    beyond = before.filter(~pl.col("person_id").is_in(reach.part.persons))
    answers = derive_now(home, reach.needed, beyond)
    if moves_rounds(outbreak, frame["areas"], before, with_beyond(answers.detections, beyond)):
        return _store(now, home, derive_now(home), None)
    whole = with_area_wide(now, home.pk, outbreak, frame, answers, beyond)
    return _store(now, home, whole, reach.part)


def _store(
    now: Writing,
    home: Outbreak,
    answers: Answers | None,
    part: Part | None,
    on_table: Callable[[], None] | None = None,
) -> Refreshed:
    revision = current_revision(now, home.pk)
    frames = {} if answers is None else answers.frames()
    if part is not None:
        gather_part(now, home.pk, part)
    n_rows = store_answers(now, home.pk, frames, revision, part, on_table)
    n_placed = place_answers(now, home.pk, part)
    if n_rows or n_placed:
        keep_tally(now, home.pk, part)
    _mark(now, home, revision)
    return Refreshed(n_rows, revision, part is not None)


def derive_now(
    outbreak: str | Outbreak, persons: list[str] | None = None, beyond: pl.DataFrame | None = None
) -> Answers:
    """The answers of the record as it stands, computed and not stored. Raises NoEdition.

    `persons`: from their facts alone; `beyond`: the detections of the others (see `derive`).
    """
    home = load_outbreak(outbreak)
    if not home.adoptions:
        raise NoEdition(outbreak=home.name)
    return derive(load_facts(home.name, persons=persons, using=write_alias()), home, beyond)


def _mark(now: Writing, home: Outbreak, revision: int) -> None:
    now.run(
        "UPDATE records_revision SET derived_number = %s, derived_at = %s WHERE outbreak_id = %s",
        [revision, now.now, home.pk],
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
