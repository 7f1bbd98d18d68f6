"""Every number of every edition decides something: changing it changes an answer in a small world.

A field that changes none must stand in `DISPLAY_ONLY`. Explanations do not count: they would repeat the
number.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from lastcase.core.derive import derive
from lastcase.core.ending import ending
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.model import DISPLAY_ONLY, Protocol
from lastcase.core.protocol.schema import shape_of
from lastcase.core.targets import progress, target_sets
from lastcase.editions import edition_text, editions, load_edition
from tests.spec.protocol.world import World

AS_OF = datetime(2022, 8, 20, tzinfo=UTC)


def answers(facts: Facts, edition: Protocol) -> dict[str, Any]:
    """All that follows from the facts under the edition, but the explanations."""
    home = Outbreak(
        "world", edition.disease, "Asia/Shanghai", "C", (Adoption(edition, datetime(2020, 1, 1, tzinfo=UTC)),)
    )
    derived = derive(facts, home)
    frames = {name: frame.drop("because", strict=False) for name, frame in derived.frames().items()}
    targets = [progress(facts, home, derived, name, None, AS_OF) for name in target_sets(edition)]
    judged = [(t.id, t.due_on, t.limit, t.status) for rows in targets for t in rows]
    return {**frames, "targets": judged, "ending": ending(facts, home, AS_OF)}


def differ(one: dict[str, Any], other: dict[str, Any]) -> bool:
    for name, value in one.items():
        same = value.equals(other[name]) if isinstance(value, pl.DataFrame) else value == other[name]
        if not same:
            return True
    return False


def numbers(edition_id: str) -> Iterator[tuple[str, str, int | None]]:
    """Every number written in the edition's file: rule, field, and place in its list."""
    for kind, named in tomllib.loads(edition_text(edition_id)).items():
        if isinstance(named, dict):
            for name, body in named.items():
                for field, value in body.items():
                    items = value if isinstance(value, list) else [value]
                    for index, item in enumerate(items):
                        if isinstance(item, int | float) and not isinstance(item, bool):
                            yield f"{kind}.{name}", field, index if isinstance(value, list) else None


def mutants(edition: Protocol, rule_id: str, field: str, index: int | None) -> Iterator[Protocol]:
    """The edition with one number raised, lowered, or set to its bounds."""
    rule, shape = edition.rules[rule_id], shape_of(rule_id.partition(".")[0], field)
    held = getattr(rule, field)
    value = held if index is None else held[index]
    for other in (value + 1, value - 1, shape.low, shape.high):
        if shape.low <= other <= shape.high and other != value:
            changed = other if index is None else (*held[:index], other, *held[index + 1 :])
            yield replace(edition, rules={**edition.rules, rule_id: replace(rule, **{field: changed})})


def kinds() -> list[tuple[str, str]]:
    """Every edition with every kind of rule that has numbers in it."""
    return sorted(
        {(name, rule_id.partition(".")[0]) for name in editions() for rule_id, _, _ in numbers(name)}
    )


@pytest.mark.parametrize(("edition_id", "kind"), kinds())
def test_changing_a_number_changes_an_answer(edition_id: str, kind: str) -> None:
    edition = load_edition(edition_id)
    facts = World(edition).facts()
    base = answers(facts, edition)
    silent = [
        f"{rule_id} {field} {'' if index is None else index}"
        for rule_id, field, index in numbers(edition_id)
        if rule_id.startswith(f"{kind}.")
        and (kind, field) not in DISPLAY_ONLY
        and not any(
            differ(base, answers(facts, mutant)) for mutant in mutants(edition, rule_id, field, index)
        )
    ]
    assert silent == []


@pytest.mark.parametrize("edition_id", editions())
def test_the_world_is_rich(edition_id: str) -> None:
    edition = load_edition(edition_id)
    found = answers(World(edition).facts(), edition)
    assert found["exposures"]["verdict"].n_unique() >= 3
    assert found["orders"].height > 20
    assert not differ(found, answers(World(edition).facts(), edition))
