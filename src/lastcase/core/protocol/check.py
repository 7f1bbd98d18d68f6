"""Whether rules that read well also hold together: stages in order, tests inside them, no dead ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lastcase.core.explain import Message
from lastcase.core.protocol.model import (
    LIMIT_EVENTS,
    Absence,
    ArrivalRule,
    CaseDefinition,
    ContactRule,
    Discharge,
    EndRule,
    Exclusion,
    Prophylaxis,
    Rhythm,
    RiskLevel,
    RoundRule,
    Rule,
    SettingRule,
    Stage,
    Target,
    TimeLimit,
    Window,
    limit_family,
    rule_fields,
)
from lastcase.core.protocol.topics import speaking
from lastcase.core.protocol.values import mend_name

_MADE_BY_CODE = frozenset({"recovered", "candidate", "case", "contact"})

_ONLY_NOTED = frozenset({"copresent_person"})


@dataclass(frozen=True)
class Fault:
    """One fault of meaning: the rule and field at fault (null: the edition), what, and how to mend it."""

    rule: str | None
    field: str | None
    what: Message
    mend: Message


def check_rules(rules: Mapping[str, Rule]) -> list[Fault]:
    """Every fault of meaning among rules that each read well; none for a sound edition."""
    checks = (
        _ordinals,
        _test_days,
        _unmade_categories,
        _unmanaged_categories,
        _rings,
        _windows,
        _contact_rules,
        _settings,
        _definitions,
        _discharges,
        _levels,
        _rhythms,
        _entry_counts,
        _rounds,
        _targets,
        _assumed_fields,
        _time_limits,
        _limit_events,
        _ends,
        _lengths,
        _doses,
        _absences,
    )
    return [fault for check in checks for fault in check(rules)]


def _fault(rule: Rule, field: str | None, name: str, **params: object) -> Fault:
    return Fault(
        rule.id, field, Message(f"protocol.{name}", params), Message(f"protocol.mend.{name}", params)
    )


def _stages(rules: Mapping[str, Rule]) -> list[Stage]:
    return [rule for rule in rules.values() if isinstance(rule, Stage)]


def _ordinals(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """Stages of a category are numbered 1, 2, 3 … and only a later one counts from the stage before."""
    by_category: dict[str, list[Stage]] = defaultdict(list)
    for stage in _stages(rules):
        by_category[stage.category].append(stage)
    for category, stages in by_category.items():
        for wanted, stage in enumerate(sorted(stages, key=lambda s: s.ordinal), start=1):
            if stage.ordinal != wanted:
                yield _fault(
                    stage, "ordinal", "ordinal", category=category, value=stage.ordinal, wanted=wanted
                )
            if stage.counted_from == "previous_stage" and stage.ordinal == 1:
                yield _fault(stage, "counted_from", "no_previous_stage", category=category)


def _test_days(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    for stage in _stages(rules):
        for day in stage.test_days:
            if day > stage.length_days:
                yield _fault(stage, "test_days", "late_test_day", day=day, length=stage.length_days)
        if list(stage.test_days) != sorted(set(stage.test_days)):
            yield _fault(stage, "test_days", "unsorted_test_days")
        if stage.n_release_tests and stage.release_window_days > stage.length_days:
            yield _fault(stage, "release_window_days", "wide_release_window", length=stage.length_days)


def _made(rules: Mapping[str, Rule]) -> set[str]:
    contacts = {rule.category for rule in rules.values() if isinstance(rule, ContactRule)}
    arrivals = {rule.category for rule in rules.values() if isinstance(rule, ArrivalRule)}
    cases = {rule.case_status for rule in rules.values() if isinstance(rule, CaseDefinition)}
    return contacts | arrivals | cases | _MADE_BY_CODE


def _unmade_categories(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """A stage, a precaution or a time limit of a category that no rule makes is never used."""
    made = _made(rules)
    for rule in rules.values():
        if isinstance(rule, Stage | Prophylaxis | Exclusion):
            field, used = "category", rule.category
        elif isinstance(rule, TimeLimit):
            field, used = "subject", rule.subject
        else:
            continue
        if used not in made:
            what = Message("protocol.unmade_category", {"category": used})
            yield Fault(rule.id, field, what, mend_name(used, sorted(made)))


def _unmanaged_categories(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """A category that orders follow from needs a first stage."""
    managed = {stage.category for stage in _stages(rules)}
    for rule in rules.values():
        if isinstance(rule, ContactRule | ArrivalRule) and rule.category not in managed | _ONLY_NOTED:
            yield _fault(rule, "category", "unmanaged_category", category=rule.category)


def _rings(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    contacts = [rule for rule in rules.values() if isinstance(rule, ContactRule)]
    if not any(rule.order == 1 for rule in contacts):
        for rule in contacts:
            yield _fault(rule, "order", "no_first_ring")
    for rule in contacts:
        if rule.order == 2 and rule.category == "close_contact":
            yield _fault(rule, "category", "second_ring_category")


def _windows(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """Cases with contacts need a window, with and without onset, that ends somewhere."""
    windows = [rule for rule in rules.values() if isinstance(rule, Window)]
    for window in windows:
        if not window.until and window.after_days is None:
            yield _fault(window, "until", "endless_window")
    covered = {window.applies_to for window in windows if not window.is_extra}
    lacking = {"symptomatic", "asymptomatic"} - covered if "any" not in covered else set()
    for definition in rules.values():
        if isinstance(definition, CaseDefinition) and definition.has_contacts and lacking:
            yield _fault(definition, "has_contacts", "no_window", applies_to=", ".join(sorted(lacking)))
            return


def _contact_rules(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """Rules of one ring and priority must not claim the same exposures with different outcomes."""
    contacts = [rule for rule in rules.values() if isinstance(rule, ContactRule)]
    for rule in contacts:
        if rule.cumulating_hours and rule.min_minutes is None:
            yield _fault(rule, "cumulating_hours", "cumulating_nothing")
        if rule.max_rows_apart is not None and (rule.relations or rule.is_named or rule.is_source_pair):
            yield _fault(rule, "max_rows_apart", "rows_without_visits")
        if rule.category in _ONLY_NOTED and rule.is_automatic:
            yield _fault(rule, "is_automatic", "automatic_note", category=rule.category)
    for i, first in enumerate(contacts):
        for second in contacts[i + 1 :]:
            if _clash(first, second):
                yield _fault(
                    second, "priority", "overlapping_priority", other=first.id, priority=second.priority
                )


def _clash(first: ContactRule, second: ContactRule) -> bool:
    if (first.order, first.priority) != (second.order, second.priority):
        return False
    if (first.category, first.is_automatic) == (second.category, second.is_automatic):
        return False
    return _meet(first.settings, second.settings) and _meet(first.relations, second.relations)


def _meet(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    return not first or not second or bool(set(first) & set(second))


def _settings(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """A rule of settings names some, no setting stands under two, and those at home are never capped."""
    taken: dict[str, str] = {}
    for rule in rules.values():
        if isinstance(rule, SettingRule):
            if not rule.settings:
                yield _fault(rule, "settings", "no_setting")
            if rule.most_candidates is not None and "household" in rule.settings:
                yield _fault(rule, "most_candidates", "capped_home")
            for setting in rule.settings:
                if other := taken.get(setting):
                    yield _fault(rule, "settings", "setting_twice", value=setting, other=other)
                taken[setting] = rule.id


def _definitions(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for rule in rules.values():
        if isinstance(rule, CaseDefinition):
            if rule.case_status in seen:
                yield _fault(
                    rule, "case_status", "defined_twice", value=rule.case_status, other=seen[rule.case_status]
                )
            seen[rule.case_status] = rule.id
            if rule.case_status == "discarded":
                for field in ("has_contacts", "is_counted", "opens"):
                    if getattr(rule, field):
                        yield _fault(rule, field, "discarded_follows")


def _discharges(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """Whoever is isolated must have a way out, whatever the severity, and one way only."""
    ways = [rule for rule in rules.values() if isinstance(rule, Discharge)]
    free = {rule.case_status for rule in ways if not rule.severities}
    taken: dict[tuple[str, str], str] = {}
    for way in ways:
        if way.needs_recovery and (way.n_tests or way.earliest_days):
            yield _fault(way, "needs_recovery", "recovery_alone")
        for severity in way.severities or ("",):
            if other := taken.get((way.case_status, severity)):
                yield _fault(way, "case_status", "two_ways_out", value=way.case_status, other=other)
            taken[way.case_status, severity] = way.id
    for rule in rules.values():
        if isinstance(rule, CaseDefinition) and "isolate" in rule.opens and rule.case_status not in free:
            yield _fault(rule, "opens", "no_discharge", value=rule.case_status)


def _levels(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    levels = [rule for rule in rules.values() if isinstance(rule, RiskLevel)]
    known = {rule.risk_level for rule in levels} | {"none"}
    for rule in levels:
        if rule.next_level not in known:
            yield _fault(rule, "next_level", "unmade_level", value=rule.next_level)
        if rule.has_closing_round and not rule.closing_round_hours:
            yield _fault(rule, "closing_round_hours", "round_without_hours")


def _rhythms(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    for rule in rules.values():
        if isinstance(rule, Rhythm) and (rule.risk_level is None) == (rule.occupation is None):
            yield _fault(rule, None, "rhythm_of_what")


def _entry_counts(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """A level proposed by counts needs the tier, the days and the number of cases."""
    for rule in rules.values():
        if isinstance(rule, RiskLevel):
            named = {name: getattr(rule, name) for name in _ENTRY_COUNTS}
            lacking = [name for name, value in named.items() if not value]
            if (any(named.values()) or rule.entry_cluster_cases) and lacking:
                yield _fault(rule, lacking[0], "entry_counts", fields=", ".join(lacking))


_ENTRY_COUNTS = ("entry_tier", "entry_window_days", "entry_min_cases")


def _rounds(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """Rounds end before the next starts, a gap leads somewhere, and one rule holds for each population."""
    held: list[tuple[RoundRule, float, float]] = []
    for rule in rules.values():
        if not isinstance(rule, RoundRule):
            continue
        if rule.within_hours > 24 * rule.every_days:
            yield _fault(rule, "within_hours", "round_too_long", hours=24 * rule.every_days)
        if bool(rule.gap_days) != bool(rule.further_rounds):
            yield _fault(rule, "gap_days", "gap_before_nothing")
        low, high = rule.population_from or 0, rule.population_below or float("inf")
        if low >= high:
            yield _fault(rule, "population_below", "empty_band", value=rule.population_from)
        for other, from_, below in held:
            if low < below and from_ < high:
                yield _fault(rule, "population_from", "bands_meet", other=other.id)
        held.append((rule, low, high))


def _targets(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    for rule in rules.values():
        if isinstance(rule, Target):
            if rule.is_action != (rule.numerator == "regraded_daily"):
                yield _fault(rule, "is_action", "action_numerator", numerator=rule.numerator)
            if rule.is_stock != (rule.numerator == "high_risk_areas"):
                yield _fault(rule, "is_stock", "stock_numerator", numerator=rule.numerator)


def _assumed_fields(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    for rule in rules.values():
        known = rule_fields(type(rule))
        for name in rule.assumed_fields:
            if name not in known:
                what = Message("protocol.unknown_field", {"field": name})
                yield Fault(rule.id, "assumed_fields", what, mend_name(name, known))


def _time_limits(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    seen: dict[tuple[str, str], str] = {}
    for rule in rules.values():
        if isinstance(rule, TimeLimit):
            if (rule.duty, rule.subject) in seen:
                yield _fault(rule, "duty", "limited_twice", other=seen[rule.duty, rule.subject])
            if (rule.duty == "judge") != (rule.subject == "candidate"):
                yield _fault(rule, "subject", "judge_candidate")
            seen[rule.duty, rule.subject] = rule.id


def _limit_events(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """A limit counts only from an event that its subject can have: nobody is named as a case."""
    for rule in rules.values():
        if isinstance(rule, TimeLimit):
            events = LIMIT_EVENTS[limit_family(rule.subject)]
            if rule.counted_from not in events:
                yield _fault(
                    rule,
                    "counted_from",
                    "limit_event",
                    subject=rule.subject,
                    value=rule.counted_from,
                    events=", ".join(events),
                )


def _ends(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    for rule in rules.values():
        if isinstance(rule, EndRule) and not rule.counted_from:
            yield _fault(rule, "counted_from", "end_of_nothing")


def _lengths(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """A stage that may last longer says after what and how long, and that is longer."""
    for stage in _stages(rules):
        if (stage.longer_after is None) != (stage.longer_days is None):
            yield _fault(stage, "longer_days", "half_longer")
        elif stage.longer_days is not None and stage.longer_days <= stage.length_days:
            yield _fault(stage, "longer_days", "not_longer", length=stage.length_days)


def _doses(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """The last day of a dose is not before the hour at which it is due."""
    for rule in rules.values():
        if isinstance(rule, Prophylaxis) and rule.until_days and rule.until_days * 24 < rule.within_hours:
            yield _fault(rule, "until_days", "until_before_due", hours=f"{rule.within_hours:g}")


def _absences(rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """What an edition does not determine, no rule of it determines."""
    for rule in rules.values():
        if isinstance(rule, Absence) and (others := speaking(rule.topic, rules.values())):
            yield _fault(rule, "topic", "absent_and_ruled", other=others[0].id)
