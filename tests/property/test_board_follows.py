"""Laws of the Board: its figures, kept and brought up to each change, are those that a reading counts anew; and the
brief is the same from the few rows that it looks at."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastcase.core.brief import brief, looked_at
from lastcase.core.derive import derive
from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import coverage, covered_kinds
from lastcase.core.facts.store import Facts
from lastcase.ops.accounts.actor import WHOLE_TREE, Actor, command_line
from lastcase.ops.records import board, situation
from lastcase.ops.records import figures as kept_figures
from lastcase.ops.records.keeping import Kept
from lastcase.ops.records.models import AreaPosition, Outbreak
from lastcase.ops.records.queries import load_answers, load_facts
from lastcase.ops.records.situation import Situation, read_situation
from tests.integration.records.world import as_web, at
from tests.property import drawn_facts
from tests.property.steps import steps
from tests.property.test_refresh_equals_batch import do, taken_back
from tests.property.test_snapshots_equal_brief import AREAS, OUTBREAK
from tests.property.test_snapshots_equal_brief import world as town
from tests.property.world import begin

PLACES = (None, "town", "cell-1")
"""The area of the post: everywhere, the outbreak's own, or a part of it."""
PAST = at(9, 12)
FIRST = at(12)


@pytest.fixture
def world(db: None) -> Outbreak:
    """Begun once; every example goes back to it."""
    return begin()


@pytest.fixture(autouse=True)
def few_witnesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that evidence runs out."""
    monkeypatch.setattr(kept_figures, "WITNESSES", 1)


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each reading that was not kept, whether it followed an earlier one."""
    told: list[bool] = []
    follow = situation._follow

    def noted(*args: Any) -> Any:
        told.append((reading := follow(*args)) is not None)
        return reading

    monkeypatch.setattr(situation, "_follow", noted)
    return told


def post_of(area_id: str | None) -> Actor:
    if area_id is None:
        return replace(command_line(), scope=WHOLE_TREE)
    position = AreaPosition.objects.get(area_id=area_id)
    return replace(command_line(), area_id=area_id, scope=(position.area_lo, position.area_hi))


def figures(shown: Situation) -> dict[str, Any]:
    """Everything that the Board draws, but for the order of equals."""
    days, basis = board.series(shown)
    return {
        "brief": board.board_brief(shown),
        "groups": board.groups(shown),
        "targets": board.targets(shown),
        "alls": board.alls(shown),
        "worst": board.worst_areas(shown),
        "places": board.places(shown),
        "release": board.next_release(shown),
        "stream": board.stream(shown),
        "days": days,
        "basis": basis,
        "published": board.published_rows(shown),
        "covered": sorted(shown.covered),
    }


def assert_as_if_anew(outbreak: Outbreak, area_id: str | None, as_of: datetime) -> None:
    """The Board that follows the record is that of the whole record read anew."""
    actor = post_of(area_id)
    with as_web(actor.scope or (0, 0)):
        shown = read_situation(outbreak, actor, as_of)
        anew = replace(shown, facts=load_facts(outbreak), answers=load_answers(outbreak))
        assert figures(shown) == figures(anew), (area_id, as_of)


@pytest.mark.slow
@pytest.mark.django_db
@given(place=st.sampled_from(PLACES), sequence=st.lists(steps, min_size=1, max_size=6))
def test_a_board_that_follows_shows_what_a_new_one_shows(
    world: Outbreak, place: str | None, sequence: list[tuple[Any, ...]]
) -> None:
    with taken_back():
        situation._kept = Kept(situation.KEPT)
        assert_as_if_anew(world, place, FIRST)
        for n, step in enumerate(sequence):
            do(world, step)
            for as_of in (FIRST + timedelta(hours=9 * n), PAST):
                assert_as_if_anew(world, place, as_of)


CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "a positive": (
        "cases",
        {"person_id": "b:3", "episode": 1, "case_status": "confirmed", "found_at": at(11, 5)},
    ),
    "a contact": (
        "contacts",
        {
            "contact_id": "k",
            "case_person_id": "b:3",
            "person_id": "b:6",
            "last_exposure_at": at(11),
            "setting": "household",
        },
    ),
    "a sample": (
        "specimens",
        {"specimen_id": "s", "person_id": "b:6", "sampled_at": at(12), "result": "negative"},
    ),
    "its correction": (
        "specimens",
        {"specimen_id": "s", "person_id": "b:6", "sampled_at": at(12), "result": "positive"},
    ),
    "an act": (
        "checks",
        {
            "check_id": "c",
            "person_id": "b:3",
            "duty_kind": "transfer",
            "checked_at": at(12),
            "check_outcome": "refused",
        },
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("place", PLACES)
def test_changes_of_every_sort_are_followed(world: Outbreak, place: str | None, followed: list[bool]) -> None:
    situation._kept = Kept(situation.KEPT)
    assert_as_if_anew(world, place, FIRST)
    for change in CHANGES.values():
        do(world, ("record", change))
        assert_as_if_anew(world, place, FIRST)
    do(world, ("retire", "contacts"))
    assert_as_if_anew(world, place, FIRST + timedelta(hours=30))
    ground = {"risk_area_id": "z", "area_id": "cell-1", "list_kind": "decided", "risk_level": "high"}
    do(world, ("record", ("risk_areas", ground | {"start_at": at(12)})))
    assert_as_if_anew(world, place, FIRST + timedelta(days=3))
    assert followed == [True] * 7


@pytest.mark.slow
@given(
    items=st.lists(drawn_facts.facts, max_size=14),
    day=st.integers(8, 26),
    area=st.sampled_from([None, *AREAS]),
)
def test_the_brief_is_the_same_from_what_it_looks_at(
    items: list[tuple[str, dict[str, Any]]], day: int, area: str | None
) -> None:
    facts, as_of = town(items), at(day, 12)
    answers = derive(facts, OUTBREAK)
    picks = looked_at(facts, OUTBREAK)
    few = Facts({**facts.frames, "specimens": picks["specimens"](facts["specimens"])})
    fewer = replace(answers, exposures=picks["exposures"](answers.exposures), duties=answers.duties.clear())
    states: pl.DataFrame = states_at(answers.duties, as_of)
    told = {"area_id": area, "states": states, "shares": coverage(states, covered_kinds(facts))}
    assert brief(few, OUTBREAK, fewer, as_of, **told) == brief(facts, OUTBREAK, answers, as_of, **told)
