"""A control protocol, edition by edition, as data.

An edition is a set of rules. Every rule has an id (`kind.name`), a clause text in both languages, a source,
and a flag `assumed` where the source could not be confirmed. Numbers carry their unit in the field name. A
field that changes no answer is declared display-only in `DISPLAY_ONLY`.

Day counting: `counted_from` names the event whose local civil date anchors a stage and `day_one` says whether
that date is itself day 1 ("same_day") or the next is ("day_after"). A stage of `length_days` = n then runs to
the end of day n.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TypeVar

RuleT = TypeVar("RuleT", bound="Rule")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule has. `id` is `kind.name`, made from its place in the file.

    `assumed`: the source could not be confirmed. `assumed_fields` names single fields that could not, in a
    rule that else was.
    """

    id: str
    clause_en: str
    clause_zh: str
    source: str
    assumed: bool = False
    assumed_fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CaseDefinition(Rule):
    """Which statuses count as an infection with which consequences.

    `has_contacts`: contacts are sought. `is_counted`: part of the total of cases. `opens` lists the duty
    kinds that a new case of the status opens at once.
    """

    case_status: str
    has_contacts: bool
    is_counted: bool
    opens: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Window(Rule):
    """When a case's exposures count.

    `applies_to`: symptomatic (has an onset), asymptomatic (none), repeated_tests (found by repeated testing),
    died, any. `anchor`: onset, specimen, last_negative, rash, death, found. The window starts at the local
    midnight `before_days` civil days before the anchor's date when `unit_of_start` is "day", or that many
    elapsed days before the anchor's instant when "instant". It ends at the first of the events in `until`
    (isolation, burial, recovery) and, where given, `after_days` civil days after the anchor's date.
    `settings` empty: all settings. Where several windows apply to a case, all whose `priority` is the lowest
    number stand, and every window with `is_extra` beside them.
    """

    applies_to: str
    anchor: str
    before_days: int
    unit_of_start: str = "day"
    after_days: int | None = None
    until: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    priority: int = 1
    is_extra: bool = False


@dataclass(frozen=True, kw_only=True)
class ContactRule(Rule):
    """When an exposure in the window makes a category.

    An exposure fits when its setting and relation are in the lists (empty list: any; an exposure whose field
    is unknown does not fit a non-empty list), its cumulated least minutes within `cumulating_hours` elapsed
    hours (0: one exposure alone) reach `min_minutes` (null: any; unknown minutes do not rule out), its
    distance is not beyond `max_distance` (null or unknown: any), the seats of visits to one carriage or other part
    of a place are no more than `max_rows_apart` rows apart (0: the same row; null, or a row that is not told: any;
    what is farther apart adds no minutes either) and its protection is not effective, when
    `is_voided_by_protection`. `is_named` restricts to exposures named by an interview or list,
    `is_source_pair` to transmission pairs stated by the source. The rule of lowest `priority` that fits
    decides. `is_automatic`: orders follow at once; else the exposure is a candidate before an investigator.
    `order` 1: contact of a case; 2: contact of a contact.
    """

    category: str
    order: int
    settings: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    min_minutes: float | None = None
    cumulating_hours: float = 0.0
    max_distance: str | None = None
    max_rows_apart: int | None = None
    is_voided_by_protection: bool = True
    is_named: bool = False
    is_source_pair: bool = False
    is_automatic: bool = False
    shared_air_after_min: float = 0.0
    priority: int = 10


@dataclass(frozen=True, kw_only=True)
class SettingRule(Rule):
    """How persons whom the contact search finds in `settings` are ranked, and how many of them come first.

    `dose_percent`: what a minute together counts for, in per cent of one in a setting that no rule names. Of the
    candidates of one case in one of these settings the `most_candidates` who rank highest make the short list (null:
    all); nobody else is left out of it.
    """

    settings: tuple[str, ...]
    dose_percent: int = 100
    most_candidates: int | None = None


@dataclass(frozen=True, kw_only=True)
class Stage(Rule):
    """One stage of managing a category: where, how long, counted from what, tested when, released how.

    `counted_from`: last_exposure, first_exposure, stage_start (the stay's start, else the order's),
    previous_stage, arrival, left_area, onset, found, recovery, negative_test. `test_days` are day numbers of
    the stage. `n_release_tests` conclusive negative tests sampled on the last `release_window_days` days of
    the stage, at least `release_gap_hours` apart, are needed to end it; 0: time alone ends it.
    `release_cap_days` after the scheduled end it lapses unless a named post extends. `monitor_per_day` checks
    a day are owed. `unseparated_cap_days`: a restarted clock never runs longer than this from the first
    exposure. `is_restrictive`: binds the person's movement. `recent_recovery_days`: a person recovered within
    so many days owes nothing (0: no exemption). `home_exemptions`: exempt categories that serve the stage at
    home; `central_exemptions`: those that serve it centrally; `waived_for`: those that owe nothing. A stage
    lasts `longer_days` instead for whoever was given what `longer_after` names (a duty kind, fulfilled by a
    recorded check). A release test of Ct at or above `min_ct_value` counts as negative (null: none does).
    """

    category: str
    ordinal: int
    place: str
    length_days: int
    counted_from: str
    day_one: str = "day_after"
    test_days: tuple[int, ...] = ()
    specimen_kinds: tuple[str, ...] = ()
    n_release_tests: int = 0
    release_window_days: int = 1
    release_gap_hours: float = 0.0
    release_cap_days: int = 0
    monitor_per_day: int = 0
    unseparated_cap_days: int | None = None
    is_restrictive: bool = True
    recent_recovery_days: int = 0
    home_exemptions: tuple[str, ...] = ()
    central_exemptions: tuple[str, ...] = ()
    waived_for: tuple[str, ...] = ()
    longer_after: str | None = None
    longer_days: int | None = None
    min_ct_value: float | None = None


@dataclass(frozen=True, kw_only=True)
class TimeLimit(Rule):
    """A duty of `subject` (a category or case status, or "candidate") that is due `hours` after
    `counted_from`.

    `counted_from`: found (when the case was found), specimen (when its first positive specimen was sampled),
    result (when its positive result was first known), named (when the exposure became known; of a candidate,
    when it was found), arrival. Where the event is not known of the subject, the limit counts from the issue
    of the duty. `LIMIT_EVENTS` tells which subject has which events. `responsible`: the kind of post that owes
    it. Duty kinds: report, interview, transfer, hand_over, test, judge (the deadline of a candidate).
    """

    duty: str
    subject: str
    counted_from: str
    hours: float
    responsible: str


LIMIT_EVENTS: Mapping[str, tuple[str, ...]] = {
    "case": ("found", "specimen", "result"),
    "contact": ("named",),
    "candidate": ("named",),
    "arrival": ("arrival",),
}
"""Events that a time limit may count from, by the family of its subject."""
_FAMILY_OF: Mapping[str, str] = {
    **dict.fromkeys(("contact", "close_contact", "secondary_contact", "copresent_person"), "contact"),
    **dict.fromkeys(("arrival", "from_high", "from_medium", "from_low"), "arrival"),
    "candidate": "candidate",
}


def limit_family(subject: str) -> str:
    """The wider subject under which a time limit may speak of a category or case status."""
    return _FAMILY_OF.get(subject, "case")


@dataclass(frozen=True, kw_only=True)
class RiskLevel(Rule):
    """A level of risk area: what proposes it, what restarts its clock, how it is released.

    `entry` lists the facts of a case that propose the level for an area: residence, work, visit.
    `restarts_on`: the same for the clock; `is_restarted_by_managed`: a case found in quarantine restarts it
    too. The clock counts `clean_days` from `counted_from`: designation, last_case (the later of designation
    and the instant the last case was removed or found, whichever is known) or no_higher (no area of a higher
    level is left in the county). `came_from`: the rule holds for an area that came down from that level
    (medium after high) and goes before the level's rule without it. `has_closing_round`: on the last day
    every resident must have one conclusive negative test, sampled within `closing_round_hours` before the
    release. `next_level` follows.

    `entry_tier`: the level is proposed for whole areas of that tier by counts of cases: by a case at which the
    area has had `entry_min_cases` cases in all and, where `entry_cluster_cases` is not 0, so many linked cases
    found within `entry_window_days` days of 24 hours. It is proposed again only after so many days without a
    case that meets it.
    """

    risk_level: str
    entry: tuple[str, ...]
    restarts_on: tuple[str, ...]
    is_restarted_by_managed: bool
    clean_days: int
    counted_from: str
    has_closing_round: bool
    next_level: str
    closing_round_hours: float = 0.0
    came_from: str | None = None
    entry_tier: str | None = None
    entry_window_days: int = 0
    entry_min_cases: int = 0
    entry_cluster_cases: int = 0


@dataclass(frozen=True, kw_only=True)
class Rhythm(Rule):
    """A repeated test: of residents at a risk level (`risk_level`) or of an occupation (`occupation`).

    One test every `every_days` local days; `first_days` tests daily on so many first days. `specimen_kinds`
    as in a stage.
    """

    risk_level: str | None = None
    occupation: str | None = None
    every_days: int = 1
    first_days: int = 0
    specimen_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoundRule(Rule):
    """Test rounds of everybody in an area of `tier` in which a case was found (`trigger`: community_case,
    any_case).

    The first round starts at the local midnight `first_after_days` days after the case was found, the next
    every `every_days` days; each is due `within_hours` after its start. After `clean_rounds` rounds in a row
    without such a case come `gap_days` days without a round and one more, `further_rounds` times; then the
    rounds stop. A case found meanwhile begins anew. The rule holds for areas of `population_from` up to (and
    not with) `population_below` inhabitants (null: any); where the population is not on record, the rule
    without `population_from`.
    """

    trigger: str
    tier: str
    every_days: int
    clean_rounds: int
    within_hours: float
    first_after_days: int = 1
    gap_days: int = 0
    further_rounds: int = 0
    population_from: int | None = None
    population_below: int | None = None
    specimen_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ArrivalRule(Rule):
    """An arrival from `origin` within `lookback_days` of leaving it becomes the category `category`.

    A positive of such an arrival, sampled since, opens an episode only with a Ct below `positive_below_ct`
    (null, or a Ct that is not known: every positive does).
    """

    origin: str
    category: str
    lookback_days: int
    positive_below_ct: float | None = None


@dataclass(frozen=True, kw_only=True)
class Prophylaxis(Rule):
    """A dose owed to the exposed of `category`, counted from `counted_from`: first_exposure or last_exposure.

    `duty`: vaccinate or give_globulin. It is due `within_hours` after the exposure; whoever became known
    later owes it up to `until_days` after the exposure (null: no later than due), and then nothing. Owed by
    persons with an exemption in `only_for` (empty: everybody) and none in `not_for`.
    """

    category: str
    duty: str
    counted_from: str
    within_hours: float
    responsible: str
    until_days: int | None = None
    only_for: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Exclusion(Rule):
    """Exposed staff of `category` in `occupations` kept off work from day `first_day` after their first
    exposure (its date is day 0) to the end of their follow-up; none with an exemption in `not_for`.
    """

    category: str
    occupations: tuple[str, ...]
    first_day: int
    responsible: str
    not_for: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Discharge(Rule):
    """When a case of `case_status` may leave isolation.

    `n_tests` negative tests (or Ct at or above `min_ct_value`, where given) `gap_hours` apart, from
    `earliest_days` after `counted_from` on (found, onset, rash; the first that is known, in the order rash,
    onset, found); with 0 tests, time alone after `earliest_days`. `needs_recovery`: neither tests nor time,
    only the recorded recovery. `severities`: cases of these alone; a rule without them is for the rest.
    """

    case_status: str
    place: str
    n_tests: int
    earliest_days: int = 0
    counted_from: str = "found"
    gap_hours: float = 0.0
    min_ct_value: float | None = None
    needs_recovery: bool = False
    severities: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EndRule(Rule):
    """The outbreak ends `clean_days` after the last case's `counted_from`: the latest of these events."""

    clean_days: int
    counted_from: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Target(Rule):
    """One dated target of a set: by day `day` (day 0 is a signed date), `numerator` must be at most `limit`.

    `numerator`: new_community_detected, new_infections_net, high_risk_areas (a stock), or regraded_daily (an
    action, with its own evidence: a re-grading signed on every day from `day` on). `is_stock`: read at an
    instant rather than over a whole local day.
    """

    target_set: str
    day: int
    numerator: str
    limit: float
    is_stock: bool = False
    is_action: bool = False


@dataclass(frozen=True, kw_only=True)
class Absence(Rule):
    """What the edition does not determine or no longer asks for, said in so many words: see `topics`.

    It changes no answer: the answers lack what no rule makes. It tells readers that nothing was forgotten.
    """

    topic: str


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number from the literature: value, unit, range, source."""

    value: float
    unit: str
    source: str
    low: float | None = None
    high: float | None = None
    assumed: bool = False


@dataclass(frozen=True, kw_only=True)
class Disease:
    """A disease profile: natural history, each number with its unit and source.

    `numbers` maps a dotted name (`incubation.mean_days`) to its number; `words` maps a name to a code, such
    as `incubation.distribution` = gamma.
    """

    id: str
    name_en: str
    name_zh: str
    numbers: Mapping[str, Number]
    words: Mapping[str, str]


RULE_KINDS: dict[str, type[Rule]] = {
    "case_definition": CaseDefinition,
    "window": Window,
    "contact": ContactRule,
    "setting": SettingRule,
    "stage": Stage,
    "time_limit": TimeLimit,
    "risk_level": RiskLevel,
    "rhythm": Rhythm,
    "round": RoundRule,
    "arrival": ArrivalRule,
    "prophylaxis": Prophylaxis,
    "exclusion": Exclusion,
    "discharge": Discharge,
    "end": EndRule,
    "target": Target,
    "absence": Absence,
}
"""Kinds of rule by the name of their table in an edition file."""


@dataclass(frozen=True)
class Protocol:
    """One edition: its rules by id, in the order of the file."""

    id: str
    disease: str
    name_en: str
    name_zh: str
    issuer: str
    effective_on: date
    source: str
    rules: Mapping[str, Rule] = field(default_factory=dict)
    time_zone: str | None = None

    def of_kind(self, kind: type[RuleT]) -> tuple[RuleT, ...]:
        """The rules of a kind, in the order of the file."""
        return tuple(rule for rule in self.rules.values() if isinstance(rule, kind))


DISPLAY_ONLY: frozenset[tuple[str, str]] = frozenset({("absence", "topic")})
"""Fields (kind, name) that are shown and change no answer."""


def rule_fields(kind: type[Rule]) -> tuple[str, ...]:
    """Names of the fields that a rule of the kind has beyond those of every rule."""
    common = {f.name for f in fields(Rule)}
    return tuple(f.name for f in fields(kind) if f.name not in common)
