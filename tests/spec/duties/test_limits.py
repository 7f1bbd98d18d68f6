"""From which event a time limit counts, and what it falls back to where the event is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lastcase.core.explain.duties import explain_duty
from lastcase.editions.messages import render
from tests.spec.tables import World

CASE = """
    person | status    | onset      | found
    A      | confirmed | 2022-07-01 | 2022-07-02 10:00
"""
SPECIMEN = """
    person | specimen_kind | sampled          | result   | resulted
    A      | throat        | 2022-07-02 04:00 | positive | 2022-07-02 09:00
    A      | throat        | 2022-07-02 16:00 | positive | 2022-07-02 21:00
"""
CONTACT = """
    case | person | relation   | first            | last             | named_at
    A    | C      | lives_with | 2022-07-01 09:00 | 2022-07-01 20:00 | 2022-07-02 15:00
"""
ARRIVAL = """
    person | origin | left_at          | arrived_at
    T      | high   | 2022-07-02 08:00 | 2022-07-02 20:00
"""


def world(changes: dict[str, dict[str, object]] | None = None, **tables: str) -> World:
    """A world under the ninth edition, with some fields of rules changed."""
    here = World("cn-covid-9", cases=CASE, **tables)
    adoption = here.outbreak.adoptions[0]
    rules = dict(adoption.edition.rules)
    for rule_id, fields in (changes or {}).items():
        rules[rule_id] = replace(rules[rule_id], **fields)
    adopted = replace(adoption, edition=replace(adoption.edition, rules=rules))
    here.outbreak = replace(here.outbreak, adoptions=(adopted,))
    return here


def interview(event: str, **tables: str) -> tuple[World, dict]:
    """The interview of A, due 24 hours after the event."""
    here = world({"time_limit.interview_case": {"counted_from": event}}, **tables)
    return here, here.duties("A", "2022-07-02 23:00", "interview")[0]


@pytest.mark.parametrize(
    ("event", "due"),
    [
        # found 10:00, sampled 04:00, result 09:00 of 2 July
        ("found", "2022-07-03 10:00"),
        ("specimen", "2022-07-03 04:00"),
        ("result", "2022-07-03 09:00"),
    ],
)
def test_a_limit_of_a_case_counts_from_its_own_event(event: str, due: str) -> None:
    here, duty = interview(event, specimens=SPECIMEN)
    assert here.local(duty["due_at"]) == due


@pytest.mark.parametrize("event", ["specimen", "result"])
def test_an_event_not_known_falls_back_to_the_issue_and_says_so(event: str) -> None:
    here, duty = interview(event)
    assert here.local(duty["due_at"]) == "2022-07-03 10:00"
    limit = explain_duty(duty)[-1]
    assert "issue of the duty, 2022-07-02 10:00" in render(limit.id, limit.params, "en")


@pytest.mark.parametrize(
    ("person", "kind", "due", "en", "zh"),
    [
        ("C", "transfer", "2022-07-02 23:00", "the exposure becoming known, 2022-07-02 15:00", "知悉暴露"),
        ("C", "quarantine", "2022-07-02 23:00", "the exposure becoming known, 2022-07-02 15:00", "知悉暴露"),
        ("T", "transfer", "2022-07-03 08:00", "arrival, 2022-07-02 20:00", "抵达"),
        ("A", "report", "2022-07-02 12:00", "finding of the case, 2022-07-02 10:00", "发现病例"),
    ],
)
def test_the_reason_names_the_event_and_its_hour(person: str, kind: str, due: str, en: str, zh: str) -> None:
    here = world(contacts=CONTACT, arrivals=ARRIVAL)
    duty = here.duties(person, "2022-07-02 23:59", kind)[0]
    assert here.local(duty["due_at"]) == due
    limit = explain_duty(duty)[-1]
    assert limit.id == "duty.limit"
    assert en in render(limit.id, limit.params, "en")
    assert zh in render(limit.id, limit.params, "zh")


def test_a_stage_that_starts_later_is_due_at_its_start_and_by_no_limit() -> None:
    stages = {
        "stage.close_contact_1": {"n_release_tests": 0},
        "stage.close_contact_2": {"place": "quarantine_home", "is_restrictive": True},
    }
    here = world(stages, contacts=CONTACT)
    later = here.duties("C", "2022-07-30", "quarantine")
    home = next(duty for duty in later if duty["rule"] == "stage.close_contact_2")
    assert home["due_at"] == home["opens_at"]
    assert [message.id for message in explain_duty(home)] == ["duty.quarantine.exposure"]


def test_a_day_s_test_is_due_by_the_day_and_by_no_limit() -> None:
    here = world(contacts=CONTACT)
    test = here.duties("C", "2022-07-03 12:00", "test")[0]
    assert [message.id for message in explain_duty(test)] == ["duty.test.exposure"]
