"""Who meets whom regularly, and whom a case names when interviewed: numbers by age after the POLYMOD diaries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lastcase.engines.city import diaries
from lastcase.engines.city.hashing import Dice, Ints
from lastcase.engines.city.layers import Layers
from lastcase.engines.city.population import Population, expand
from lastcase.engines.city.story import FAR, HOUR_MIN

NAMED_DAYS = 3
"""Days before being found over which a case names the people met."""
NEVER_FOUND = 30_000
"""Millionths of named contacts who are never reached."""

AT_HOME, AT_WORK, AT_MARKET, ON_BUS, AT_TABLE = range(5)
"""Where a named contact took place."""
_NAMED = {
    AT_WORK: ("work", "school"),
    AT_MARKET: ("other",),
    ON_BUS: ("transport",),
    AT_TABLE: ("leisure",),
}
_PERCENT_REMEMBERED = {AT_WORK: 60, AT_MARKET: 35, ON_BUS: 60, AT_TABLE: 70}
"""Of a hundred contacts of a setting, those whose names a case or a roster can tell."""


@dataclass(frozen=True)
class Roll:
    """Members of every group: `order` lists persons group by group, `starts` where each begins."""

    order: Ints
    starts: Ints
    base: int

    @classmethod
    def of(cls, place: Ints, base: int, n_places: int) -> Roll:
        """The roll of a place number for each person (below `base`: none)."""
        order = np.argsort(place, kind="stable")
        return cls(order, np.searchsorted(place[order], base + np.arange(n_places + 1)), base)

    def sizes(self, places: Ints) -> Ints:
        """Members of these places; none for a person without one."""
        known = np.maximum(places - self.base, 0)
        return np.where(places < self.base, 0, self.starts[known + 1] - self.starts[known])

    def pick(self, places: Ints, drawn: Ints) -> Ints:
        """One member of each place, by a number drawn from 0 to 2**31; -1 without one."""
        sizes = self.sizes(places)
        at = self.starts[np.maximum(places - self.base, 0)] + (drawn * sizes >> 31)
        return np.where(sizes > 0, self.order[np.minimum(at, len(self.order) - 1)], -1)


@dataclass(frozen=True)
class Groups:
    """Homes, classes and teams, markets, buses, restaurants with their members."""

    population: Population
    layers: Layers
    rolls: tuple[Roll, ...]

    @classmethod
    def of(cls, population: Population, layers: Layers) -> Groups:
        """The rolls of all layers."""
        first = layers.first
        n_groups = first["market"] - first["class"]
        return cls(
            population,
            layers,
            (
                Roll(np.arange(population.n), population.home_start, 0),
                Roll.of(layers.group, first["class"], n_groups),
                Roll.of(layers.market, first["market"], layers.count("market")),
                Roll.of(layers.bus, first["bus"], layers.count("bus")),
                Roll.of(layers.restaurant, first["restaurant"], layers.count("restaurant")),
            ),
        )

    def place(self, layer: int, person: Ints) -> Ints:
        """Where the person meets others in a layer; -1: nowhere."""
        of_layer = (
            self.population.household,
            self.layers.group,
            self.layers.market,
            self.layers.bus,
            self.layers.restaurant,
        )
        return of_layer[layer][person]

    def member(self, layer: int, person: Ints, drawn: Ints) -> Ints:
        """Somebody of the same place as each person, by a number drawn; -1 without a place."""
        return self.rolls[layer].pick(self.place(layer, person), drawn)

    def market_members(self, markets: Ints) -> Ints:
        """Regular visitors of these markets."""
        roll = self.rolls[AT_MARKET]
        return roll.order[expand(roll.starts[markets - roll.base], roll.starts[markets - roll.base + 1])]


@dataclass(frozen=True)
class Named:
    """Contacts named of cases. `case`: index of the infection; instants in minutes of the epoch.

    `apart`: when the contact was in quarantine (`FAR`: never).
    """

    case: Ints
    person: Ints
    place_kind: Ints
    place: Ints
    named: Ints
    last: Ints
    apart: Ints


def trace(
    dice: Dice,
    population: Population,
    layers: Layers,
    groups: Groups,
    person: Ints,
    found: Ints,
    case: Ints,
) -> Named:
    """Whom these cases name: everyone at home, and as many elsewhere as people of their age meet."""
    interviewed = found + dice.between("interview after", 2 * HOUR_MIN, 30 * HOUR_MIN, person)
    homes = population.household[person]
    sizes = population.home_start[homes + 1] - population.home_start[homes]
    rows = [(np.arange(len(person)).repeat(sizes), population.members(homes), AT_HOME)]
    ages = diaries.age_group(population.age_years[person])
    for kind, settings in _NAMED.items():
        mean = diaries.per_100_days(*settings)[ages] * NAMED_DAYS * _PERCENT_REMEMBERED[kind] // 100
        counts = (mean + dice.below("named rest", 100, person, kind)) // 100
        row = np.repeat(np.arange(len(person)), counts)
        ordinal = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        drawn = (dice.bits("named", person[row], kind, ordinal) >> np.uint64(33)).astype(np.int64)
        rows.append((row, groups.member(kind, person[row], drawn), kind))
    return _named(dice, groups, person, found, case, interviewed, rows)


def _named(
    dice: Dice,
    groups: Groups,
    person: Ints,
    found: Ints,
    case: Ints,
    interviewed: Ints,
    rows: list[tuple[Ints, Ints, int]],
) -> Named:
    row = np.concatenate([each[0] for each in rows])
    other = np.concatenate([each[1] for each in rows])
    kind = np.concatenate([np.full(len(each[0]), each[2]) for each in rows])
    keep = (other >= 0) & (other != person[row])
    _, first = np.unique((row * 8 + kind)[keep] * (1 << 32) + other[keep], return_index=True)
    kept = np.flatnonzero(keep)[np.sort(first)]
    row, other, kind = row[kept], other[kept], kind[kept]
    slow = dice.between("reached after", 1 * HOUR_MIN, 9 * HOUR_MIN, case[row], other)
    late = dice.chance("reached late", 130_000, case[row], other)
    slow = np.where(late, slow + dice.between("late by", 4 * HOUR_MIN, 30 * HOUR_MIN, case[row], other), slow)
    never = dice.chance("never reached", NEVER_FOUND, case[row], other)
    place = np.select(
        [kind == k for k in range(5)], [groups.place(k, person[row]) for k in range(5)], default=-1
    )
    back = np.where(
        kind == AT_HOME, 0, dice.between("met before", 1, NAMED_DAYS * 24 - 12, case[row], other) * HOUR_MIN
    )
    return Named(
        case=case[row],
        person=other,
        place_kind=kind,
        place=place,
        named=interviewed[row],
        last=found[row] - back,
        apart=np.where(never, FAR, interviewed[row] + slow),
    )
