"""Deriving and storing: the whole outbreak at once, or only what a change touched. Both come to the same rows."""

from __future__ import annotations

from dataclasses import dataclass

from lastcase.core.answers import Answers
from lastcase.ops.records.answers_store import place_answers, store_answers
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.queries import load_answers, load_facts, load_outbreak
from lastcase.ops.records.writing import Writing, write_alias, writing


@dataclass(frozen=True)
class Refreshed:
    """What a refresh wrote: rows of answers, and the revision of the record on which they now stand."""

    n_rows: int
    revision: int
    is_live: bool = False


def derive_outbreak(outbreak: str | Outbreak) -> Refreshed:
    """Derive everything anew and write only what differs; a second run writes nothing. Raises OutbreakNotFound."""
    home = get_outbreak(outbreak)
    with writing(home.pk) as now:
        return _derive_all(now, home)


def _derive_all(now: Writing, home: Outbreak) -> Refreshed:
    answers = derive_now(home)
    now.run("DELETE FROM records_touched WHERE outbreak_id = %s", [home.pk])
    revision = now.one("SELECT number FROM records_revision WHERE outbreak_id = %s", [home.pk])
    n_rows = store_answers(now, home.pk, answers.frames(), revision)
    place_answers(now, home.pk)
    _mark(now, home, revision)
    return Refreshed(n_rows, revision)


def derive_now(home: Outbreak) -> Answers:
    """The answers of the record as it stands, computed and not stored."""
    from lastcase.core.derive import derive

    return derive(load_facts(home, using=write_alias()), load_outbreak(home))


def refresh(outbreak: str | Outbreak) -> Refreshed:
    """Bring the stored answers up to the record: what the queue says was touched, or all of it."""
    home = get_outbreak(outbreak)
    with writing(home.pk) as now:
        return _derive_all(now, home)


def _mark(now: Writing, home: Outbreak, revision: int) -> None:
    now.run(
        "UPDATE records_revision SET derived_number = %s, derived_at = %s WHERE outbreak_id = %s",
        [revision, now.now, home.pk],
    )


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
