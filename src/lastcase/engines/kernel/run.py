"""Replicates of a scenario, one after the other in one room, or side by side on threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from lastcase.core.simulate.chance import Stream
from lastcase.core.simulate.controls import ARRIVED
from lastcase.core.simulate.natural import DAY_H
from lastcase.core.simulate.outcome import NUMBER, Outcome
from lastcase.core.simulate.reference import ARRIVAL_HOUR, FREE
from lastcase.core.simulate.scenario import Scenario
from lastcase.engines.compiled import compiled
from lastcase.engines.kernel.draws import below, poisson, seeded
from lastcase.engines.kernel.layout import (
    ALERTED_AT,
    BACKLOG,
    CELL_BLANK,
    COUNTY_BLANK,
    FOUND_AT,
    INFECTED_AT,
    LACKS,
    LACKS_INFECTIONS,
    LAYER,
    N_INFECTIONS,
    N_TOUCHED,
    NEVER,
    PLACE,
    SLOT,
    SOURCE,
    SPARE,
    WHO,
    Course,
    Ground,
    R,
    Room,
    Rules,
    W,
    course_of,
    ground_of,
    room_for,
    rules_of,
)
from lastcase.engines.kernel.response import (
    close_areas,
    count,
    fall_ill,
    find,
    interview,
    leave,
    order,
    plan_rounds,
    quarantine,
    regrade,
    sample,
    take_away,
)
from lastcase.engines.kernel.spread import infect, transmit

ARRIVAL = int(Stream.ARRIVAL)
IMPORTED = NUMBER["imported"]
R_ARRIVALS, W_LABORATORY, W_DAYS = R["arrivals"], W["laboratory"], W["n_days"]
FIRST_ROOM = 1 << 14


@compiled
def bring_in(room: Room, ground: Ground, course: Course, rules: Rules, state: int, hour: int, seed_at: int) -> int:
    """Seeds and arrivals of the hour; the first seed still to come."""
    while seed_at < len(rules.seeds) and rules.seeded_h[seed_at] == hour:
        person = rules.seeds[seed_at]
        if room.person[room.rows[person], SLOT] < 0:
            infect(room, ground, course, rules, state, person, -1, -1, hour)
        seed_at += 1
    arrivals = course.reals[R_ARRIVALS]
    if hour % DAY_H == ARRIVAL_HOUR and arrivals > 0:
        day = hour // DAY_H
        for number in range(poisson(state, arrivals, -1, ARRIVAL, day)):
            person = below(state, len(ground.age), -2, ARRIVAL, day * 4096 + number)
            if room.person[room.rows[person], SLOT] < 0 and room.person[room.rows[person], PLACE] == FREE:
                infect(room, ground, course, rules, state, person, -1, -1, hour)
                room.days[day, IMPORTED] += 1
                order(room, ground, rules, person, hour, ARRIVED, hour)
    return seed_at


@compiled
def replicate(room: Room, ground: Ground, course: Course, rules: Rules, seed: int) -> int:
    """One replicate; 0, or what room ran out."""
    state, counts = seeded(seed), room.counts
    counts[:] = 0
    counts[SPARE], counts[ALERTED_AT] = -1, NEVER
    room.reals[:] = 0.0
    room.days[:] = 0
    room.tests[:] = 0
    seed_at = 0
    for hour in range(rules.wholes[W_DAYS] * DAY_H):
        if hour % DAY_H == 0:
            regrade(room, rules, hour)
            plan_rounds(room, ground, rules, hour)
        close_areas(room, hour)
        leave(room, ground, course, state, hour)
        find(room, ground, course, rules, state, hour)
        interview(room, ground, course, rules, state, hour)
        quarantine(room, ground, rules, hour)
        take_away(room, rules, ground, hour)
        fall_ill(room, course, state, hour)
        sample(room, ground, course, rules, state, hour)
        transmit(room, ground, course, rules, state, hour)
        seed_at = bring_in(room, ground, course, rules, state, hour, seed_at)
        room.reals[BACKLOG] = max(0.0, room.reals[BACKLOG] - rules.wholes[W_LABORATORY] / DAY_H)
        if hour % DAY_H == DAY_H - 1:
            count(room, ground, hour // DAY_H)
        if counts[LACKS] > 0:
            return int(counts[LACKS])
    return 0


@compiled
def put_back(room: Room) -> None:
    """Everything that the replicate touched as it was before."""
    for row in range(1, room.counts[N_TOUCHED] + 1):
        room.rows[room.touched[row]] = 0
    for number in range(len(room.cell)):
        for field in range(len(CELL_BLANK)):
            room.cell[number, field] = CELL_BLANK[field]
    for number in range(len(room.county)):
        for field in range(len(COUNTY_BLANK)):
            room.county[number, field] = COUNTY_BLANK[field]
    room.head[:] = -1


class Kernel:
    """A scenario made ready, with room for one replicate at a time. One thread at a time; `beside` makes another."""

    def __init__(self, scenario: Scenario, *, ground: Ground | None = None) -> None:
        self.scenario = scenario
        self.ground = ground_of(scenario) if ground is None else ground
        self.course, self.rules = course_of(scenario), rules_of(scenario)
        self._size = FIRST_ROOM
        self._room = self._make_room()

    def run(self, seed: int) -> Outcome:
        """One replicate, the same as `core.simulate.reference.simulate` of the seed."""
        while lacks := replicate(self._room, self.ground, self.course, self.rules, seed):
            self._size *= 4 if lacks == LACKS_INFECTIONS else 2
            self._room = self._make_room()
        found = self._outcome()
        put_back(self._room)
        return found

    def beside(self) -> Kernel:
        """Another with room of its own over the same city."""
        return Kernel(self.scenario, ground=self.ground)

    def _make_room(self) -> Room:
        world = self.scenario.world
        n_counties = int(world.cell_county.max()) + 1
        return room_for(world.n, len(world.home_cell), world.n_cells, n_counties, self.scenario.n_days, self._size)

    def _outcome(self) -> Outcome:
        rows = self._room.infection[: self._room.counts[N_INFECTIONS]].astype(np.int64)
        rows = rows[np.lexsort((rows[:, WHO], rows[:, INFECTED_AT]))]
        found = np.where(rows[:, FOUND_AT] < NEVER, rows[:, FOUND_AT], -1)
        return Outcome(
            self._room.days.copy(), rows[:, WHO], rows[:, INFECTED_AT], rows[:, SOURCE], rows[:, LAYER], found
        )


def run_all(scenario: Scenario, seeds: Sequence[int], *, n_threads: int = 1) -> Iterator[Outcome]:
    """The replicates of these seeds, in their order, whatever the number of threads."""
    first = Kernel(scenario)
    if n_threads == 1:
        yield from map(first.run, seeds)
        return
    kernels = [first, *(first.beside() for _ in range(n_threads - 1))]
    with ThreadPoolExecutor(n_threads) as threads:
        shares = [
            threads.submit(lambda kernel, part: [kernel.run(seed) for seed in part], kernel, seeds[at::n_threads])
            for at, kernel in enumerate(kernels)
        ]
        parts = [share.result() for share in shares]
    for number in range(len(seeds)):
        yield parts[number % n_threads][number // n_threads]


