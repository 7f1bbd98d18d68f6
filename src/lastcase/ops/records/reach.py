"""How far a change reaches: whose answers it may alter, and whose facts are needed to derive those anew.

What a person owes follows from the person's own facts, from those of whom the person was exposed to, and,
through the second ring, from those of the cases to which these were exposed: two steps up. So a change alters
answers at most two steps down, and deriving them takes facts two steps up from there. A step is a named contact,
a judgement, a shared home, or visits that met; it leads from a person who may expose others (a case; or whoever is
named, judged, at home with one, or seen where meeting one makes a close contact) to whoever is exposed. Clocks of risk
areas hang on the facts of whoever is to be found there, and on no answer: a change alters those of the ground of the
changed alone. A risk area that changed alters its own clock, those of its kin, and what is owed by whoever is on its
ground (who is touched for that). Versions that have been retired count as well: the stored answers were made from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import polars as pl

from lastcase.core.contacts.fit import shared_air_min
from lastcase.core.contacts.search import settings_of, settings_that_bind, visit_rules
from lastcase.core.contacts.units import MARK
from lastcase.core.outbreak import Outbreak
from lastcase.core.protocol.model import ContactRule, Window
from lastcase.ops.records.answers_store import Part
from lastcase.ops.records.entries import ENTRIES, MERGED
from lastcase.ops.records.ground import find_kin, persons_by_ground
from lastcase.ops.records.standing_ground import Ground
from lastcase.ops.records.writing import Writing

REACH_MAX = 5_000
"""A change that needs the facts of more persons than this is derived as a whole."""
RESIDENTS_MAX = 300
"""A live change derives risk areas with no more residents than this; the others are settled after it."""
ALWAYS, NEVER = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""Before and after anything on record."""
ASKED_AT_ONCE = 8
"""Risk areas whose residents are asked at once."""


@dataclass(frozen=True)
class Reach:
    """The answers to replace, the persons whose facts that takes, and risk areas altered as well whose residents are
    too many to read at once."""

    part: Part
    needed: list[str]
    great: list[str]


def find_reach(
    writing: Writing,
    outbreak_id: int,
    touched: list[str],
    risk_area_ids: list[str],
    ground: Ground,
    outbreak: Outbreak,
    *,
    is_now: bool = True,
) -> Reach | None:
    """The reach of a change of these persons' facts, and of these risk areas; None where it is so wide that
    the whole is quicker.

    `is_now` False: the answers are those of a time that has passed, of which the stored ones tell nothing.
    """
    paths = Paths.of(writing, outbreak_id, outbreak, is_now=is_now)
    altered = paths.altered_by(touched)
    around = paths.exposing(altered, touched) if len(altered) <= REACH_MAX else altered
    if len(around) > REACH_MAX:
        return None
    kin = find_kin(writing, outbreak_id, risk_area_ids)
    risk_areas = sorted(kin.union(_risk_areas_of(writing, paths.entries_of(touched), ground)))
    small, residents = _small(writing, outbreak_id, risk_areas, ground)
    great = [risk_area for risk_area in risk_areas if risk_area not in small]
    return Reach(Part(altered, small), sorted({*around, *residents}), great)


@dataclass(frozen=True)
class Since:
    """From when on at the earliest meeting one of some persons counts: `as_case` as long before a sign of infection as
    an edition says; `as_contact` from a first exposure on, which may be to a case at home."""

    as_case: datetime
    as_contact: datetime


@dataclass(frozen=True)
class Paths:
    """The ways of an outbreak from whoever exposes to whoever is exposed, by any version of the facts."""

    writing: Writing
    outbreak_id: int
    air_s: float
    is_stored: bool
    """Whether the stored exposures tell who exposed whom, but for those whose facts have changed since."""
    binding: list[str] | None
    """Settings in which meeting a case makes a close contact by itself, under any edition; None: any."""
    further: list[str] | None
    """Settings in which meeting a close contact exposes, under any edition; None: any."""
    least_s: float
    """So long together at the least makes anything of meeting a close contact, under any edition."""
    zone: str
    before: Mapping[str, int | None]
    """By kind of sign of a case, so many days before it at most may meeting the case expose, under any edition."""

    @classmethod
    def of(cls, writing: Writing, outbreak_id: int, outbreak: Outbreak, *, is_now: bool = True) -> Paths:
        """Those of an outbreak under any of its editions. Where it adopted several, the stored exposures are not all
        that each of them alone would find."""
        editions = [adoption.edition for adoption in outbreak.adoptions]
        air_min = max((shared_air_min(edition) for edition in editions), default=0.0)
        return cls(
            writing,
            outbreak_id,
            air_min * 60,
            is_now and len(editions) == 1,
            _either(settings_that_bind(edition) for edition in editions),
            _either(settings_of(visit_rules(edition, 2)) for edition in editions),
            _least_s([rule for edition in editions for rule in visit_rules(edition, 2)]),
            outbreak.time_zone,
            _before([window for edition in editions for window in edition.of_kind(Window)]),
        )

    def altered_by(self, touched: list[str]) -> list[str]:
        """Whose answers a change of these persons' facts may alter: theirs, those of whoever is exposed to them, and of
        whoever is exposed to those whom they make close contacts."""
        persons = self._with_kin(set(touched))
        exposing, since = self._with_kin(self._may_expose(persons)), self._since(persons)
        found = persons | self._exposed_to(exposing, None, since.as_case)
        found |= self._exposed_to(exposing, self.further, since.as_contact, self.least_s)
        if len(found) <= REACH_MAX:
            close = self._with_kin(self._may_expose(self._exposed_to(exposing, self.binding, since.as_case)))
            began = min(since.as_case, self._since(close).as_contact)
            found |= self._exposed_to(close, self.further, began, self.least_s)
        return sorted(found)

    def followed_from(self, touched: list[str]) -> list[str]:
        """These persons and whom they may have made close contacts."""
        persons = self._with_kin(set(touched))
        exposing = self._with_kin(self._may_expose(persons))
        return sorted(persons | self._exposed_to(exposing, self.binding, self._since(persons).as_case))

    def _exposed_to(
        self, exposing: set[str], settings: list[str] | None, since: datetime, least_s: float | None = None
    ) -> set[str]:
        """Whoever is named, judged, at home with one of them, or met one in one of the settings from that instant on,
        for so many seconds in all. Where the settings are those that bind, only these may be close contacts: other
        visits make nobody one without a judgement."""
        return self._with_kin(self._ask(_EXPOSED, exposing, settings, since, least_s))

    def _since(self, persons: set[str]) -> Since:
        """From when on one of these persons may have exposed others, by any version of the facts."""
        if not persons:
            return Since(NEVER, NEVER)
        if not self.is_stored or len(persons) > REACH_MAX:
            return Since(ALWAYS, ALWAYS)
        found = self.writing.all(_SINCE, self._params(persons, self.binding))
        return Since(*(NEVER if instant is None else instant for instant in found[0]))

    def exposing(self, persons: list[str], touched: list[str]) -> list[str]:
        """These persons, whoever may have exposed them, and whoever may have made those close contacts."""
        found, changed = self._with_kin(set(persons)), self._with_kin(set(touched))
        first = found | self._exposers(found, changed, _STORED)
        return sorted(first | self._exposers(first, changed, _STORED_CLOSE))

    def exposers_of(self, persons: list[str], touched: list[str]) -> list[str]:
        """These persons and whoever may have made them close contacts."""
        found = self._with_kin(set(persons))
        return sorted(found | self._exposers(found, self._with_kin(set(touched)), _STORED_CLOSE))

    def _exposers(self, persons: set[str], touched: set[str], stored: str) -> set[str]:
        """Who may have exposed one of the persons: by the `stored` exposures between two whose facts stand as they
        stood, else by the facts."""
        if not self.is_stored:
            return self._with_kin(self._may_expose(self._ask(_EXPOSERS, persons)))
        return self._with_kin(self._ask(stored, persons) | self._met_by(frozenset(persons & touched)))

    def _met_by(self, touched: frozenset[str]) -> set[str]:
        """Who may have exposed persons whose facts have changed. Each set is asked about once."""
        if touched not in self._exposers_by_facts:
            self._exposers_by_facts[touched] = self._ask(_EXPOSERS_SINCE, set(touched))
        return self._exposers_by_facts[touched]

    @cached_property
    def _exposers_by_facts(self) -> dict[frozenset[str], set[str]]:
        """What was found of whom was asked."""
        return {}

    def _may_expose(self, persons: set[str]) -> set[str]:
        """Who of the persons may expose others. Each is asked about once."""
        if len(persons) > 2 * REACH_MAX:
            return persons
        fresh = persons - self._exposes.keys()
        found = self._ask(_EXPOSING, fresh)
        self._exposes.update((person, person in found) for person in fresh)
        return {person for person in persons if self._exposes[person]}

    @cached_property
    def _exposes(self) -> dict[str, bool]:
        """Of whom was asked: whether they may expose others."""
        return {}

    def entries_of(self, persons: list[str]) -> list[str]:
        """These persons under every id by which they are on record."""
        return sorted(self._with_kin(set(persons)))

    def entries(self) -> pl.DataFrame:
        """The other ids (`entry_id`) under which a person (`person_id`) is on record, by merges."""
        return pl.DataFrame(list(self._survivor_of.items()), schema=ENTRIES, orient="row")

    def _with_kin(self, persons: set[str]) -> set[str]:
        """With the other entries of the same persons."""
        if not self._survivor_of:
            return persons
        survivors = {self._survivor_of.get(person, person) for person in persons}
        return persons.union(*(self._entries_of[one] for one in survivors & self._entries_of.keys()))

    @cached_property
    def _survivor_of(self) -> dict[str, str]:
        """Who survives, of every person merged into another."""
        return dict(self.writing.all(MERGED, [self.outbreak_id]))

    @cached_property
    def _entries_of(self) -> dict[str, set[str]]:
        """All entries of every survivor, its own among them."""
        entries: dict[str, set[str]] = {}
        for person, survivor in self._survivor_of.items():
            entries.setdefault(survivor, {survivor}).add(person)
        return entries

    def _ask(
        self,
        query: str,
        persons: set[str],
        settings: list[str] | None = None,
        since: datetime | None = None,
        least_s: float | None = None,
    ) -> set[str]:
        if not persons or len(persons) > 2 * REACH_MAX:
            return persons
        params = self._params(persons, settings) | {"since": since or ALWAYS, "least_s": least_s}
        return {person for (person,) in self.writing.all(query, params) if person is not None}

    def _params(self, persons: set[str], settings: list[str] | None) -> dict[str, object]:
        before = {f"before_{sign}": days for sign, days in self.before.items()}
        return {
            "outbreak": self.outbreak_id,
            "persons": sorted(persons),
            "air_s": self.air_s,
            "binding": self.binding,
            "settings": settings,
            "zone": self.zone,
            **before,
        }


SIGNS = {"finding": ("specimen", "found"), "last_negative": ("last_negative",), "onset": ("onset",)} | {
    "rash": ("rash",),
    "death": ("death",),
}
"""By kind of sign the anchors of windows that count from it."""


def _before(windows: list[Window]) -> dict[str, int | None]:
    """By kind of sign the most days that a window begins before it; null where none counts from it."""
    return {
        sign: max((window.before_days for window in windows if window.anchor in anchors), default=None)
        for sign, anchors in SIGNS.items()
    }


def _least_s(rules: list[ContactRule]) -> float:
    """The least seconds together that fit one of the rules."""
    return 60 * min((rule.min_minutes or 0.0 for rule in rules), default=0.0)


def _either(settings: Iterable[list[str] | None]) -> list[str] | None:
    """All the settings together; None where one of them is any."""
    found = list(settings)
    return None if None in found else sorted({name for each in found for name in each or ()})


def find_residents(
    writing: Writing, outbreak_id: int, risk_areas: list[str], ground: Ground
) -> list[str] | None:
    """Everyone to be found in the risk areas; None where they are so many that the whole is quicker."""
    found = _residents(writing, outbreak_id, risk_areas, ground)
    everyone = set[str]().union(*found.values())
    return sorted(everyone) if len(everyone) <= REACH_MAX else None


def _small(
    writing: Writing, outbreak_id: int, risk_areas: list[str], ground: Ground
) -> tuple[list[str], set[str]]:
    """The risk areas that may be derived at once, and their residents: as many as come to no more than
    `RESIDENTS_MAX`, those that cover least before the others."""
    covered = pl.concat([ground.areas["risk_area_id"], ground.places["risk_area_id"]])
    size_of = dict(covered.filter(covered.is_in(risk_areas)).value_counts().iter_rows())
    ordered = sorted(risk_areas, key=lambda risk_area: (size_of.get(risk_area, 0), risk_area))
    small, residents = list[str](), set[str]()
    for start in range(0, len(ordered), ASKED_AT_ONCE):
        asked = ordered[start : start + ASKED_AT_ONCE]
        found = _residents(writing, outbreak_id, asked, ground)
        fitting = len(small)
        for risk_area in asked:
            there = found.get(risk_area, set())
            if len(residents | there) <= RESIDENTS_MAX:
                small.append(risk_area)
                residents |= there
        if len(small) == fitting:  # nor will those that cover more
            break
    return small, residents


_EXPOSING = """
    WITH home AS MATERIALIZED (
        SELECT own.person_id AS own_id, x.person_id FROM fact_persons own JOIN fact_persons x USING (residence_place_id)
            WHERE own.person_id = ANY(%(persons)s)
    ), near AS MATERIALIZED (
        SELECT person_id FROM home UNION SELECT unnest(%(persons)s::text[])
    ), cases AS MATERIALIZED (
        SELECT person_id FROM near JOIN fact_cases c USING (person_id) WHERE c.outbreak_id = %(outbreak)s
        UNION SELECT person_id FROM near JOIN fact_specimens s USING (person_id)
            WHERE s.outbreak_id = %(outbreak)s AND s.result = 'positive'
        UNION SELECT person_id FROM fact_pools p JOIN fact_specimens s USING (outbreak_id, pool_id)
            JOIN near USING (person_id) WHERE p.outbreak_id = %(outbreak)s AND p.result = 'positive'
        UNION SELECT near.person_id FROM near JOIN fact_contacts c ON c.case_person_id = near.person_id
            WHERE c.outbreak_id = %(outbreak)s
    )
    SELECT own_id FROM home JOIN cases USING (person_id)
    UNION SELECT person_id FROM cases WHERE person_id = ANY(%(persons)s)
    UNION SELECT person_id FROM fact_contacts WHERE outbreak_id = %(outbreak)s AND person_id = ANY(%(persons)s)
    UNION SELECT person_id FROM fact_judgements WHERE outbreak_id = %(outbreak)s AND person_id = ANY(%(persons)s)
    UNION SELECT case_person_id FROM fact_judgements
        WHERE outbreak_id = %(outbreak)s AND case_person_id = ANY(%(persons)s)
    UNION SELECT v.person_id FROM fact_visits v JOIN fact_places p USING (place_id)
        WHERE v.outbreak_id = %(outbreak)s AND v.person_id = ANY(%(persons)s) AND p.setting = ANY(%(binding)s)
    UNION SELECT unnest(%(persons)s::text[]) WHERE %(binding)s::text[] IS NULL
"""
"""Who of the persons may expose others."""
_EXPOSED = """
    SELECT person_id FROM fact_contacts WHERE outbreak_id = %(outbreak)s AND case_person_id = ANY(%(persons)s)
    UNION SELECT person_id FROM fact_judgements
        WHERE outbreak_id = %(outbreak)s AND case_person_id = ANY(%(persons)s)
    {both_ways}
"""
_EXPOSERS = """
    SELECT case_person_id FROM fact_contacts WHERE outbreak_id = %(outbreak)s AND person_id = ANY(%(persons)s)
    UNION SELECT case_person_id FROM fact_judgements
        WHERE outbreak_id = %(outbreak)s AND person_id = ANY(%(persons)s)
    {both_ways}
"""
_STORED = """
    SELECT case_person_id FROM answer_exposures WHERE outbreak_id = %(outbreak)s AND person_id = ANY(%(persons)s)
"""
_STORED_CLOSE = f"""{_STORED}
    AND "order" = 1 AND verdict = (SELECT id FROM records_term WHERE term = 'accepted')
"""
_CLOSE = "(SELECT id FROM records_term WHERE term = 'close_contact')"
_SIGNS = """
    SELECT c.person_id, least(
            date_trunc('day', least(c.specimen_at, c.found_at, c.reported_at, c.admitted_at, c.known_from,
                    c.recorded_at, c.symptom_onset_on::timestamp AT TIME ZONE %(zone)s) AT TIME ZONE %(zone)s)
                - make_interval(days => %(before_finding)s),
            date_trunc('day', c.last_negative_at AT TIME ZONE %(zone)s)
                - make_interval(days => %(before_last_negative)s),
            c.symptom_onset_on - make_interval(days => %(before_onset)s),
            c.rash_on - make_interval(days => %(before_rash)s),
            least(c.death_on, c.burial_on) - make_interval(days => %(before_death)s),
            c.exposure_start_on, c.exposure_end_on
        ) AT TIME ZONE %(zone)s AS at
        FROM fact_cases c JOIN {persons} USING (person_id) WHERE c.outbreak_id = %(outbreak)s
    UNION ALL SELECT s.person_id, {positive} FROM fact_specimens s JOIN {persons} USING (person_id)
        WHERE s.outbreak_id = %(outbreak)s AND s.result = 'positive'
    UNION ALL SELECT s.person_id, {positive}
        FROM fact_pools p JOIN fact_specimens s USING (outbreak_id, pool_id) JOIN {persons} USING (person_id)
        WHERE p.outbreak_id = %(outbreak)s AND p.result = 'positive'
"""
"""From when on at the earliest each of some persons may have been infectious, by every sign of an infection: whole
days of the outbreak's zone before it, as many as an edition counts from such a sign."""
_POSITIVE = """(date_trunc('day', least(s.sampled_at, s.resulted_at, s.recorded_at) AT TIME ZONE %(zone)s)
    - make_interval(days => %(before_finding)s)) AT TIME ZONE %(zone)s"""
_SINCE = f"""
    WITH near AS MATERIALIZED (
        SELECT x.person_id FROM fact_persons own JOIN fact_persons x USING (residence_place_id)
            WHERE own.person_id = ANY(%(persons)s)
        UNION SELECT unnest(%(persons)s::text[])
    ), sign AS ({_SIGNS.format(persons="near", positive=_POSITIVE)})
    SELECT (SELECT min(at) FROM sign WHERE person_id = ANY(%(persons)s)), least(
        (SELECT min(at) FROM sign),
        (SELECT min(least(first_exposure_at, last_exposure_at, separated_at)) FROM fact_contacts
            WHERE outbreak_id = %(outbreak)s AND person_id = ANY(%(persons)s)),
        (SELECT min(first_exposure_at) FROM answer_contact_persons
            WHERE outbreak_id = %(outbreak)s AND person_id = ANY(%(persons)s) AND category = {_CLOSE}),
        (SELECT min(v.start_at) FROM fact_visits v
            WHERE v.outbreak_id = %(outbreak)s AND v.person_id = ANY(%(persons)s) AND (
                %(binding)s::text[] IS NULL
                OR EXISTS (SELECT 1 FROM fact_places p WHERE p.place_id = v.place_id AND p.setting = ANY(%(binding)s))
                OR EXISTS (SELECT 1 FROM fact_judgements j
                    WHERE j.outbreak_id = v.outbreak_id AND j.person_id = v.person_id))))
"""
"""From when on one of the persons may have exposed others, as a case and as a contact."""
_PART = "nullif(rtrim(split_part({unit}, '" + MARK + "', 1)), '')"
"""The part of a place that a unit names (`core.contacts.units`), or less of it: who sat rows apart is reached too."""
_OF_V, _OF_OWN = _PART.format(unit="v.unit"), _PART.format(unit="own.unit")
_MET = f"""
    fact_visits own JOIN fact_visits v ON v.outbreak_id = own.outbreak_id AND v.place_id = own.place_id
        AND v.start_at < own.end_at + make_interval(secs => %(air_s)s)
        AND v.end_at > own.start_at - make_interval(secs => %(air_s)s)
        AND ({_OF_V} = {_OF_OWN} OR {_OF_V} IS NULL OR {_OF_OWN} IS NULL)
    WHERE own.outbreak_id = %(outbreak)s AND own.person_id = ANY(%(persons)s)
"""
"""Visits `v` that met one of a person's `own`."""
_BOTH_WAYS = f"""
    UNION SELECT p.person_id FROM fact_persons own JOIN fact_persons p USING (residence_place_id)
        JOIN records_member m ON m.outbreak_id = %(outbreak)s AND m.person_id = p.person_id
        WHERE own.person_id = ANY(%(persons)s)
    UNION SELECT v.person_id FROM {_MET}
        AND v.end_at > %(since)s - make_interval(secs => %(air_s)s)
        AND own.end_at > %(since)s - make_interval(secs => %(air_s)s)
        AND (%(settings)s::text[] IS NULL OR EXISTS (SELECT 1 FROM fact_places p
            WHERE p.place_id = own.place_id AND p.setting = ANY(%(settings)s)))
        GROUP BY own.person_id, v.person_id
        HAVING %(least_s)s::float IS NULL OR %(least_s)s <= extract(epoch FROM sum(
            least(own.end_at, v.end_at) - greatest(own.start_at, v.start_at)))
"""
_EXPOSERS_SINCE = f"""
    WITH near AS MATERIALIZED (
        SELECT person_id, max(until_at) AS until_at FROM (
            SELECT p.person_id, 'infinity'::timestamptz AS until_at
                FROM fact_persons own JOIN fact_persons p USING (residence_place_id)
                WHERE own.person_id = ANY(%(persons)s)
            UNION ALL SELECT v.person_id, v.end_at + make_interval(secs => %(air_s)s) FROM {_MET}
        ) met GROUP BY person_id
    ), sign AS ({_SIGNS.format(persons="near", positive=_POSITIVE)})
    SELECT case_person_id FROM fact_contacts WHERE outbreak_id = %(outbreak)s AND person_id = ANY(%(persons)s)
    UNION SELECT case_person_id FROM fact_judgements
        WHERE outbreak_id = %(outbreak)s AND person_id = ANY(%(persons)s)
    UNION SELECT person_id FROM near JOIN sign USING (person_id) WHERE sign.at < near.until_at
    UNION SELECT person_id FROM near JOIN answer_contact_persons a USING (person_id)
        WHERE a.outbreak_id = %(outbreak)s AND a.first_exposure_at < near.until_at
        AND a.category = {_CLOSE}
"""
"""Who may have exposed one of the persons, where the stored answers tell who else is a close contact and since when."""
_EXPOSED, _EXPOSERS = (query.format(both_ways=_BOTH_WAYS) for query in (_EXPOSED, _EXPOSERS))


def _risk_areas_of(writing: Writing, persons: list[str], ground: Ground) -> list[str]:
    """Risk areas in which one of the persons lives, is, works or has been, now or by an earlier version."""
    spots = writing.all(_SPOTS, {"persons": persons})
    at_areas = [area for _, area in spots if area is not None]
    at_places = [place for place, _ in spots if place is not None]
    found = pl.concat(
        [
            ground.areas.filter(pl.col("area_id").is_in(at_areas)).select("risk_area_id"),
            ground.places.filter(pl.col("place_id").is_in(at_places)).select("risk_area_id"),
        ]
    )
    return found["risk_area_id"].unique().to_list()


_SPOTS = """
    SELECT s.place_id, coalesce(s.area_id, a.area_id) FROM (
        SELECT v.place_id, v.area_id FROM fact_persons p, LATERAL (VALUES
            (p.residence_place_id, p.residence_area_id), (p.present_place_id, p.present_area_id),
            (p.work_place_id, NULL)) v(place_id, area_id) WHERE p.person_id = ANY(%(persons)s)
        UNION SELECT place_id, NULL FROM fact_visits WHERE person_id = ANY(%(persons)s)
    ) s LEFT JOIN fact_places a ON a.place_id = s.place_id
    UNION SELECT s.place_id, a.area_id FROM (
        SELECT residence_place_id AS place_id FROM fact_persons WHERE person_id = ANY(%(persons)s)
    ) s JOIN fact_places a ON a.place_id = s.place_id
"""


def _residents(
    writing: Writing, outbreak_id: int, risk_areas: list[str], ground: Ground
) -> dict[str, set[str]]:
    """Everyone to be found in each of the risk areas."""
    mine = pl.col("risk_area_id").is_in(risk_areas)
    areas, places = (
        frame.filter(mine).rename({"risk_area_id": "ground_id"}) for frame in (ground.areas, ground.places)
    )
    return persons_by_ground(writing, outbreak_id, areas, places) if risk_areas else {}
