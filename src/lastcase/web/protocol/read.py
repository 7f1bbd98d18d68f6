"""An edition laid out for reading: chapters by kind of rule, each rule with its clause and its fields in
words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lastcase.core.protocol.explain import field_words, kind_of, value_words
from lastcase.core.protocol.model import RULE_KINDS, Disease, Protocol, Rule, rule_fields
from lastcase.editions import diseases, load_disease
from lastcase.editions.messages import render
from lastcase.web.templatetags.lastcase import is_chinese, lang


@dataclass(frozen=True)
class RuleView:
    """A rule with its clause and its fields (name, value with unit, whether assumed) in the reader's
    language."""

    rule: Rule
    clause: str
    fields: list[tuple[str, str, bool]]


@dataclass(frozen=True)
class Chapter:
    """The rules of one kind."""

    kind: str
    title: str
    rules: list[RuleView]


def chapters(edition: Protocol) -> list[Chapter]:
    """Chapters in the order of the kinds; a kind without rules has none."""
    return list(_chapters(edition))


def _chapters(edition: Protocol) -> Iterator[Chapter]:
    for kind in RULE_KINDS:
        rules = [rule for rule in edition.rules.values() if kind_of(rule) == kind]
        if rules:
            yield Chapter(kind, render(f"rule_kind.{kind}", {}, lang()), [_view(rule) for rule in rules])


def _view(rule: Rule) -> RuleView:
    kind = kind_of(rule)
    assumed = getattr(rule, "assumed_fields", ())
    said = []
    for name in rule_fields(type(rule)):
        value = getattr(rule, name)
        if value not in (None, ()) and name != "assumed_fields":
            said.append(
                (_words(field_words(kind, name)), _words(value_words(kind, name, value)), name in assumed)
            )
    return RuleView(rule, rule.clause_zh if is_chinese() else rule.clause_en, said)


def _words(nested: object) -> str:
    """A parameter of a message, as the catalogue words it."""
    return render("value.plain", {"value": nested}, lang())


def disease_of(edition: Protocol) -> Disease | None:
    """The profile of the edition's disease, where one is shipped."""
    return load_disease(edition.disease) if edition.disease in diseases() else None
