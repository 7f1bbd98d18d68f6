"""What the kernel reads and writes: one `Room` of plain arrays for a scenario and one replicate of it at a time.

All there is of a person lies in one line of memory, and who has been touched is on a list by which the lines are put
back at the end, so that the next replicate begins at once. What is written of an infection is kept by its number.
Fields of rows and places of lists are the constants here; arrays are few, for each is handed over at every step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lastcase.core.simulate.natural import DAYS_POSITIVE, N_CLASSES
from lastcase.core.simulate.outcome import COLUMNS
from lastcase.core.simulate.world import N_AGES

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

NEVER = 1 << 30

# A person: what stays, and from OPEN_FROM on what is put back. OPEN_FROM: the hour from which the person can be
# infected. LISTED: on the list of those touched (1), and of those tested one by one (2). MARK: a note within one step.
(
    HOME, GROUP_OF, CELL, AGE, DOSES,
    OPEN_FROM, PLACE, KIND, TEST_KIND, KEPT_UNTIL, BOUND_AT, LEFT_HOME_AT, ROOM_SINCE, SLOT, LISTED, MARK,
) = range(16)  # fmt: skip
N_PERSON = 16
BLANK = np.array([0, 0, 0, 0, NEVER, NEVER, NEVER, NEVER, -1, 0, 0], np.int32)
IS_TOUCHED, IS_TESTED = 1, 2

# A home: its first person, and how many of it come to a round.
FIRST_OF_HOME, N_COMING = range(2)

# A grid cell: what stays, and from LEVEL on what is put back.
(
    FIRST_OF_CELL, TOWN_FROM, TOWN_TO, COUNTY,
    LEVEL, LEVEL_AT, CELL_CASE_AT, CLOSES_AT, CHECKED_AT, ROUND_DAY, N_ABSENT, IS_ASKED,
) = range(12)  # fmt: skip
CELL_BLANK = np.array([0, -1, -1, NEVER, -1, -1, 0, 0], np.int32)

NEXT_ROUND, ROUND_FROM, N_CLEAN, N_FURTHER, COUNTY_CASE_AT, LAST_ROUND_DAY = range(6)
COUNTY_BLANK = np.array([-1, NEVER, 0, 0, -1, -1], np.int32)

# An infection. MET heads the list of its meetings. IS_KNOWN: found at the hour of the record alone.
(
    WHO, INFECTED_AT, ONSET_AT, CARE_AT, SAMPLED_AT, RESULT_AT, FOUND_AT, BED_SINCE, SOURCE, LAYER, MET, IS_KNOWN,
) = range(12)  # fmt: skip

# The agenda: what is to happen in an hour, as chains of rows (next, whom, more, other) from `head[kind, hour]`.
(TRIES, ORDERS, PLACED, RESULTS, ONSETS, CARES, SEVERES, DEATHS, LEAVINGS, ISOLATED, KEPT, CLOSINGS) = range(
    12
)
N_AGENDAS = 12
NEXT, WHOM, MORE, OTHER = range(4)
LAYER_UNIT = 1 << 26
"""A layer and a number in one: layer times this, plus the number."""

# Lists, whose lengths are `counts[list]`; then other counts.
(
    TOUCHED, ORDERED, ACTIVE, ENTERED, AREAS,
    N_INFECTIONS, N_AGENDA, SPARE, N_MEETINGS, N_CENTRAL, N_IN_HOME, N_IN_BEDS, N_WAIT_ROOM, N_WAIT_BED, N_FOUND,
    N_TALKED, ALERTED_AT, SEED_AT, LACKS, HEADS,
) = range(20)  # fmt: skip
N_LISTS, N_COUNTS = 5, 32
"""From `HEADS` on the heads of the queues, then their ends."""
ROOM_QUEUE, BED_QUEUE, TALK_QUEUE = range(3)
BACKLOG, RIDES, TALKS = range(3)

REALS = (
    "household", "group", "local_share", "town_share", "asymptomatic", "asymptomatic_factor", "care_share",
    "care_share_alerted", "dilution", "attendance", "recall_group", "recall_community", "unreached", "leak_home",
    "leak_closed", "facility", "measures", "arrivals", "export_rate", "fatal_of_severe",
)  # fmt: skip
WHOLES = (
    "result_h", "laboratory", "pool", "interviewers", "interview_h", "window_days", "rooms", "beds", "vehicles",
    "designate_h", "measures_from_h", "isolation_days", "release_gap_h", "screens", "first_after_days", "every_days",
    "clean_rounds", "gap_days", "further_rounds", "n_days", "now_h", "is_placed",
)  # fmt: skip
R = {name: number for number, name in enumerate(REALS)}
W = {name: number for number, name in enumerate(WHOLES)}

# Tables that follow the numbers of `REALS` in `course`, each from here on.
INFECTIVITY_AT = len(REALS)
SENSITIVITY_AT = INFECTIVITY_AT + N_CLASSES
SEVERE_AT = SENSITIVITY_AT + DAYS_POSITIVE + 1
COMMUNITY_AT = SEVERE_AT + N_AGES
MET_AT = COMMUNITY_AT + N_AGES
ACCEPT_AT = MET_AT + N_AGES
VACCINE_AT = ACCEPT_AT + N_AGES * N_AGES
# Tables of hours.
INCUBATION, GENERATION, SHEDDING, CARE_DELAY, REACH = range(5)

BINDS, IS_CENTRAL, N_DAYS, SHIFT, TESTS = range(5)
"""Of a kind of quarantine; from `TESTS` on whether day 0, 1 ... asks for a test."""
CLEAN_DAYS, IS_ENTERED, HAS_CLOSING, FIRST_DAYS, EVERY_DAYS = range(5)
"""Of a level of area."""
TESTS_DUE = len(COLUMNS)
"""Column of `days` behind those of the outcome: tests that the quarantine of persons not infected asks for. What they
find is known; so they are counted when the quarantine is ordered, and nobody is visited."""


class Room(NamedTuple):
    """Everything that the steps of an hour read and write.

    By number: `person`, `home`, `cell`, `county`, `infection` (rows of the fields above); `groups` holds for each class
    or team where in the same array its members begin, then the members. `meeting` rows (next, layer and number, hour,
    whom) hang on infections. `queues` rows (since, person). `bench` is for notes within one step. `course`, `hours`,
    `wholes`, `keeping` and `areas` are the scenario; `seeds` rows (hour, person, hour found or -1); `placed` rows
    (person, hour, kind); `guarded` rows (person, hour from which open).
    """

    person: I32
    home: I32
    groups: I32
    cell: I32
    county: I32
    infection: I32
    agenda: I32
    head: I32
    meeting: I32
    lists: I32
    queues: I32
    bench: I32
    counts: I64
    reals: F64
    days: I64
    course: F64
    hours: I32
    wholes: I64
    keeping: I64
    areas: I64
    seeds: I64
    placed: I64
    guarded: I64
