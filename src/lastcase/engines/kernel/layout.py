"""What the kernel reads and writes: a scenario as plain arrays, and the room for one replicate at a time.

What is written of a person lies in one line of memory, in a row given at the first touch, so that those touched lie
together; what is written of an infection is kept by the number of the infection. Whatever a replicate touches is on a
list and is put back at its end, so that the next one begins at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lastcase.core.simulate.controls import ARRIVED, CLOSE, SECONDARY, Area, Controls
from lastcase.core.simulate.outcome import COLUMNS
from lastcase.core.simulate.scenario import Scenario

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

NEVER = 1 << 30
PLACE, KIND, TEST_KIND, FIRST_DAY, KEPT_UNTIL, BOUND_AT, LEFT_HOME_AT, ROOM_SINCE, SLOT, IS_ORDERED, MARK = range(11)
N_PERSON = 16
"""Fields of a person: a line of 64 bytes."""
BLANK = (0, 0, 0, 0, NEVER, NEVER, NEVER, NEVER, -1, 0, 0)

(
    WHO, INFECTED_AT, ONSET_AT, CARE_AT, SEVERE_AT, DIES_AT, LEAVES_AT, SAMPLED_AT, RESULT_AT, FOUND_AT,
    ISOLATED_UNTIL, BED_SINCE, SOURCE, LAYER, MET,
) = range(15)  # fmt: skip
N_INFECTION = 16
"""Fields of an infection; MET heads the list of meetings that could have infected."""

(TRIES, ORDERS, RESULTS, ONSETS, CARES, SEVERES, DEATHS, LEAVINGS, ISOLATED, KEPT, CLOSINGS) = range(11)
N_AGENDAS = 11
"""What lies in the agenda of an hour."""
NEXT, FIRST, SECOND = range(3)
LAYER_UNIT = 1 << 26
"""A layer and a number in one: layer times this, plus the number."""


class Ground(NamedTuple):
    """The city."""

    age: NDArray[np.int8]
    home: I32
    home_start: I32
    group: I32
    group_start: I32
    members: I32
    home_cell: I32
    cell_start: I32
    cell_town: I32
    cell_county: I32
    town_start: I32
    doses: NDArray[np.int8]


class Course(NamedTuple):
    """The infection and how it passes on, as tables."""

    infectivity: F64
    incubation_h: I64
    generation_h: I64
    sensitivity: F64
    shedding_h: I64
    severe: F64
    care_delay_h: I64
    reach_h: I64
    community: F64
    met: F64
    accept: F64
    vaccine: F64
    reals: F64
    """`REALS`."""


REALS = (
    "household", "group", "local_share", "town_share", "asymptomatic", "asymptomatic_factor", "care_share",
    "care_share_alerted", "dilution", "attendance", "recall_group", "recall_community", "unreached", "leak_home",
    "leak_closed", "facility", "measures", "arrivals", "export_rate", "fatal_of_severe",
)  # fmt: skip
WHOLES = (
    "result_h", "laboratory", "pool", "interviewers", "interview_h", "window_days", "rooms", "beds", "vehicles",
    "designate_h", "measures_from_h", "isolation_days", "release_gap_h", "screens", "first_after_days", "every_days",
    "clean_rounds", "gap_days", "further_rounds", "n_days",
)  # fmt: skip
R = {name: number for number, name in enumerate(REALS)}
W = {name: number for number, name in enumerate(WHOLES)}


class Rules(NamedTuple):
    """Controls and capacities: `WHOLES`; by kind of quarantine (0: none) whether the edition binds, centrally, days,
    shift; on which days it tests; by level of area (0: open) clean days, entry, closing round, first days, every."""

    wholes: I64
    keeping: I64
    test_days: NDArray[np.bool_]
    areas: I64
    seeds: I64
    seeded_h: I64


def ground_of(scenario: Scenario) -> Ground:
    """The city in few bytes."""
    world = scenario.world
    small = {"age", "doses"}
    return Ground(
        *(
            getattr(world, name).astype(np.int8 if name in small else np.int32)
            for name in Ground._fields
        )
    )


def course_of(scenario: Scenario) -> Course:
    """The tables of a scenario."""
    natural, levers, rates = scenario.natural, scenario.levers, scenario.rates
    known = {
        **{name: getattr(levers, name) for name in REALS if hasattr(levers, name)},
        "household": rates.household,
        "group": rates.group,
        "asymptomatic": natural.asymptomatic,
        "fatal_of_severe": natural.fatal / max(natural.severe, 1e-12),
    }
    return Course(
        natural.infectivity, natural.incubation_h, natural.generation_h, natural.sensitivity, natural.shedding_h,
        scenario.severe, scenario.care_delay_h, scenario.reach_h, rates.community, rates.met,
        np.ascontiguousarray(rates.accept), np.array(levers.vaccine_factor, np.float64),
        np.array([known[name] for name in REALS], np.float64),
    )  # fmt: skip


def rules_of(scenario: Scenario) -> Rules:
    """The controls of a scenario."""
    levers, controls = scenario.levers, scenario.controls
    rounds = controls.rounds
    known = {
        **{name: getattr(levers, name) for name in WHOLES if hasattr(levers, name)},
        **{name: getattr(rounds, name) for name in WHOLES if hasattr(rounds, name)},
        "interview_h": controls.interview_h if levers.interview_h is None else levers.interview_h,
        "window_days": controls.window_days if levers.window_days is None else levers.window_days,
        "isolation_days": controls.isolation_days,
        "release_gap_h": controls.release_gap_h,
        "n_days": scenario.n_days,
    }
    return Rules(
        np.array([int(known[name]) for name in WHOLES], np.int64),
        *_keeping(controls),
        np.array([_area(area) for area in (None, controls.medium, controls.high)], np.int64),
        scenario.seeds.astype(np.int64),
        scenario.seeded_h.astype(np.int64),
    )


def _keeping(controls: Controls) -> tuple[I64, NDArray[np.bool_]]:
    rows = np.zeros((4, 4), np.int64)
    longest = max((max(each.test_days, default=0) for each in controls.keeping.values() if each), default=0)
    days = np.zeros((4, longest + 1), np.bool_)
    for kind in (CLOSE, SECONDARY, ARRIVED):
        keeping = controls.keeping[kind]
        if keeping is not None:
            rows[kind] = 1, keeping.is_central, keeping.n_days, keeping.shift
            days[kind, list(keeping.test_days)] = True
    return rows, days


def _area(area: Area | None) -> tuple[int, int, int, int, int]:
    if area is None:
        return 0, 0, 0, 0, 0
    return area.clean_days, area.is_entered, area.has_closing_round, area.first_days, area.every_days


class Room(NamedTuple):
    """Room for one replicate. Queues and lists hold numbers; how many is in `counts`.

    Of persons not infected it is only counted in `tests`, by day, how many their quarantine has tested: what a test of
    them finds is known. Those infected are tested one by one; they are on the list `ordered`.
    `agenda` rows (next, first, second) are chained from `head[kind, hour]`; `meeting` rows (next, layer and number,
    hour, whom) from the infection's MET. `queues` rows (since, number) are of rooms, beds and interviews.
    """

    rows: I32
    person: I32
    infection: I32
    agenda: I32
    head: I32
    meeting: I32
    touched: I32
    ordered: I32
    active: I32
    entered: I32
    queues: I32
    bench: I32
    home_mark: I32
    tests: I64
    hits: I32
    cell: I32
    areas: I32
    county: I32
    counts: I64
    reals: F64
    days: I64


LEVEL, LEVEL_AT, CELL_CASE_AT, CLOSES_AT, CHECKED_AT, ROUND_DAY, N_ABSENT, IS_ASKED = range(8)
CELL_BLANK = (0, -1, -1, NEVER, -1, -1, 0, 0)
NEXT_ROUND, ROUND_FROM, N_CLEAN, N_FURTHER, COUNTY_CASE_AT, LAST_ROUND_DAY = range(6)
COUNTY_BLANK = (-1, NEVER, 0, 0, -1, -1)
(
    N_INFECTIONS, N_TOUCHED, N_ORDERED, N_ACTIVE, N_ENTERED, N_AGENDA, SPARE, N_MEETINGS, N_AREAS, N_CENTRAL, N_IN_HOME,
    N_IN_BEDS, N_WAIT_ROOM, N_WAIT_BED, N_FOUND, N_TALKED, ALERTED_AT, LACKS, HEADS,
) = range(19)  # fmt: skip
N_COUNTS = 32
"""`HEADS` and the two after it are the heads of the queues, the three after those their ends."""
BACKLOG, RIDES, TALKS = range(3)
ROOM_QUEUE, BED_QUEUE, TALK_QUEUE = range(3)
LACKS_INFECTIONS, LACKS_AGENDA, LACKS_MEETINGS, LACKS_PERSONS = 1, 2, 3, 4


TOUCHED_EACH = 64
"""Room for so many persons touched, for each infection there is room for."""


def room_for(n_persons: int, n_homes: int, n_cells: int, n_counties: int, n_days: int, size: int) -> Room:
    """Room for so many infections."""
    n_rows = min(n_persons, TOUCHED_EACH * size) + 2
    person = np.empty((n_rows, N_PERSON), np.int32)
    person[0] = [*BLANK, *[0] * (N_PERSON - len(BLANK))]
    return Room(
        rows=np.zeros(n_persons, np.int32),
        person=person,
        infection=np.empty((size, N_INFECTION), np.int32),
        agenda=np.empty((32 * size, 3), np.int32),
        head=np.full((N_AGENDAS, n_days * 24 + 1), -1, np.int32),
        meeting=np.empty((16 * size, 4), np.int32),
        touched=np.empty(n_rows, np.int32),
        ordered=np.empty(size, np.int32),
        active=np.empty(size, np.int32),
        entered=np.empty(2 * n_rows, np.int32),
        queues=np.empty((3, 2 * n_rows, 2), np.int32),
        bench=np.empty((4096, 2), np.int32),
        home_mark=np.zeros(n_homes, np.int32),
        tests=np.zeros(n_days, np.int64),
        hits=np.empty((size, 3), np.int32),
        cell=np.tile(np.array(CELL_BLANK, np.int32), (n_cells, 1)),
        areas=np.empty(n_cells, np.int32),
        county=np.tile(np.array(COUNTY_BLANK, np.int32), (n_counties, 1)),
        counts=np.zeros(N_COUNTS, np.int64),
        reals=np.zeros(3),
        days=np.zeros((n_days, len(COLUMNS)), np.int64),
    )
