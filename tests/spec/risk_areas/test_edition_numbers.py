"""Every field of a shipped edition's risk levels and targets is used: changed, it changes an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lastcase.core.detection import detect
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.model import Protocol, RiskLevel, Rule, Target
from lastcase.core.risk_areas.grade import grade_risk_areas
from lastcase.core.risk_areas.release import risk_area_clocks
from lastcase.core.targets import progress
from lastcase.editions import load_edition
from tests.spec.facts import at, case, cell, facts, person, stay

LEVELS = [
    pytest.param(edition, rule, id=f"{edition}-{rule.id}")
    for edition in ("cn-covid-8", "cn-covid-9", "cn-covid-20-measures", "cn-covid-10-measures")
    for rule in load_edition(edition).of_kind(RiskLevel)
]
TARGETS = [pytest.param(rule, id=rule.id) for rule in load_edition("cn-covid-9").of_kind(Target)]


def world(level: str, came_from: str | None) -> Facts:
    """A standing area of the level; beside it, in the same county, a higher one that was lifted.

    P lives elsewhere, works at the plant, went to the market; Q lives in the area and is found in quarantine.
    """
    before = [stay("07-20 09:00", "07-25 09:00", risk_level=came_from, next_level=level)] if came_from else []
    listed = [*before, stay("07-25 09:00", risk_level=level)]
    if level == "low":
        listed.append(stay("07-22 09:00", "07-26 09:30", risk_area_id="H", area_id="cell", next_level="low"))
    return facts(
        areas=[cell(), cell("works"), cell("centre"), cell("village")],
        places=[
            {"place_id": "plant", "area_id": "works"},
            {"place_id": "market", "area_id": "centre"},
            {"place_id": "depot", "area_id": "cell"},
        ],
        persons=[
            person("P", "village", work_place_id="plant"),
            person("Q"),
            person("R"),
            person("S", "village", work_place_id="depot"),
            person("T"),
        ],
        visits=[{"person_id": "P", "place_id": "market", "start_at": "07-26 10:00", "end_at": "07-26 11:00"}],
        stays=[{"stay_id": "1", "person_id": "Q", "stay_kind": "quarantine_home", "start_at": "07-26 09:00"}],
        cases=[
            case("P", "07-26 12:00", specimen_at="07-26 09:00"),
            case("T", "07-26 13:00", specimen_at="07-26 08:00", admitted_at="07-26 20:00"),
            case("S", "07-27 10:00", specimen_at="07-27 09:00", admitted_at="07-27 20:00"),
            case("Q", "07-28 10:00", specimen_at="07-28 09:00"),
        ],
        risk_areas=listed,
    )


def under(protocol: Protocol) -> Outbreak:
    return Outbreak(
        "test", "covid", "Asia/Shanghai", None, (Adoption(protocol, datetime(2020, 1, 1, tzinfo=UTC)),)
    )


def mutated(edition: str, rule: Rule) -> Protocol:
    protocol = load_edition(edition)
    return replace(protocol, rules={**protocol.rules, rule.id: rule})


def answer(protocol: Protocol, given: Facts) -> list[object]:
    about = under(protocol)
    found = detect(given, about)
    clocks, blockers = risk_area_clocks(given, about, found)
    frames = (clocks, blockers, grade_risk_areas(given, about, found))
    return [frame.drop("because", strict=False).rows() for frame in frames]


def changes(rule: RiskLevel) -> dict[str, object]:
    """A changed value for each field that can bear on the rule's answers."""
    found: dict[str, object] = {
        "clean_days": rule.clean_days + 1,
        "has_closing_round": not rule.has_closing_round,
        "next_level": "medium" if rule.next_level != "medium" else "low",
        "counted_from": "designation" if rule.counted_from != "designation" else "last_case",
        "restarts_on": () if rule.restarts_on else ("residence",),
    }
    if rule.has_closing_round:
        found["closing_round_hours"] = rule.closing_round_hours + 1
    if rule.restarts_on:
        found["is_restarted_by_managed"] = not rule.is_restarted_by_managed
    if rule.entry:
        found["entry"] = ()
    return found


@pytest.mark.parametrize(("edition", "rule"), LEVELS)
def test_every_field_of_a_risk_level_counts(edition: str, rule: RiskLevel) -> None:
    given = world(rule.risk_level, rule.came_from)
    asserted = answer(load_edition(edition), given)
    for name, value in changes(rule).items():
        assert answer(mutated(edition, replace(rule, **{name: value})), given) != asserted, name


@pytest.mark.parametrize("rule", TARGETS)
def test_every_number_of_a_target_counts(rule: Target) -> None:
    day0 = date(2022, 7, 25)
    due = day0 + timedelta(days=rule.day)
    value = rule.limit + 1
    counts = [
        {
            "area_id": "city",
            "indicator": rule.numerator,
            "counted_on": due + timedelta(days=n),
            "value": value * (1 - n),
        }
        for n in (0, 1)
    ]
    signed = due - timedelta(days=1)
    acts = [
        {
            "decision_id": "1",
            "decision_kind": "regrade",
            "value_on": signed,
            "signed_at": "07-28 09:00",
            "signed_by": "P",
            "reason": "r",
        }
    ]
    listed = [
        stay("07-20 09:00", f"{due + timedelta(days=1):%m-%d} 09:00", risk_area_id="A"),
    ]
    given = facts(counts=counts, decisions=acts, risk_areas=listed)

    def judged(changed: Target) -> tuple[object, ...]:
        protocol = mutated("cn-covid-9", changed)
        found = progress(
            given, under(protocol), None, "79144", day0, at("08-20 09:00"), None if rule.is_stock else "city"
        )
        status = next(status for status in found if status.id == rule.id)
        return status.due_on, status.status

    assert judged(rule)[1] == "missed"
    assert judged(replace(rule, limit=rule.limit + 20))[1] == "met"
    assert judged(replace(rule, day=rule.day + 1)) != judged(rule)
