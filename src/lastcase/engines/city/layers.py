"""Where residents meet beyond the home: classes, teams, markets, restaurants, buses, wards.

A layer is a place number for each person (-1: none). Places are dense: homes first, then each kind in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lastcase.engines.city.geography import Geography
from lastcase.engines.city.hashing import Dice, Ints
from lastcase.engines.city.population import Population
from lastcase.engines.city.tables import weighted

CLASS_SIZE = 42
TEAM_LOW, TEAM_HIGH = 5, 22
SCHOOL_AGES = (3, 17)
WORK_SHARE = 760_000
"""Millionths of those between 18 and 59 who work."""
COMMUTE_SHARE = 350_000
"""Millionths of workers whose team is in another town."""
PERSONS_A_MARKET, PERSONS_A_RESTAURANT, PERSONS_A_BUS = 9_000, 700, 1_500
ROOMS_A_HOTEL = 200

SECTORS = ("office", "factory", "shop", "market", "dining", "health_care", "transport", "delivery")
"""What a team does. Four of them are occupations that an edition may ask to be tested."""
SECTOR_WEIGHTS = (34, 32, 18, 4, 5, 3, 2, 2)
RISK_OCCUPATIONS = ("market", "health_care", "transport", "delivery")

KINDS = ("home", "class", "team", "market", "restaurant", "bus", "hospital", "hotel", "makeshift")


@dataclass(frozen=True)
class Layers:
    """Meeting places. `first` says where each kind's numbers begin (and the total at the end); `cell` is the
    cell of each place but homes; by person: `group` (class or team), `market`, `bus`, `restaurant`."""

    first: dict[str, int]
    n_places: int
    cell: Ints
    sector: Ints
    group: Ints
    market: Ints
    bus: Ints
    restaurant: Ints

    def count(self, kind: str) -> int:
        """How many places of a kind there are."""
        order = [*self.first.values(), self.n_places]
        return order[KINDS.index(kind) + 1] - order[KINDS.index(kind)]

    def numbers(self, kind: str) -> Ints:
        """The place numbers of a kind."""
        return self.first[kind] + np.arange(self.count(kind))

    def cell_of(self, places: Ints, home_cell: Ints) -> Ints:
        """Cell of any places."""
        n_homes = self.first["class"]
        outside = self.cell[np.maximum(places - n_homes, 0)]
        return np.where(places < n_homes, home_cell[np.minimum(places, n_homes - 1)], outside)


def build_layers(dice: Dice, geography: Geography, population: Population) -> Layers:
    """Every place beyond the homes and who goes where."""
    cell, age = population.cell, population.age_years
    town = geography.town[cell]
    classes, class_cell = _classes(town, cell, age)
    teams, team_cell, team_sector = _teams(dice, town, cell, age, len(geography.towns))
    venues = {
        "market": _venues(dice, geography, "market", PERSONS_A_MARKET),
        "restaurant": _venues(dice, geography, "restaurant", PERSONS_A_RESTAURANT),
        "bus": _venues(dice, geography, "bus", PERSONS_A_BUS),
        "hospital": _one_a_county(geography),
        "hotel": _hotels(geography),
        "makeshift": np.zeros(1, np.int64),
    }
    cells = {"class": class_cell, "team": team_cell, **venues}
    first, at = {"home": 0}, population.n_homes
    for kind, where in cells.items():
        first[kind] = at
        at += len(where)
    group = np.where(classes >= 0, first["class"] + classes, np.where(teams >= 0, first["team"] + teams, -1))
    return Layers(
        first=first,
        n_places=at,
        cell=np.concatenate(list(cells.values())),
        sector=team_sector,
        group=group,
        market=first["market"] + _catchment(dice, geography, venues["market"], town, "market of"),
        bus=first["bus"] + _catchment(dice, geography, venues["bus"], town, "bus of"),
        restaurant=first["restaurant"]
        + _catchment(dice, geography, venues["restaurant"], town, "restaurant of"),
    )


def _classes(town: Ints, cell: Ints, age: Ints) -> tuple[Ints, Ints]:
    """Classes of one age and town, filled in the order of homes; class of each person (-1: none), cell of each."""
    low, high = SCHOOL_AGES
    pupils = np.flatnonzero((age >= low) & (age <= high))
    key = town[pupils] * 100 + age[pupils]
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    rank = np.arange(len(order)) - np.searchsorted(sorted_key, sorted_key, side="left")
    is_new = (rank % CLASS_SIZE) == 0
    number = np.cumsum(is_new) - 1
    found = np.full(len(age), -1, np.int64)
    found[pupils[order]] = number
    return found, cell[pupils[order[is_new]]]


def _teams(dice: Dice, town: Ints, cell: Ints, age: Ints, n_towns: int) -> tuple[Ints, Ints, Ints]:
    """Teams of workers of a work town in shuffled order; team of each person (-1), cell and sector of each."""
    of_age = np.flatnonzero((age >= 18) & (age < 60))
    workers = of_age[dice.chance("works", WORK_SHARE, of_age)]
    elsewhere = dice.chance("commutes", COMMUTE_SHARE, workers)
    work_town = np.where(elsewhere, dice.below("work town", n_towns, workers), town[workers])
    shuffled = (dice.bits("team order", workers) >> np.uint64(24)).astype(np.int64)
    order = np.argsort(work_town * (1 << 40) + shuffled, kind="stable")
    sizes = dice.between("team size", TEAM_LOW, TEAM_HIGH, np.arange(len(workers) // TEAM_LOW + 1))
    ends = np.cumsum(sizes)
    number = np.searchsorted(ends, np.arange(len(workers)), side="right").astype(np.int64)
    found = np.full(len(age), -1, np.int64)
    found[workers[order]] = number
    heads = np.searchsorted(number, np.arange(int(number[-1]) + 1))
    sector = dice.pick("sector", weighted(SECTOR_WEIGHTS), np.arange(len(heads)))
    return found, cell[workers[order[heads]]], sector


def _venues(dice: Dice, geography: Geography, kind: str, persons_each: int) -> Ints:
    """Cells of a town's venues, at least one a town, in the order of towns."""
    population, town = geography.population, geography.town
    of_town = np.bincount(town, weights=population, minlength=len(geography.towns)).astype(np.int64)
    counts = np.maximum(1, of_town // persons_each)
    owner = np.repeat(np.arange(len(counts)), counts)
    starts = np.searchsorted(town, np.arange(len(counts)))
    n_cells = np.bincount(town, minlength=len(counts))
    return starts[owner] + dice.below(f"cell of {kind}", n_cells[owner], np.arange(len(owner)))


def _one_a_county(geography: Geography) -> Ints:
    county = geography.cells["county"].to_numpy()
    return np.searchsorted(county, np.arange(len(geography.counties))).astype(np.int64)


def _hotels(geography: Geography) -> Ints:
    """Quarantine hotels of 200 rooms: one for every thousand residents, spread over all cells."""
    n_hotels = max(2, int(geography.population.sum()) // (5 * ROOMS_A_HOTEL))
    return np.arange(n_hotels) * geography.cells.height // n_hotels


def _catchment(dice: Dice, geography: Geography, venue_cell: Ints, town: Ints, stream: str) -> Ints:
    """A venue of the own town for each person; of a bus route and a market, the same all fortnight."""
    venue_town = geography.town[venue_cell]
    starts = np.searchsorted(venue_town, np.arange(len(geography.towns)))
    counts = np.bincount(venue_town, minlength=len(geography.towns))
    return starts[town] + dice.below(stream, counts[town], np.arange(len(town)))


def occupation_codes() -> tuple[str | None, ...]:
    """Occupation of each sector as editions name it; None: no risk occupation."""
    return tuple(name if name in RISK_OCCUPATIONS else None for name in SECTORS)
