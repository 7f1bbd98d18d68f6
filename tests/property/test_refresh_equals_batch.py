"""Laws of the live path, over any sequence of facts, corrections, retirements, merges and signed acts.

What the live path stored is what a derivation from nothing gives, and a second derivation writes nothing. What it
stored after any step is what the facts known then give later. A clock that moves writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from lastcase.core.answers import Answers
from lastcase.core.brief import brief
from lastcase.core.derive import derive
from lastcase.core.duties.clocks import states_at
from lastcase.ops.records.models import ANSWER_MODELS, Outbreak, Revision
from lastcase.ops.records.queries import load_answers, load_facts, load_outbreak
from lastcase.ops.records.refresh import check_drift, derive_now, derive_outbreak, refresh
from lastcase.ops.records.writing import writing
from tests.integration.records.world import at
from tests.property.steps import apply, steps

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

instants = st.builds(
    lambda day, minutes: at(day) + timedelta(minutes=minutes), st.integers(8, 30), st.integers(0, 1_439)
)


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is done inside is undone at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def do(outbreak: Outbreak, step: tuple[Any, ...]) -> None:
    """A step, and what the live path makes of it."""
    apply(outbreak, step)
    refresh(outbreak)


@given(sequence=st.lists(steps, min_size=1, max_size=6))
def test_the_live_path_stores_what_the_batch_derives(
    world: Outbreak, sequence: list[tuple[Any, ...]]
) -> None:
    with taken_back():
        for step in sequence:
            do(world, step)
        assert check_drift(world) == {}
        revision = Revision.objects.get(outbreak=world)
        assert revision.derived_number == revision.number
        assert derive_outbreak(world).n_rows == 0


@given(sequence=st.lists(steps, min_size=1, max_size=6))
def test_what_was_known_gives_what_was_stored(world: Outbreak, sequence: list[tuple[Any, ...]]) -> None:
    with taken_back():
        stored: dict[datetime, Answers] = {}
        for step in sequence:
            if step[0] == "erase":  # whoever is forgotten is forgotten of the past as well
                stored.clear()
            do(world, step)
            stored[instant(world)] = load_answers(world)
        for known_at, answers in stored.items():
            known = derive(load_facts(world, known_at=known_at), load_outbreak(world, known_at=known_at))
            assert differing(known, answers) == []


@given(sequence=st.lists(steps, max_size=4), clocks=st.lists(instants, min_size=2, max_size=3))
def test_a_clock_that_moves_reads_what_a_derivation_would_and_writes_nothing(
    world: Outbreak, sequence: list[tuple[Any, ...]], clocks: list[datetime]
) -> None:
    with taken_back():
        for step in sequence:
            do(world, step)
        before = rows_of(world)
        fresh = derive_now(world)
        read = [reading(world, load_answers(world), as_of) for as_of in clocks]
        assert read == [reading(world, fresh, as_of) for as_of in clocks]
        assert [reading(world, load_answers(world), as_of) for as_of in reversed(clocks)] == read[::-1]
        assert rows_of(world) == before
        assert refresh(world).n_rows == 0


def instant(outbreak: Outbreak) -> datetime:
    """Until when the record is read: after whatever has been recorded."""
    with writing(outbreak.pk) as now:
        return now.now


def differing(one: Answers, other: Answers) -> list[str]:
    """Names of the tables that differ."""
    apart = other.frames()
    return [name for name, frame in one.frames().items() if not frame.equals(apart[name])]


def rows_of(outbreak: Outbreak) -> dict[str, list[tuple[Any, ...]]]:
    """Every stored row by its key, with the revision at which it was written."""
    return {
        name: sorted(model.objects.filter(outbreak=outbreak).values_list("pk", "revision"))
        for name, model in ANSWER_MODELS.items()
    }


def reading(
    outbreak: Outbreak, answers: Answers, as_of: datetime
) -> tuple[dict[str, object], dict[str, str]]:
    """The brief (counts, coverage, targets) and the state of every duty at an instant."""
    about = load_outbreak(outbreak)
    states = states_at(answers.duties, as_of)
    return brief(load_facts(outbreak), about, answers, as_of), dict(states.select("key", "state").iter_rows())
