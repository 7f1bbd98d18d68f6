"""Two weeks of everybody's visits, a day at a time, as whole numbers; and what cases tell of their own.

A visit is a person's dense number, a place's, the part of it (section, table, vehicle; 0: the place as a whole)
and start and end in seconds of the epoch. Every day is of seven
slots; the night at home runs over midnight and is not cut there. 5.57 visits a person a day, on average.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from lastcase.engines.city import story
from lastcase.engines.city.case_facts import Cases
from lastcase.engines.city.hashing import Dice, Flags, Ints
from lastcase.engines.city.layers import Layers
from lastcase.engines.city.population import Population
from lastcase.engines.city.story import day_start
from lastcase.engines.city.world import World, rows

N_DAYS = 14
SCHEMA = {
    "person": pl.UInt32(),
    "place": pl.UInt32(),
    "part": pl.UInt8(),
    "start_s": pl.Int64(),
    "end_s": pl.Int64(),
}
_PEOPLE_AT_A_TIME = 250_000

BUS_OUT, MORNING, BREAK, AFTERNOON, BUS_BACK, EVENING, NIGHT = range(7)


@dataclass(frozen=True)
class Slot:
    """When a slot starts and how long it lasts, in minutes of the day with their spreads, and in how many of a
    million days it happens for those at work or class and for those free."""

    start: int
    start_spread: int
    length: int
    length_spread: int
    busy: int
    free: int


SLOTS = (
    Slot(420, 30, 15, 25, 640_000, 330_000),
    Slot(495, 20, 195, 25, 1_000_000, 920_000),
    Slot(735, 15, 50, 25, 1_000_000, 1_000_000),
    Slot(825, 15, 195, 25, 1_000_000, 900_000),
    Slot(1060, 15, 15, 25, 640_000, 330_000),
    Slot(1115, 10, 15, 40, 540_000, 880_000),
    Slot(1180, 60, 560, 60, 1_000_000, 1_000_000),
)
"""Slots never meet: each ends before the next one can start."""
WORK_DAYS = (0, 1, 2, 3, 4)
SATURDAY_WORK = 500_000
EATS_OUT, AT_MARKET_EVENING = 300_000, 550_000
SECTIONS_A_MARKET, TABLES_A_RESTAURANT = 60, 20
_FIRST_DEPARTURE = {BUS_OUT: 0, BUS_BACK: SLOTS[BUS_OUT].start_spread}
"""Buses leave every minute of the rush hours; departures are counted through the day."""


def visits_of_day(
    dice: Dice, population: Population, layers: Layers, persons: Ints, day: int
) -> pl.DataFrame:
    """Visits that start on a day of the story, of these persons, slot by slot."""
    busy = _is_busy(dice, layers, persons, day)
    parts = [_slot(dice, population, layers, persons, busy, day, number) for number in range(len(SLOTS))]
    names = list(SCHEMA)
    columns = {name: np.concatenate([part[n] for part in parts]) for n, name in enumerate(names)}
    return pl.DataFrame(columns).cast(SCHEMA)  # type: ignore[arg-type]


def _is_busy(dice: Dice, layers: Layers, persons: Ints, day: int) -> Flags:
    """Who is at work or in class that day."""
    weekday = (story.DAY0_ON.weekday() + day) % 7
    group = layers.group[persons]
    if weekday in WORK_DAYS:
        return group >= 0
    at_work = (group >= layers.first["team"]) & (weekday == max(WORK_DAYS) + 1)
    return at_work & dice.chance("works on saturday", SATURDAY_WORK, persons, day)


def _slot(
    dice: Dice, population: Population, layers: Layers, persons: Ints, busy: Flags, day: int, number: int
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    slot = SLOTS[number]
    happens = dice.chance("slot", np.where(busy, slot.busy, slot.free), persons, day, number)
    who, is_busy = persons[happens], busy[happens]
    start = slot.start * 60 + dice.below("slot start", slot.start_spread * 60, who, day, number)
    length = slot.length * 60 + dice.below("slot length", slot.length_spread * 60, who, day, number)
    place = _place(dice, population, layers, who, is_busy, day, number)
    part = _part(dice, layers, who, place, start, day, number)
    start = start + day_start(day) * 60
    return who, place, part, start, start + length


def _part(dice: Dice, layers: Layers, who: Ints, place: Ints, start: Ints, day: int, number: int) -> Ints:
    """The section of a market, the table of a restaurant, the vehicle of a route by when it leaves; else 0."""
    kind = np.searchsorted(list(layers.first.values()), place, side="right") - 1
    names = list(layers.first)
    n_parts = np.select(
        [kind == names.index("market"), kind == names.index("restaurant")],
        [SECTIONS_A_MARKET, TABLES_A_RESTAURANT],
        1,
    )
    drawn = dice.below("part", n_parts, who, day, number)
    on_bus = kind == names.index("bus")
    part = np.where(on_bus, start // 60 - SLOTS[number].start + _FIRST_DEPARTURE.get(number, 0), drawn)
    return np.where((n_parts > 1) | on_bus, part + 1, 0)


def _place(
    dice: Dice, population: Population, layers: Layers, who: Ints, busy: Flags, day: int, number: int
) -> Ints:
    """Where a slot is spent."""
    home = population.household[who]
    if number in (BUS_OUT, BUS_BACK):
        return layers.bus[who]
    if number == NIGHT:
        return home
    if number in (MORNING, AFTERNOON):
        free = layers.market[who] if number == MORNING else home
        return np.where(busy, layers.group[who], free)
    out, chance = (
        (layers.restaurant[who], EATS_OUT) if number == BREAK else (layers.market[who], AT_MARKET_EVENING)
    )
    goes = dice.chance("goes out", chance, who, day, number)
    return np.where(goes, out, home)


def visit_days(world: World) -> Iterator[tuple[int, pl.DataFrame]]:
    """Day of the story and everybody's visits of it, for two weeks up to the days when places closed."""
    everyone = np.arange(world.population.n)
    for day in range(story.CLOSED_FROM_DAY - N_DAYS, story.CLOSED_FROM_DAY):
        parts = np.array_split(everyone, -(-len(everyone) // _PEOPLE_AT_A_TIME))
        frames = [visits_of_day(world.dice, world.population, world.layers, part, day) for part in parts]
        yield day, pl.concat(frames)


def check_in_days(world: World) -> Iterator[tuple[int, pl.DataFrame]]:
    """Day of the story and the check-ins of that day: everybody's visits outside homes, from the infection of the
    market to the end of the record. Once places are closed, those of whoever is out all the same; nobody who was
    found or set apart checks in any more."""
    everyone, apart = np.arange(world.population.n), _apart(world)
    for day in range(story.SEED_DAY, story.LAST_DAY + 1):
        parts = np.array_split(everyone, -(-len(everyone) // _PEOPLE_AT_A_TIME))
        frames = [
            _checked_in(
                world, visits_of_day(world.dice, world.population, world.layers, part, day), day, apart
            )
            for part in parts
        ]
        yield day, pl.concat(frames)


def _apart(world: World) -> Ints:
    """By person: minute of being found or set apart (`FAR`: neither)."""
    apart = world.found_of_person()
    np.minimum.at(apart, world.named.person, world.named.apart)
    return apart


def _checked_in(world: World, visits: pl.DataFrame, day: int, apart: Ints) -> pl.DataFrame:
    away = visits.filter(pl.col("place") >= world.layers.first["class"])
    person, start = (away[name].cast(pl.Int64).to_numpy() for name in ("person", "start_s"))
    kept = start // 60 < apart[person]
    if day >= story.CLOSED_FROM_DAY:
        kept &= _is_out_all_the_same(world, person, start)
    return away.filter(pl.Series(kept))


def _is_out_all_the_same(world: World, person: Ints, start: Ints) -> Flags:
    return world.dice.chance("out all the same", OUT_AFTER_CLOSING, person, start)


def units_of(world: World, place: Ints, part: Ints) -> pl.Series:
    """What the parts of places are called: section of a market, table, departure of a bus; null for part 0."""
    kind = np.searchsorted(list(world.layers.first.values()), place, side="right") - 1
    names = pl.Series(list(world.layers.first))[kind]
    departure, n_out = part.astype(np.int64) - 1, _FIRST_DEPARTURE[BUS_BACK]
    minutes = np.where(departure < n_out, SLOTS[BUS_OUT].start, SLOTS[BUS_BACK].start - n_out) + departure
    rows = pl.DataFrame({"kind": names, "part": part, "minutes": minutes})
    hour = (pl.col("minutes") // 60).cast(pl.String).str.zfill(2)
    minute = (pl.col("minutes") % 60).cast(pl.String).str.zfill(2)
    return rows.select(
        pl.when(pl.col("part") == 0)
        .then(None)
        .when(pl.col("kind") == "bus")
        .then(pl.format("{}:{}发车", hour, minute))
        .when(pl.col("kind") == "market")
        .then(pl.format("{}区", "part"))
        .otherwise(pl.format("{}号桌", "part"))
    ).to_series()


def write_visits(world: World, folder: Path) -> list[Path]:
    """One Parquet file a day in `folder`, named by its date; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for day, frame in visit_days(world):
        path = folder / f"{story.dates(np.array([day_start(day)]))[0]:%Y-%m-%d}.parquet"
        frame.write_parquet(path, compression="zstd", compression_level=1)
        written.append(path)
    return written


RECALLED, OUT_AFTER_CLOSING = 650_000, 200_000
TOLD_DAYS = 3
PRECISION_MIN = 15.0


def trajectory_rows(world: World, cases: Cases) -> pl.DataFrame:
    """Rows of `visits`: where the interviewed cases say they were in the days before they were found."""
    told = np.flatnonzero(cases.interviewed < story.END_MIN)
    case_of = np.full(world.population.n, -1, np.int64)
    case_of[cases.person[told]] = told
    parts = [
        visits_of_day(world.dice, world.population, world.layers, cases.person[told], day)
        for day in range(story.FIRST_DAY - TOLD_DAYS, story.LAST_DAY + 1)
    ]
    every = pl.concat(parts)
    person, place, part, start, end = (every[name].cast(pl.Int64).to_numpy() for name in SCHEMA)
    row = case_of[person]
    found = cases.found[row] * 60
    near = (start >= found - TOLD_DAYS * 86_400) & (start < found) & (place >= world.layers.first["class"])
    near &= world.dice.chance("recalls", RECALLED, person, start)
    closed = start >= day_start(story.CLOSED_FROM_DAY) * 60
    near &= ~closed | _is_out_all_the_same(world, person, start)
    end = np.minimum(end, found)
    return _told(world, cases, row[near], place[near], part[near], start[near] // 60, end[near] // 60)


def _told(
    world: World, cases: Cases, row: Ints, place: Ints, part: Ints, start: Ints, end: Ints
) -> pl.DataFrame:
    kept = start < end
    row, place, part, start, end = row[kept], place[kept], part[kept], start[kept], end[kept]
    return rows(
        "visits",
        cases.interviewed[row] + 45,
        person_id=world.person_ids(cases.person[row]),
        place_id=world.place_ids(place),
        start_at=story.instants(start),
        end_at=story.instants(end),
        unit=units_of(world, place, part),
        precision_min=np.full(len(row), PRECISION_MIN),
        visit_source=["interview"] * len(row),
    )
