"""The two rings under management: close contacts, those who live with them, and arrivals, with all their facts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from lastcase.core.protocol.model import Stage
from lastcase.engines.city import management as m
from lastcase.engines.city import story
from lastcase.engines.city.case_facts import Cases
from lastcase.engines.city.contact_facts import Contacts
from lastcase.engines.city.hashing import Ints
from lastcase.engines.city.people import exemption_of
from lastcase.engines.city.story import FAR, HOUR_MIN, day_start
from lastcase.engines.city.world import World, coded, rows

Frames = dict[str, list[pl.DataFrame]]
CENTRAL = ("quarantine_central", "quarantine_home")
MONITORED = ("health_monitoring", "health_monitoring")
HANDED_OVER = 780_000
PERSONS_AN_ARRIVAL = 650
ORIGINS = ("low", "medium", "high", "abroad")
_CATEGORY = {"low": "from_low", "medium": "from_medium", "high": "from_high", "abroad": "arrival"}


def close_contacts(world: World, contacts: Contacts) -> m.Managed:
    """Close contacts, once each: apart from their first transfer, counted from their last exposure."""
    rows_ = np.flatnonzero(contacts.is_close)
    persons, row = np.unique(contacts.person[rows_], return_inverse=True)
    apart = np.full(len(persons), FAR, np.int64)
    np.minimum.at(apart, row, contacts.apart[rows_])
    last = np.zeros(len(persons), np.int64)
    np.maximum.at(last, row, contacts.last[rows_])
    named = np.full(len(persons), FAR, np.int64)
    np.minimum.at(named, row, contacts.named[rows_])
    found = world.found_of_person()[persons]
    kept = found > named
    home = exemption_of(world, persons) >= 0
    return m.Managed(persons, apart, last, found, home).where(kept)


def secondary_contacts(world: World, close: m.Managed) -> m.Managed:
    """Those who live with a close contact and are none themselves: at home until seven days after."""
    homes, row = np.unique(world.population.household[close.person], return_inverse=True)
    taken = np.minimum(close.apart, story.END_MIN - 1)
    since, until = np.full(len(homes), FAR, np.int64), np.zeros(len(homes), np.int64)
    np.minimum.at(since, row, taken)
    np.maximum.at(until, row, taken)
    sizes = world.population.home_start[homes + 1] - world.population.home_start[homes]
    persons = world.population.members(homes)
    first, anchor = np.repeat(since, sizes), np.repeat(until, sizes)
    found = world.found_of_person()[persons]
    fresh = ~np.isin(persons, close.person) & (found > first)
    apart = first + world.dice.between("second apart", 30, 11 * HOUR_MIN, persons)
    missed = world.dice.chance("second missed", 90_000, persons)
    apart = np.where(missed, FAR, apart)
    return m.Managed(persons, apart, anchor, found, np.ones(len(persons), bool)).where(fresh)


def ring_facts(world: World, contacts: Contacts) -> tuple[Frames, Ints]:
    """Facts of both rings, and everybody in them."""
    close = close_contacts(world, contacts)
    second = secondary_contacts(world, close)
    frames = _first(world, contacts, close)
    stage = m.stage_of(world.edition, "secondary_contact")
    tests = m.take_tests(world.dice, stage, second, "second")
    left = m.released_at(stage, second, tests)
    add(frames, "specimens", m.test_rows(world, second, tests, "L2"))
    add(frames, "stays", m.stay_rows(world, second, left, CENTRAL, "S2"))
    add(frames, "checks", m.monitor_rows(world, stage, second, left, "C2"))
    add(frames, "moves", _hand_overs(world, contacts, np.union1d(close.person, second.person)))
    return frames, np.union1d(close.person, second.person)


def add(frames: Frames, name: str, frame: pl.DataFrame) -> None:
    """Add rows of a table."""
    frames.setdefault(name, []).append(frame)


def _first(world: World, contacts: Contacts, close: m.Managed) -> Frames:
    frames: Frames = {}
    stage, then = (m.stage_of(world.edition, "close_contact", n) for n in (1, 2))
    tests = m.take_tests(world.dice, stage, close, "close")
    left = m.released_at(stage, close, tests)
    asked = _asked(contacts, close) + world.dice.between("transfer asked", 10, 60, close.person)
    add(frames, "specimens", m.test_rows(world, close, tests, "L1"))
    add(frames, "stays", m.stay_rows(world, close, left, CENTRAL, "S1"))
    add(frames, "moves", m.move_rows(world, close, asked, "M1"))
    add(frames, "checks", m.monitor_rows(world, stage, close, left, "C1"))
    add(frames, "checks", _attempts(world, close, asked))
    freed = (left < FAR) & (close.found == FAR)
    after = m.Managed(close.person, left, m.scheduled_end(stage, close) - 1, close.found, close.at_home)
    _at_home(world, frames, then, after.where(freed), "3")
    return frames


def _at_home(world: World, frames: Frames, stage: Stage, managed: m.Managed, kind: str) -> None:
    """A stage of watching one's health at home: its tests, checks and stays."""
    home = replace(managed, at_home=np.ones(len(managed.person), bool))
    tests = m.take_tests(world.dice, stage, home, f"home {kind}")
    left = m.released_at(stage, home, tests)
    add(frames, "specimens", m.test_rows(world, home, tests, f"L{kind}"))
    add(frames, "stays", m.stay_rows(world, home, left, MONITORED, f"S{kind}"))
    add(frames, "checks", m.monitor_rows(world, stage, home, left, f"C{kind}"))


def discharged_facts(world: World, cases: Cases) -> Frames:
    """The recovered, watched at home after their discharge."""
    frames: Frames = {}
    well = cases.recovered < story.END_MIN
    who, at = cases.person[well], cases.recovered[well]
    managed = m.Managed(who, at, at, np.full(len(who), FAR), np.ones(len(who), bool))
    _at_home(world, frames, m.stage_of(world.edition, "recovered"), managed, "V")
    return frames


def _asked(contacts: Contacts, close: m.Managed) -> Ints:
    """When each close contact was named, or judged, first."""
    known = np.where(contacts.is_candidate, contacts.judged, contacts.named)
    first = np.full(int(close.person.max(initial=0)) + 1, FAR, np.int64)
    chosen = contacts.is_close & (contacts.person < len(first))
    np.minimum.at(first, contacts.person[chosen], known[chosen])
    return np.minimum(first[close.person], close.apart - 90)


def _attempts(world: World, close: m.Managed, asked: Ints) -> pl.DataFrame:
    """Calls in vain on contacts who were not brought to quarantine: not found, refused, lost."""
    chosen = np.flatnonzero((close.apart >= story.END_MIN) & (asked < story.END_MIN - 180))
    who = close.person[chosen]
    at = asked[chosen] + world.dice.between("tried after", 60, 170, who)
    outcome = world.dice.below("tried outcome", 10, who)
    return rows(
        "checks",
        at + 30,
        check_id=world.row_ids("CA", len(who)),
        person_id=world.person_ids(who),
        duty_kind=coded(("transfer", "quarantine"), world.dice.below("tried for", 2, who)),
        checked_at=story.instants(at),
        check_outcome=coded(
            ("not_found", "refused", "lost"), np.select([outcome < 6, outcome < 9], [0, 1], 2)
        ),
        mode=["visit"] * len(who),
        note=["合成记录"] * len(who),
    )


def _hand_overs(world: World, contacts: Contacts, managed: Ints) -> pl.DataFrame:
    """Contacts who live in another county, with those they live with, are handed over to it.

    Some letters are not signed for yet.
    """
    case = world.infections.person[contacts.case]
    away = np.flatnonzero(contacts.is_close & (world.county(case) != world.county(contacts.person)))
    homes, first = np.unique(world.population.household[contacts.person[away]], return_index=True)
    row = away[first]
    sizes = world.population.home_start[homes + 1] - world.population.home_start[homes]
    persons, row = world.population.members(homes), np.repeat(row, sizes)
    kept = np.isin(persons, managed)
    persons, row = persons[kept], row[kept]
    home = world.population.household[persons]
    asked = contacts.named[row] + world.dice.between("letter after", 30, 900, home)
    signed = asked + world.dice.between("signed after", 30, 600, home)
    signed = np.where(world.dice.chance("signed", HANDED_OVER, home) & (signed < story.END_MIN), signed, FAR)
    return rows(
        "moves",
        asked,
        move_id=world.row_ids("MO", len(persons)),
        person_id=world.person_ids(persons),
        move_kind=["hand_over"] * len(persons),
        from_area_id=world.cell_ids(world.population.cell[case[row]]),
        to_area_id=world.cell_ids(world.population.cell[persons]),
        requested_at=story.instants(asked),
        received_at=story.instants(signed),
        received_by=coded((None, "接收专班（合成）"), (signed < FAR).astype(np.int64)),
    )


def arrival_facts(world: World) -> tuple[Frames, Ints]:
    """People who came from elsewhere over the fortnight, from low, medium and high areas and from abroad."""
    n = max(24, world.population.n // PERSONS_AN_ARRIVAL)
    adults = np.flatnonzero((world.population.age_years >= 18) & (world.found_of_person() == FAR))
    persons = np.sort(adults[np.argsort(world.dice.bits("arrives", adults), kind="stable")[:n]])
    origin = np.select([persons % 10 < 6, persons % 10 < 8, persons % 10 == 8], [0, 1, 2], 3)
    span = (story.LAST_DAY - story.FIRST_DAY) * 1440
    at = day_start(story.FIRST_DAY) + world.dice.below("arrived", span, persons)
    frames: Frames = {"arrivals": [_arrival_rows(world, persons, origin, at)]}
    for index, name in enumerate(ORIGINS):
        _manage_arrivals(world, frames, name, persons[origin == index], at[origin == index])
    return frames, persons


def _arrival_rows(world: World, persons: Ints, origin: Ints, at: Ints) -> pl.DataFrame:
    left = at - world.dice.between("on the road", 120, 1300, persons)
    return rows(
        "arrivals",
        at + world.dice.between("arrival typed", 10, 600, persons),
        arrival_id=world.row_ids("A", len(persons)),
        person_id=world.person_ids(persons),
        origin=coded(ORIGINS, origin),
        from_name=coded(("合成甲市", "合成乙市", "合成丙市", "境外（合成）"), origin),
        left_at=story.instants(left),
        arrived_at=story.instants(at),
        to_area_id=world.cell_ids(world.population.cell[persons]),
        transport=coded(("动车SYN1", "自驾", "航班SYN2"), world.dice.below("came by", 3, persons)),
    )


def _manage_arrivals(world: World, frames: Frames, origin: str, persons: Ints, at: Ints) -> None:
    stage = m.stage_of(world.edition, _CATEGORY[origin])
    delay = world.dice.between("arrival apart", 60, 15 * HOUR_MIN, persons)
    is_central = stage.place == "quarantine_central"
    home = np.full(len(persons), not is_central)
    far = np.full(len(persons), FAR)
    managed = m.Managed(persons, at + delay, at, far, home)
    tests = m.take_tests(world.dice, stage, managed, origin)
    left = m.released_at(stage, managed, tests)
    kind = f"A{ORIGINS.index(origin)}"
    add(frames, "specimens", m.test_rows(world, managed, tests, f"L{kind}"))
    add(frames, "checks", m.monitor_rows(world, stage, managed, left, f"C{kind}"))
    if stage.is_restrictive:
        add(frames, "stays", m.stay_rows(world, managed, left, CENTRAL, f"S{kind}"))
        add(frames, "moves", m.move_rows(world, managed, at + 30, f"M{kind}"))
    if origin == "abroad":
        then = m.stage_of(world.edition, _CATEGORY[origin], 2)
        after = replace(managed, apart=left, anchor=m.scheduled_end(stage, managed) - 1)
        _at_home(world, frames, then, after.where(left < FAR), f"H{kind}")
