"""What differs between two editions, rule by rule, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lastcase.core.explain import Message
from lastcase.core.protocol.explain import clause_words, field_words, kind_of, kind_words, value_words
from lastcase.core.protocol.model import Absence, Protocol, Rule, rule_fields


@dataclass(frozen=True)
class Change:
    """One difference: the rule (null: the edition's head) and field it is in, and the sentence that tells it.

    `what` is added, removed, changed, assumed or confirmed. `source` stands where the new edition says that
    it determines something no longer.
    """

    what: str
    rule: str | None
    field: str | None
    message: Message
    source: str | None = None


def diff(old: Protocol, new: Protocol) -> list[Change]:
    """The changes from `old` to `new`: the head, then rules gone, changed and new, in file order.

    The wording of clauses and sources is no change. A rule whose id was renamed is one gone and one new.
    """
    return [*_head(old, new), *_gone(old, new), *_changed(old, new), *_added(old, new)]


def _head(old: Protocol, new: Protocol) -> Iterator[Change]:
    for name in ("disease", "issuer", "effective_on"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            params = {"field": {"id": f"head.{name}"}, "old": str(before), "new": str(after)}
            yield Change("changed", None, name, Message("diff.head_changed", params))


def _gone(old: Protocol, new: Protocol) -> Iterator[Change]:
    for rule_id, rule in old.rules.items():
        if rule_id not in new.rules:
            name = "diff.absence_removed" if isinstance(rule, Absence) else "diff.rule_removed"
            yield Change("removed", rule_id, None, Message(name, _named(rule)))


def _added(old: Protocol, new: Protocol) -> Iterator[Change]:
    for rule_id, rule in new.rules.items():
        if rule_id not in old.rules:
            is_absence = isinstance(rule, Absence)
            message = Message("diff.absence_added" if is_absence else "diff.rule_added", _named(rule))
            yield Change("added", rule_id, None, message, rule.source if is_absence else None)


def _named(rule: Rule) -> dict[str, object]:
    named: dict[str, object] = {"kind": kind_words(rule), "rule": rule.id, "clause": clause_words(rule)}
    if isinstance(rule, Absence):
        named["topic"] = value_words("absence", "topic", rule.topic)
    return named


def _changed(old: Protocol, new: Protocol) -> Iterator[Change]:
    for rule_id, before in old.rules.items():
        after = new.rules.get(rule_id)
        if after is not None:
            yield from _fields(before, after)


def _fields(before: Rule, after: Rule) -> Iterator[Change]:
    kind = kind_of(before)
    for name in rule_fields(type(before)):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            params = {
                "kind": kind_words(before),
                "rule": before.id,
                "field": field_words(kind, name),
                "old": value_words(kind, name, was),
                "new": value_words(kind, name, now),
            }
            yield Change("changed", before.id, name, Message("diff.field_changed", params))
    if before.assumed != after.assumed:
        what = "assumed" if after.assumed else "confirmed"
        yield Change(
            what, before.id, None, Message(f"diff.{what}", {"kind": kind_words(before), "rule": before.id})
        )
