"""What each edition says, as a table to be checked against its rule book."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lastcase.core.protocol.model import CaseDefinition, ContactRule, Discharge, Stage, Target
from lastcase.core.protocol.topics import unspoken
from lastcase.editions import diseases, editions, load_disease, load_edition

CN9, CN8, EBOLA, MERS, CDC = "cn-covid-9", "cn-covid-8", "who-ebola", "who-mers", "us-cdc-covid-2020"
CN20, CN10, WHO, MEASLES, MPOX = (
    "cn-covid-20-measures",
    "cn-covid-10-measures",
    "who-covid-2020",
    "measles",
    "mpox",
)

CLAUSES: list[tuple[str, str, str, Any]] = [
    # edition, rule, field, value
    (CN9, "window.symptomatic", "before_days", 2),
    (CN9, "window.asymptomatic", "anchor", "specimen"),
    (CN9, "window.repeated_tests", "anchor", "last_negative"),
    (CN9, "stage.close_contact_1", "place", "quarantine_central"),
    (CN9, "stage.close_contact_1", "length_days", 7),
    (CN9, "stage.close_contact_1", "test_days", (1, 2, 3, 5, 7)),
    (CN9, "stage.close_contact_1", "n_release_tests", 1),
    (CN9, "stage.close_contact_2", "place", "health_monitoring"),
    (CN9, "stage.close_contact_2", "length_days", 3),
    (CN9, "stage.close_contact_2", "test_days", (3,)),
    (CN9, "stage.close_contact_2", "is_restrictive", False),
    (CN9, "stage.secondary_contact_1", "place", "quarantine_home"),
    (CN9, "stage.secondary_contact_1", "length_days", 7),
    (CN9, "stage.secondary_contact_1", "test_days", (1, 4, 7)),
    (CN9, "stage.arrival_1", "length_days", 7),
    (CN9, "stage.arrival_2", "length_days", 3),
    (CN9, "stage.from_high_1", "test_days", (1, 2, 3, 5, 7)),
    (CN9, "stage.from_high_1", "counted_from", "left_area"),
    (CN9, "stage.from_medium_1", "place", "quarantine_home"),
    (CN9, "stage.from_medium_1", "test_days", (1, 4, 7)),
    (CN9, "stage.from_low_1", "test_days", (1, 3)),
    (CN9, "risk_level.high", "clean_days", 7),
    (CN9, "risk_level.high", "has_closing_round", True),
    (CN9, "risk_level.high", "next_level", "medium"),
    (CN9, "risk_level.medium", "clean_days", 7),
    (CN9, "risk_level.medium", "has_closing_round", True),
    (CN9, "risk_level.medium_after_high", "clean_days", 3),
    (CN9, "risk_level.medium_after_high", "has_closing_round", False),
    (CN9, "risk_level.low", "next_level", "none"),
    (CN9, "rhythm.inbound_contact", "every_days", 1),
    (CN9, "round.county", "every_days", 1),
    (CN9, "round.county", "clean_rounds", 3),
    (CN9, "round.county", "gap_days", 3),
    (CN9, "round.county", "further_rounds", 1),
    (CN9, "risk_level.high", "entry_tier", None),
    (CN9, "discharge.confirmed", "min_ct_value", 35),
    (CN9, "discharge.asymptomatic_infection", "earliest_days", 6),
    (CN9, "time_limit.report_case", "hours", 2),
    (CN9, "time_limit.transfer_case", "hours", 2),
    (CN9, "time_limit.transfer_contact", "hours", 8),
    (CN9, "time_limit.interview_case", "hours", 24),
    (CN9, "case_definition.presumptive_positive", "opens", ("isolate", "test")),
    (CN9, "case_definition.presumptive_positive", "has_contacts", False),
    (CN9, "target.day_4_regrading", "is_action", True),
    (CN9, "target.day_7_community", "limit", 0),
    (CN9, "target.day_9_single_digits", "limit", 9),
    (CN9, "target.day_14_high_risk", "is_stock", True),
    (CN8, "window.symptomatic", "before_days", 4),
    (CN8, "stage.close_contact_1", "length_days", 14),
    (CN8, "stage.close_contact_1", "test_days", (1, 4, 7, 14)),
    (CN8, "stage.close_contact_1", "n_release_tests", 2),
    (CN8, "stage.close_contact_2", "test_days", (2, 7)),
    (CN8, "stage.secondary_contact_1", "place", "quarantine_central"),
    (CN8, "risk_level.high", "clean_days", 14),
    (CN8, "risk_level.high", "closing_round_hours", 48),
    (CN8, "risk_level.high", "entry_tier", "county"),
    (CN8, "risk_level.high", "entry_min_cases", 51),
    (CN8, "risk_level.high", "entry_cluster_cases", 5),
    (CN8, "risk_level.medium", "entry_min_cases", 1),
    (CN8, "risk_level.medium", "entry_window_days", 14),
    (CN8, "round.city_below_5m", "within_hours", 72),
    (CN8, "round.city_from_5m", "within_hours", 120),
    (CN8, "round.city_from_5m", "population_from", 5_000_000),
    (CN8, "arrival.high", "lookback_days", 14),
    (CN8, "time_limit.transfer_contact", "hours", 12),
    (EBOLA, "window.symptomatic", "before_days", 0),
    (EBOLA, "window.body", "anchor", "death"),
    (EBOLA, "window.body", "until", ("burial",)),
    (EBOLA, "window.body", "settings", ("funeral",)),
    (EBOLA, "stage.close_contact_1", "length_days", 21),
    (EBOLA, "stage.close_contact_1", "monitor_per_day", 1),
    (EBOLA, "stage.close_contact_1", "place", "health_monitoring"),
    (EBOLA, "discharge.confirmed", "gap_hours", 48),
    (EBOLA, "end.outbreak", "clean_days", 42),
    (MERS, "window.symptomatic", "before_days", 0),
    (MERS, "stage.close_contact_1", "length_days", 14),
    (MERS, "end.outbreak", "clean_days", 28),
    (CDC, "contact.named_near", "min_minutes", 15),
    (CDC, "contact.named_near", "cumulating_hours", 24),
    (CDC, "contact.named_near", "max_distance", "within_2_m"),
    (CDC, "contact.named_near", "is_voided_by_protection", False),
    (CDC, "window.symptomatic", "before_days", 2),
    (CDC, "window.symptomatic", "after_days", 10),
    (CDC, "stage.close_contact_1", "length_days", 14),
    (CDC, "stage.close_contact_1", "recent_recovery_days", 90),
    (CDC, "discharge.confirmed", "counted_from", "onset"),
    (CN9, "arrival.city_spreading", "category", "from_medium"),
    (CN9, "arrival.city_quiet", "category", "from_low"),
    (CN9, "stage.from_medium_1", "central_exemptions", ("home_unsuitable",)),
    (CN20, "window.symptomatic", "before_days", 2),
    (CN20, "stage.close_contact_1", "length_days", 5),
    (CN20, "stage.close_contact_1", "test_days", (1, 2, 3, 5)),
    (CN20, "stage.close_contact_2", "place", "quarantine_home"),
    (CN20, "stage.close_contact_2", "length_days", 3),
    (CN20, "stage.close_contact_2", "test_days", (1, 3)),
    (CN20, "stage.close_contact_2", "is_restrictive", True),
    (CN20, "stage.from_high_1", "place", "quarantine_home"),
    (CN20, "stage.from_high_1", "length_days", 7),
    (CN20, "stage.from_high_1", "test_days", (1, 3, 5, 7)),
    (CN20, "stage.from_low_1", "test_days", (1, 2, 3)),
    (CN20, "risk_level.high", "clean_days", 5),
    (CN20, "risk_level.high", "next_level", "low"),
    (CN20, "arrival.abroad", "positive_below_ct", 35),
    (CN20, "stage.arrival_1", "length_days", 5),
    (CN20, "stage.arrival_2", "length_days", 3),
    (CN20, "absence.secondary_contacts", "topic", "secondary_contacts"),
    (CN20, "absence.medium_risk_areas", "topic", "medium_risk_areas"),
    (CN10, "stage.close_contact_1", "place", "quarantine_home"),
    (CN10, "stage.close_contact_1", "length_days", 5),
    (CN10, "stage.close_contact_1", "test_days", (5,)),
    (CN10, "risk_level.high", "entry", ("residence",)),
    (CN10, "risk_level.high", "clean_days", 5),
    (CN10, "discharge.confirmed", "place", "isolation_home"),
    (CN10, "discharge.confirmed", "n_tests", 2),
    (CN10, "discharge.confirmed", "earliest_days", 6),
    (CN10, "discharge.confirmed", "min_ct_value", 35),
    (CN10, "discharge.confirmed_in_hospital", "severities", ("moderate", "severe", "critical")),
    (CN10, "absence.arrivals_from_areas", "topic", "arrivals_from_areas"),
    (CN10, "absence.area_tests", "topic", "area_tests"),
    (WHO, "contact.named_near", "min_minutes", 15),
    (WHO, "contact.named_near", "max_distance", "within_1_m"),
    (WHO, "window.symptomatic", "before_days", 2),
    (WHO, "window.symptomatic", "after_days", 14),
    (WHO, "stage.close_contact_1", "length_days", 14),
    (MEASLES, "window.rash", "before_days", 4),
    (MEASLES, "window.rash", "after_days", 4),
    (MEASLES, "contact.found_air", "shared_air_after_min", 120),
    (MEASLES, "stage.close_contact_1", "length_days", 21),
    (MEASLES, "stage.close_contact_1", "longer_days", 28),
    (MEASLES, "stage.close_contact_1", "waived_for", ("immune",)),
    (MEASLES, "prophylaxis.vaccine", "within_hours", 72),
    (MEASLES, "prophylaxis.globulin", "within_hours", 144),
    (MEASLES, "exclusion.staff", "first_day", 5),
    (MPOX, "window.symptomatic", "before_days", 4),
    (MPOX, "window.symptomatic", "until", ("recovery", "burial")),
    (MPOX, "stage.close_contact_1", "length_days", 21),
    (MPOX, "stage.close_contact_1", "is_restrictive", False),
    (MPOX, "prophylaxis.vaccine", "within_hours", 96),
    (MPOX, "prophylaxis.vaccine", "until_days", 14),
]


@pytest.mark.parametrize(("edition", "rule", "field", "value"), CLAUSES)
def test_clause(edition: str, rule: str, field: str, value: Any) -> None:
    assert getattr(load_edition(edition).rules[rule], field) == value


def test_the_shipped_editions() -> None:
    assert {CN8, CN9, CN20, CN10, WHO, EBOLA, MERS, CDC, MEASLES, MPOX} == set(editions())
    assert load_edition(CN9).effective_on == date(2022, 6, 28)


@pytest.mark.parametrize("edition", editions())
def test_every_rule_is_told_in_both_languages_with_a_source(edition: str) -> None:
    for rule in load_edition(edition).rules.values():
        assert rule.clause_en.isascii(), rule.id
        assert rule.clause_en.endswith("."), rule.id
        assert any("\u4e00" <= sign <= "\u9fff" for sign in rule.clause_zh), rule.id
        assert rule.source, rule.id
        if "general knowledge" in rule.source.lower() or "of this project" in rule.source:
            assert rule.assumed or rule.assumed_fields, rule.id


@pytest.mark.parametrize("edition", [CN8, CN9, CN20, CN10])
def test_minutes_and_metres_of_china_are_assumed(edition: str) -> None:
    for rule in load_edition(edition).of_kind(ContactRule):
        given = {name for name in ("min_minutes", "max_distance") if getattr(rule, name) is not None}
        if rule.max_distance in ("same_room", "farther"):
            given.discard("max_distance")
        assert rule.assumed or given <= set(rule.assumed_fields), rule.id


@pytest.mark.parametrize("edition", editions())
def test_orders_follow_at_once_only_from_what_is_plain(edition: str) -> None:
    for rule in load_edition(edition).of_kind(ContactRule):
        if rule.is_automatic:
            plain = rule.is_named or rule.is_source_pair or rule.settings or rule.relations
            assert plain, rule.id
            assert rule.min_minutes is None or rule.is_named, rule.id


@pytest.mark.parametrize("edition", editions())
def test_a_stated_transmission_pair_is_a_close_contact(edition: str) -> None:
    pairs = [rule for rule in load_edition(edition).of_kind(ContactRule) if rule.is_source_pair]
    assert [(rule.category, rule.is_automatic) for rule in pairs] == [("close_contact", True)]


@pytest.mark.parametrize("edition", [CN20, CN10, WHO, EBOLA, MERS, CDC, MEASLES, MPOX])
def test_no_second_ring_elsewhere_china(edition: str) -> None:
    assert all(rule.order == 1 for rule in load_edition(edition).of_kind(ContactRule))


@pytest.mark.parametrize("edition", editions())
def test_whoever_is_isolated_can_leave(edition: str) -> None:
    protocol = load_edition(edition)
    out = {rule.case_status for rule in protocol.of_kind(Discharge)}
    assert {d.case_status for d in protocol.of_kind(CaseDefinition) if "isolate" in d.opens} <= out


@pytest.mark.parametrize("edition", [EBOLA, MERS, MEASLES, MPOX])
def test_follow_up_binds_nobody_to_a_place(edition: str) -> None:
    assert all(not stage.is_restrictive for stage in load_edition(edition).of_kind(Stage))


@pytest.mark.parametrize("edition", editions())
def test_an_edition_is_whole(edition: str) -> None:
    rules = load_edition(edition).rules
    kinds = {rule_id.partition(".")[0] for rule_id in rules}
    assert {"case_definition", "window", "contact", "stage", "time_limit", "discharge", "end"} <= kinds
    assert unspoken(rules) == []


def test_a_topic_left_out_is_noticed() -> None:
    rules = {k: rule for k, rule in load_edition(CN10).rules.items() if k != "absence.secondary_contacts"}
    assert unspoken(rules) == ["secondary_contacts"]


@pytest.mark.parametrize("edition", [CN8, CN9, CN20, CN10])
def test_the_set_of_beihai(edition: str) -> None:
    targets = load_edition(edition).of_kind(Target)
    assert [(t.target_set, t.day) for t in targets] == [("79144", day) for day in (4, 7, 9, 14)]
    assert edition == CN9 or all(target.assumed for target in targets)


NUMBERS: list[tuple[str, str, float, str]] = [
    ("covid-omicron-ba2-2022", "incubation.mean_days", 3.5, "days"),
    ("covid-omicron-ba2-2022", "generation.mean_days", 3.3, "days"),
    ("covid-omicron-ba2-2022", "dispersion.k", 0.3, "dimensionless"),
    ("covid-omicron-ba2-2022", "pcr_false_negative_kucirka.day_8_share", 0.20, "share"),
    ("covid-omicron-ba2-2022", "fatal.share", 0.0009, "share of infections"),
    ("covid-ancestral", "incubation.median_days", 5.1, "days"),
    ("covid-ancestral", "serial_interval.sd_days", 2.9, "days"),
    ("ebola", "incubation.mean_days", 10.3, "days"),
    ("ebola", "serial_interval.mean_days", 14.2, "days"),
    ("mers", "serial_interval.mean_days", 12.6, "days"),
    ("mers", "serial_interval.sd_days", 2.8, "days"),
    ("measles", "incubation.median_days", 12.5, "days"),
    ("measles", "serial_interval.mean_days", 14.9, "days"),
    ("mpox", "serial_interval.mean_days", 8.5, "days"),
    ("sars", "incubation.median_days", 4, "days"),
    ("sars", "serial_interval.mean_days", 8.4, "days"),
]


@pytest.mark.parametrize(("disease", "name", "value", "unit"), NUMBERS)
def test_number_of_a_disease(disease: str, name: str, value: float, unit: str) -> None:
    number = load_disease(disease).numbers[name]
    assert (number.value, number.unit) == (value, unit)


def test_the_shipped_diseases() -> None:
    wanted = {"covid-omicron-ba2-2022", "covid-ancestral", "ebola", "mers", "measles", "mpox", "sars"}
    assert wanted <= set(diseases())


@pytest.mark.parametrize("disease", diseases())
def test_numbers_lie_in_their_range_and_are_sourced(disease: str) -> None:
    profile = load_disease(disease)
    for name, number in profile.numbers.items():
        assert number.source, name
        assert number.unit, name
        assert number.low is None or number.high is None or number.low <= number.value <= number.high, name
    assert profile.words["family"]
