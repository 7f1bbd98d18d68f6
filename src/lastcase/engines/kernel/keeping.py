"""Compiled: quarantine, and who is taken to a room or bed."""

from __future__ import annotations

from lastcase.core.simulate.controls import CLOSE, SECONDARY
from lastcase.core.simulate.natural import DAY_H
from lastcase.core.simulate.state import CENTRAL, IN_BED
from lastcase.engines.compiled import inner
from lastcase.engines.kernel.basics import (
    begin,
    bind,
    count_tests,
    done,
    join_queue,
    plan,
    push,
    put,
    touch,
    watch,
)
from lastcase.engines.kernel.layout import (
    BED_QUEUE,
    BED_SINCE,
    BINDS,
    ENTERED,
    FIRST_OF_HOME,
    HEADS,
    HOME,
    IS_CENTRAL,
    KEPT,
    KEPT_UNTIL,
    KIND,
    LACKS,
    LEFT_HOME_AT,
    MORE,
    N_CENTRAL,
    N_DAYS,
    N_IN_BEDS,
    N_WAIT_BED,
    N_WAIT_ROOM,
    NEVER,
    ORDERS,
    PLACE,
    PLACED,
    RIDES,
    ROOM_QUEUE,
    ROOM_SINCE,
    SHIFT,
    SLOT,
    TEST_KIND,
    WHOM,
    Room,
    W,
)
from lastcase.engines.kernel.spread import is_found

W_ROOMS, W_BEDS, W_VEHICLES, W_NOW, W_PLACED = (
    W[name] for name in ("rooms", "beds", "vehicles", "now_h", "is_placed")
)


@inner
def order(room: Room, person: int, exposed: int, kind: int, hour: int) -> bool:
    """`Tracing._order` of one person: whether the person was not bound as such before, and can be."""
    keeping = room.keeping[kind]
    line = room.person[person]
    until = (exposed // DAY_H + keeping[SHIFT] + keeping[N_DAYS]) * DAY_H
    if not keeping[BINDS] or until <= hour or line[PLACE] >= IN_BED or is_found(room, person):
        return False
    known = line[KIND]
    is_weaker = known == 0 or (kind == CLOSE and known == SECONDARY)
    if not is_weaker and not (known == kind and until > line[KEPT_UNTIL]):
        return False
    touch(room, person)
    is_infected = line[SLOT] >= 0
    if not is_infected and line[TEST_KIND] > 0:
        count_tests(room, person, hour, -1)
    line[KEPT_UNTIL], line[TEST_KIND] = until, kind
    if is_infected:
        watch(room, person)
    else:
        count_tests(room, person, hour, 1)
    bind(room, person, kind, hour)
    plan(room, KEPT, until, person, 0, 0)
    if keeping[IS_CENTRAL] and line[PLACE] != CENTRAL and line[ROOM_SINCE] == NEVER:
        line[ROOM_SINCE] = hour
        room.counts[N_WAIT_ROOM] += 1
        join_queue(room, ROOM_QUEUE, hour, person)
    return is_weaker


@inner
def quarantine(room: Room, hour: int) -> None:
    """Orders that reach people now: contacts first, then whoever lives with those newly bound; what the record says
    in their place."""
    at = begin(room, PLACED, hour)
    while at >= 0:
        row = room.agenda[at]
        person, kind = row[WHOM], row[MORE]
        at = done(room, at)
        order(room, person, hour, kind, hour)
    is_on_record = room.wholes[W_PLACED] > 0 and hour < room.wholes[W_NOW]
    at, n_fresh = begin(room, ORDERS, hour), 0
    while at >= 0:
        row = room.agenda[at]
        person, exposed = row[WHOM], row[MORE]
        at = done(room, at)
        if is_on_record or not order(room, person, exposed, CLOSE, hour):
            continue
        if n_fresh == len(room.bench):
            room.counts[LACKS] = 1
            return
        room.bench[n_fresh, 0] = person
        n_fresh += 1
    if not room.keeping[SECONDARY, BINDS]:
        return
    for fresh in range(n_fresh):
        home = room.person[room.bench[fresh, 0], HOME]
        for near in range(room.home[home, FIRST_OF_HOME], room.home[home + 1, FIRST_OF_HOME]):
            if room.person[near, KIND] != CLOSE:
                order(room, near, hour, SECONDARY, hour)


@inner
def take_away(room: Room, hour: int) -> None:
    """To beds, then to rooms, as far as there are free ones and vehicles."""
    wholes, counts = room.wholes, room.counts
    vehicles = wholes[W_VEHICLES]
    room.reals[RIDES] = min(room.reals[RIDES] + vehicles / DAY_H, max(float(vehicles), 1.0))
    for queue in (BED_QUEUE, ROOM_QUEUE):
        is_bed = queue == BED_QUEUE
        n_free = wholes[W_BEDS] - counts[N_IN_BEDS] if is_bed else wholes[W_ROOMS] - counts[N_CENTRAL]
        most, n = min(max(0, n_free), int(room.reals[RIDES])), 0
        while n < most and counts[HEADS + queue] < counts[HEADS + 3 + queue]:
            row = room.queues[queue, counts[HEADS + queue]]
            since, person = row[0], row[1]
            counts[HEADS + queue] += 1
            line = room.person[person]
            if is_bed:
                infection = room.infection[line[SLOT]]
                if infection[BED_SINCE] != since:
                    continue
                infection[BED_SINCE] = NEVER
                counts[N_WAIT_BED] -= 1
            else:
                if line[ROOM_SINCE] != since:
                    continue
                line[ROOM_SINCE] = NEVER
                counts[N_WAIT_ROOM] -= 1
                push(room, ENTERED, person)
            n += 1
            line[LEFT_HOME_AT] = min(line[LEFT_HOME_AT], hour)
            put(room, person, IN_BED if is_bed else CENTRAL, line[KIND])
        room.reals[RIDES] -= n
