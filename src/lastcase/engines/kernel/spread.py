"""Compiled: new infections, and the meetings by which they pass on."""

from __future__ import annotations

import math


from lastcase.core.simulate.chance import Stream
from lastcase.core.simulate.natural import DAY_H, N_CLASSES, N_QUANTILES
from lastcase.core.simulate.outcome import NUMBER
from lastcase.core.simulate.reference import AT_HOME, CENTRAL, DIES_AFTER_H, SEVERE_AFTER_H
from lastcase.core.simulate.world import COMMUNITY, GROUP, HOUSEHOLD, N_LAYERS
from lastcase.engines.compiled import compiled, inlined
from lastcase.engines.kernel.basics import count_tests, done, goes_out, plan, touch, watch
from lastcase.engines.kernel.draws import below, poisson, unit
from lastcase.engines.kernel.layout import (
    CARE_AT,
    CARES,
    DEATHS,
    DIES_AT,
    FIRST,
    INFECTED_AT,
    LACKS,
    LACKS_INFECTIONS,
    LACKS_MEETINGS,
    LAYER,
    LAYER_UNIT,
    LEAVES_AT,
    LEAVINGS,
    MARK,
    MET,
    N_ACTIVE,
    N_ENTERED,
    N_INFECTIONS,
    N_MEETINGS,
    NEVER,
    ONSET_AT,
    ONSETS,
    PLACE,
    SECOND,
    SEVERE_AT,
    SEVERES,
    SLOT,
    SOURCE,
    TEST_KIND,
    TRIES,
    WHO,
    Course,
    Ground,
    R,
    Room,
    Rules,
    W,
)

INFECTIVITY, INCUBATION, ASYMPTOMATIC, SEVERE, FATAL, LEAVES, COUNT, INSTANT, TARGET, TAKES = (
    int(Stream[name])
    for name in (
        "INFECTIVITY", "INCUBATION", "ASYMPTOMATIC", "SEVERE", "FATAL", "LEAVES", "COUNT", "INSTANT", "TARGET", "TAKES",
    )  # fmt: skip
)
INFECTIONS = NUMBER["infections"]
R_HOUSEHOLD, R_GROUP, R_LOCAL, R_TOWN = R["household"], R["group"], R["local_share"], R["town_share"]
R_ASYMPTOMATIC, R_FACTOR, R_FATAL, R_EXPORT = (
    R["asymptomatic"], R["asymptomatic_factor"], R["fatal_of_severe"], R["export_rate"],
)  # fmt: skip
R_HOME, R_CLOSED, R_FACILITY, R_MEASURES = R["leak_home"], R["leak_closed"], R["facility"], R["measures"]
W_MEASURES = W["measures_from_h"]
INDEX_UNIT = 1 << 32


@inlined
def drawn(ground: Ground, course: Course, state: int, person: int, stream: int, number: int) -> int:
    """`Reference._drawn`: somebody of the own cell, the own town or the city."""
    cell = ground.home_cell[ground.home[person]]
    where = unit(state, person, stream, 2 * number)
    if where < course.reals[R_LOCAL]:
        low, high = ground.cell_start[cell], ground.cell_start[cell + 1]
    elif where < course.reals[R_LOCAL] + course.reals[R_TOWN]:
        town = ground.cell_town[cell]
        low, high = ground.town_start[town], ground.town_start[town + 1]
    else:
        low, high = 0, len(ground.age)
    return int(low) + below(state, int(high - low), person, stream, 2 * number + 1)


@compiled
def infect(
    room: Room,
    ground: Ground,
    course: Course,
    rules: Rules,
    state: int,
    person: int,
    source: int,
    layer: int,
    hour: int,
) -> None:
    """A new infection: its course, and the transmissions that may come of it."""
    counts = room.counts
    slot = counts[N_INFECTIONS]
    if slot == len(room.infection):
        counts[LACKS] = LACKS_INFECTIONS
        return
    counts[N_INFECTIONS] += 1
    touch(room, person)
    room.person[room.rows[person], SLOT] = slot
    if room.person[room.rows[person], TEST_KIND] > 0:
        count_tests(room, rules, person, hour + 1, -1)
        watch(room, person)
    row = room.infection[slot]
    row[:] = NEVER
    row[WHO], row[INFECTED_AT], row[SOURCE], row[LAYER], row[MET] = person, hour, source, layer, -1
    room.active[counts[N_ACTIVE]] = slot
    counts[N_ACTIVE] += 1
    room.days[hour // DAY_H, INFECTIONS] += 1
    is_silent = unit(state, person, ASYMPTOMATIC, 0) < course.reals[R_ASYMPTOMATIC]
    if not is_silent:
        onset = hour + course.incubation_h[below(state, N_QUANTILES, person, INCUBATION, 0)]
        row[ONSET_AT] = onset
        plan(room, ONSETS, onset, slot, 0)
        if unit(state, person, SEVERE, 0) < course.severe[ground.age[person]]:
            row[SEVERE_AT] = row[CARE_AT] = onset + SEVERE_AFTER_H
            plan(room, SEVERES, onset + SEVERE_AFTER_H, slot, 0)
            plan(room, CARES, onset + SEVERE_AFTER_H, slot, 0)
            if unit(state, person, FATAL, 0) < course.reals[R_FATAL]:
                row[DIES_AT] = onset + DIES_AFTER_H
                plan(room, DEATHS, onset + DIES_AFTER_H, slot, 0)
    rate = course.reals[R_EXPORT]
    if rate > 0:
        days = math.floor(math.log1p(-unit(state, person, LEAVES, 0)) / math.log1p(-rate))
        row[LEAVES_AT] = min(hour + (1 + min(int(days), 1 << 20)) * DAY_H, NEVER - 1)
        plan(room, LEAVINGS, row[LEAVES_AT], slot, 0)
    strength = course.infectivity[below(state, N_CLASSES, person, INFECTIVITY, 0)]
    if is_silent:
        strength *= course.reals[R_FACTOR]
    home, group = ground.home[person], ground.group[person]
    for over in range(N_LAYERS):
        if over == HOUSEHOLD:
            mean = course.reals[R_HOUSEHOLD] * (ground.home_start[home + 1] - ground.home_start[home] - 1)
        elif over == GROUP:
            is_grouped = group >= 0 and ground.group_start[group + 1] - ground.group_start[group] > 1
            mean = course.reals[R_GROUP] if is_grouped else 0.0
        else:
            mean = course.community[ground.age[person]]
        for number in range(poisson(state, strength * mean, person, COUNT + over, 0)):
            wait = course.generation_h[below(state, N_QUANTILES, person, INSTANT + over, number)]
            plan(room, TRIES, hour + wait, slot, over * LAYER_UNIT + number)


@compiled
def target_of(
    room: Room, ground: Ground, course: Course, state: int, person: int, layer: int, number: int, is_inside: bool
) -> int:
    """Who would be met; -1 for nobody."""
    if layer == HOUSEHOLD:
        home = ground.home[person]
        first = ground.home_start[home]
        size = ground.home_start[home + 1] - first
        if size < 2:
            return -1
        step = 1 + below(state, int(size - 1), person, TARGET + HOUSEHOLD, number)
        return int(first) + int(person - first + step) % int(size)
    if layer == GROUP:
        group = ground.group[person]
        first = ground.group_start[group]
        size = ground.group_start[group + 1] - first
        return int(ground.members[first + below(state, int(size), person, TARGET + GROUP, number)])
    if is_inside:
        which = below(state, int(room.counts[N_ENTERED]), person, TARGET + N_LAYERS, number)
        return int(room.entered[which])
    return drawn(ground, course, state, person, TARGET + COMMUNITY, number)


@compiled
def transmit(room: Room, ground: Ground, course: Course, rules: Rules, state: int, hour: int) -> None:
    """Potential transmissions whose hour has come. Of several that reach a person, that of the lowest source, layer
    and number counts."""
    reals, n_hit = course.reals, 0
    at = room.head[TRIES, hour]
    room.head[TRIES, hour] = -1
    while at >= 0:
        slot, packed = room.agenda[at, FIRST], room.agenda[at, SECOND]
        at = done(room, at)
        layer, number = packed // LAYER_UNIT, packed % LAYER_UNIT
        source = room.infection[slot, WHO]
        place = room.person[room.rows[source], PLACE]
        is_facility = place == CENTRAL and layer == COMMUNITY
        if place > AT_HOME and not is_facility:
            continue
        target = target_of(room, ground, course, state, source, layer, number, is_facility)
        if target < 0 or target == source:
            continue
        chance_of = 1.0
        if is_facility:
            chance_of = reals[R_FACILITY]
        else:
            if layer == COMMUNITY:
                chance_of = course.accept[ground.age[source], ground.age[target]]
            if layer != HOUSEHOLD and hour >= rules.wholes[W_MEASURES]:
                chance_of = chance_of * reals[R_MEASURES]
        taken = unit(state, source, TAKES, layer * INDEX_UNIT + number)
        if taken >= chance_of:
            continue
        there = room.person[room.rows[target], PLACE]
        if is_facility:
            meets = there == CENTRAL
        elif layer == HOUSEHOLD:
            meets = there <= AT_HOME
        else:
            meets = goes_out(room, ground, state, target, hour, reals[R_HOME], reals[R_CLOSED]) and goes_out(
                room, ground, state, source, hour, reals[R_HOME], reals[R_CLOSED]
            )
        if not meets:
            continue
        if layer != HOUSEHOLD and not is_facility:
            meeting = room.counts[N_MEETINGS]
            if meeting == len(room.meeting):
                room.counts[LACKS] = LACKS_MEETINGS
                return
            room.counts[N_MEETINGS] += 1
            line = room.meeting[meeting]
            line[0], line[1], line[2], line[3] = room.infection[slot, MET], packed, hour, target
            room.infection[slot, MET] = meeting
        if room.person[room.rows[target], SLOT] >= 0:
            continue
        doses = min(int(ground.doses[target]), len(course.vaccine) - 1)
        if taken >= chance_of * course.vaccine[doses]:
            continue
        n_hit = note_hit(room, n_hit, target, source, packed)
    for hit in range(n_hit):
        target, source, packed = room.hits[hit, 0], room.hits[hit, 1], room.hits[hit, 2]
        room.person[room.rows[target], MARK] = 0
        infect(room, ground, course, rules, state, target, source, packed // LAYER_UNIT, hour)


@compiled
def note_hit(room: Room, n_hit: int, target: int, source: int, packed: int) -> int:
    """Keep the transmission that counts of those that reach the target this hour."""
    touch(room, target)
    known = room.person[room.rows[target], MARK]
    if known == 0:
        if n_hit == len(room.hits):
            room.counts[LACKS] = LACKS_INFECTIONS
            return n_hit
        room.hits[n_hit, 0], room.hits[n_hit, 1], room.hits[n_hit, 2] = target, source, packed
        room.person[room.rows[target], MARK] = n_hit + 1
        return n_hit + 1
    hit = room.hits[known - 1]
    if source < hit[1] or (source == hit[1] and packed < hit[2]):
        hit[1], hit[2] = source, packed
    return n_hit


