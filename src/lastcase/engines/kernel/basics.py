"""Compiled: what happens to one person, and what is put down in the agenda."""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate.chance import Stream
from lastcase.core.simulate.natural import DAY_H
from lastcase.core.simulate.state import AT_HOME, CENTRAL, FREE, HIGH, IN_BED, TEST_HOUR
from lastcase.engines.compiled import inlined, inner
from lastcase.engines.kernel.draws import below, keyed, unit
from lastcase.engines.kernel.layout import (
    BED_SINCE,
    BOUND_AT,
    CELL,
    FIRST_OF_CELL,
    HEADS,
    IS_TESTED,
    IS_TOUCHED,
    KEPT_UNTIL,
    KIND,
    LACKS,
    LEVEL,
    LISTED,
    N_ABSENT,
    N_AGENDA,
    N_CENTRAL,
    N_DAYS,
    N_IN_BEDS,
    N_IN_HOME,
    N_WAIT_BED,
    N_WAIT_ROOM,
    NEVER,
    NEXT,
    ORDERED,
    PLACE,
    ROOM_SINCE,
    SLOT,
    SPARE,
    TEST_KIND,
    TESTS,
    TESTS_DUE,
    TOUCHED,
    TOWN_FROM,
    TOWN_TO,
    R,
    Room,
)

LEAKS = int(Stream.LEAKS)
R_HOME, R_CLOSED, R_LOCAL, R_TOWN = R["leak_home"], R["leak_closed"], R["local_share"], R["town_share"]


@inner
def plan(room: Room, kind: int, hour: int, whom: int, more: int, other: int) -> None:
    """Put something down for an hour; what lies beyond the last day is left out."""
    if hour >= room.head.shape[1]:
        return
    counts = room.counts
    at = counts[SPARE]
    if at >= 0:
        counts[SPARE] = room.agenda[at, NEXT]
    else:
        at = counts[N_AGENDA]
        if at == len(room.agenda):
            counts[LACKS] = 1
            return
        counts[N_AGENDA] += 1
    row = room.agenda[at]
    row[0], row[1], row[2], row[3] = room.head[kind, hour], whom, more, other
    room.head[kind, hour] = at


@inlined
def begin(room: Room, kind: int, hour: int) -> int:
    """The first row of an hour, whose chain is taken off the agenda; -1: none."""
    at: int = room.head[kind, hour]
    room.head[kind, hour] = -1
    return at


@inlined
def done(room: Room, at: int) -> int:
    """Give the row back; the next of its hour."""
    following: int = room.agenda[at, NEXT]
    room.agenda[at, NEXT] = room.counts[SPARE]
    room.counts[SPARE] = at
    return following


@inlined
def push(room: Room, which: int, value: int) -> None:
    """Put a number on a list."""
    n = room.counts[which]
    if n == room.lists.shape[1]:
        room.counts[LACKS] = 1
    else:
        room.lists[which, n] = value
        room.counts[which] = n + 1


@inlined
def touch(room: Room, person: int) -> None:
    """Note that the person's line is written to."""
    line = room.person[person]
    if line[LISTED] == 0:
        line[LISTED] = IS_TOUCHED
        push(room, TOUCHED, person)


@inlined
def watch(room: Room, person: int) -> None:
    """Test an infected person one by one from now on."""
    line = room.person[person]
    if line[LISTED] < IS_TESTED:
        line[LISTED] += IS_TESTED
        push(room, ORDERED, person)


@inlined
def _count(room: Room, place: int, kind: int, change: int) -> None:
    if place == CENTRAL:
        room.counts[N_CENTRAL] += change
    elif place == IN_BED:
        room.counts[N_IN_BEDS] += change
    elif place == AT_HOME and kind > 0:
        room.counts[N_IN_HOME] += change


@inner
def put(room: Room, person: int, place: int, kind: int) -> None:
    """The person's place and kind of quarantine, with all that is counted of them."""
    line = room.person[person]
    _count(room, line[PLACE], line[KIND], -1)
    _count(room, place, kind, 1)
    room.cell[line[CELL], N_ABSENT] += int(place >= CENTRAL) - int(line[PLACE] >= CENTRAL)
    line[PLACE], line[KIND] = place, kind


@inner
def settle(room: Room, person: int, place: int, kind: int) -> None:
    """The same of somebody who waits neither for a room nor for a bed any more: `State._to`."""
    put(room, person, place, kind)
    line = room.person[person]
    if line[ROOM_SINCE] < NEVER:
        line[ROOM_SINCE] = NEVER
        room.counts[N_WAIT_ROOM] -= 1
    slot = line[SLOT]
    if slot >= 0 and room.infection[slot, BED_SINCE] < NEVER:
        room.infection[slot, BED_SINCE] = NEVER
        room.counts[N_WAIT_BED] -= 1


@inlined
def bind(room: Room, person: int, kind: int, hour: int) -> None:
    """The kind of quarantine from now on; who is at liberty stays at home."""
    line = room.person[person]
    place = line[PLACE]
    if place == FREE:
        place = AT_HOME
        line[BOUND_AT] = hour
    put(room, person, place, kind)


@inlined
def first_day(room: Room, person: int) -> int:
    """Day 1 of the quarantine by whose days the person is tested."""
    line = room.person[person]
    return int(line[KEPT_UNTIL] // DAY_H - room.keeping[line[TEST_KIND], N_DAYS])


@inner
def count_tests(room: Room, person: int, since: int, change: int) -> None:
    """Add the tests that the person's quarantine asks for from an hour on, or take them away."""
    keeping = room.keeping[room.person[person, TEST_KIND]]
    day_0 = first_day(room, person) - 1
    earliest = max(0, -((TEST_HOUR - since) // DAY_H) - day_0)
    for number in range(earliest, min(len(keeping) - TESTS, len(room.days) - day_0)):
        room.days[day_0 + number, TESTS_DUE] += change * keeping[TESTS + number]


@inner
def join_queue(room: Room, queue: int, since: int, person: int) -> None:
    """Join behind whoever came earlier, or has a lower number among those of the same hour."""
    head, end = room.counts[HEADS + queue], room.counts[HEADS + 3 + queue]
    rows = room.queues[queue]
    if end == len(rows):
        if head == 0:
            room.counts[LACKS] = 1
            return
        for at in range(head, end):  # whoever was served leaves room
            rows[at - head, 0], rows[at - head, 1] = rows[at, 0], rows[at, 1]
        room.counts[HEADS + queue], head, end = 0, 0, end - head
    at = end
    while at > head and rows[at - 1, 0] == since and rows[at - 1, 1] > person:
        rows[at, 0], rows[at, 1] = rows[at - 1, 0], rows[at - 1, 1]
        at -= 1
    rows[at, 0], rows[at, 1] = since, person
    room.counts[HEADS + 3 + queue] = end + 1


@inlined
def goes_out(room: Room, state: np.uint64, person: int, hour: int) -> bool:
    """`State._goes_out` of one person."""
    line = room.person[person]
    place = line[PLACE]
    if place > AT_HOME:
        return False
    if place == AT_HOME:
        leak: float = room.course[R_HOME]
    elif room.cell[line[CELL], LEVEL] == HIGH:
        leak = room.course[R_CLOSED]
    else:
        return True
    return unit(keyed(state, person), LEAKS, hour // DAY_H) < leak


@inner
def drawn(room: Room, key: np.uint64, person: int, stream: int, number: int) -> int:
    """`State._drawn`: somebody of the own cell, the own town or the city."""
    at = room.person[person, CELL]
    cell, local = room.cell[at], room.course[R_LOCAL]
    where = unit(key, stream, 2 * number)
    low: int
    if where < local:
        low, high = cell[FIRST_OF_CELL], room.cell[at + 1, FIRST_OF_CELL]
    elif where < local + room.course[R_TOWN]:
        low, high = cell[TOWN_FROM], cell[TOWN_TO]
    else:
        low, high = 0, len(room.person)
    return low + below(key, high - low, stream, 2 * number + 1)
