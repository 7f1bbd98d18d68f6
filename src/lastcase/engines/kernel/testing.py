"""Compiled: onsets, samples and rounds."""

from __future__ import annotations

import math

import numpy as np

from lastcase.core.simulate.chance import Stream
from lastcase.core.simulate.natural import DAY_H, DAYS_POSITIVE, N_QUANTILES
from lastcase.core.simulate.outcome import NUMBER
from lastcase.core.simulate.state import AWAY, CENTRAL, IN_BED, OPEN, ROUND_HOUR, TEST_HOUR
from lastcase.engines.compiled import inlined, inner
from lastcase.engines.kernel.basics import begin, done, first_day, plan
from lastcase.engines.kernel.draws import below, keyed, unit
from lastcase.engines.kernel.layout import (
    ACTIVE,
    ALERTED_AT,
    AREAS,
    BACKLOG,
    CARE_AT,
    CARE_DELAY,
    CARES,
    CELL,
    CELL_CASE_AT,
    CHECKED_AT,
    CLEAN_DAYS,
    EVERY_DAYS,
    FIRST_DAYS,
    FIRST_OF_CELL,
    FOUND_AT,
    HAS_CLOSING,
    HOME,
    INFECTED_AT,
    IS_ASKED,
    IS_KNOWN,
    IS_TESTED,
    KIND,
    LEVEL,
    LEVEL_AT,
    LISTED,
    N_ABSENT,
    N_COMING,
    NEVER,
    ONSET_AT,
    ONSETS,
    ORDERED,
    PLACE,
    RESULT_AT,
    RESULTS,
    ROUND_DAY,
    SAMPLED_AT,
    SENSITIVITY_AT,
    SEVERES,
    SLOT,
    TEST_KIND,
    TESTS,
    TESTS_DUE,
    WHO,
    WHOM,
    R,
    Room,
    W,
)

SEEKS_CARE, CARE_DELAYS, TEST, TAKES_PART = (
    int(Stream[name]) for name in ("SEEKS_CARE", "CARE_DELAY", "TEST", "TAKES_PART")
)
SEVERE, SINGLES, TUBES, SAMPLED = (NUMBER[name] for name in ("severe", "singles", "tubes", "sampled"))
R_CARE, R_ALERTED, R_DILUTION, R_ATTENDANCE = (
    R[name] for name in ("care_share", "care_share_alerted", "dilution", "attendance")
)
W_RESULT, W_LABORATORY, W_POOL = (W[name] for name in ("result_h", "laboratory", "pool"))


@inner
def fall_ill(room: Room, state: np.uint64, hour: int) -> None:
    """Onsets: who will seek care, and when."""
    share = room.course[R_CARE] if hour < room.counts[ALERTED_AT] else room.course[R_ALERTED]
    at = begin(room, ONSETS, hour)
    while at >= 0:
        slot = room.agenda[at, WHOM]
        at = done(room, at)
        row = room.infection[slot]
        key = keyed(state, row[WHO])
        if unit(key, SEEKS_CARE, 0) < share:
            care_at = hour + room.hours[CARE_DELAY, below(key, N_QUANTILES, CARE_DELAYS, 0)]
            if care_at < row[CARE_AT]:
                row[CARE_AT] = care_at
                plan(room, CARES, care_at, slot, 0, 0)
    at = begin(room, SEVERES, hour)
    while at >= 0:
        at = done(room, at)
        room.days[hour // DAY_H, SEVERE] += 1


@inner
def test(room: Room, state: np.uint64, slot: int, hour: int, waits: int, dilution: float) -> None:
    """The sample of an infected person: if it finds it, a result is to come; what is on record it leaves."""
    row = room.infection[slot]
    if row[INFECTED_AT] >= hour or row[IS_KNOWN]:
        return
    since = min((hour - row[INFECTED_AT]) // DAY_H, DAYS_POSITIVE)
    if unit(keyed(state, row[WHO]), TEST, hour) < room.course[SENSITIVITY_AT + since] * dilution:
        result = hour + room.wholes[W_RESULT] + waits
        if result < row[RESULT_AT]:
            row[SAMPLED_AT], row[RESULT_AT] = hour, result
            plan(room, RESULTS, result, slot, 0, 0)


@inner
def sample(room: Room, state: np.uint64, hour: int) -> None:
    """Samples of those who seek care, of those in quarantine, and of whole cells."""
    backlog = room.reals[BACKLOG]
    waits = math.ceil(backlog / (room.wholes[W_LABORATORY] / DAY_H)) if backlog > 0 else 0
    n_singles = 0
    at = begin(room, CARES, hour)
    while at >= 0:
        slot = room.agenda[at, WHOM]
        at = done(room, at)
        row = room.infection[slot]
        is_here = row[FOUND_AT] == NEVER and room.person[row[WHO], PLACE] < IN_BED
        if row[CARE_AT] == hour and is_here:
            n_singles += 1
            test(room, state, slot, hour, waits, 1.0)
    if hour % DAY_H == TEST_HOUR:
        n_singles += test_ordered(room, state, hour, waits)
    room.days[hour // DAY_H, SINGLES] += n_singles
    room.reals[BACKLOG] += n_singles
    if hour % DAY_H == ROUND_HOUR:
        hold_round(room, state, hour, waits)


@inner
def test_ordered(room: Room, state: np.uint64, hour: int, waits: int) -> int:
    """Those whose quarantine asks for a test today, or who fell ill in it; their number."""
    day, kept = hour // DAY_H, 0
    n = room.days[day, TESTS_DUE]
    longest = room.keeping.shape[1] - TESTS - 1
    for at in range(room.counts[ORDERED]):
        person = room.lists[ORDERED, at]
        line = room.person[person]
        number = day - first_day(room, person) + 1
        if line[TEST_KIND] == 0 or (number > longest and line[KIND] == 0):
            line[LISTED] -= IS_TESTED
            continue
        room.lists[ORDERED, kept] = person
        kept += 1
        slot = line[SLOT]
        row = room.infection[slot]
        if line[PLACE] >= IN_BED or row[FOUND_AT] < NEVER:
            continue
        is_asked = 0 <= number <= longest and room.keeping[line[TEST_KIND], TESTS + number] > 0
        if not is_asked and line[KIND] > 0:
            is_asked = hour - DAY_H < row[ONSET_AT] <= hour
        if is_asked and row[CARE_AT] != hour:
            n += 1
            test(room, state, slot, hour, waits, 1.0)
    room.counts[ORDERED] = kept
    return int(n)


@inlined
def is_rhythm_day(day: int, level_at: int, first_days: int, every_days: int) -> bool:
    """Whether a level of area has everybody tested today."""
    if every_days == 0:
        return False
    since = day - level_at // DAY_H
    return since < first_days or (since - first_days) % every_days == 0


@inner
def ask(room: Room, hour: int, waits: int) -> int:
    """Mark the cells whose turn it is; how many persons live there, less those taken away."""
    day, n_asked = hour // DAY_H, 0
    for at in range(room.counts[AREAS]):
        cell = room.cell[room.lists[AREAS, at]]
        area = room.areas[cell[LEVEL]]
        if cell[LEVEL] == OPEN:
            continue
        asked = is_rhythm_day(day, cell[LEVEL_AT], area[FIRST_DAYS], area[EVERY_DAYS])
        is_last = day - max(cell[LEVEL_AT], cell[CELL_CASE_AT]) // DAY_H >= area[CLEAN_DAYS]
        if area[HAS_CLOSING] and is_last:
            asked = True
            cell[CHECKED_AT] = hour + room.wholes[W_RESULT] + waits
        cell[IS_ASKED] = asked
    for number in range(len(room.cell) - 1):
        cell = room.cell[number]
        if cell[ROUND_DAY] == day:
            cell[IS_ASKED] = 1
        if cell[IS_ASKED]:
            n_asked += room.cell[number + 1, FIRST_OF_CELL] - cell[FIRST_OF_CELL] - cell[N_ABSENT]
    return n_asked


@inner
def hold_round(room: Room, state: np.uint64, hour: int, waits: int) -> None:
    """Everybody at home in the cells asked; only those infected are visited."""
    day, pool, attendance = hour // DAY_H, room.wholes[W_POOL], room.course[R_ATTENDANCE]
    n_asked = ask(room, hour, waits)
    n_sampled = math.floor(n_asked * attendance)
    n_tubes = -(-n_sampled // pool)
    room.days[day, SAMPLED] += n_sampled
    room.days[day, TUBES] += n_tubes
    room.reals[BACKLOG] += n_tubes
    kept, n_come = 0, 0
    for at in range(room.counts[ACTIVE]):
        slot = room.lists[ACTIVE, at]
        row = room.infection[slot]
        person = row[WHO]
        line = room.person[person]
        if row[FOUND_AT] < NEVER or line[PLACE] >= AWAY:
            continue
        room.lists[ACTIVE, kept] = slot
        kept += 1
        if line[PLACE] >= CENTRAL or row[INFECTED_AT] >= hour or not room.cell[line[CELL], IS_ASKED]:
            continue
        if unit(keyed(state, person), TAKES_PART, day) < attendance:
            room.home[line[HOME], N_COMING] += 1
            room.bench[n_come, 0], room.bench[n_come, 1] = slot, line[HOME]
            n_come += 1
    room.counts[ACTIVE] = kept
    for at in range(n_come):
        together = min(room.home[room.bench[at, 1], N_COMING], pool)
        test(room, state, room.bench[at, 0], hour, waits, (together / pool) ** room.course[R_DILUTION])
    for at in range(n_come):
        room.home[room.bench[at, 1], N_COMING] = 0
    for number in range(len(room.cell) - 1):
        room.cell[number, IS_ASKED] = 0
