"""Faults of edition files: each is told with its line, field and mend, all of them at once."""

from __future__ import annotations

import pytest

from lastcase.core.protocol.parse import parse_disease, parse_edition
from lastcase.core.protocol.problems import Problem, ProtocolErrors
from lastcase.editions import edition_text
from lastcase.editions.messages import render

TEXT = edition_text("cn-covid-9")


def faults(text: str) -> list[Problem]:
    with pytest.raises(ProtocolErrors) as caught:
        parse_edition(text, "mine.toml")
    return list(caught.value.problems)


def edited(old: str, new: str, after: str = "") -> tuple[str, int]:
    """The text with the first `old` behind `after` replaced, and the line it stands on."""
    start = TEXT.index(old, TEXT.index(after))
    return TEXT[:start] + new + TEXT[start + len(old) :], TEXT[:start].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "after", "field", "what", "mend"),
    [
        (
            "length_days = 7",
            "lenght_days = 7",
            "[stage.close_contact_1]",
            "lenght_days",
            "unknown_field",
            "length_days",
        ),
        ("length_days = 7", "length_days = -7", "[stage.close_contact_1]", "length_days", "negative", None),
        (
            "length_days = 7",
            'length_days = "7"',
            "[stage.close_contact_1]",
            "length_days",
            "wrong_type",
            None,
        ),
        (
            "length_days = 7",
            "length_days = 700",
            "[stage.close_contact_1]",
            "length_days",
            "out_of_bounds",
            None,
        ),
        (
            "test_days = [1, 2, 3, 5, 7]",
            "test_days = [1, 9]",
            "[stage.close_contact_1]",
            "test_days",
            "late_test_day",
            None,
        ),
        (
            "test_days = [1, 2, 3, 5, 7]",
            "test_days = 7",
            "[stage.close_contact_1]",
            "test_days",
            "not_a_list",
            None,
        ),
        (
            "test_days = [1, 2, 3, 5, 7]",
            "test_days = [2, 1]",
            "[stage.close_contact_1]",
            "test_days",
            "unsorted_test_days",
            None,
        ),
        (
            '"quarantine_central"',
            '"quarantine_centrall"',
            "[stage.close_contact_1]",
            "place",
            "unknown_code",
            "quarantine_central",
        ),
        ("ordinal = 2", "ordinal = 3", "[stage.close_contact_2]", "ordinal", "ordinal", None),
        ('category = "recovered"', 'category = "copresent_person"', "[stage.recovered_1]", None, None, None),
        (
            'duty = "judge"',
            'duty = "report"',
            "[time_limit.judge_candidate]",
            "subject",
            "judge_candidate",
            None,
        ),
        (
            'counted_from = "found"',
            'counted_from = "named"',
            "[time_limit.report_case]",
            "counted_from",
            "limit_event",
            "found, specimen, result",
        ),
        (
            "has_contacts = false",
            "has_contacts = true",
            "[case_definition.discarded]",
            "has_contacts",
            "discarded_follows",
            None,
        ),
        (
            "min_minutes = 10",
            "min_minutes = 10\nis_automatic = true",
            "[contact.copresent]",
            "is_automatic",
            "automatic_note",
            None,
        ),
        (
            'counted_from = ["found"]',
            "counted_from = []",
            "[end.outbreak]",
            "counted_from",
            "end_of_nothing",
            "found",
        ),
        (
            'counted_from = "named"',
            'counted_from = "arrival"',
            "[time_limit.transfer_contact]",
            "counted_from",
            "limit_event",
            "named",
        ),
        ("min_minutes = 10", "max_rows_apart = 0", "[contact.copresent]", None, None, None),
        (
            "min_minutes = 10",
            "max_rows_apart = -1",
            "[contact.copresent]",
            "max_rows_apart",
            "negative",
            "99",
        ),
        (
            "min_minutes = 10",
            "max_rows_apart = 1.5",
            "[contact.copresent]",
            "max_rows_apart",
            "wrong_type",
            None,
        ),
        (
            "is_named = true",
            "is_named = true\nmax_rows_apart = 3",
            "[contact.named_companion]",
            "max_rows_apart",
            "rows_without_visits",
            "max_rows_apart",
        ),
        ("priority = 40", "priority = 30", "[contact.copresent]", "priority", "overlapping_priority", None),
        (
            "min_minutes = 10",
            'relations = ["cares"]',
            "[contact.copresent]",
            "relations",
            "unknown_code",
            "care",
        ),
        (
            'next_level = "low"',
            'next_level = "hihg"',
            "[risk_level.medium]",
            "next_level",
            "unknown_code",
            "high",
        ),
        ("is_stock = true", "", "[target.day_14_high_risk]", "is_stock", "stock_numerator", None),
        ("within_hours = 24", "within_hours = 25", "[round.county]", "within_hours", "round_too_long", "24"),
        ("gap_days = 3", "gap_days = 0", "[round.county]", "gap_days", "gap_before_nothing", None),
        (
            "gap_days = 3",
            "gap_days = 3\npopulation_from = 5\npopulation_below = 5",
            "[round.county]",
            "population_below",
            "empty_band",
            None,
        ),
        ('tier = "county"', 'tier = "couty"', "[round.county]", "tier", "unknown_code", "county"),
        (
            'next_level = "low"',
            'next_level = "low"\nentry_min_cases = 51',
            "[risk_level.medium]",
            "entry_tier",
            "entry_counts",
            "entry_tier",
        ),
        (
            'opens = ["isolate", "test"]',
            'opens = "test"',
            "[case_definition.presumptive",
            "opens",
            "not_a_list",
            None,
        ),
    ],
)
def test_one_fault(
    old: str, new: str, after: str, field: str | None, what: str | None, mend: str | None
) -> None:
    text, line = edited(old, new, after)
    if what is None:
        parse_edition(text, "mine.toml")
        return
    problem = next(p for p in faults(text) if p.what.id == f"protocol.{what}")
    assert (problem.file, problem.field) == ("mine.toml", field)
    if new and old.partition(" ")[0] == field:
        assert problem.line == line
    assert problem.rule == after.strip("[]") or after.endswith("presumptive")
    if mend:
        assert mend in render(problem.mend.id, problem.mend.params, "en")


@pytest.mark.parametrize("field", ["clause_en", "clause_zh", "source", "category", "length_days"])
def test_missing_field(field: str) -> None:
    start = TEXT.index(f"\n{field} = ", TEXT.index("[stage.close_contact_1]"))
    text = TEXT[:start] + TEXT[TEXT.index("\n", start + 1) :]
    problem = next(p for p in faults(text) if p.what.id == "protocol.missing")
    assert (problem.rule, problem.field) == ("stage.close_contact_1", field)
    assert text.splitlines()[(problem.line or 0) - 1] == "[stage.close_contact_1]"


def test_unknown_kind_of_rule_proposes_the_nearest() -> None:
    problem = faults(TEXT.replace("[stage.recovered_1]", "[stages.recovered_1]"))[0]
    assert problem.what.id == "protocol.unknown_kind"
    assert problem.mend.params["nearest"] == "stage"


def test_category_that_no_rule_makes() -> None:
    text, _ = edited(
        'origin = "abroad"\ncategory = "arrival"',
        'origin = "abroad"\ncategory = "from_high"',
        "[arrival.abroad]",
    )
    problem = faults(text)[0]
    assert (problem.rule, problem.field) == ("stage.arrival_1", "category")
    assert problem.what.id == "protocol.unmade_category"


def test_two_rules_of_rounds_for_one_population() -> None:
    start = TEXT.index("[round.county]")
    rule = TEXT[start : TEXT.index("\n# ---", start)]
    bands = ("population_below = 500\n", "population_from = 499\n", "population_from = 500\n")
    below, meets, follows = (rule.replace("[round.county]", f"[round.{n}]") + b for n, b in enumerate(bands))
    problem = faults(TEXT.replace(rule, f"{below}\n{meets}\n"))[0]
    assert (problem.rule, problem.what.id) == ("round.1", "protocol.bands_meet")
    assert parse_edition(TEXT.replace(rule, f"{below}\n{follows}\n"), "mine.toml")


def test_all_faults_are_gathered_in_order() -> None:
    text = TEXT.replace("before_days = 2", "before_days = -2").replace("hours = 8", 'hours = "8"')
    lines = [problem.line for problem in faults(text)]
    assert len(lines) == 4
    assert lines == sorted(lines, key=lambda line: line or 0)


def test_text_that_is_no_toml() -> None:
    problem = faults('id = "x"\nname_en = \n')[0]
    assert (problem.line, problem.what.id) == (2, "protocol.not_toml")


def test_empty_text_lacks_everything() -> None:
    assert {p.field for p in faults("")} >= {
        "id",
        "disease",
        "name_en",
        "name_zh",
        "issuer",
        "effective_on",
        "source",
    }


def test_every_fault_reads_in_both_languages() -> None:
    text = TEXT.replace("priority = 2", "priority = 0").replace("length_days = 7", "length = 7")
    for problem in faults(text):
        for message in (problem.what, problem.mend):
            assert render(message.id, message.params, "en") != render(message.id, message.params, "zh")


def test_number_of_a_disease_without_source() -> None:
    head = 'id = "x"\nname_en = "X"\nname_zh = "某"\n[words]\n'
    text = head + '[numbers]\n"a.mean_days" = { value = 1, unit = "days" }\n'
    with pytest.raises(ProtocolErrors) as caught:
        parse_disease(text, "x.toml")
    assert [(p.line, p.what.params["field"]) for p in caught.value.problems] == [(6, "source")]


MEASLES = edition_text("measles")
MPOX = edition_text("mpox")
TEN = edition_text("cn-covid-10-measures")
WIDE = """
[absence.arrivals]
clause_en = "None."
clause_zh = "无。"
source = "x"
topic = "arrivals"
"""


@pytest.mark.parametrize(
    ("text", "rule", "field", "what"),
    [
        (MEASLES.replace("longer_days = 28\n", ""), "stage.close_contact_1", "longer_days", "half_longer"),
        (
            MEASLES.replace("longer_days = 28", "longer_days = 21"),
            "stage.close_contact_1",
            "longer_days",
            "not_longer",
        ),
        (
            MPOX.replace("until_days = 14", "until_days = 3"),
            "prophylaxis.vaccine",
            "until_days",
            "until_before_due",
        ),
        (
            MPOX.replace("needs_recovery = true", "needs_recovery = true\nearliest_days = 2", 1),
            "discharge.confirmed",
            "needs_recovery",
            "recovery_alone",
        ),
        (
            TEN.replace('severities = ["moderate", "severe", "critical"]\n', ""),
            "discharge.confirmed_in_hospital",
            "case_status",
            "two_ways_out",
        ),
        (TEN + WIDE, "absence.arrivals", "topic", "absent_and_ruled"),
        (
            MEASLES.replace('category = "close_contact"\noccupations', 'category = "arrival"\noccupations'),
            "exclusion.staff",
            "category",
            "unmade_category",
        ),
    ],
)
def test_faults_of_meaning_in_the_newer_rules(text: str, rule: str, field: str, what: str) -> None:
    (fault,) = faults(text)
    assert (fault.rule, fault.field, fault.what.id) == (rule, field, f"protocol.{what}")
    assert fault.line is not None
    for lang in ("en", "zh"):
        assert render(fault.what.id, fault.what.params, lang)
        assert render(fault.mend.id, fault.mend.params, lang)
