"""Laws of readings that follow the record: what a page holds after any change is what it would read anew, for a post of
the whole outbreak and for one of a single cell."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastcase.ops.accounts.actor import WHOLE_TREE
from lastcase.ops.records import ends
from lastcase.ops.records.following import (
    Change,
    changed_since,
    follow_answers,
    follow_facts,
    note,
    note_answers,
)
from lastcase.ops.records.keeping import Kept
from lastcase.ops.records.models import AreaPosition, Outbreak, Revision
from lastcase.ops.records.queries import load_answers, load_facts
from lastcase.ops.records.writing import writing
from tests.integration.records.world import as_web, at
from tests.property.steps import steps
from tests.property.test_refresh_equals_batch import do, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PLACES = (None, "cell-1", "cell-2")
"""Where the reading post is: everywhere, or in one cell."""


def scope_of(area_id: str | None) -> tuple[int, int]:
    if area_id is None:
        return WHOLE_TREE
    position = AreaPosition.objects.get(area_id=area_id)
    return position.area_lo, position.area_hi


class Reader:
    """A page that stays open: it follows where it can, and reads anew where it is told that it must."""

    def __init__(self, outbreak: Outbreak, area_id: str | None) -> None:
        self.outbreak, self.scope = outbreak, scope_of(area_id)
        self.n_followed = 0
        self.read()

    def read(self) -> None:
        self.since = self.standing()
        with as_web(self.scope):
            self.facts, self.answers = load_facts(self.outbreak), load_answers(self.outbreak)

    def standing(self) -> int:
        return Revision.objects.get(outbreak=self.outbreak).number

    def follow(self) -> None:
        with as_web(self.scope):
            change = changed_since(self.outbreak, self.since, self.standing())
        if change is None:
            self.read()
            return
        self.n_followed += 1
        self.since = self.standing()
        with as_web(self.scope):
            self.facts = follow_facts(self.facts, self.outbreak, change)
            self.answers = follow_answers(self.answers, self.outbreak, change)

    def differing(self) -> list[str]:
        """Tables that a new reading shows otherwise."""
        with as_web(self.scope):
            facts, answers = load_facts(self.outbreak), load_answers(self.outbreak)
        pairs = [(name, frame, facts[name]) for name, frame in self.facts.frames.items()]
        held = self.answers.frames()
        pairs += [(name, held[name], frame) for name, frame in answers.frames().items()]
        return [name for name, one, other in pairs if in_order(one) != in_order(other)]


def in_order(frame: pl.DataFrame) -> list[str]:
    """The rows as texts, whatever their order."""
    return sorted(map(repr, frame.iter_rows()))


@given(place=st.sampled_from(PLACES), sequence=st.lists(steps, min_size=1, max_size=6))
def test_a_reading_that_follows_shows_what_a_new_one_shows(
    world: Outbreak, place: str | None, sequence: list[tuple[Any, ...]]
) -> None:
    with taken_back():
        reader = Reader(world, place)
        for step in sequence:
            do(world, step)
            reader.follow()
            assert reader.differing() == []


@given(place=st.sampled_from(PLACES), sequence=st.lists(steps, min_size=1, max_size=6))
def test_the_end_that_follows_is_that_of_all_facts(
    world: Outbreak, place: str | None, sequence: list[tuple[Any, ...]]
) -> None:
    scope = scope_of(place)
    with taken_back():
        ends._kept = Kept(200)
        for step in [None, *sequence]:
            if step is not None:
                do(world, step)
            with as_web(scope):
                assert ends.kept_end(world, scope) == ends.suggested_as_of(world)


def test_a_change_of_one_person_is_followed(world: Outbreak) -> None:
    reader = Reader(world, None)
    checked = {"check_id": "c1", "person_id": "b:6", "duty_kind": "monitor", "checked_at": at(12)}
    do(world, ("record", ("checks", {**checked, "check_outcome": "done"})))
    reader.follow()
    assert (reader.n_followed, reader.differing()) == (1, [])


def test_what_no_note_covers_is_read_anew(world: Outbreak) -> None:
    number = Revision.objects.get(outbreak=world).number
    assert changed_since(world, number, number) == Change()
    with writing(world.pk) as now:
        note(now, world.pk, number + 1, ["b:1"], ["places"])
        note(now, world.pk, number + 1, ["b:2"])
        note_answers(now, world.pk, number + 1, {"duties": {"b:3"}, "risk_area_clocks": {"zone"}})
    told = {"duties": {"b:3"}, "risk_area_clocks": {"zone"}}
    assert changed_since(world, number, number + 1) == Change({"b:1", "b:2"}, {"places"}, told)
    assert changed_since(world, number, number + 2) is None
    with writing(world.pk) as now:
        note(now, world.pk, number + 2, None)
    assert changed_since(world, number, number + 2) is None
