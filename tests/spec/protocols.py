"""Small editions for tests: the rules that a test is about, with numbers that a test may change."""

from __future__ import annotations

from datetime import UTC, date, datetime

from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.model import CaseDefinition, Protocol, RiskLevel, Rule, Target, Window

WORDS = {"clause_en": "As written.", "clause_zh": "如文。", "source": "test"}


def edition(*rules: Rule, id: str = "test-edition") -> Protocol:
    return Protocol(
        id=id,
        disease="covid",
        name_en="Test",
        name_zh="测试",
        issuer="test",
        effective_on=date(2022, 1, 1),
        source="test",
        rules={rule.id: rule for rule in rules},
    )


def outbreak(*rules: Rule, zone: str = "Asia/Shanghai", area_id: str | None = None) -> Outbreak:
    adopted = Adoption(edition(*rules), datetime(2020, 1, 1, tzinfo=UTC))
    return Outbreak("test", "covid", zone, area_id, (adopted,))


def target(day: int, numerator: str, limit: float = 0, **more: object) -> Target:
    name = f"target.day_{day}_{numerator}"
    return Target(id=name, target_set="79144", day=day, numerator=numerator, limit=limit, **WORDS, **more)


SET_79144 = (
    target(7, "new_community_detected"),
    target(9, "new_infections_net"),
    target(14, "high_risk_areas", is_stock=True),
    target(4, "regraded_daily", is_action=True),
)


def high(**changes: object) -> RiskLevel:
    rule = {
        "risk_level": "high",
        "entry": ("residence", "work"),
        "restarts_on": ("residence",),
        "is_restarted_by_managed": False,
        "clean_days": 7,
        "counted_from": "designation",
        "has_closing_round": True,
        "closing_round_hours": 24.0,
        "next_level": "medium",
    }
    return RiskLevel(id="risk_level.high", **WORDS, **{**rule, **changes})


def medium(**changes: object) -> RiskLevel:
    rule = {
        "risk_level": "medium",
        "entry": ("visit",),
        "restarts_on": ("residence", "visit"),
        "is_restarted_by_managed": False,
        "clean_days": 7,
        "counted_from": "designation",
        "has_closing_round": True,
        "closing_round_hours": 24.0,
        "next_level": "low",
    }
    return RiskLevel(id="risk_level.medium", **WORDS, **{**rule, **changes})


def definition(status: str, *, is_counted: bool = True) -> CaseDefinition:
    return CaseDefinition(
        id=f"case_definition.{status}",
        case_status=status,
        has_contacts=is_counted,
        is_counted=is_counted,
        opens=(),
        **WORDS,
    )


def window(before_days: int = 2, **more: object) -> Window:
    rule = {"applies_to": "any", "anchor": "found", "before_days": before_days, "until": ("isolation",)}
    return Window(id="window.any", **WORDS, **{**rule, **more})


COUNTED = (
    definition("confirmed"),
    definition("asymptomatic_infection"),
    definition("presumptive_positive", is_counted=False),
    definition("suspected", is_counted=False),
)
