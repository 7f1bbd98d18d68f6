"""Why an adoption changes a row: the rules of both editions behind it, and how they differ, as messages.

There are few pairs of rules and many rows: each pair is explained once and joined to its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from lastcase.core.explain import Message, dumps
from lastcase.core.impact.rows import SIDES
from lastcase.core.outbreak import Outbreak
from lastcase.core.protocol.diff import Change, diff
from lastcase.core.protocol.explain import clause_words
from lastcase.core.protocol.model import Protocol, Rule, Stage

_WHO = ("case_definition", "window", "contact", "arrival")
_AREAS = ("case_definition", "window", "risk_level")
GROUNDS: Mapping[str, tuple[str, ...]] = {
    "order": (*_WHO, "discharge"),
    "duty": (*_WHO, "discharge", "time_limit"),
    "clock": _AREAS,
    "proposal": _AREAS,
}
"""By what a row is (an order, a duty, a clock, a proposal): kinds of rule on which its own rule builds. A stage
builds on the other stages of its category, too."""
PAIR = ["what", *(f"{side}_{name}" for side in SIDES for name in ("place", "rule"))]


def with_reasons(rows: pl.DataFrame, outbreak: Outbreak) -> pl.DataFrame:
    """The rows and `because`, the JSON text of their messages.

    Rows have `what` (a key of GROUNDS), `before_place` and `after_place`, the editions' places in
    `outbreak.adoptions`, and `before_rule` and `after_rule` (null: nothing there). A message names its rules as
    `edition:rule`.
    """
    pairs = rows.select(PAIR).unique()
    told = [dumps(_explain(outbreak, *pair)) for pair in pairs.iter_rows()]
    reasons = pairs.with_columns(pl.Series("because", told, pl.String))
    return rows.join(reasons, on=PAIR, how="left", nulls_equal=True, maintain_order="left")


def _explain(
    outbreak: Outbreak,
    what: str,
    before_place: int,
    before_rule: str | None,
    after_place: int,
    after_rule: str | None,
) -> list[Message]:
    old, new = (outbreak.adoptions[place].edition for place in (before_place, after_place))
    was, now = old.rules.get(before_rule or ""), new.rules.get(after_rule or "")
    return [*_named(old, was, new, now), *_differences(old, was, new, now, GROUNDS[what])]


def _named(old: Protocol, was: Rule | None, new: Protocol, now: Rule | None) -> Iterator[Message]:
    """The clauses on both sides."""
    for side, edition, rule in (("before", old, was), ("after", new, now)):
        if rule is None:
            yield Message(f"impact.{side}_none", {"edition": edition.id})
        else:
            params = {"edition": edition.id, "rule": rule.id, "clause": clause_words(rule)}
            yield Message(f"impact.{side}", params, rules=(f"{edition.id}:{rule.id}",))


def _differences(
    old: Protocol, was: Rule | None, new: Protocol, now: Rule | None, grounds: tuple[str, ...]
) -> list[Message]:
    """How the rules differ; where they say the same, how those differ that they build on."""
    changes = [change for change in diff(old, new) if change.rule is not None]
    own = {rule.id for rule in (was, now) if rule is not None}
    found = [change for change in changes if change.rule in own]
    if not found:
        found = [change for change in changes if _is_ground(change, old, new, was or now, grounds)]
    return [_cited(change, old, new) for change in found] or [
        Message("impact.by_adoption", {"old": old.id, "new": new.id})
    ]


def _is_ground(
    change: Change, old: Protocol, new: Protocol, rule: Rule | None, grounds: tuple[str, ...]
) -> bool:
    name = str(change.rule)
    other = new.rules.get(name) or old.rules[name]
    if isinstance(other, Stage) and isinstance(rule, Stage):
        return other.category == rule.category
    return name.partition(".")[0] in grounds


def _cited(change: Change, old: Protocol, new: Protocol) -> Message:
    rules = tuple(f"{one.id}:{change.rule}" for one in (old, new) if change.rule in one.rules)
    return Message(change.message.id, change.message.params, rules=rules)
