"""Keeping people apart: stays, transfers, tests on the edition's days, daily checks, and what was missed.

`manage` serves every category alike: close contacts, secondary contacts, arrivals. Numbers of days and tests are
the edition's; how well they are kept is the story's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lastcase.core.protocol.model import Protocol, Stage
from lastcase.engines.city import story
from lastcase.engines.city.hashing import Dice, Flags, Ints
from lastcase.engines.city.story import FAR, HOUR_MIN, day_of, day_start
from lastcase.engines.city.tables import DAY_MIN
from lastcase.engines.city.world import World, coded, rows

TESTED, RELEASE_TESTED, CHECKED = 930_000, 950_000, 960_000
"""Millionths of owed tests, of tests before a release, and of daily checks that are done."""
INCONCLUSIVE = 8_000
TYPED_LATE = 60_000


@dataclass(frozen=True)
class Managed:
    """People under one stage: who, from when kept apart (`FAR`: never), the instant its days count from, when
    found infected (`FAR`: not), at home rather than centrally."""

    person: Ints
    apart: Ints
    anchor: Ints
    found: Ints
    at_home: Flags

    def where(self, chosen: Flags) -> Managed:
        """Those chosen."""
        return Managed(**{name: getattr(self, name)[chosen] for name in self.__dataclass_fields__})


def stage_of(edition: Protocol, category: str, ordinal: int = 1) -> Stage:
    """The edition's stage of a category. Raises StopIteration without one."""
    return next(
        rule for rule in edition.of_kind(Stage) if (rule.category, rule.ordinal) == (category, ordinal)
    )


def first_day(stage: Stage, managed: Managed) -> Ints:
    """The story's day that is day 1 of the stage."""
    return day_of(managed.anchor) + (1 if stage.day_one == "day_after" else 0)


def scheduled_end(stage: Stage, managed: Managed) -> Ints:
    """The local midnight that ends the stage's last day."""
    return day_start(0) + (first_day(stage, managed) + stage.length_days) * DAY_MIN


@dataclass(frozen=True)
class Tests:
    """Swabs taken: rows of `managed`, day of the stage, when sampled, when the result came."""

    row: Ints
    day: Ints
    sampled: Ints
    resulted: Ints


def take_tests(dice: Dice, stage: Stage, managed: Managed, stream: str) -> Tests:
    """The stage's tests that were taken: while kept apart, before being found infected, most of them."""
    days = np.array(stage.test_days, np.int64)
    row = np.repeat(np.arange(len(managed.person)), len(days))
    day = np.tile(days, len(managed.person))
    who = managed.person[row]
    on = first_day(stage, managed)[row] + day - 1
    sampled = day_start(0) + on * DAY_MIN + dice.between(f"{stream} swab", 480, 700, who, day)
    resulted = sampled + dice.between(f"{stream} result", 5 * HOUR_MIN, 13 * HOUR_MIN, who, day)
    is_last = (day == stage.length_days) & (stage.n_release_tests > 0)
    done = np.where(
        is_last,
        dice.chance(f"{stream} release", RELEASE_TESTED, who),
        dice.chance(f"{stream} test", TESTED, who, day),
    )
    taken = done & (sampled >= managed.apart[row]) & (sampled < story.END_MIN)
    taken &= resulted < managed.found[row]
    return Tests(row[taken], day[taken], sampled[taken], resulted[taken])


def released_at(stage: Stage, managed: Managed, tests: Tests) -> Ints:
    """When each left: as a case, or after the release test's result past the scheduled end; `FAR`: stays."""
    end = scheduled_end(stage, managed)
    if stage.n_release_tests:
        told = np.full(len(end), FAR, np.int64)
        last = tests.day == stage.length_days
        told[tests.row[last]] = tests.resulted[last]
        left = np.where(told < FAR, np.maximum(end, told) + 90, FAR)
    else:
        left = end
    ill = np.where(managed.found < FAR, managed.found + 100, FAR)
    left = np.minimum(left, ill)
    return np.where(left < story.END_MIN, left, FAR)


def test_rows(world: World, managed: Managed, tests: Tests, kind: str) -> pl.DataFrame:
    """Specimens of the tests; a result that comes after the end is still awaited."""
    dice, who = world.dice, managed.person[tests.row]
    here = tests.resulted < story.END_MIN
    odd = dice.chance("inconclusive", INCONCLUSIVE, who, tests.day)
    result = np.where(here, odd.astype(np.int64), 2)
    typed = dice.between("test typed", 20, 200, who, tests.day)
    late = dice.chance("test typed late", TYPED_LATE, who, tests.day)
    typed = np.where(late, typed + dice.between("typed late by", 600, 2000, who, tests.day), typed)
    known = np.where(here, tests.resulted + typed, tests.sampled + 60)
    return rows(
        "specimens",
        known,
        specimen_id=world.row_ids(kind, len(who)),
        person_id=world.person_ids(who),
        specimen_kind=["throat"] * len(who),
        sampled_at=story.instants(tests.sampled),
        result=coded(("negative", "inconclusive", None), result),
        resulted_at=story.instants(np.where(here, tests.resulted, FAR)),
        laboratory=["北海合成实验室"] * len(who),
        purpose=["duty"] * len(who),
    )


def stay_rows(
    world: World, managed: Managed, left: Ints, stay_kind: tuple[str, str], kind: str
) -> pl.DataFrame:
    """Stays, of the first kind centrally and the second at home, from being apart until leaving."""
    chosen = np.flatnonzero(managed.apart < story.END_MIN)
    who, home = managed.person[chosen], managed.at_home[chosen]
    there = np.where(home, world.population.household[who], hotel(world, who))
    room = pl.Series(world.dice.between("floor", 2, 16, who) * 100 + world.dice.between("room", 1, 20, who))
    return rows(
        "stays",
        managed.apart[chosen] + world.dice.between("stay typed", 10, 300, who),
        stay_id=world.row_ids(kind, len(who)),
        person_id=world.person_ids(who),
        stay_kind=coded(stay_kind, home.astype(np.int64)),
        place_id=world.place_ids(there),
        room=pl.select(pl.when(pl.Series(~home)).then(room.cast(pl.String))).to_series(),
        start_at=story.instants(managed.apart[chosen]),
        end_at=story.instants(left[chosen]),
    )


def hotel(world: World, persons: Ints) -> Ints:
    """The quarantine hotel of a person."""
    layers = world.layers
    return layers.first["hotel"] + world.dice.below("hotel", layers.count("hotel"), persons)


def move_rows(world: World, managed: Managed, asked: Ints, kind: str) -> pl.DataFrame:
    """Transfers to the hotel; one that was asked for and has not arrived is still on its way."""
    chosen = np.flatnonzero(~managed.at_home & (asked < story.END_MIN))
    who, apart = managed.person[chosen], managed.apart[chosen]
    here = apart < story.END_MIN
    there = hotel(world, who)
    arrived = np.where(here, apart, FAR)
    return rows(
        "moves",
        asked[chosen],
        move_id=world.row_ids(kind, len(who)),
        person_id=world.person_ids(who),
        move_kind=["to_quarantine"] * len(who),
        from_area_id=world.cell_ids(world.population.cell[who]),
        to_area_id=world.cell_ids(world.place_cell(there)),
        to_place_id=world.place_ids(there),
        requested_at=story.instants(asked[chosen]),
        departed_at=story.instants(np.where(here, np.maximum(asked[chosen], apart - 45), FAR)),
        arrived_at=story.instants(arrived),
        received_at=story.instants(np.where(here, apart + 15, FAR)),
        received_by=coded((None, "隔离点接收组（合成）"), here.astype(np.int64)),
    )


def monitor_instants(
    dice: Dice, stage: Stage, managed: Managed, left: Ints, stream: str
) -> tuple[Ints, Ints, Ints]:
    """Daily checks of the stage that were done, while there: person, minute, and the check's ordinal."""
    turns = stage.length_days * stage.monitor_per_day
    row = np.repeat(np.arange(len(managed.person)), turns)
    turn = np.tile(np.arange(turns), len(managed.person))
    day, of_day = turn // max(1, stage.monitor_per_day), turn % max(1, stage.monitor_per_day)
    who = managed.person[row]
    minute = 8 * HOUR_MIN + of_day * 8 * HOUR_MIN + dice.below("check minute", 150, who, turn)
    at = day_start(0) + (first_day(stage, managed)[row] + day) * DAY_MIN + minute
    there = (at >= managed.apart[row]) & (at < np.minimum(left, story.END_MIN)[row])
    kept = there & dice.chance(f"check {stream}", CHECKED, who, turn)
    return who[kept], at[kept], turn[kept]


def monitor_rows(world: World, stage: Stage, managed: Managed, left: Ints, kind: str) -> pl.DataFrame:
    """Rows of `checks` of the daily checks that were done."""
    dice = world.dice
    who, at, turn = monitor_instants(dice, stage, managed, left, kind)
    return rows(
        "checks",
        at + dice.between("check typed", 5, 180, who, turn),
        check_id=world.row_ids(kind, len(who)),
        person_id=world.person_ids(who),
        duty_kind=["monitor"] * len(who),
        checked_at=story.instants(at),
        check_outcome=["done"] * len(who),
        mode=coded(("phone", "visit"), dice.below("check mode", 2, who, turn)),
        has_symptoms=np.zeros(len(who), bool),
        temperature_c=dice.between("temperature", 360, 371, who, turn) / 10,
    )
