"""What the record says of contacts: who was named, where, how near, how long; judged or still a candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from lastcase.core.protocol.model import TimeLimit
from lastcase.engines.city import diaries, spread, story
from lastcase.engines.city.case_facts import Cases
from lastcase.engines.city.hashing import Flags, Ints
from lastcase.engines.city.layers import SECTORS
from lastcase.engines.city.story import FAR, HOUR_MIN
from lastcase.engines.city.tables import DAY_MIN, weighted
from lastcase.engines.city.tracing import AT_HOME, AT_MARKET, AT_TABLE, AT_WORK, ON_BUS
from lastcase.engines.city.world import World, coded, rows

JUDGED = 880_000
"""Millionths of candidates who are judged in time."""
CLOSE_OF_JUDGED = 350_000
_SETTINGS = ("household", "school", "workplace", "market", "dining", "health_care", "transport")
_DISTANCES = ("within_1_m", "within_2_m", "same_room", "farther", None)
_DISTANCE_WEIGHTS = {
    AT_HOME: (80, 10, 5, 0, 5),
    AT_WORK: (25, 40, 22, 3, 10),
    AT_MARKET: (15, 30, 35, 10, 10),
    ON_BUS: (40, 25, 10, 15, 10),
    AT_TABLE: (50, 25, 20, 0, 5),
}
_PROTECTIONS = ("none", "partial", "effective", None)
_PROTECTION_WEIGHTS = (58, 24, 3, 15)
_LONG_OF = {AT_HOME: "home", AT_WORK: "work", AT_MARKET: "other", ON_BUS: "transport", AT_TABLE: "leisure"}


@dataclass(frozen=True)
class Contacts:
    """Named contacts whose naming is on record; `case` is an index into the infections.

    `is_close`: managed as a close contact; `is_candidate`: waits, or waited, for a judgement; `judged`: when
    (`FAR`: not).
    """

    case: Ints
    person: Ints
    kind: Ints
    place: Ints
    named: Ints
    first: Ints
    last: Ints
    apart: Ints
    setting: Ints
    distance: Ints
    protection: Ints
    is_close: Flags
    is_candidate: Flags
    judged: Ints

    @property
    def n(self) -> int:
        """Named exposures."""
        return len(self.case)


def find_contacts(world: World, cases: Cases) -> Contacts:
    """Contacts named of the cases that were interviewed before the record ends."""
    dice, truth = world.dice, world.infections
    isolated = np.full(truth.n, FAR, np.int64)
    isolated[cases.index] = cases.isolated
    named = world.named
    kept = np.flatnonzero(named.named < story.END_MIN)
    case, person, kind = named.case[kept], named.person[kept], named.place_kind[kept]
    place = named.place[kept]
    last = np.where(kind == AT_HOME, np.minimum(isolated[case], named.apart[kept]), named.last[kept])
    last = np.minimum(last, story.END_MIN - 1)
    who = (case, person)
    setting = _setting(world, kind, place)
    distance = _pick(world, "distance", _DISTANCE_WEIGHTS, kind, who)
    protection = dice.pick("protection", weighted(_PROTECTION_WEIGHTS), *who)
    careful = (protection == 2) & (kind != AT_HOME)
    near = (distance <= 1) | (distance == 4)
    automatic = (kind == AT_HOME) | ((kind == AT_WORK) & (setting <= 2) & near)
    automatic |= (kind == ON_BUS) & ((distance == 0) | (distance == 4)) | (setting == 4)
    automatic &= ~careful
    candidate = ~automatic & ~careful
    ill = truth.found_by[case] >= 0
    proven = _found_in_quarantine(world)[person]
    judged_close = candidate & (proven | dice.chance("judged close", CLOSE_OF_JUDGED, *who))
    hours = judging_hours(world)
    judged = named.named[kept] + dice.between("judged", 40, hours * HOUR_MIN, *who)
    in_time = candidate & (dice.chance("is judged", JUDGED, *who) | proven) & (judged < story.END_MIN) & ill
    return Contacts(
        case=case,
        person=person,
        kind=kind,
        place=place,
        named=named.named[kept],
        first=last - dice.between("met since", 30, 2 * DAY_MIN, *who),
        last=last,
        apart=named.apart[kept],
        setting=setting,
        distance=distance,
        protection=protection,
        is_close=automatic | (judged_close & in_time),
        is_candidate=candidate,
        judged=np.where(in_time, judged, FAR),
    )


def judging_hours(world: World) -> int:
    """Whole hours in which the edition wants a candidate judged."""
    limits = [rule.hours for rule in world.edition.of_kind(TimeLimit) if rule.subject == "candidate"]
    return round(limits[0])


def _found_in_quarantine(world: World) -> Flags:
    truth = world.infections
    found = np.zeros(world.population.n, bool)
    found[truth.person[truth.found_by == spread.IN_QUARANTINE]] = True
    return found


def _setting(world: World, kind: Ints, place: Ints) -> Ints:
    """Index into `_SETTINGS` by where it took place."""
    first = world.layers.first
    is_team = (place >= first["team"]) & (place < first["market"])
    sector = world.layers.sector[np.where(is_team, place - first["team"], 0)]
    at_team = np.select(
        [sector == SECTORS.index(name) for name in ("market", "dining", "health_care", "transport")],
        [3, 4, 5, 6],
        2,
    )
    at_work = np.where(is_team, at_team, 1)
    return np.select(
        [kind == k for k in range(5)], [0 * kind, at_work, 0 * kind + 3, 0 * kind + 6, 0 * kind + 4]
    )


def _pick(
    world: World, stream: str, weights: Mapping[int, tuple[int, ...]], kind: Ints, who: tuple[Ints, Ints]
) -> Ints:
    drawn = [world.dice.pick(stream, weighted(weights[k]), *who, k) for k in range(5)]
    return np.select([kind == k for k in range(5)], drawn)


def contact_rows(world: World, contacts: Contacts) -> pl.DataFrame:
    """Rows of `contacts`."""
    who = (contacts.case, contacts.person)
    truth = world.infections
    case_person = truth.person[contacts.case]
    same = world.county(case_person) == world.county(contacts.person)
    naming = np.where(same, contacts.person, case_person)
    relation = ("lives_with", "colleague", "passer", "companion", "server")
    return rows(
        "contacts",
        contacts.named + world.dice.between("contact typed", 15, 420, *who),
        contact_id=world.row_ids("K", contacts.n),
        case_person_id=world.person_ids(case_person),
        person_id=world.person_ids(contacts.person),
        setting=coded(_SETTINGS, contacts.setting),
        relation=coded(relation, contacts.kind),
        protection=coded(_PROTECTIONS, contacts.protection),
        distance_class=coded(_DISTANCES, contacts.distance),
        duration_min=_minutes(world, contacts),
        first_exposure_at=story.instants(contacts.first),
        last_exposure_at=story.instants(contacts.last),
        place_id=world.place_ids(contacts.place),
        area_id=world.cell_ids(world.population.cell[naming]),
        named_at=story.instants(contacts.named),
    )


def _minutes(world: World, contacts: Contacts) -> pl.Series:
    """Minutes of each exposure: long as often as in the diaries; not known for one in eight."""
    who = (contacts.case, contacts.person)
    group = diaries.age_group(world.population.age_years[contacts.person])
    share = np.select(
        [contacts.kind == k for k in range(5)],
        [diaries.long_percent(_LONG_OF[k])[group] for k in range(5)],
    )
    is_long = world.dice.below("long", 100, *who) < share
    long_ = world.dice.between("long minutes", 15, 240, *who)
    minutes = np.where(is_long, long_, world.dice.between("short minutes", 2, 14, *who)).astype(np.float64)
    known = ~world.dice.chance("minutes unknown", 125_000, *who)
    return pl.select(pl.when(pl.Series(known)).then(pl.Series(minutes))).to_series()


def judgement_rows(world: World, contacts: Contacts) -> pl.DataFrame:
    """Rows of `judgements`: one a case and person, the one judged first."""
    chosen = np.flatnonzero(contacts.judged < FAR)
    case, person = contacts.case[chosen], contacts.person[chosen]
    _, first = np.unique(case * world.population.n + person, return_index=True)
    chosen = chosen[np.sort(first)]
    case, person = contacts.case[chosen], contacts.person[chosen]
    close = contacts.is_close[chosen].astype(np.int64)
    ruled_out = world.dice.chance("ruled out", 250_000, case, person).astype(np.int64)
    verdict = np.where(close == 1, 0, 1 + ruled_out)
    return rows(
        "judgements",
        contacts.judged[chosen],
        case_person_id=world.person_ids(world.infections.person[case]),
        person_id=world.person_ids(person),
        judgement=coded(("close_contact", "copresent_person", "ruled_out"), verdict),
        judged_at=story.instants(contacts.judged[chosen]),
        reason=coded(("近距离接触", "同一空间，未近距离接触", "时间不符"), verdict),
        judged_by=["合成流调员"] * len(chosen),
    )
