"""A rule in words: its clause, and every field that it sets with its value and unit, as messages."""

from __future__ import annotations

from dataclasses import MISSING, fields

from lastcase.core.explain import Message
from lastcase.core.protocol.model import Rule, rule_fields
from lastcase.core.protocol.schema import shape_of

Nested = dict[str, object]
"""A message as a parameter of another: `{"id": …, "params": …}`."""


def kind_of(rule: Rule) -> str:
    """The rule's kind: the first part of its id."""
    return rule.id.partition(".")[0]


def kind_words(rule: Rule) -> Nested:
    """The kind of the rule, as a parameter of a message."""
    return {"id": f"rule_kind.{kind_of(rule)}"}


def field_words(kind: str, field: str) -> Nested:
    """The name of a field, as a parameter of a message."""
    return {"id": f"field.{kind}.{field}"}


def clause_words(rule: Rule) -> dict[str, str]:
    """The clause in both languages, as a parameter of a message."""
    return {"en": rule.clause_en, "zh": rule.clause_zh}


def value_words(kind: str, field: str, value: object) -> object:
    """A field's value with its unit, as a parameter of a message."""
    shape = shape_of(kind, field)
    if value is None:
        return {"id": "value.absent"}
    if isinstance(value, bool):
        return {"id": "value.yes" if value else "value.no"}
    if isinstance(value, tuple):
        return _list_words(kind, field, value)
    if isinstance(value, str):
        return {"id": f"code.{kind}.{field}.{value}"} if shape.codes else value
    plain = f"{value:g}"
    if shape.unit is None:
        return plain
    return {"id": "value.with_unit", "params": {"value": plain, "unit": {"id": f"unit.{shape.unit}"}}}


def explain_rule(rule: Rule) -> list[Message]:
    """One message a field that the rule sets (defaults are left out), then what of it is assumed."""
    kind = kind_of(rule)
    defaults = {f.name: f.default for f in fields(rule)}
    said = [
        Message(
            "rule.field",
            {"field": field_words(kind, name), "value": value_words(kind, name, getattr(rule, name))},
        )
        for name in rule_fields(type(rule))
        if defaults[name] is MISSING or getattr(rule, name) != defaults[name]
    ]
    if rule.assumed:
        said.append(Message("protocol.assumed"))
    if rule.assumed_fields:
        said.append(
            Message(
                "protocol.assumed_fields", {"fields": [field_words(kind, f) for f in rule.assumed_fields]}
            )
        )
    return said


def _list_words(kind: str, field: str, values: tuple[object, ...]) -> object:
    shape = shape_of(kind, field)
    if not values:
        return {"id": "value.absent"}
    if shape.codes:
        return [{"id": f"code.{kind}.{field}.{value}"} for value in values]
    return [f"{value:g}" if isinstance(value, int | float) else str(value) for value in values]
