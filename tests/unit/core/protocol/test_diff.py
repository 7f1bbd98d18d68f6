"""Differences between editions, and rules in words."""

from __future__ import annotations

from dataclasses import replace

from lastcase.core.protocol.diff import diff
from lastcase.core.protocol.explain import explain_rule
from lastcase.editions import editions, load_edition
from lastcase.editions.messages import render

OLD, NEW = load_edition("cn-covid-8"), load_edition("cn-covid-9")


def said(lang: str) -> list[str]:
    return [render(c.message.id, c.message.params, lang) for c in diff(OLD, NEW)]


def test_an_edition_does_not_differ_from_itself() -> None:
    assert diff(NEW, NEW) == []


def test_length_of_quarantine_in_words() -> None:
    assert "Management stage stage.close_contact_1, Length: 14 days → 7 days" in said("en")
    assert "管理阶段 stage.close_contact_1，时长：14天 → 7天" in said("zh")


def test_rules_gone_and_new() -> None:
    new = {c.rule for c in diff(OLD, NEW) if c.what == "added"}
    assert {
        "window.repeated_tests",
        "risk_level.medium_after_high",
        "stage.from_low_1",
        "arrival.city_spreading",
    } <= new
    assert {c.rule for c in diff(NEW, OLD) if c.what == "removed"} == new


def test_code_changed_is_told_by_name() -> None:
    assert any("Central quarantine → Home quarantine" in line for line in said("en"))


def test_a_rule_that_became_assumed() -> None:
    rule = replace(NEW.rules["stage.close_contact_1"], assumed=True)
    changed = replace(NEW, rules={**NEW.rules, rule.id: rule})
    assert [(c.what, c.rule) for c in diff(NEW, changed)] == [("assumed", rule.id)]


def test_every_rule_reads_in_both_languages() -> None:
    for name in editions():
        for rule in load_edition(name).rules.values():
            for message in explain_rule(rule):
                for lang in ("en", "zh"):
                    assert render(message.id, message.params, lang)


def test_a_stage_in_words() -> None:
    lines = [render(m.id, m.params, "en") for m in explain_rule(NEW.rules["stage.close_contact_1"])]
    assert "Length: 7 days" in lines
    assert "Test on days: 1, 2, 3, 5, 7" in lines
    assert any(line.startswith("assumed: ") and "Day 1" in line for line in lines)


def test_what_is_no_longer_determined_is_told_with_its_source() -> None:
    twenty = load_edition("cn-covid-20-measures")
    told = {render(c.message.id, c.message.params, "en"): c.source for c in diff(NEW, twenty)}
    assert (
        told[
            "No longer determined: Contacts of contacts (absence.secondary_contacts). "
            "Contacts of contacts are no longer determined."
        ]
        == "m.ep3d.com on the notice of 11 November 2022"
    )
    back = [render(c.message.id, c.message.params, "zh") for c in diff(twenty, NEW)]
    assert "改为作出规定：次密接（absence.secondary_contacts）" in back
