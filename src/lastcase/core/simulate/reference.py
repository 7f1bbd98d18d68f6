"""The model, slow and plain: hour by hour over arrays of all persons.

Hours count from a local midnight. In every hour the steps below happen in this order, each for everybody at once; what
a step does to one person does not hang on the order of persons, but for queues, which are served by the hour of
joining and then by number. The methods are those of `docs/explanation/simulation.md`.
"""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate.areas import Areas
from lastcase.core.simulate.chance import Stream
from lastcase.core.simulate.controls import ARRIVED
from lastcase.core.simulate.natural import DAY_H
from lastcase.core.simulate.outcome import NUMBER, Outcome
from lastcase.core.simulate.scenario import Scenario
from lastcase.core.simulate.spreading import Spreading
from lastcase.core.simulate.state import (
    ARRIVAL_HOUR,
    AT_HOME,
    AWAY,
    CENTRAL,
    DEAD,
    FREE,
    HIGH,
    IN_BED,
    MEDIUM,
    NEVER,
)
from lastcase.core.simulate.testing import Testing
from lastcase.core.simulate.tracing import Tracing


def simulate(scenario: Scenario, seed: int) -> Outcome:
    """One replicate."""
    return Reference(scenario, seed).run()


class Reference(Areas, Tracing, Testing, Spreading):
    """The steps of an hour, in their order."""

    def run(self) -> Outcome:
        """All hours of all days."""
        for hour in range(self.given.n_days * DAY_H):
            if hour % DAY_H == 0:
                self._regrade(hour)
                self._plan_rounds(hour)
            self._close_areas(hour)
            self._leave(hour)
            self._find(hour)
            self._interview(hour)
            self._quarantine(hour)
            self._take_away(hour)
            self._fall_ill(hour)
            self._sample(hour)
            self._transmit(hour)
            self._bring_in(hour)
            self._read_tubes()
            if hour % DAY_H == DAY_H - 1:
                self._count(hour // DAY_H)
        return self._outcome()

    def _leave(self, hour: int) -> None:
        """Deaths, departures, ends of isolation and quarantine."""
        dies = (self.dies_at == hour) & (self.place != AWAY)
        self._add(hour, "deaths", dies)
        self._to(dies, DEAD)
        goes = (
            (self.leaves_at == hour)
            & self._goes_out(np.arange(self.world.n), hour)
            & (self.found_at == NEVER)
        )
        self._add(hour, "exported", goes)
        self._to(goes, AWAY)
        out = (self.isolated_until == hour) | (self.kept_until == hour) & (self.kind > 0)
        out &= self.place < AWAY
        self._to(out, FREE)
        self.kind[out] = 0
        self.bound_at[out] = NEVER

    def _bring_in(self, hour: int) -> None:
        """Those on record, seeds, and infected arrivals, whom the edition may keep apart from then on."""
        given = self.given
        known = given.record.known[given.record.known[:, 1] == hour]
        known = known[np.argsort(known[:, 0])]
        nobody = np.full(len(known), -1)
        self._infect(known[:, 0], nobody, nobody, hour, known[:, 2])
        seeds = given.seeds[given.seeded_h == hour]
        seeds = np.unique(seeds[self._is_open(seeds, hour)])
        self._infect(seeds, np.full(len(seeds), -1), np.full(len(seeds), -1), hour)
        if hour % DAY_H != ARRIVAL_HOUR or self.levers.arrivals <= 0:
            return
        day = hour // DAY_H
        nobody = np.array([-1])
        n = int(self._poisson(np.array([self.levers.arrivals]), nobody, Stream.ARRIVAL, day)[0])
        who = self._below(self.world.n, np.full(n, -2), Stream.ARRIVAL, day * 4096 + np.arange(n))
        who = np.unique(who[self._is_open(who, hour) & (self.place[who] == FREE)])
        self._infect(who, np.full(len(who), -1), np.full(len(who), -1), hour)
        self.day_rows[day, NUMBER["imported"]] += len(who)
        self._order(who, np.full(len(who), hour), ARRIVED, hour)

    def _count(self, day: int) -> None:
        closed = self.level == HIGH
        standing = {
            "in_central": (self.place == CENTRAL).sum(),
            "in_home": ((self.place == AT_HOME) & (self.kind > 0)).sum(),
            "in_beds": (self.place == IN_BED).sum(),
            "waiting_room": (self.room_since < NEVER).sum(),
            "waiting_bed": (self.bed_since < NEVER).sum(),
            "waiting_interview": ((self.found_at < NEVER) & ~self.is_interviewed).sum(),
            "high_cells": closed.sum(),
            "medium_cells": (self.level == MEDIUM).sum(),
            "closed_persons": np.diff(self.world.cell_start)[closed].sum(),
        }
        for name, n in standing.items():
            self.day_rows[day, NUMBER[name]] = int(n)

    def _outcome(self) -> Outcome:
        who = np.flatnonzero(self.infected_at < NEVER)
        who = who[np.lexsort((who, self.infected_at[who]))]
        found = np.where(self.found_at[who] < NEVER, self.found_at[who], -1)
        return Outcome(self.day_rows, who, self.infected_at[who], self.source[who], self.layer[who], found)
