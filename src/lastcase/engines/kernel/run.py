"""Replicates of a scenario, one after the other in one room, or side by side on threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from lastcase.core.simulate.chance import Ints, Stream
from lastcase.core.simulate.controls import ARRIVED
from lastcase.core.simulate.natural import DAY_H
from lastcase.core.simulate.outcome import NUMBER, Outcome
from lastcase.core.simulate.scenario import Scenario
from lastcase.core.simulate.state import ARRIVAL_HOUR, FREE
from lastcase.engines.compiled import inner, lean
from lastcase.engines.kernel.areas import close_areas, count, plan_rounds, regrade
from lastcase.engines.kernel.basics import plan, touch
from lastcase.engines.kernel.draws import below, keyed, poisson, seeded
from lastcase.engines.kernel.keeping import order, quarantine, take_away
from lastcase.engines.kernel.layout import (
    ALERTED_AT,
    BACKLOG,
    BLANK,
    CELL_BLANK,
    COUNTY_BLANK,
    FOUND_AT,
    INFECTED_AT,
    LACKS,
    LAYER,
    LEVEL,
    N_INFECTIONS,
    NEVER,
    OPEN_FROM,
    PLACE,
    PLACED,
    SEED_AT,
    SLOT,
    SOURCE,
    SPARE,
    TESTS_DUE,
    TOUCHED,
    WHO,
    R,
    Room,
    W,
)
from lastcase.engines.kernel.prepare import guarded_of, room_for
from lastcase.engines.kernel.spread import infect, transmit
from lastcase.engines.kernel.testing import fall_ill, sample
from lastcase.engines.kernel.tracing import find, interview, leave

ARRIVAL = int(Stream.ARRIVAL)
IMPORTED = NUMBER["imported"]
R_ARRIVALS, W_LABORATORY = R["arrivals"], W["laboratory"]
FIRST_ROOM = 1 << 14


@inner
def start(room: Room) -> None:
    """Before the first hour: nothing has happened, and what the record says is put down."""
    room.counts[:] = 0
    room.counts[SPARE], room.counts[ALERTED_AT] = -1, NEVER
    room.reals[:] = 0.0
    room.days[:] = 0
    for at in range(len(room.guarded)):
        person, until = room.guarded[at]
        touch(room, person)
        room.person[person, OPEN_FROM] = until
    for at in range(len(room.placed)):
        person, hour, kind = room.placed[at]
        plan(room, PLACED, hour, person, kind, 0)


@inner
def bring_in(room: Room, state: np.uint64, hour: int) -> None:
    """Those known, seeds, and infected arrivals."""
    counts = room.counts
    while counts[SEED_AT] < len(room.seeds) and room.seeds[counts[SEED_AT], 0] == hour:
        person, found_at = room.seeds[counts[SEED_AT], 1], room.seeds[counts[SEED_AT], 2]
        counts[SEED_AT] += 1
        line = room.person[person]
        if found_at >= 0 or (line[SLOT] < 0 and line[OPEN_FROM] <= hour):
            infect(room, state, person, -1, -1, hour, found_at)
    mean = room.course[R_ARRIVALS]
    if hour % DAY_H != ARRIVAL_HOUR or mean <= 0:
        return
    day = hour // DAY_H
    for number in range(poisson(keyed(state, -1), mean, ARRIVAL, day)):
        person = below(keyed(state, -2), len(room.person), ARRIVAL, day * 4096 + number)
        line = room.person[person]
        if line[SLOT] < 0 and line[OPEN_FROM] <= hour and line[PLACE] == FREE:
            infect(room, state, person, -1, -1, hour, -1)
            room.days[day, IMPORTED] += 1
            order(room, person, hour, ARRIVED, hour)


@lean
def replicate(room: Room, seed: int, n_hours: int) -> int:
    """So many hours of one replicate; whether room ran out."""
    state = seeded(seed)
    start(room)
    for hour in range(n_hours):
        if hour % DAY_H == 0:
            regrade(room, hour)
            plan_rounds(room, hour)
        close_areas(room, hour)
        leave(room, state, hour)
        find(room, state, hour)
        interview(room, state, hour)
        quarantine(room, hour)
        take_away(room, hour)
        fall_ill(room, state, hour)
        sample(room, state, hour)
        transmit(room, state, hour)
        bring_in(room, state, hour)
        room.reals[BACKLOG] = max(0.0, room.reals[BACKLOG] - room.wholes[W_LABORATORY] / DAY_H)
        if hour % DAY_H == DAY_H - 1:
            count(room, hour // DAY_H)
        if room.counts[LACKS] > 0:
            break
    return int(room.counts[LACKS])


@lean
def put_back(room: Room) -> None:
    """Everything that the replicate touched as it was before."""
    for at in range(room.counts[TOUCHED]):
        line = room.person[room.lists[TOUCHED, at]]
        for field in range(len(BLANK)):
            line[OPEN_FROM + field] = BLANK[field]
    for number in range(len(room.cell)):
        for field in range(len(CELL_BLANK)):
            room.cell[number, LEVEL + field] = CELL_BLANK[field]
    for number in range(len(room.county)):
        for field in range(len(COUNTY_BLANK)):
            room.county[number, field] = COUNTY_BLANK[field]
    room.head[:] = -1


class Kernel:
    """A scenario made ready, with room for one replicate at a time. One thread at a time; `beside` makes another.

    `size`: infections to have room for at first; it grows when there are more.
    """

    def __init__(self, scenario: Scenario, *, size: int = FIRST_ROOM) -> None:
        self.scenario = scenario
        self._size = size
        self._room = room_for(scenario, self._size)

    def run(self, seed: int, *, spared: Ints | None = None, n_hours: int | None = None) -> Outcome:
        """One replicate, the same as `core.simulate.reference.simulate` of the seed.

        `spared`: in place of those of the scenario's record. `n_hours`: what it is after so many hours.
        """
        n_hours = self.scenario.n_days * DAY_H if n_hours is None else n_hours
        while True:
            if spared is not None:
                record = replace(self.scenario.record, spared=spared)
                self._room = self._room._replace(guarded=guarded_of(record))
            if not replicate(self._room, seed, n_hours):
                break
            self._size *= 4
            self._room = room_for(self.scenario, self._size)
        found = self._outcome()
        put_back(self._room)
        return found

    def beside(self) -> Kernel:
        """Another with room of its own."""
        return Kernel(self.scenario)

    def _outcome(self) -> Outcome:
        rows = self._room.infection[: self._room.counts[N_INFECTIONS]]
        who, infected_h, source, layer, found = (
            rows[:, field].astype(np.int64) for field in (WHO, INFECTED_AT, SOURCE, LAYER, FOUND_AT)
        )
        order = np.argsort(infected_h * self.scenario.world.n + who, kind="stable")
        found[found == NEVER] = -1
        days = self._room.days[:, :TESTS_DUE].copy()
        return Outcome(days, who[order], infected_h[order], source[order], layer[order], found[order])


def run_all(scenario: Scenario, seeds: Sequence[int], *, n_threads: int = 1) -> Iterator[Outcome]:
    """The replicates of these seeds, in their order, whatever the number of threads."""
    first = Kernel(scenario)
    if n_threads == 1:
        yield from map(first.run, seeds)
        return
    kernels = [first, *(first.beside() for _ in range(n_threads - 1))]
    with ThreadPoolExecutor(n_threads) as threads:
        shares = [
            threads.submit(
                lambda kernel, part: [kernel.run(seed) for seed in part], kernel, seeds[at::n_threads]
            )
            for at, kernel in enumerate(kernels)
        ]
        parts = [share.result() for share in shares]
    for number in range(len(seeds)):
        yield parts[number % n_threads][number // n_threads]
