"""The state of one replicate of the reference model, and the small steps that all others take."""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate import chance
from lastcase.core.simulate.chance import Flags, Floats, Ints, Stream
from lastcase.core.simulate.natural import DAY_H
from lastcase.core.simulate.outcome import COLUMNS, NUMBER
from lastcase.core.simulate.scenario import Scenario

NEVER = 1 << 40
FREE, AT_HOME, CENTRAL, IN_BED, AWAY, DEAD = range(6)
"""Where somebody is: at liberty, bound to the home, in central quarantine, isolated, gone elsewhere, dead."""
OPEN, MEDIUM, HIGH = range(3)
"""Level of a cell."""
ROUND_HOUR, TEST_HOUR, ARRIVAL_HOUR = 8, 9, 12
SEVERE_AFTER_H, DIES_AFTER_H = 4 * DAY_H, 12 * DAY_H
"""From onset (assumed)."""


class State:
    """Whatever has happened to each person, cell and county so far. Hours; `NEVER` for what has not happened."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.given, self.seed = scenario, seed
        self.world, self.levers, self.controls = scenario.world, scenario.levers, scenario.controls
        n, n_cells = self.world.n, self.world.n_cells
        n_counties = int(self.world.cell_county.max()) + 1
        self.cell = self.world.cell
        self.day_rows = np.zeros((scenario.n_days, len(COLUMNS)), np.int64)

        def hours() -> Ints:
            return np.full(n, NEVER, np.int64)

        self.infected_at, self.onset_at, self.care_at = hours(), hours(), hours()
        self.severe_at, self.dies_at, self.leaves_at = hours(), hours(), hours()
        self.sampled_at, self.result_at, self.found_at = hours(), hours(), hours()
        self.bound_at, self.left_home_at, self.isolated_until = hours(), hours(), hours()
        self.room_since, self.bed_since = hours(), hours()
        self.open_from = np.zeros(n, np.int64)
        self.is_known = np.zeros(n, bool)
        for person, until in scenario.record.guarded:
            self.open_from[person] = NEVER if until < 0 else until
            self.is_known[person] = until < 0
        self.source, self.layer = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
        self.place = np.zeros(n, np.int64)
        self.is_interviewed = np.zeros(n, bool)
        self.kind, self.kept_until = np.zeros(n, np.int64), hours()
        self.first_day, self.test_kind = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.entered = np.zeros(0, np.int64)
        self.level = np.zeros(n_cells, np.int64)
        self.level_at, self.cell_case_at = np.full(n_cells, -1, np.int64), np.full(n_cells, -1, np.int64)
        self.closes_at, self.checked_at = np.full(n_cells, NEVER, np.int64), np.full(n_cells, -1, np.int64)
        self.round_day = np.full(n_cells, -1, np.int64)
        self.next_round, self.round_from = (
            np.full(n_counties, -1, np.int64),
            np.full(n_counties, NEVER, np.int64),
        )
        self.n_clean, self.n_further = np.zeros(n_counties, np.int64), np.zeros(n_counties, np.int64)
        self.county_case_at = np.full(n_counties, -1, np.int64)
        self.alerted_at = NEVER
        self.backlog = self.rides = self.talks = 0.0
        self.tries = np.zeros((4, 0), np.int64)
        """Potential transmissions to come: source, layer, number, hour."""
        self.met = np.zeros((5, 0), np.int64)
        """Meetings that could have infected: source, layer, number, hour, who was met."""
        self.orders = np.zeros((4, 0), np.int64)
        """Quarantines to come: hour, person, kind, hour of the last exposure."""

    def _units(self, person: Ints, stream: int, index: Ints | int = 0) -> Floats:
        return chance.units(self.seed, person, stream, index)

    def _below(self, limit: Ints | int, person: Ints, stream: int, index: Ints | int = 0) -> Ints:
        return chance.below(self.seed, limit, person, stream, index)

    def _poisson(self, mean: Floats, person: Ints, stream: int, index: Ints | int = 0) -> Ints:
        """Numbers by multiplying units until they fall below exp(-mean); the index counts 4096 draws a number."""
        count, left = np.zeros(len(person), np.int64), np.arange(len(person))
        limit, product = np.exp(-mean), np.ones(len(person))
        base = np.broadcast_to(np.asarray(index, np.int64), person.shape) * 4096
        while len(left):
            product[left] *= self._units(person[left], stream, base[left] + count[left])
            left = left[product[left] > limit[left]]
            count[left] += 1
        return count

    def _to(self, who: Flags | Ints, place: int) -> None:
        self.place[who] = place
        self.room_since[who] = self.bed_since[who] = NEVER

    def _bind(self, who: Ints, hour: int) -> None:
        """Those at liberty stay at home from now on."""
        free = who[self.place[who] == FREE]
        self.place[free], self.bound_at[free] = AT_HOME, hour

    def _goes_out(self, who: Ints, hour: int) -> Flags:
        """Who meets others beyond the home today."""
        place = self.place[who]
        is_closed = self.level[self.cell[who]] == HIGH
        leak = np.where(
            place == AT_HOME, self.levers.leak_home, np.where(is_closed, self.levers.leak_closed, 1.0)
        )
        return (place <= AT_HOME) & (self._units(who, Stream.LEAKS, hour // DAY_H) < leak)

    def _drawn(self, who: Ints, stream: int, number: Ints) -> tuple[Ints, Floats]:
        """Somebody of the own cell, the own town or the city, and the chance that the ages meet."""
        world, levers = self.world, self.levers
        cell = self.cell[who]
        where = self._units(who, stream, 2 * number)
        is_local = where < levers.local_share
        in_town = where < levers.local_share + levers.town_share
        town = world.cell_town[cell]
        low = np.where(is_local, world.cell_start[cell], np.where(in_town, world.town_start[town], 0))
        high = np.where(
            is_local, world.cell_start[cell + 1], np.where(in_town, world.town_start[town + 1], world.n)
        )
        other = low + self._below(high - low, who, stream, 2 * number + 1)
        return other, self.given.rates.accept[world.age[who], world.age[other]]

    def _add(self, hour: int, name: str, who: Flags) -> None:
        self.day_rows[hour // DAY_H, NUMBER[name]] += int(who.sum())
