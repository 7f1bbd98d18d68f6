"""Every field of every edition decides something: changing it changes an answer in a small world.

Numbers are moved one by one; so are codes, booleans and every entry of a list. A field that changes no answer must
stand in `DISPLAY_ONLY`, and the reference says so. Explanations do not count: they would repeat the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

import pytest

from lastcase.core.protocol.model import DISPLAY_ONLY, Protocol
from lastcase.editions import editions, load_edition
from tests.spec.protocol.mutants import (
    Base,
    Position,
    answers,
    choices,
    differ,
    numbers,
    other_choices,
    other_numbers,
)
from tests.spec.protocol.world import World

Mutants = Callable[[Protocol, Position], Iterator[Protocol]]


@cache
def base(edition_id: str) -> Base:
    edition = load_edition(edition_id)
    return Base(World(edition).facts(), edition)


def kind_of(position: Position) -> str:
    return position[0].partition(".")[0]


def silent(edition_id: str, kind: str, positions: Iterable[Position], mutants: Mutants) -> list[str]:
    """Positions of the kind whose value may be another, and no other changes an answer."""
    edition = load_edition(edition_id)
    return [
        " ".join(str(part) for part in position if part is not None)
        for position in positions
        if kind_of(position) == kind
        and (kind, position[1]) not in DISPLAY_ONLY
        and is_silent(edition_id, kind, mutants(edition, position))
    ]


def is_silent(edition_id: str, kind: str, mutants: Iterator[Protocol]) -> bool:
    """Whether there are other values and none changes an answer; the part that the kind governs is asked first."""
    others, made = list(mutants), base(edition_id)
    seen = any(made.part_is_changed_by(kind, one) for one in others)
    return bool(others) and not (seen or any(made.is_changed_by(one) for one in others))


def kinds(of: Callable[[str], Iterable[Position]]) -> list[tuple[str, str]]:
    """Every edition with every kind of rule that has such values in it."""
    return sorted({(name, kind_of(position)) for name in editions() for position in of(name)})


def choices_of(edition_id: str) -> list[Position]:
    """Those of rules that no edition before this one states word for word: there they are changed already."""
    before = [load_edition(name) for name in editions()[: editions().index(edition_id)]]
    edition = load_edition(edition_id)
    return [
        position
        for position in choices(edition)
        if all(other.rules.get(position[0]) != edition.rules[position[0]] for other in before)
    ]


@pytest.mark.parametrize(("edition_id", "kind"), kinds(numbers))
def test_changing_a_number_changes_an_answer(edition_id: str, kind: str) -> None:
    assert silent(edition_id, kind, numbers(edition_id), other_numbers) == []


@pytest.mark.parametrize(("edition_id", "kind"), kinds(choices_of))
def test_changing_a_code_a_boolean_or_an_entry_of_a_list_changes_an_answer(
    edition_id: str, kind: str
) -> None:
    assert silent(edition_id, kind, choices_of(edition_id), other_choices) == []


@pytest.mark.parametrize("edition_id", editions())
def test_the_world_is_rich(edition_id: str) -> None:
    edition = load_edition(edition_id)
    found = answers(World(edition).facts(), edition)
    assert found["exposures"]["verdict"].n_unique() >= 3
    assert found["orders"].height > 20
    assert not differ(found, answers(World(edition).facts(), edition))
