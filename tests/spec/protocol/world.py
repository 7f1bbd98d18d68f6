"""A small world made after an edition's own numbers, so that each number decides something in it.

Exposures lie on the first and last day of a window and last exactly the minutes asked for; release tests lie
just outside their window; arrivals left as many days ago as the edition looks back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import (
    ArrivalRule,
    CaseDefinition,
    ContactRule,
    Discharge,
    Exclusion,
    Prophylaxis,
    Protocol,
    Rhythm,
    Stage,
    Target,
)
from tests.spec.protocol.moments import DAY, at, days
from tests.spec.protocol.world_areas import counts, restarts, risk_areas, rounds

Row = dict[str, Any]


class World:
    """Rows by table, filled by the builders below."""

    def __init__(self, edition: Protocol) -> None:
        self.edition = edition
        self.tables: dict[str, list[Row]] = {name: [] for name in TABLES}
        self.ids: Iterator[int] = count(1)
        for build in (
            _areas,
            _cases,
            _windows,
            _contacts,
            _fitting,
            _visits,
            _second_ring,
            _stages,
            _exempt,
            _immune,
            _precautions,
            _arrivals,
            _discharges,
            _rhythms,
            risk_areas,
            restarts,
            rounds,
            counts,
            _funeral,
            _targets,
        ):
            build(self)

    def add(self, table: str, **row: Any) -> None:
        self.tables[table].append(row)

    def person(self, hint: str, **more: Any) -> str:
        name = f"{hint}-{next(self.ids)}"
        self.add("persons", **{"person_id": name, "residence_area_id": "K9", **more})
        return name

    def case(self, hint: str, status: str = "confirmed", **more: Any) -> str:
        name = self.person(hint)
        row = {"found_at": at(DAY + days(3), 9), "area_id": "C1"} | more
        self.add("cases", person_id=name, episode=1, case_status=status, **row)
        return name

    def named(self, case: str, start: datetime | None, **more: Any) -> str:
        person = more.pop("person_id", None) or self.person("contact", **more.pop("person", {}))
        self.add(
            "contacts",
            **{
                "contact_id": f"n{next(self.ids)}",
                "case_person_id": case,
                "person_id": person,
                "area_id": "C1",
                "named_at": at(DAY + days(3), 10),
                "first_exposure_at": start,
                "last_exposure_at": start,
                **more,
            },
        )
        return person

    def swab(self, person: str, when: datetime, result: str = "negative", **more: Any) -> None:
        self.add(
            "specimens",
            specimen_id=f"s{next(self.ids)}",
            person_id=person,
            sampled_at=when,
            result=result,
            specimen_kind="throat",
            resulted_at=when + timedelta(hours=2),
            **more,
        )

    def facts(self) -> Facts:
        frames = {}
        for name, rows in self.tables.items():
            if rows:
                columns = {c: d for c, d in TABLES[name].schema.items() if any(c in row for row in rows)}
                frames[name] = pl.DataFrame(rows, schema=columns)
        return Facts.of(**frames)


def _areas(w: World) -> None:
    tree = (
        ("C", None, "city"),
        ("C1", "C", "county"),
        ("C2", "C", "county"),
        *((f"K{n}", "C1", "cell") for n in (1, 2, 3, 9)),
        ("K8", "C2", "cell"),
        ("X", None, "region"),
        ("X1", "X", "county"),
        ("KX", "X1", "cell"),
    )
    for area_id, parent, tier in tree:
        w.add("areas", area_id=area_id, parent_id=parent, tier=tier)
    w.add("places", place_id="home", setting="household", area_id="K9")
    for setting in v.values(v.SETTINGS):
        w.add("places", place_id=f"at-{setting}", setting=setting, area_id="K9")


def _cases(w: World) -> None:
    for rule in w.edition.of_kind(CaseDefinition):
        sampled = at(DAY + days(2), 8)
        case = w.case(
            f"status-{rule.case_status}", rule.case_status, symptom_onset_on=DAY, specimen_at=sampled
        )
        w.named(case, at(DAY + days(2), 13), relation="care", setting="household")


def _windows(w: World) -> None:
    """A contact on every day around the anchor: with onset, without, found by repeated tests, both."""
    shapes: dict[str, Row] = {
        "onset": {"symptom_onset_on": DAY, "found_at": at(DAY + days(20), 9)},
        "none": {"specimen_at": at(DAY, 8), "found_at": at(DAY, 20)},
        "repeated": {
            "last_negative_at": at(DAY - days(1), 8),
            "has_repeated_tests": True,
            "specimen_at": at(DAY, 8),
        },
        "both": {
            "last_negative_at": at(DAY - days(1), 8),
            "has_repeated_tests": True,
            "symptom_onset_on": DAY,
        },
        "sampled early": {"specimen_at": at(DAY - days(5), 8), "symptom_onset_on": DAY},
        "admitted": {"symptom_onset_on": DAY, "admitted_at": at(DAY + days(3), 9)},
        "admitted without onset": {"specimen_at": at(DAY, 8), "admitted_at": at(DAY + days(3), 9)},
        "recovered": {"symptom_onset_on": DAY, "recovered_at": at(DAY + days(5), 9)},
        "recovered without onset": {"specimen_at": at(DAY, 8), "recovered_at": at(DAY + days(5), 9)},
        "buried": {"symptom_onset_on": DAY, "outcome": "died", "burial_on": DAY + days(4)},
        "buried without onset": {"specimen_at": at(DAY, 8), "outcome": "died", "burial_on": DAY + days(4)},
        "rash_alone": {"rash_on": DAY, "found_at": at(DAY + days(20), 9)},
        "rash": {"rash_on": DAY, "symptom_onset_on": DAY - days(3), "found_at": at(DAY + days(20), 9)},
    }
    ends: tuple[Row, ...] = ({"admitted_at": at(DAY + days(3), 9)}, {"recovered_at": at(DAY + days(5), 9)})
    for end in ends:
        shapes[f"repeated, {next(iter(end))}"] = shapes["repeated"] | end
    for hint, shape in shapes.items():
        case = w.case(hint, **shape)
        for offset in range(-9, 17):
            for hour in (4, 13):
                w.named(case, at(DAY + days(offset), hour), relation="care", setting="household")


def _contacts(w: World) -> None:
    """Every setting and relation, near and for twenty minutes; minutes exactly at each rule's least."""
    case = w.case("index", symptom_onset_on=DAY)
    w.tables["persons"][-1]["residence_place_id"] = "home"
    w.person("mate", residence_place_id="home")
    start = at(DAY + days(1), 13)
    for setting in v.values(v.SETTINGS):
        w.named(case, start, setting=setting, duration_min=20.0, distance_class="within_1_m")
    for relation in v.values(v.RELATIONS):
        w.named(
            case,
            start,
            relation=relation,
            setting="community",
            duration_min=20.0,
            distance_class="within_1_m",
        )
    w.named(case, start, setting="community", is_source_pair=True)
    w.named(case, start, setting="household", is_unseparated=True, last_exposure_at=None)
    away = w.named(case, start, relation="care", person={"present_area_id": "K8"})
    w.named(away, start, relation="lives_with", setting="community", person={"present_area_id": "K9"})
    w.named(away, start, relation="lives_with", setting="community", person={"present_area_id": "K8"})
    for rule in w.edition.of_kind(ContactRule):
        if rule.min_minutes and rule.is_named:
            w.named(case, start, duration_min=rule.min_minutes, distance_class=rule.max_distance)
        if rule.cumulating_hours:
            person = w.named(case, at(DAY, 6), duration_min=7.0, distance_class="touch")
            w.named(
                case,
                at(DAY, 6.5 + rule.cumulating_hours),
                person_id=person,
                duration_min=8.0,
                distance_class="touch",
            )
            w.add("visits", person_id=case, place_id="at-community", start_at=at(DAY, 1), end_at=at(DAY, 40))
            both = w.person("two-visits")
            for begin, minutes in ((at(DAY, 6), 7), (at(DAY, 6.5 + rule.cumulating_hours), 8)):
                w.add(
                    "visits",
                    person_id=both,
                    place_id="at-community",
                    start_at=begin,
                    end_at=begin + timedelta(minutes=minutes),
                )


def _fitting(w: World) -> None:
    """For each rule an exposure that fits it, at every distance, with and without effective protection."""
    case = w.case("fitting", symptom_onset_on=DAY)
    close = w.named(case, at(DAY, 9), relation="care", setting="household")
    for rule in w.edition.of_kind(ContactRule):
        for setting in rule.settings or ("community",):
            for distance in (None, *v.values(v.DISTANCES)):
                for protection in (None, "effective"):
                    w.named(
                        case if rule.order == 1 else close,
                        at(DAY + days(1), 13),
                        setting=setting,
                        relation=rule.relations[0] if rule.relations else None,
                        duration_min=rule.min_minutes or 1.0,
                        distance_class=distance,
                        protection=protection,
                        is_source_pair=rule.is_source_pair,
                    )


def _visits(w: World) -> None:
    """A case all day in every setting in turn; others beside it for exactly each rule's minutes."""
    for rule in w.edition.of_kind(ContactRule):
        if rule.order == 1 and not rule.relations and not rule.is_source_pair:
            _beside(w, w.case("visitor", symptom_onset_on=DAY), rule, DAY + days(1))
        if rule.shared_air_after_min:
            _after(w, w.case("gone", symptom_onset_on=DAY), rule, DAY + days(1))


def _after(w: World, person: str, rule: ContactRule, day: date) -> None:
    """Others who came in during the last minute of the shared air, and at its end."""
    place = f"at-{rule.settings[0]}"
    w.add("visits", person_id=person, place_id=place, start_at=at(day, 8), end_at=at(day, 9))
    for minutes in (rule.shared_air_after_min - 1, rule.shared_air_after_min):
        start = at(day, 9) + timedelta(minutes=minutes)
        w.add(
            "visits",
            person_id=w.person("later"),
            place_id=place,
            start_at=start,
            end_at=start + timedelta(hours=1),
        )


def _beside(w: World, person: str, rule: ContactRule, day: date) -> None:
    for setting in rule.settings or ("community",):
        place = f"at-{setting}"
        w.add("visits", person_id=person, place_id=place, start_at=at(day, 8), end_at=at(day, 18))
        other = w.person("beside")
        end = at(day, 10) + timedelta(minutes=rule.min_minutes or 1)
        w.add("visits", person_id=other, place_id=place, start_at=at(day, 10), end_at=end)


def _second_ring(w: World) -> None:
    case = w.case("first", symptom_onset_on=DAY)
    w.add("places", place_id="home-2", setting="household", area_id="K9")
    close = w.named(case, at(DAY, 9), relation="care", person={"residence_place_id": "home-2"})
    w.person("mate-of-contact", residence_place_id="home-2")
    for setting in ("workplace", "dining", "community"):
        w.named(close, at(DAY + days(1), 13), setting=setting, duration_min=40.0, distance_class="within_1_m")
    for setting in ("community", "workplace"):
        w.named(close, at(DAY + days(1), 13), setting=setting, relation="lives_with")
    for rule in w.edition.of_kind(ContactRule):
        if rule.order == 2 and rule.min_minutes:
            _beside(w, close, rule, DAY + days(1))


def _stages(w: World) -> None:
    """Contacts of both rings released on the last day, and one tested only a day before the window."""
    case = w.case("stage", symptom_onset_on=DAY)
    for rule in w.edition.of_kind(Stage):
        if rule.category == "close_contact" and rule.ordinal == 1:
            made = [w.named(case, at(DAY + days(1), 13), relation="care") for _ in range(3)]
            _release_tests(w, rule, made, DAY + days(1))
        if rule.category == "secondary_contact":
            close = w.named(case, at(DAY, 13), relation="care")
            where = {"setting": "community", "relation": "lives_with"}
            made = [w.named(close, at(DAY + days(1), 13), **where) for _ in range(3)]
            _release_tests(w, rule, made, DAY + days(1))


def _last_day(rule: Stage, anchor: date) -> date:
    return anchor + days(rule.length_days - (rule.day_one == "same_day"))


def _release_tests(w: World, rule: Stage, persons: list[str], anchor: date) -> None:
    last = _last_day(rule, anchor)
    early, once, spaced = persons
    for n in range(rule.n_release_tests):
        w.swab(early, at(last - days(rule.release_window_days), 12 + n * rule.release_gap_hours))
        w.swab(once, at(last, 12 + n * rule.release_gap_hours))
        w.swab(spaced, at(last, 12 + n * (rule.release_gap_hours + 1)))


def _exempt(w: World) -> None:
    """A contact of either ring, and an arrival of each kind, for every exemption."""
    case = w.case("exempting", symptom_onset_on=DAY)
    for exemption in v.values(v.EXEMPTIONS):
        who = {"exemptions": exemption}
        w.case("well", symptom_onset_on=DAY, recovered_at=at(DAY + days(5), 9))
        w.tables["persons"][-1].update(who)
        close = w.named(case, at(DAY, 13), relation="care", setting="household", person=who)
        w.named(close, at(DAY + days(1), 13), setting="community", relation="lives_with", person=who)
        for rule in w.edition.of_kind(ArrivalRule):
            person = w.person("exempt", **who)
            w.add(
                "arrivals",
                arrival_id=f"a{next(w.ids)}",
                person_id=person,
                origin=rule.origin,
                left_at=at(DAY - days(1), 12),
                arrived_at=at(DAY, 9),
                to_area_id="C1",
            )


def _immune(w: World) -> None:
    """Contacts who recovered just inside and just outside the time that frees them."""
    case = w.case("seen", symptom_onset_on=DAY)
    for rule in w.edition.of_kind(Stage):
        for shift in (-0.5, 0.5) if rule.recent_recovery_days else ():
            person = w.named(case, at(DAY + days(1), 13), relation="care")
            well = at(DAY + days(1), 13) - days(rule.recent_recovery_days + shift)
            w.add(
                "cases",
                person_id=person,
                episode=1,
                case_status="confirmed",
                found_at=well - days(10),
                recovered_at=well,
                area_id="C1",
            )


def _precautions(w: World) -> None:
    """A contact for each special circumstance and occupation that a dose or the work turns on; one given it."""
    case = w.case("shared", symptom_onset_on=DAY)
    wanted = [{"exemptions": kind} for rule in w.edition.of_kind(Prophylaxis) for kind in rule.only_for]
    wanted += [{"occupation": kind} for rule in w.edition.of_kind(Exclusion) for kind in rule.occupations]
    for about in wanted:
        w.named(case, at(DAY + days(1), 13), relation="care", person=about)
    for rule in w.edition.of_kind(Stage):
        if rule.longer_after:
            person = w.named(case, at(DAY + days(1), 13), relation="care")
            w.add(
                "checks",
                check_id=f"k{next(w.ids)}",
                person_id=person,
                duty_kind=rule.longer_after,
                checked_at=at(DAY + days(3), 15),
                check_outcome="done",
            )


def _weak_positives(w: World, category: str, person: str, anchor: date) -> None:
    """A positive at the very limit of Ct on the last day of each stage that has one."""
    stages = (stage for stage in w.edition.of_kind(Stage) if stage.category == category)
    for stage in sorted(stages, key=lambda s: s.ordinal):
        anchor = _last_day(stage, anchor)
        if stage.min_ct_value:
            w.swab(person, at(anchor, 12), "positive", ct_value=stage.min_ct_value)


def _arrivals(w: World) -> None:
    for rule in w.edition.of_kind(ArrivalRule):
        for gap in (1, rule.lookback_days, rule.lookback_days + 1):
            made = [w.person(f"from-{rule.origin}") for _ in range(4)]
            for person in made:
                w.add(
                    "arrivals",
                    arrival_id=f"a{next(w.ids)}",
                    person_id=person,
                    origin=rule.origin,
                    left_at=at(DAY - days(gap), 12),
                    arrived_at=at(DAY, 9),
                    to_area_id="C1",
                )
            stage = next(
                s for s in w.edition.of_kind(Stage) if s.category == rule.category and s.ordinal == 1
            )
            anchor = DAY - days(gap) if stage.counted_from == "left_area" else DAY
            _release_tests(w, stage, made[:3], anchor)
            _weak_positives(w, rule.category, made[3], anchor)


def _discharges(w: World) -> None:
    """Cases whose tests lie exactly as far apart as asked, at the very limit of Ct."""
    for rule in w.edition.of_kind(Discharge):
        severity = {"severity": rule.severities[0]} if rule.severities else {}
        case = w.case(f"leaves-{rule.case_status}", rule.case_status, symptom_onset_on=DAY, **severity)
        first = at(DAY + days(3 + rule.earliest_days + 1), 8)
        for n in range(rule.n_tests):
            weak = {"ct_value": rule.min_ct_value} if rule.min_ct_value else {}
            result = "positive" if rule.min_ct_value else "negative"
            w.swab(case, first + timedelta(hours=n * rule.gap_hours), result, **weak)
    w.case("well", symptom_onset_on=DAY, recovered_at=at(DAY + days(15), 9))


def _rhythms(w: World) -> None:
    for rule in w.edition.of_kind(Rhythm):
        if rule.occupation:
            w.person("staff", occupation=rule.occupation)


def _funeral(w: World) -> None:
    """Died after isolation: only the body's window is left open when the mourners come."""
    dead = w.case(
        "dead", symptom_onset_on=DAY - days(6), death_on=DAY, burial_on=DAY + days(4), outcome="died"
    )
    w.add(
        "stays",
        stay_id="ward",
        person_id=dead,
        stay_kind="isolation_hospital",
        start_at=at(DAY - days(3), 9),
        end_at=at(DAY, 9),
    )
    for offset in range(-3, 7):
        w.named(dead, at(DAY + days(offset), 13), setting="funeral")


def _targets(w: World) -> None:
    """A case found under control on the day of every target."""
    for rule in w.edition.of_kind(Target):
        found = DAY + days(rule.day)
        case = w.case("on-target", found_at=at(found, 9), specimen_at=at(found, 8))
        w.add(
            "stays",
            stay_id=f"q{next(w.ids)}",
            person_id=case,
            stay_kind="quarantine_central",
            start_at=at(DAY, 9),
            end_at=at(found + days(9), 9),
        )
    w.add(
        "decisions",
        decision_id="d0",
        decision_kind="day0",
        subject="79144",
        area_id="C",
        value_on=DAY,
        signed_at=at(DAY, 9),
        signed_by="post",
        reason="test",
    )
