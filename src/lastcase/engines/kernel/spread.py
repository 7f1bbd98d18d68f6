"""Compiled: new infections, and the meetings by which they pass on."""

from __future__ import annotations

import math

import numpy as np

from lastcase.core.simulate.chance import Stream
from lastcase.core.simulate.natural import DAY_H, N_CLASSES, N_QUANTILES
from lastcase.core.simulate.outcome import NUMBER
from lastcase.core.simulate.state import AT_HOME, CENTRAL, DIES_AFTER_H, SEVERE_AFTER_H
from lastcase.core.simulate.world import COMMUNITY, GROUP, HOUSEHOLD, N_AGES, N_LAYERS
from lastcase.engines.compiled import inlined, inner
from lastcase.engines.kernel.basics import begin, count_tests, done, drawn, goes_out, plan, push, touch, watch
from lastcase.engines.kernel.draws import below, keyed, poisson, unit
from lastcase.engines.kernel.layout import (
    ACCEPT_AT,
    ACTIVE,
    AGE,
    CARE_AT,
    CARES,
    COMMUNITY_AT,
    DEATHS,
    DOSES,
    ENTERED,
    FIRST_OF_HOME,
    FOUND_AT,
    GENERATION,
    GROUP_OF,
    HOME,
    INCUBATION,
    INFECTED_AT,
    INFECTIVITY_AT,
    IS_KNOWN,
    LACKS,
    LAYER,
    LAYER_UNIT,
    LEAVINGS,
    MARK,
    MET,
    MORE,
    N_INFECTIONS,
    N_MEETINGS,
    NEVER,
    ONSET_AT,
    ONSETS,
    OPEN_FROM,
    OTHER,
    PLACE,
    RESULT_AT,
    RESULTS,
    SAMPLED_AT,
    SEVERE_AT,
    SEVERES,
    SLOT,
    SOURCE,
    TEST_KIND,
    TRIES,
    VACCINE_AT,
    WHO,
    WHOM,
    R,
    Room,
    W,
)

INFECTIVITY, INCUBATES, ASYMPTOMATIC, SEVERE, FATAL, LEAVES, COUNT, INSTANT, TARGET, TAKES = (
    int(Stream[name])
    for name in (
        "INFECTIVITY",
        "INCUBATION",
        "ASYMPTOMATIC",
        "SEVERE",
        "FATAL",
        "LEAVES",
        "COUNT",
        "INSTANT",
        "TARGET",
        "TAKES",
    )
)
INFECTIONS = NUMBER["infections"]
R_HOUSEHOLD, R_GROUP, R_FACILITY, R_MEASURES = R["household"], R["group"], R["facility"], R["measures"]
R_ASYMPTOMATIC, R_FACTOR, R_FATAL, R_EXPORT = (
    R["asymptomatic"], R["asymptomatic_factor"], R["fatal_of_severe"], R["export_rate"],
)  # fmt: skip
W_MEASURES, W_RESULT = W["measures_from_h"], W["result_h"]
INDEX_UNIT = 1 << 32


@inner
def infect(
    room: Room, state: np.uint64, person: int, source: int, layer: int, hour: int, found_at: int
) -> None:
    """A new infection: its course, and the transmissions that may come of it. `found_at`: by the record; -1: not."""
    counts, course = room.counts, room.course
    slot = counts[N_INFECTIONS]
    if slot == len(room.infection):
        counts[LACKS] = 1
        return
    counts[N_INFECTIONS] += 1
    touch(room, person)
    line, key, row = room.person[person], keyed(state, person), room.infection[slot]
    line[SLOT] = slot
    if line[TEST_KIND] > 0:
        count_tests(room, person, hour + 1, -1)
        watch(room, person)
    row[WHO], row[INFECTED_AT], row[SOURCE], row[LAYER], row[MET] = person, hour, source, layer, -1
    for field in range(ONSET_AT, SOURCE):
        row[field] = NEVER
    row[IS_KNOWN] = found_at >= 0
    if found_at >= 0:
        row[SAMPLED_AT], row[RESULT_AT] = max(hour, found_at - room.wholes[W_RESULT]), found_at
        plan(room, RESULTS, found_at, slot, 0, 0)
    push(room, ACTIVE, slot)
    room.days[hour // DAY_H, INFECTIONS] += 1
    is_silent = unit(key, ASYMPTOMATIC, 0) < course[R_ASYMPTOMATIC]
    if not is_silent:
        onset = hour + room.hours[INCUBATION, below(key, N_QUANTILES, INCUBATES, 0)]
        row[ONSET_AT] = onset
        plan(room, ONSETS, onset, slot, 0, 0)
        if unit(key, SEVERE, 0) < course[SEVERE_AT + line[AGE]]:
            row[CARE_AT] = onset + SEVERE_AFTER_H
            plan(room, SEVERES, onset + SEVERE_AFTER_H, slot, 0, 0)
            plan(room, CARES, onset + SEVERE_AFTER_H, slot, 0, 0)
            if unit(key, FATAL, 0) < course[R_FATAL]:
                plan(room, DEATHS, max(onset + DIES_AFTER_H, found_at + 1), slot, 0, 0)
    rate = course[R_EXPORT]
    if rate > 0 and found_at < 0:
        days = math.floor(math.log1p(-unit(key, LEAVES, 0)) / math.log1p(-rate))
        plan(room, LEAVINGS, hour + (1 + min(int(days), 1 << 20)) * DAY_H, slot, 0, 0)
    strength = course[INFECTIVITY_AT + below(key, N_CLASSES, INFECTIVITY, 0)]
    if is_silent:
        strength *= course[R_FACTOR]
    home, group = line[HOME], line[GROUP_OF]
    for over in range(N_LAYERS):
        low, n = 0, 0
        if over == HOUSEHOLD:
            low = room.home[home, FIRST_OF_HOME]
            n = room.home[home + 1, FIRST_OF_HOME] - low
            mean = course[R_HOUSEHOLD] * (n - 1)
        elif over == GROUP:
            if group >= 0:
                low = room.groups[group]
                n = room.groups[group + 1] - low
            mean = course[R_GROUP] if n > 1 else 0.0
        else:
            mean = course[COMMUNITY_AT + line[AGE]]
        for number in range(poisson(key, strength * mean, COUNT + over, 0)):
            wait = room.hours[GENERATION, below(key, N_QUANTILES, INSTANT + over, number)]
            if hour + wait < room.head.shape[1]:
                try_later(room, key, person, over, number, hour + wait, low, n)


@inner
def try_later(
    room: Room, key: np.uint64, person: int, layer: int, number: int, due: int, low: int, n: int
) -> None:
    """Put down a potential transmission and whom it would meet, unless it could infect nobody whatever happens."""
    if layer == HOUSEHOLD:
        step = 1 + below(key, n - 1, TARGET + HOUSEHOLD, number)
        target = low + (person - low + step) % n
    elif layer == GROUP:
        target = room.groups[low + below(key, n, TARGET + GROUP, number)]
        if target == person:
            return
    else:
        target = drawn(room, key, person, TARGET + COMMUNITY, number)
        taken = unit(key, TAKES, COMMUNITY * INDEX_UNIT + number)
        if taken >= room.course[R_FACILITY]:
            most = accepted(room, person, target) * max(1.0, room.course[R_MEASURES])
            if target == person or taken >= most:
                return
    plan(room, TRIES, due, person, layer * LAYER_UNIT + number, target)


@inlined
def accepted(room: Room, one: int, other: int) -> float:
    """The chance that the ages of two persons meet."""
    return float(room.course[ACCEPT_AT + room.person[one, AGE] * N_AGES + room.person[other, AGE]])


@inner
def transmit(room: Room, state: np.uint64, hour: int) -> None:
    """Potential transmissions whose hour has come. Of several that reach a person, that of the lowest source, layer
    and number counts."""
    course, n_hit = room.course, 0
    at = begin(room, TRIES, hour)
    while at >= 0:
        row = room.agenda[at]
        source, packed, target = row[WHOM], row[MORE], row[OTHER]
        at = done(room, at)
        line = room.person[source]
        layer, number = packed // LAYER_UNIT, packed % LAYER_UNIT
        is_inside = line[PLACE] == CENTRAL and layer == COMMUNITY
        if line[PLACE] > AT_HOME and not is_inside:
            continue
        key = keyed(state, source)
        if is_inside:
            which = below(key, room.counts[ENTERED], TARGET + N_LAYERS, number)
            target = room.lists[ENTERED, which]
        if target == source:
            continue
        chance_of = course[R_FACILITY] if is_inside else 1.0
        if layer == COMMUNITY and not is_inside:
            chance_of = accepted(room, source, target)
        if layer != HOUSEHOLD and not is_inside and hour >= room.wholes[W_MEASURES]:
            chance_of = chance_of * course[R_MEASURES]
        taken = unit(key, TAKES, layer * INDEX_UNIT + number)
        if taken >= chance_of:
            continue
        met = room.person[target]
        if is_inside:
            meets = met[PLACE] == CENTRAL
        elif layer == HOUSEHOLD:
            meets = met[PLACE] <= AT_HOME
        else:
            meets = goes_out(room, state, target, hour) and goes_out(room, state, source, hour)
        if not meets:
            continue
        if layer != HOUSEHOLD and not is_inside:
            note_meeting(room, source, packed, hour, target)
        if met[SLOT] >= 0 or met[OPEN_FROM] > hour:
            continue
        doses = min(met[DOSES], len(course) - VACCINE_AT - 1)
        if taken < chance_of * course[VACCINE_AT + doses]:
            n_hit = note_hit(room, n_hit, target, source, packed)
    for hit in range(n_hit):
        target, source, packed = room.bench[hit, 0], room.bench[hit, 1], room.bench[hit, 2]
        room.person[target, MARK] = 0
        infect(room, state, target, source, packed // LAYER_UNIT, hour, -1)


@inlined
def note_meeting(room: Room, source: int, packed: int, hour: int, whom: int) -> None:
    """Keep whom the infected person met: an interview may ask for it."""
    at = room.counts[N_MEETINGS]
    if at == len(room.meeting):
        room.counts[LACKS] = 1
        return
    room.counts[N_MEETINGS] += 1
    row, slot = room.meeting[at], room.person[source, SLOT]
    row[0], row[1], row[2], row[3] = room.infection[slot, MET], packed, hour, whom
    room.infection[slot, MET] = at


@inlined
def note_hit(room: Room, n_hit: int, target: int, source: int, packed: int) -> int:
    """Keep the transmission that counts of those that reach the target this hour."""
    touch(room, target)
    known = room.person[target, MARK]
    if known > 0:
        hit = room.bench[known - 1]
        if source < hit[1] or (source == hit[1] and packed < hit[2]):
            hit[1], hit[2] = source, packed
        return n_hit
    if n_hit == len(room.bench):
        room.counts[LACKS] = 1
        return n_hit
    hit = room.bench[n_hit]
    hit[0], hit[1], hit[2] = target, source, packed
    room.person[target, MARK] = n_hit + 1
    return n_hit + 1


@inlined
def is_found(room: Room, person: int) -> bool:
    """Whether somebody is infected and found."""
    slot: int = room.person[person, SLOT]
    return slot >= 0 and bool(room.infection[slot, FOUND_AT] < NEVER)
