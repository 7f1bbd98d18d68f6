"""Compiled: who leaves, who is found, and whom a case names."""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate.chance import Stream
from lastcase.core.simulate.natural import DAY_H, N_QUANTILES
from lastcase.core.simulate.outcome import NUMBER
from lastcase.core.simulate.state import AWAY, DEAD, FREE
from lastcase.core.simulate.world import COMMUNITY, GROUP
from lastcase.engines.compiled import inlined, inner
from lastcase.engines.kernel.areas import note_case
from lastcase.engines.kernel.basics import begin, bind, done, drawn, goes_out, join_queue, plan, settle, touch
from lastcase.engines.kernel.draws import below, keyed, poisson, unit
from lastcase.engines.kernel.layout import (
    AGE,
    ALERTED_AT,
    BED_QUEUE,
    BED_SINCE,
    BOUND_AT,
    CELL,
    DEATHS,
    FIRST_OF_HOME,
    FOUND_AT,
    GROUP_OF,
    HEADS,
    HOME,
    INFECTED_AT,
    ISOLATED,
    KEPT,
    KEPT_UNTIL,
    KIND,
    LACKS,
    LAYER_UNIT,
    LEAVINGS,
    LEFT_HOME_AT,
    MARK,
    MET,
    MET_AT,
    N_FOUND,
    N_TALKED,
    N_WAIT_BED,
    N_WAIT_ROOM,
    NEVER,
    ONSET_AT,
    ORDERS,
    PLACE,
    REACH,
    RESULT_AT,
    RESULTS,
    ROOM_SINCE,
    SAMPLED_AT,
    SHEDDING,
    SLOT,
    TALK_QUEUE,
    TALKS,
    TEST_KIND,
    WHO,
    WHOM,
    R,
    Room,
    W,
)
from lastcase.engines.kernel.spread import INDEX_UNIT, accepted, is_found

SHEDS, REACHED, REACH_DELAY, RECALLS, NAMED, NAMED_COUNT = (
    int(Stream[name]) for name in ("SHEDDING", "REACHED", "REACH_DELAY", "RECALLS", "NAMED", "NAMED_COUNT")
)
COMMUNITY_FOUND, MANAGED_FOUND, EXPORTED, DIED, INTERVIEWS = (
    NUMBER[name] for name in ("detected_community", "detected_managed", "exported", "deaths", "interviews")
)
R_RECALL_GROUP, R_RECALL_COMMUNITY, R_UNREACHED = R["recall_group"], R["recall_community"], R["unreached"]
W_INTERVIEWERS, W_INTERVIEW_H, W_WINDOW, W_ISOLATION, W_GAP_H = (
    W[name] for name in ("interviewers", "interview_h", "window_days", "isolation_days", "release_gap_h")
)


@inner
def leave(room: Room, state: np.uint64, hour: int) -> None:
    """Deaths, departures, ends of isolation and quarantine."""
    day = hour // DAY_H
    at = begin(room, DEATHS, hour)
    while at >= 0:
        person = room.infection[room.agenda[at, WHOM], WHO]
        at = done(room, at)
        line = room.person[person]
        if line[PLACE] != AWAY:
            room.days[day, DIED] += 1
            settle(room, person, DEAD, line[KIND])
    at = begin(room, LEAVINGS, hour)
    while at >= 0:
        row = room.infection[room.agenda[at, WHOM]]
        at = done(room, at)
        person = row[WHO]
        if row[FOUND_AT] == NEVER and goes_out(room, state, person, hour):
            room.days[day, EXPORTED] += 1
            settle(room, person, AWAY, room.person[person, KIND])
    at = begin(room, ISOLATED, hour)
    while at >= 0:
        person = room.infection[room.agenda[at, WHOM], WHO]
        at = done(room, at)
        release(room, person)
    at = begin(room, KEPT, hour)
    while at >= 0:
        person = room.agenda[at, WHOM]
        at = done(room, at)
        line = room.person[person]
        if line[KEPT_UNTIL] == hour and line[KIND] > 0:
            release(room, person)


@inner
def release(room: Room, person: int) -> None:
    """At liberty again."""
    line = room.person[person]
    if line[PLACE] < AWAY:
        settle(room, person, FREE, 0)
        line[BOUND_AT] = NEVER


@inner
def find(room: Room, state: np.uint64, hour: int) -> None:
    """Results that come now, in any order: queues put who joins in the same hour in order by themselves."""
    wholes, counts = room.wholes, room.counts
    at = begin(room, RESULTS, hour)
    while at >= 0:
        slot = room.agenda[at, WHOM]
        at = done(room, at)
        row = room.infection[slot]
        person = row[WHO]
        line = room.person[person]
        if row[RESULT_AT] != hour or row[FOUND_AT] != NEVER or line[PLACE] >= AWAY:
            continue
        is_managed = line[KIND] > 0
        row[FOUND_AT] = hour
        counts[N_FOUND] += 1
        counts[ALERTED_AT] = min(counts[ALERTED_AT], hour)
        room.days[hour // DAY_H, MANAGED_FOUND if is_managed else COMMUNITY_FOUND] += 1
        bind(room, person, 0, hour)
        line[TEST_KIND] = 0
        if line[ROOM_SINCE] < NEVER:
            line[ROOM_SINCE] = NEVER
            counts[N_WAIT_ROOM] -= 1
        row[BED_SINCE] = hour
        counts[N_WAIT_BED] += 1
        join_queue(room, BED_QUEUE, hour, person)
        join_queue(room, TALK_QUEUE, hour, person)
        least = hour + max(1, wholes[W_ISOLATION]) * DAY_H
        shed = room.hours[SHEDDING, below(keyed(state, person), N_QUANTILES, SHEDS, 0)]
        plan(room, ISOLATED, max(least, row[INFECTED_AT] + shed + wholes[W_GAP_H]), slot, 0, 0)
        if not is_managed:
            note_case(room, line[CELL], hour)


@inner
def interview(room: Room, state: np.uint64, hour: int) -> None:
    """The queue of cases to be interviewed, as far as there are interviewers."""
    per_day, counts, reals = room.wholes[W_INTERVIEWERS], room.counts, room.reals
    reals[TALKS] = min(reals[TALKS] + per_day / DAY_H, max(float(per_day), 1.0))
    most, n = int(reals[TALKS]), 0
    while n < most and counts[HEADS + TALK_QUEUE] < counts[HEADS + 3 + TALK_QUEUE]:
        row = room.queues[TALK_QUEUE, counts[HEADS + TALK_QUEUE]]
        if row[0] + room.wholes[W_INTERVIEW_H] > hour:
            break
        counts[HEADS + TALK_QUEUE] += 1
        n += 1
        trace(room, state, row[1], hour)
    reals[TALKS] -= n
    counts[N_TALKED] += n
    room.days[hour // DAY_H, INTERVIEWS] += n


@inlined
def name(room: Room, n: int, person: int, exposed: int) -> int:
    """Keep the latest exposure of each person named."""
    touch(room, person)
    line = room.person[person]
    known = line[MARK]
    if known > 0:
        row = room.bench[known - 1]
        row[1] = max(row[1], exposed)
        return n
    if n == len(room.bench):
        room.counts[LACKS] = 1
        return n
    row = room.bench[n]
    row[0], row[1] = person, exposed
    line[MARK] = n + 1
    return n + 1


@inner
def trace(room: Room, state: np.uint64, case: int, hour: int) -> None:
    """Whom a case names, and when each will be in quarantine."""
    line, key, course = room.person[case], keyed(state, case), room.course
    row = room.infection[line[SLOT]]
    opens = (min(row[ONSET_AT], row[SAMPLED_AT]) // DAY_H - room.wholes[W_WINDOW]) * DAY_H
    closes = min(hour, line[BOUND_AT])
    home, n = line[HOME], 0
    left_at = min(hour, line[LEFT_HOME_AT])
    for other in range(room.home[home, FIRST_OF_HOME], room.home[home + 1, FIRST_OF_HOME]):
        n = name(room, n, other, left_at)
    if closes > opens:
        at = row[MET]
        while at >= 0:
            met = room.meeting[at]
            at = met[0]
            layer, number = met[1] // LAYER_UNIT, met[1] % LAYER_UNIT
            recall = course[R_RECALL_GROUP] if layer == GROUP else course[R_RECALL_COMMUNITY]
            if opens <= met[2] < closes and unit(key, RECALLS, layer * INDEX_UNIT + number) < recall:
                n = name(room, n, met[3], met[2])
        group = line[GROUP_OF]
        if group >= 0:
            for place in range(room.groups[group], room.groups[group + 1]):
                mate = room.groups[place]
                if unit(key, NAMED + GROUP, mate) < course[R_RECALL_GROUP]:
                    n = name(room, n, mate, closes - 1)
        mean = course[MET_AT + line[AGE]] * (closes - opens) / DAY_H * course[R_RECALL_COMMUNITY]
        for number in range(poisson(key, mean, NAMED_COUNT, 0)):
            other = drawn(room, key, case, NAMED + COMMUNITY, number)
            if unit(key, NAMED + COMMUNITY + 1, number) < accepted(room, case, other):
                n = name(room, n, other, opens + below(key, closes - opens, NAMED + COMMUNITY + 2, number))
    for at in range(n):
        person, exposed = room.bench[at, 0], room.bench[at, 1]
        room.person[person, MARK] = 0
        if person == case or is_found(room, person):
            continue
        if unit(key, REACHED, person) >= course[R_UNREACHED]:
            wait = room.hours[REACH, below(key, N_QUANTILES, REACH_DELAY, person)]
            plan(room, ORDERS, hour + wait, person, exposed, 0)
