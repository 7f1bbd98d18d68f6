"""What an edition may pass over: topics, and which rules speak of each.

Of each topic an edition either has a rule, or says by an `Absence` that it determines nothing there. The two
must not contradict each other; a topic within another (medium areas within areas) is absent with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeGuard

from lastcase.core.protocol.model import (
    Absence,
    ArrivalRule,
    ContactRule,
    EndRule,
    Exclusion,
    Prophylaxis,
    Rhythm,
    RiskLevel,
    RoundRule,
    Rule,
    Stage,
    Target,
)

_SPEAKS: dict[str, Callable[[Rule], bool]] = {
    "secondary_contacts": lambda rule: isinstance(rule, ContactRule) and rule.order == 2,
    "contact_tests": lambda rule: _of_contacts(rule) and bool(rule.test_days),
    "contact_quarantine": lambda rule: _of_contacts(rule) and rule.is_restrictive,
    "prophylaxis": lambda rule: isinstance(rule, Prophylaxis),
    "exclusion": lambda rule: isinstance(rule, Exclusion),
    "risk_areas": lambda rule: isinstance(rule, RiskLevel),
    "medium_risk_areas": lambda rule: isinstance(rule, RiskLevel) and rule.risk_level == "medium",
    "arrivals": lambda rule: isinstance(rule, ArrivalRule),
    "arrivals_from_areas": lambda rule: isinstance(rule, ArrivalRule) and rule.origin != "abroad",
    "area_tests": lambda rule: isinstance(rule, RoundRule) or _of_risk_area(rule),
    "occupation_tests": lambda rule: isinstance(rule, Rhythm) and rule.occupation is not None,
    "end_of_outbreak": lambda rule: isinstance(rule, EndRule),
    "targets": lambda rule: isinstance(rule, Target),
}
_WITHIN = {
    "medium_risk_areas": "risk_areas",
    "area_tests": "risk_areas",
    "arrivals_from_areas": "arrivals",
}


def _of_risk_area(rule: Rule) -> TypeGuard[Rhythm]:
    return isinstance(rule, Rhythm) and rule.risk_level is not None


def _of_contacts(rule: Rule) -> TypeGuard[Stage]:
    return isinstance(rule, Stage) and rule.category == "close_contact"


def speaking(topic: str, rules: Iterable[Rule]) -> list[Rule]:
    """The rules that speak of the topic. KeyError for a topic that does not exist."""
    return [rule for rule in rules if _SPEAKS[topic](rule)]


def unspoken(rules: Mapping[str, Rule]) -> list[str]:
    """Topics of which the rules neither speak nor say that nothing is determined."""
    absent = {rule.topic for rule in rules.values() if isinstance(rule, Absence)}
    said = absent | {topic for topic, wider in _WITHIN.items() if wider in absent}
    return [topic for topic in _SPEAKS if topic not in said and not speaking(topic, rules.values())]
