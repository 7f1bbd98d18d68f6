"""Damaged edition files: either read, or told fault by fault with a line of the file."""

from __future__ import annotations

import random

import pytest

from lastcase.core.protocol.diff import diff
from lastcase.core.protocol.parse import parse_edition
from lastcase.core.protocol.problems import ProtocolErrors
from lastcase.editions import edition_text, editions
from lastcase.editions.messages import render


def damaged(text: str, seed: int) -> str:
    """The text with a few lines dropped, doubled, cut or given another value."""
    dice = random.Random(seed)
    lines = text.splitlines()
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(lines))
        key = lines[at].partition("=")[0]
        lines[at : at + 1] = dice.choice(
            [
                [],
                [lines[at]] * 2,
                [lines[at][: dice.randint(0, 12)]],
                [f"{key}= -5"],
                [f'{key}= "nonsense"'],
                [f"{key}= [1, 99]"],
                [f"{key}= true"],
                ["[nonsense.x]"],
                [f"{key}= {{}}"],
            ]
        )
    return "\n".join(lines)


@pytest.mark.parametrize("name", editions())
def test_damage_is_told_and_never_crashes(name: str) -> None:
    whole = parse_edition(edition_text(name), name)
    n_told = 0
    for seed in range(60):
        text = damaged(edition_text(name), seed)
        try:
            read = parse_edition(text, name)
        except ProtocolErrors as errors:
            n_told += 1
            for problem in errors.problems:
                assert problem.line is None or 1 <= problem.line <= text.count("\n") + 2
                for message in (problem.what, problem.mend):
                    for lang in ("en", "zh"):
                        assert render(message.id, message.params, lang)
        else:
            for change in diff(whole, read):
                assert render(change.message.id, change.message.params, "zh")
    assert n_told > 20


@pytest.mark.parametrize("old", editions())
@pytest.mark.parametrize("new", editions())
def test_differences_are_the_same_seen_from_the_other_side(old: str, new: str) -> None:
    there = parse_edition(edition_text(old), old)
    back = parse_edition(edition_text(new), new)
    swap = {"added": "removed", "removed": "added", "assumed": "confirmed", "confirmed": "assumed"}
    forth = {(swap.get(c.what, c.what), c.rule, c.field) for c in diff(there, back)}
    assert forth == {(c.what, c.rule, c.field) for c in diff(back, there)}
