"""Compiled: what happens to one person, and what is put down in the agenda."""

from __future__ import annotations

from lastcase.core.simulate.natural import DAY_H
from lastcase.core.simulate.reference import AT_HOME, CENTRAL, FREE, HIGH, IN_BED, TEST_HOUR
from lastcase.engines.compiled import inlined
from lastcase.engines.kernel.draws import unit
from lastcase.engines.kernel.layout import (
    BED_SINCE,
    BOUND_AT,
    FIRST_DAY,
    HEADS,
    IS_ORDERED,
    KIND,
    LACKS,
    LACKS_AGENDA,
    LACKS_PERSONS,
    LEVEL,
    N_ABSENT,
    N_AGENDA,
    N_CENTRAL,
    N_IN_BEDS,
    N_IN_HOME,
    N_ORDERED,
    N_PERSON,
    N_TOUCHED,
    N_WAIT_BED,
    N_WAIT_ROOM,
    NEVER,
    NEXT,
    PLACE,
    ROOM_SINCE,
    SLOT,
    SPARE,
    TEST_KIND,
    Ground,
    Room,
    Rules,
)

LEAKS = 10


@inlined
def plan(room: Room, kind: int, hour: int, first: int, second: int) -> None:
    """Put something down for an hour; what lies beyond the last day is left out."""
    if hour >= room.head.shape[1] - 1:
        return
    counts = room.counts
    at = counts[SPARE]
    if at >= 0:
        counts[SPARE] = room.agenda[at, NEXT]
    else:
        at = counts[N_AGENDA]
        if at == len(room.agenda):
            counts[LACKS] = LACKS_AGENDA
            return
        counts[N_AGENDA] += 1
    room.agenda[at, 0], room.agenda[at, 1], room.agenda[at, 2] = room.head[kind, hour], first, second
    room.head[kind, hour] = at


@inlined
def done(room: Room, at: int) -> int:
    """Give the row back; the next of its hour."""
    following = room.agenda[at, NEXT]
    room.agenda[at, NEXT] = room.counts[SPARE]
    room.counts[SPARE] = at
    return int(following)


@inlined
def touch(room: Room, person: int) -> None:
    """Give the person a row to be written to. Whoever has none is read from row 0, where nothing has happened yet."""
    if room.rows[person] > 0:
        return
    counts = room.counts
    row = counts[N_TOUCHED] + 1
    if row == len(room.person) - 1:  # the last row takes what there is no room for, until the hour is over
        counts[LACKS] = LACKS_PERSONS
    else:
        counts[N_TOUCHED] = row
        room.touched[row] = person
        room.rows[person] = row
    for field in range(N_PERSON):
        room.person[row, field] = room.person[0, field]


@inlined
def _count(room: Room, place: int, kind: int, change: int) -> None:
    if place == CENTRAL:
        room.counts[N_CENTRAL] += change
    elif place == IN_BED:
        room.counts[N_IN_BEDS] += change
    elif place == AT_HOME and kind > 0:
        room.counts[N_IN_HOME] += change


@inlined
def put(room: Room, ground: Ground, person: int, place: int, kind: int) -> None:
    """The person's place and kind of quarantine, with all that is counted of them."""
    line = room.person[room.rows[person]]
    _count(room, line[PLACE], line[KIND], -1)
    _count(room, place, kind, 1)
    absent = int(place >= CENTRAL) - int(line[PLACE] >= CENTRAL)
    if absent != 0:
        room.cell[ground.home_cell[ground.home[person]], N_ABSENT] += absent
    line[PLACE], line[KIND] = place, kind


@inlined
def wait_no_more(room: Room, person: int) -> None:
    """Neither for a room nor for a bed."""
    line = room.person[room.rows[person]]
    if line[ROOM_SINCE] < NEVER:
        line[ROOM_SINCE] = NEVER
        room.counts[N_WAIT_ROOM] -= 1
    slot = line[SLOT]
    if slot >= 0 and room.infection[slot, BED_SINCE] < NEVER:
        room.infection[slot, BED_SINCE] = NEVER
        room.counts[N_WAIT_BED] -= 1


@inlined
def count_tests(room: Room, rules: Rules, person: int, since: int, change: int) -> None:
    """Add the tests that the person's quarantine asks for from an hour on, or take them away."""
    line = room.person[room.rows[person]]
    days = rules.test_days[line[TEST_KIND]]
    for number in range(len(days)):
        day = line[FIRST_DAY] + number - 1
        if days[number] and day * DAY_H + TEST_HOUR >= since and day < len(room.tests):
            room.tests[day] += change


@inlined
def watch(room: Room, person: int) -> None:
    """Test an infected person one by one from now on."""
    line = room.person[room.rows[person]]
    if line[IS_ORDERED] == 0:
        line[IS_ORDERED] = 1
        room.ordered[room.counts[N_ORDERED]] = person
        room.counts[N_ORDERED] += 1


@inlined
def settle(room: Room, ground: Ground, person: int, place: int) -> None:
    """`Reference._to`."""
    put(room, ground, person, place, room.person[room.rows[person], KIND])
    wait_no_more(room, person)


@inlined
def bind(room: Room, ground: Ground, person: int, kind: int, hour: int) -> None:
    """The kind of quarantine from now on; who is at liberty stays at home."""
    line = room.person[room.rows[person]]
    place = line[PLACE]
    if place == FREE:
        place = AT_HOME
        line[BOUND_AT] = hour
    put(room, ground, person, place, kind)


@inlined
def join_queue(room: Room, queue: int, since: int, number: int) -> None:
    """Join behind whoever came earlier, or has a lower number among those of the same hour."""
    head, end = room.counts[HEADS + queue], room.counts[HEADS + 3 + queue]
    rows = room.queues[queue]
    if end == len(rows):
        if head == 0:
            room.counts[LACKS] = LACKS_PERSONS
            return
        for at in range(head, end):  # whoever was served leaves room
            rows[at - head, 0], rows[at - head, 1] = rows[at, 0], rows[at, 1]
        room.counts[HEADS + queue], head, end = 0, 0, end - head
    at = end
    while at > head and rows[at - 1, 0] == since and rows[at - 1, 1] > number:
        rows[at, 0], rows[at, 1] = rows[at - 1, 0], rows[at - 1, 1]
        at -= 1
    rows[at, 0], rows[at, 1] = since, number
    room.counts[HEADS + 3 + queue] = end + 1


@inlined
def goes_out(
    room: Room, ground: Ground, state: int, person: int, hour: int, leak_home: float, leak_closed: float
) -> bool:
    """`Reference._goes_out` of one person."""
    place = room.person[room.rows[person], PLACE]
    if place > AT_HOME:
        return False
    if place == AT_HOME:
        leak = leak_home
    elif room.cell[ground.home_cell[ground.home[person]], LEVEL] == HIGH:
        leak = leak_closed
    else:
        return True
    return unit(state, person, LEAKS, hour // DAY_H) < leak


