"""Editions with one field moved, and whether that changes an answer."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import polars as pl

from lastcase.core.answers import Answers
from lastcase.core.contacts.dose import dose_min, dose_percents
from lastcase.core.contacts.shortlist import caps_of, shortlist
from lastcase.core.derive import bind_persons, derive
from lastcase.core.duties.derive import derive_duties
from lastcase.core.ending import ending
from lastcase.core.facts.merge import resolve_merges
from lastcase.core.facts.pools import resolve_pools
from lastcase.core.facts.store import Facts
from lastcase.core.facts.vocabulary import SETTINGS
from lastcase.core.facts.vocabulary import values as values_of
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.check import check_rules
from lastcase.core.protocol.model import (
    CaseDefinition,
    ContactRule,
    Discharge,
    Protocol,
    RiskLevel,
    Rule,
    Stage,
    TimeLimit,
    Window,
    rule_fields,
)
from lastcase.core.protocol.schema import shape_of
from lastcase.core.risk_areas.grade import grade_risk_areas
from lastcase.core.risk_areas.lineage import RANK
from lastcase.core.risk_areas.release import risk_area_clocks
from lastcase.core.screening.rounds import plan_rounds
from lastcase.core.targets import progress, target_sets
from lastcase.editions import edition_text

AS_OF = datetime(2022, 8, 20, tzinfo=UTC)
ZONE = "Asia/Shanghai"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
BINDING = ("case_definition", "window", "contact", "arrival")
OWING = ("stage", "time_limit", "discharge", "rhythm", "round", "prophylaxis", "exclusion")
UNREACHED = frozenset(
    {
        ("discharge", "severities"),
        ("stage", "central_exemptions"),
        ("round", "trigger"),
        ("exclusion", "not_for"),
        ("prophylaxis", "counted_from"),
        ("window.rash", "until"),
    }
)
"""Fields of a kind or rule whose every entry this world does not tell apart yet; the clause tables hold them."""
Position = tuple[str, str, int | None]
"""A rule, its field, and the place in the field's list (null: the field itself)."""


def numbers(edition_id: str) -> Iterator[Position]:
    """Every number written in the edition's file."""
    for kind, named in tomllib.loads(edition_text(edition_id)).items():
        if isinstance(named, dict):
            for name, body in named.items():
                for field, value in body.items():
                    items = value if isinstance(value, list) else [value]
                    for index, item in enumerate(items):
                        if isinstance(item, int | float) and not isinstance(item, bool):
                            yield f"{kind}.{name}", field, index if isinstance(value, list) else None


def choices(edition: Protocol) -> Iterator[Position]:
    """Every code, boolean and list of codes of every rule, those left at their default as well."""
    for rule_id, rule in edition.rules.items():
        for field in rule_fields(type(rule)):
            value = getattr(rule, field)
            if (
                is_implied(edition, rule, field)
                or {(rule_id, field), (rule_id.partition(".")[0], field)} & UNREACHED
            ):
                continue
            if isinstance(value, bool) or shape_of(rule_id.partition(".")[0], field).codes:
                items = range(len(value)) if isinstance(value, tuple) and value else (None,)
                yield from ((rule_id, field, index) for index in items)


def is_implied(edition: Protocol, rule: Rule, field: str) -> bool:
    """Whether the rule's other fields leave this one nothing to decide.

    A definition from which nothing follows is as good as none; a date has no hour to count from; without onset no
    onset anchors a window; only named exposures have a relation or are a source's pairs; a stage without tests has no
    specimens; home is home already; the day after a stage is day 1 of the next; an extra window of the common
    priority stands anyway; a candidate is no duty of a post yet; without a second ring all contacts are close; where
    every fact already proposes as high a level, a lower one's proposals never show; what nothing restarts or
    proposes, no managed case does either; a discharge that waits for no day counts from nothing.
    """
    match rule, field:
        case CaseDefinition(), "case_status":
            return not (rule.has_contacts or rule.is_counted or rule.opens)
        case Window(), "unit_of_start":
            return rule.anchor in ("onset", "rash", "death")
        case Window(), "applies_to":
            return (rule.applies_to, rule.anchor) in (("symptomatic", "onset"), ("died", "death"))
        case ContactRule(), "is_named":
            return bool(rule.relations) or rule.is_source_pair
        case ContactRule(), "max_distance" | "is_voided_by_protection":
            return _is_left_to_visits(edition, rule)
        case Window(), "is_extra":
            return all(r.priority == rule.priority for r in edition.of_kind(Window))
        case Stage(), "specimen_kinds":
            return not (rule.test_days or rule.n_release_tests)
        case Stage(), "day_one":
            return rule.counted_from == "previous_stage"
        case Stage(), "home_exemptions":
            return rule.place == "quarantine_home"
        case RiskLevel(), "entry":
            return not rule.entry and _proposed_at_least(edition, rule.risk_level) >= set(
                _codes(rule.id, "entry")
            )
        case RiskLevel(), "is_restarted_by_managed":
            return not (rule.restarts_on or rule.entry)
        case TimeLimit(), "responsible":
            return rule.duty == "judge"
        case TimeLimit(), "subject":
            of_contacts = rule.duty == "hand_over" or rule.subject == "contact"
            return of_contacts and all(r.order == 1 for r in edition.of_kind(ContactRule))
        case Discharge(), "counted_from":
            return not rule.earliest_days
    return False


def _proposed_at_least(edition: Protocol, level: str) -> set[str]:
    """Facts by which some rule proposes the level or a higher one."""
    rules = edition.of_kind(RiskLevel)
    return {fact for rule in rules if RANK[rule.risk_level] >= RANK[level] for fact in rule.entry}


def _is_left_to_visits(edition: Protocol, rule: ContactRule) -> bool:
    """Whether a rule before this one takes every named exposure that this one could: visits state neither distance nor
    protection."""
    before = (r for r in edition.of_kind(ContactRule) if r.order == rule.order and r.priority < rule.priority)
    return any(
        r.is_named
        and not r.relations
        and (not r.settings or (set(rule.settings) <= set(r.settings) and bool(rule.settings)))
        and (r.min_minutes or 0) <= (rule.min_minutes or 0)
        and (r.max_distance is None or r.max_distance == rule.max_distance)
        for r in before
    )


def other_numbers(edition: Protocol, position: Position) -> Iterator[Protocol]:
    """The edition with one number raised, lowered, or set to its bounds."""
    rule_id, field, index = position
    shape, held = shape_of(rule_id.partition(".")[0], field), getattr(edition.rules[rule_id], field)
    value = held if index is None else held[index]
    for other in (value + 1, value - 1, shape.low, shape.high):
        if shape.low <= other <= shape.high and other != value:
            yield _with(edition, rule_id, field, other if index is None else _put(held, index, other))


def other_choices(edition: Protocol, position: Position) -> Iterator[Protocol]:
    """The edition with one boolean turned, one code replaced, or one entry of a list dropped, replaced or added.

    What the check of editions refuses is no value that the field may take.
    """
    rule_id, field, index = position
    rule = edition.rules[rule_id]
    for value in _other_values(
        getattr(rule, field), _codes(rule_id, field), index, _may_be_absent(rule, field)
    ):
        mutant = _with(edition, rule_id, field, value)
        if not check_rules(mutant.rules):
            yield mutant


def _other_values(held: Any, codes: list[str], index: int | None, may_be_absent: bool) -> Iterator[Any]:
    if isinstance(held, bool):
        yield not held
    elif not isinstance(held, tuple):
        yield from (code for code in (*codes, *([None] if may_be_absent else [])) if code != held)
    elif index is None:
        yield from ((code,) for code in codes)
    else:
        yield (*held[:index], *held[index + 1 :])
        yield from (_put(held, index, code) for code in codes if code not in held)


def _codes(rule_id: str, field: str) -> list[str]:
    return [code.value for code in shape_of(rule_id.partition(".")[0], field).codes]


def _may_be_absent(rule: Any, field: str) -> bool:
    return next(f.default for f in fields(rule) if f.name == field) is None


def _put(held: tuple[Any, ...], index: int, value: Any) -> tuple[Any, ...]:
    return (*held[:index], value, *held[index + 1 :])


def _with(edition: Protocol, rule_id: str, field: str, value: Any) -> Protocol:
    return replace(
        edition, rules={**edition.rules, rule_id: replace(edition.rules[rule_id], **{field: value})}
    )


class Base:
    """What follows from facts under an edition, to compare editions with one field moved against."""

    def __init__(self, facts: Facts, edition: Protocol) -> None:
        self.facts = facts
        self.merged = resolve_pools(resolve_merges(facts))
        self.derived = derive(facts, _home(edition))
        self.bound = bind_persons(self.merged, edition, ZONE)
        self.answers = answers(facts, edition)
        self.parts = {
            kind: self._part(kind, edition)
            for kind in ("contact", "setting", "stage", "risk_level", "target", "end")
        }

    def part_is_changed_by(self, kind: str, mutant: Protocol) -> bool:
        """Whether an answer differs in the parts that rules of the kind govern: quick to make."""
        owning = ("contact", "stage") if kind == "case_definition" else (_part_of(kind),)
        return any(
            part in self.parts and differ(self.parts[part], self._part(part, mutant)) for part in owning
        )

    def is_changed_by(self, mutant: Protocol) -> bool:
        """Whether any answer differs."""
        return differ(self.answers, answers(self.facts, mutant))

    def _part(self, kind: str, edition: Protocol) -> dict[str, Any]:
        if kind == "contact":
            bound = bind_persons(self.merged, edition, ZONE)
            return {"exposures": bound.exposures, "subjects": bound.subjects}
        if kind == "setting":
            return {"ranked": _ranked(edition)}
        if kind == "stage":
            plan = plan_rounds(self.merged["areas"], self.derived.detections, edition, ZONE)
            made = derive_duties(
                self.merged, self.bound.subjects, self.bound.episodes, plan, edition, SINCE, ZONE
            )
            return _plain({"orders": made[0], "duties": made[1]})
        if kind == "risk_level":
            found = self.derived.detections
            clocks, blockers = risk_area_clocks(self.merged, _home(edition), found)
            proposals = grade_risk_areas(self.merged, _home(edition), found)
            return _plain({"clocks": clocks, "blockers": blockers, "proposals": proposals})
        if kind == "target":
            return {"targets": _judged(self.facts, edition, self.derived)}
        return {"ending": ending(self.facts, _home(edition), AS_OF)}


def _part_of(kind: str) -> str:
    return "contact" if kind in BINDING else "stage" if kind in OWING else kind


def _home(edition: Protocol) -> Outbreak:
    return Outbreak("world", edition.disease, ZONE, "C", (Adoption(edition, SINCE),))


def answers(facts: Facts, edition: Protocol) -> dict[str, Any]:
    """All that follows from the facts under the edition, but the explanations."""
    home = _home(edition)
    derived = derive(facts, home)
    frames = _plain(derived.frames())
    return {
        **frames,
        "targets": _judged(facts, edition, derived),
        "ending": ending(facts, home, AS_OF),
        "ranked": _ranked(edition),
    }


def _ranked(edition: Protocol) -> pl.DataFrame:
    """An hour with a case in each setting for as many as a cap of the shipped editions takes, and two more: how the
    contact search ranks them, and whom it leaves off the short list."""
    settings = pl.DataFrame({"setting": values_of(SETTINGS)})
    rows = settings.join(pl.DataFrame({"person": range(202)}), how="cross").with_columns(min=60.0)
    dose = dose_min(pl.col("min"), pl.col("min"), dose_percents(edition))
    ranked = rows.group_by("setting", "person", maintain_order=True).agg(dose_min=dose)
    found = ContactRule(
        id="contact.found", clause_en="", clause_zh="", source="", category="close_contact", order=1
    )
    told = ranked.with_columns(case=pl.lit("case"), certainty=pl.lit("definite"), rule=pl.lit(found.id))
    return shortlist(told, [found], caps_of(edition))


def _judged(facts: Facts, edition: Protocol, derived: Answers) -> list[tuple[Any, ...]]:
    home = _home(edition)
    targets = [progress(facts, home, derived, name, None, AS_OF) for name in target_sets(edition)]
    return [(t.id, t.due_on, t.limit, t.value, t.status) for rows in targets for t in rows]


def _plain(frames: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """Frames without their explanations, which would repeat what was moved, but with the rules that these cite."""
    return {name: _cited(frame) if "because" in frame.columns else frame for name, frame in frames.items()}


def _cited(frame: pl.DataFrame) -> pl.DataFrame:
    rules = pl.col("because").str.extract_all(r'"rules":\[[^\]]*\]')
    return frame.with_columns(cited=rules).drop("because")


def differ(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether any of the named answers is not the same."""
    for name, value in one.items():
        same = value.equals(other[name]) if isinstance(value, pl.DataFrame) else value == other[name]
        if not same:
            return True
    return False
