"""Compiled: finding, interviewing, quarantine and isolation, tests, areas and rounds."""

from __future__ import annotations

import math

from lastcase.core.simulate.chance import Stream
from lastcase.core.simulate.controls import CLOSE, SECONDARY
from lastcase.core.simulate.natural import DAY_H, DAYS_POSITIVE, N_QUANTILES
from lastcase.core.simulate.outcome import NUMBER
from lastcase.core.simulate.reference import (
    AWAY,
    CENTRAL,
    DEAD,
    FREE,
    HIGH,
    IN_BED,
    MEDIUM,
    OPEN,
    ROUND_HOUR,
    TEST_HOUR,
)
from lastcase.core.simulate.world import COMMUNITY, GROUP
from lastcase.engines.compiled import compiled, inlined
from lastcase.engines.kernel.basics import bind, count_tests, done, goes_out, join_queue, plan, put, settle, touch, watch
from lastcase.engines.kernel.draws import below, poisson, unit
from lastcase.engines.kernel.layout import (
    ALERTED_AT,
    BACKLOG,
    BED_QUEUE,
    BED_SINCE,
    BOUND_AT,
    CARE_AT,
    CARES,
    CELL_CASE_AT,
    CHECKED_AT,
    CLOSES_AT,
    CLOSINGS,
    COUNTY_CASE_AT,
    DEATHS,
    FIRST,
    FIRST_DAY,
    FOUND_AT,
    HEADS,
    INFECTED_AT,
    IS_ASKED,
    IS_ORDERED,
    ISOLATED,
    ISOLATED_UNTIL,
    KEPT,
    KEPT_UNTIL,
    KIND,
    LACKS,
    LACKS_PERSONS,
    LAST_ROUND_DAY,
    LAYER_UNIT,
    LEAVINGS,
    LEFT_HOME_AT,
    LEVEL,
    LEVEL_AT,
    MARK,
    MET,
    N_ABSENT,
    N_ACTIVE,
    N_AREAS,
    N_CENTRAL,
    N_CLEAN,
    N_ENTERED,
    N_FOUND,
    N_FURTHER,
    N_IN_BEDS,
    N_ORDERED,
    N_TALKED,
    N_WAIT_BED,
    N_WAIT_ROOM,
    NEVER,
    NEXT_ROUND,
    ONSET_AT,
    ONSETS,
    ORDERS,
    PLACE,
    RESULT_AT,
    RESULTS,
    RIDES,
    ROOM_QUEUE,
    ROOM_SINCE,
    ROUND_DAY,
    ROUND_FROM,
    SAMPLED_AT,
    SECOND,
    SEVERES,
    SLOT,
    TALK_QUEUE,
    TALKS,
    TEST_KIND,
    WHO,
    Course,
    Ground,
    R,
    Room,
    Rules,
    W,
)
from lastcase.engines.kernel.spread import INDEX_UNIT, drawn

SHEDDING, SEEKS_CARE, CARE_DELAY, TEST, TAKES_PART, REACHED, REACH_DELAY, RECALLS, NAMED, NAMED_COUNT = (
    int(Stream[name])
    for name in (
        "SHEDDING", "SEEKS_CARE", "CARE_DELAY", "TEST", "TAKES_PART", "REACHED", "REACH_DELAY", "RECALLS", "NAMED",
        "NAMED_COUNT",
    )  # fmt: skip
)
COMMUNITY_FOUND, MANAGED_FOUND, EXPORTED, SEVERE, DIED, SINGLES, TUBES, SAMPLED, INTERVIEWS = (
    NUMBER[name]
    for name in (
        "detected_community", "detected_managed", "exported", "severe", "deaths", "singles", "tubes", "sampled",
        "interviews",
    )  # fmt: skip
)
STANDING = NUMBER["in_central"]
WAITING_INTERVIEW = NUMBER["waiting_interview"]
CLEAN_DAYS, IS_ENTERED, HAS_CLOSING, FIRST_DAYS, EVERY_DAYS = range(5)
BINDS, IS_CENTRAL, N_DAYS, SHIFT = range(4)
R_CARE, R_ALERTED, R_DILUTION, R_ATTENDANCE = (
    R["care_share"], R["care_share_alerted"], R["dilution"], R["attendance"],
)  # fmt: skip
R_RECALL_GROUP, R_RECALL_COMMUNITY, R_UNREACHED = R["recall_group"], R["recall_community"], R["unreached"]
R_HOME, R_CLOSED = R["leak_home"], R["leak_closed"]
(
    W_RESULT, W_LABORATORY, W_POOL, W_INTERVIEWERS, W_INTERVIEW_H, W_WINDOW, W_ROOMS, W_BEDS, W_VEHICLES, W_DESIGNATE,
    W_ISOLATION, W_GAP_H, W_SCREENS, W_FIRST_AFTER, W_EVERY, W_CLEAN, W_GAP, W_FURTHER,
) = (
    W[name]
    for name in (
        "result_h", "laboratory", "pool", "interviewers", "interview_h", "window_days", "rooms", "beds", "vehicles",
        "designate_h", "isolation_days", "release_gap_h", "screens", "first_after_days", "every_days", "clean_rounds",
        "gap_days", "further_rounds",
    )
)  # fmt: skip


# -- areas and rounds


@compiled
def regrade(room: Room, rules: Rules, hour: int) -> None:
    day, kept = hour // DAY_H, 0
    for at in range(room.counts[N_AREAS]):
        number = room.areas[at]
        cell = room.cell[number]
        level, since = cell[LEVEL], max(cell[LEVEL_AT], cell[CELL_CASE_AT])
        if level != OPEN:
            area = rules.areas[level]
            is_due = day - since // DAY_H - 1 >= area[CLEAN_DAYS]
            if area[HAS_CLOSING]:
                is_due = is_due and since < cell[CHECKED_AT] <= hour
            if is_due:
                cell[LEVEL], cell[LEVEL_AT] = level - 1, hour
            if cell[LEVEL] == MEDIUM and rules.areas[MEDIUM, CLEAN_DAYS] == 0:
                cell[LEVEL] = OPEN
        if cell[LEVEL] != OPEN:
            room.areas[kept] = number
            kept += 1
    room.counts[N_AREAS] = kept


@compiled
def close_areas(room: Room, hour: int) -> None:
    at = room.head[CLOSINGS, hour]
    room.head[CLOSINGS, hour] = -1
    while at >= 0:
        number = room.agenda[at, FIRST]
        at = done(room, at)
        cell = room.cell[number]
        if cell[CLOSES_AT] != hour:
            continue
        cell[CLOSES_AT] = NEVER
        if cell[LEVEL] != HIGH:
            if cell[LEVEL] == OPEN:
                room.areas[room.counts[N_AREAS]] = number
                room.counts[N_AREAS] += 1
            cell[LEVEL], cell[LEVEL_AT] = HIGH, hour


@compiled
def plan_rounds(room: Room, ground: Ground, rules: Rules, hour: int) -> None:
    day, wholes = hour // DAY_H, rules.wholes
    for number in range(len(room.county)):
        county = room.county[number]
        if county[ROUND_FROM] < hour and county[LAST_ROUND_DAY] < day:
            county[NEXT_ROUND] = day + wholes[W_EVERY] - 1
            if county[COUNTY_CASE_AT] < county[ROUND_FROM]:
                county[N_CLEAN] += 1
                if county[N_CLEAN] >= wholes[W_CLEAN]:
                    county[NEXT_ROUND] = day + wholes[W_GAP] if county[N_FURTHER] > 0 else -1
                    county[N_FURTHER] -= 1
            county[ROUND_FROM] = NEVER
        if county[NEXT_ROUND] == day:
            a_day = max(1, wholes[W_LABORATORY] * wholes[W_POOL])
            reached = 0
            for cell in range(len(ground.cell_county)):
                if ground.cell_county[cell] != number:
                    continue
                turn = day + reached // a_day
                room.cell[cell, ROUND_DAY] = min(turn, NEVER)
                county[LAST_ROUND_DAY] = room.cell[cell, ROUND_DAY]
                reached += ground.cell_start[cell + 1] - ground.cell_start[cell]
            county[ROUND_FROM], county[NEXT_ROUND] = hour, -2


# -- persons


@compiled
def leave(room: Room, ground: Ground, course: Course, state: int, hour: int) -> None:
    day = hour // DAY_H
    at = room.head[DEATHS, hour]
    room.head[DEATHS, hour] = -1
    while at >= 0:
        person = room.infection[room.agenda[at, FIRST], WHO]
        at = done(room, at)
        if room.person[room.rows[person], PLACE] != AWAY:
            room.days[day, DIED] += 1
            settle(room, ground, person, DEAD)
    at = room.head[LEAVINGS, hour]
    room.head[LEAVINGS, hour] = -1
    while at >= 0:
        slot = room.agenda[at, FIRST]
        at = done(room, at)
        person = room.infection[slot, WHO]
        if room.infection[slot, FOUND_AT] == NEVER and goes_out(
            room, ground, state, person, hour, course.reals[R_HOME], course.reals[R_CLOSED]
        ):
            room.days[day, EXPORTED] += 1
            settle(room, ground, person, AWAY)
    at = room.head[ISOLATED, hour]
    room.head[ISOLATED, hour] = -1
    while at >= 0:
        person = room.infection[room.agenda[at, FIRST], WHO]
        at = done(room, at)
        release(room, ground, person)
    at = room.head[KEPT, hour]
    room.head[KEPT, hour] = -1
    while at >= 0:
        person = room.agenda[at, FIRST]
        at = done(room, at)
        if room.person[room.rows[person], KEPT_UNTIL] == hour and room.person[room.rows[person], KIND] > 0:
            release(room, ground, person)


@inlined
def release(room: Room, ground: Ground, person: int) -> None:
    if room.person[room.rows[person], PLACE] < AWAY:
        settle(room, ground, person, FREE)
        room.person[room.rows[person], KIND] = 0
        room.person[room.rows[person], BOUND_AT] = NEVER


@compiled
def find(room: Room, ground: Ground, course: Course, rules: Rules, state: int, hour: int) -> None:
    """Results that come now, in any order: queues put who joins in the same hour in order by themselves."""
    day, wholes = hour // DAY_H, rules.wholes
    at = room.head[RESULTS, hour]
    room.head[RESULTS, hour] = -1
    while at >= 0:
        slot = room.agenda[at, FIRST]
        at = done(room, at)
        row = room.infection[slot]
        person = row[WHO]
        line = room.person[room.rows[person]]
        if row[RESULT_AT] != hour or row[FOUND_AT] != NEVER or line[PLACE] >= AWAY:
            continue
        is_managed = line[KIND] > 0
        row[FOUND_AT] = hour
        room.counts[N_FOUND] += 1
        room.counts[ALERTED_AT] = min(room.counts[ALERTED_AT], hour)
        room.days[day, MANAGED_FOUND if is_managed else COMMUNITY_FOUND] += 1
        bind(room, ground, person, 0, hour)
        line[TEST_KIND] = 0
        if line[ROOM_SINCE] < NEVER:
            line[ROOM_SINCE] = NEVER
            room.counts[N_WAIT_ROOM] -= 1
        row[BED_SINCE] = hour
        room.counts[N_WAIT_BED] += 1
        join_queue(room, BED_QUEUE, hour, person)
        join_queue(room, TALK_QUEUE, hour, person)
        least = hour + max(1, wholes[W_ISOLATION]) * DAY_H
        shed = course.shedding_h[below(state, N_QUANTILES, person, SHEDDING, 0)]
        row[ISOLATED_UNTIL] = max(least, row[INFECTED_AT] + shed + wholes[W_GAP_H])
        plan(room, ISOLATED, row[ISOLATED_UNTIL], slot, 0)
        if not is_managed:
            number = ground.home_cell[ground.home[person]]
            note_case(room, rules, number, ground.cell_county[number], hour)


@compiled
def note_case(room: Room, rules: Rules, number: int, county_of: int, hour: int) -> None:
    """A case in the community closes its cell and begins rounds in its county."""
    cell, county, wholes, day = room.cell[number], room.county[county_of], rules.wholes, hour // DAY_H
    cell[CELL_CASE_AT] = county[COUNTY_CASE_AT] = hour
    if rules.areas[HIGH, IS_ENTERED] and hour + wholes[W_DESIGNATE] < cell[CLOSES_AT]:
        cell[CLOSES_AT] = hour + wholes[W_DESIGNATE]
        plan(room, CLOSINGS, cell[CLOSES_AT], number, 0)
    if wholes[W_SCREENS] and wholes[W_EVERY] > 0:
        if county[NEXT_ROUND] == -1:
            county[NEXT_ROUND] = day + max(1, wholes[W_FIRST_AFTER])
        if county[NEXT_ROUND] > day and county[N_CLEAN] > 0:
            county[NEXT_ROUND] = min(county[NEXT_ROUND], day + wholes[W_EVERY])
        county[N_CLEAN], county[N_FURTHER] = 0, wholes[W_FURTHER]


@compiled
def interview(room: Room, ground: Ground, course: Course, rules: Rules, state: int, hour: int) -> None:
    wholes = rules.wholes
    room.reals[TALKS] = min(
        room.reals[TALKS] + wholes[W_INTERVIEWERS] / DAY_H, max(float(wholes[W_INTERVIEWERS]), 1.0)
    )
    most, n, counts = int(room.reals[TALKS]), 0, room.counts
    while n < most and counts[HEADS + TALK_QUEUE] < counts[HEADS + 3 + TALK_QUEUE]:
        since, person = room.queues[TALK_QUEUE, counts[HEADS + TALK_QUEUE]]
        if since + wholes[W_INTERVIEW_H] > hour:
            break
        counts[HEADS + TALK_QUEUE] += 1
        n += 1
        trace(room, ground, course, rules, state, person, hour)
    room.reals[TALKS] -= n
    counts[N_TALKED] += n
    room.days[hour // DAY_H, INTERVIEWS] += n


@inlined
def name(room: Room, n: int, person: int, exposed: int) -> int:
    """Keep the latest exposure of each person named."""
    touch(room, person)
    known = room.person[room.rows[person], MARK]
    if known > 0:
        room.bench[known - 1, 1] = max(room.bench[known - 1, 1], exposed)
        return n
    if n == len(room.bench):
        return n
    room.bench[n, 0], room.bench[n, 1] = person, exposed
    room.person[room.rows[person], MARK] = n + 1
    return n + 1


@compiled
def trace(
    room: Room, ground: Ground, course: Course, rules: Rules, state: int, case: int, hour: int
) -> None:
    line = room.person[room.rows[case]]
    row, reals = room.infection[line[SLOT]], course.reals
    opens = (min(row[ONSET_AT], row[SAMPLED_AT]) // DAY_H - rules.wholes[W_WINDOW]) * DAY_H
    closes = min(hour, int(line[BOUND_AT]))
    home, n = ground.home[case], 0
    for other in range(ground.home_start[home], ground.home_start[home + 1]):
        n = name(room, n, other, min(hour, int(line[LEFT_HOME_AT])))
    if closes > opens:
        at = row[MET]
        while at >= 0:
            packed, when = room.meeting[at, 1], room.meeting[at, 2]
            if opens <= when < closes:
                layer, number = packed // LAYER_UNIT, packed % LAYER_UNIT
                recall = reals[R_RECALL_GROUP] if layer == GROUP else reals[R_RECALL_COMMUNITY]
                if unit(state, case, RECALLS, layer * INDEX_UNIT + number) < recall:
                    n = name(room, n, room.meeting[at, 3], when)
            at = room.meeting[at, 0]
        group = ground.group[case]
        if group >= 0:
            for place in range(ground.group_start[group], ground.group_start[group + 1]):
                mate = ground.members[place]
                if unit(state, case, NAMED + GROUP, mate) < reals[R_RECALL_GROUP]:
                    n = name(room, n, mate, closes - 1)
        age = ground.age[case]
        mean = course.met[age] * (closes - opens) / DAY_H * reals[R_RECALL_COMMUNITY]
        for number in range(poisson(state, mean, case, NAMED_COUNT, 0)):
            other = drawn(ground, course, state, case, NAMED + COMMUNITY, number)
            real = unit(state, case, NAMED + COMMUNITY + 1, number)
            if real < course.accept[age, ground.age[other]]:
                when = opens + below(state, closes - opens, case, NAMED + COMMUNITY + 2, number)
                n = name(room, n, other, when)
    for at in range(n):
        person, exposed = room.bench[at]
        room.person[room.rows[person], MARK] = 0
        slot = room.person[room.rows[person], SLOT]
        if person == case or (slot >= 0 and room.infection[slot, FOUND_AT] < NEVER):
            continue
        if unit(state, case, REACHED, person) < reals[R_UNREACHED]:
            continue
        wait = course.reach_h[below(state, N_QUANTILES, case, REACH_DELAY, person)]
        plan(room, ORDERS, hour + wait, person, exposed)


@inlined
def order(room: Room, ground: Ground, rules: Rules, person: int, exposed: int, kind: int, hour: int) -> bool:
    """`Reference._order` of one person: whether the person was not bound as such before, and can be."""
    keeping = rules.keeping[kind]
    if not keeping[BINDS]:
        return False
    day_1 = exposed // DAY_H + keeping[SHIFT]
    until = (day_1 + keeping[N_DAYS]) * DAY_H
    line = room.person[room.rows[person]]
    slot = line[SLOT]
    if until <= hour or line[PLACE] >= IN_BED or (slot >= 0 and room.infection[slot, FOUND_AT] < NEVER):
        return False
    known = line[KIND]
    is_weaker = known == 0 or (kind == CLOSE and known == SECONDARY)
    if not is_weaker and not (known == kind and until > line[KEPT_UNTIL]):
        return False
    touch(room, person)
    line = room.person[room.rows[person]]
    if slot < 0 and line[TEST_KIND] > 0:
        count_tests(room, rules, person, hour, -1)
    line[FIRST_DAY], line[KEPT_UNTIL], line[TEST_KIND] = day_1, until, kind
    if slot < 0:
        count_tests(room, rules, person, hour, 1)
    else:
        watch(room, person)
    bind(room, ground, person, kind, hour)
    plan(room, KEPT, until, person, 0)
    if keeping[IS_CENTRAL] and line[PLACE] != CENTRAL and line[ROOM_SINCE] == NEVER:
        line[ROOM_SINCE] = hour
        room.counts[N_WAIT_ROOM] += 1
        join_queue(room, ROOM_QUEUE, hour, person)
    return is_weaker


@compiled
def quarantine(room: Room, ground: Ground, rules: Rules, hour: int) -> None:
    at = room.head[ORDERS, hour]
    room.head[ORDERS, hour] = -1
    n_fresh = 0
    while at >= 0:
        person, exposed = room.agenda[at, FIRST], room.agenda[at, SECOND]
        at = done(room, at)
        if order(room, ground, rules, person, exposed, CLOSE, hour):
            if n_fresh < len(room.bench):
                room.bench[n_fresh, 0] = person
                n_fresh += 1
    if not rules.keeping[SECONDARY, BINDS]:
        return
    for fresh in range(n_fresh):
        home = ground.home[room.bench[fresh, 0]]
        for near in range(ground.home_start[home], ground.home_start[home + 1]):
            if room.person[room.rows[near], KIND] != CLOSE:
                order(room, ground, rules, near, hour, SECONDARY, hour)


@compiled
def take_away(room: Room, rules: Rules, ground: Ground, hour: int) -> None:
    wholes, counts = rules.wholes, room.counts
    vehicles = wholes[W_VEHICLES]
    room.reals[RIDES] = min(room.reals[RIDES] + vehicles / DAY_H, max(float(vehicles), 1.0))
    for queue in (BED_QUEUE, ROOM_QUEUE):
        is_bed = queue == BED_QUEUE
        n_free = wholes[W_BEDS] - counts[N_IN_BEDS] if is_bed else wholes[W_ROOMS] - counts[N_CENTRAL]
        most, n = min(max(0, n_free), int(room.reals[RIDES])), 0
        while n < most and counts[HEADS + queue] < counts[HEADS + 3 + queue]:
            since, person = room.queues[queue, counts[HEADS + queue]]
            counts[HEADS + queue] += 1
            line = room.person[room.rows[person]]
            if is_bed:
                row = room.infection[line[SLOT]]
                if row[BED_SINCE] != since:
                    continue
                row[BED_SINCE] = NEVER
                counts[N_WAIT_BED] -= 1
            else:
                if line[ROOM_SINCE] != since:
                    continue
                line[ROOM_SINCE] = NEVER
                counts[N_WAIT_ROOM] -= 1
                if counts[N_ENTERED] == len(room.entered):
                    counts[LACKS] = LACKS_PERSONS
                    return
                room.entered[counts[N_ENTERED]] = person
                counts[N_ENTERED] += 1
            n += 1
            line[LEFT_HOME_AT] = min(line[LEFT_HOME_AT], hour)
            put(room, ground, person, IN_BED if is_bed else CENTRAL, line[KIND])
        room.reals[RIDES] -= n


# -- illness and tests


@compiled
def fall_ill(room: Room, course: Course, state: int, hour: int) -> None:
    share = course.reals[R_CARE] if hour < room.counts[ALERTED_AT] else course.reals[R_ALERTED]
    at = room.head[ONSETS, hour]
    room.head[ONSETS, hour] = -1
    while at >= 0:
        slot = room.agenda[at, FIRST]
        at = done(room, at)
        person = room.infection[slot, WHO]
        if unit(state, person, SEEKS_CARE, 0) < share:
            care_at = hour + course.care_delay_h[below(state, N_QUANTILES, person, CARE_DELAY, 0)]
            if care_at < room.infection[slot, CARE_AT]:
                room.infection[slot, CARE_AT] = care_at
                plan(room, CARES, care_at, slot, 0)
    at = room.head[SEVERES, hour]
    room.head[SEVERES, hour] = -1
    while at >= 0:
        at = done(room, at)
        room.days[hour // DAY_H, SEVERE] += 1


@compiled
def test(
    room: Room, course: Course, rules: Rules, state: int, slot: int, hour: int, waits: int, dilution: float
) -> None:
    row = room.infection[slot]
    if row[INFECTED_AT] >= hour:
        return
    since = min((hour - row[INFECTED_AT]) // DAY_H, DAYS_POSITIVE)
    if unit(state, row[WHO], TEST, hour) < course.sensitivity[since] * dilution:
        result = hour + rules.wholes[W_RESULT] + waits
        if result < row[RESULT_AT]:
            row[SAMPLED_AT], row[RESULT_AT] = hour, result
            plan(room, RESULTS, result, slot, 0)


@compiled
def sample(room: Room, ground: Ground, course: Course, rules: Rules, state: int, hour: int) -> None:
    day, of_day, counts = hour // DAY_H, hour % DAY_H, room.counts
    backlog = room.reals[BACKLOG]
    waits = math.ceil(backlog / (rules.wholes[W_LABORATORY] / DAY_H)) if backlog > 0 else 0
    n_singles = 0
    at = room.head[CARES, hour]
    room.head[CARES, hour] = -1
    while at >= 0:
        slot = room.agenda[at, FIRST]
        at = done(room, at)
        row = room.infection[slot]
        is_here = row[FOUND_AT] == NEVER and room.person[room.rows[row[WHO]], PLACE] < IN_BED
        if row[CARE_AT] == hour and is_here:
            n_singles += 1
            test(room, course, rules, state, slot, hour, waits, 1.0)
    if of_day == TEST_HOUR:
        n_singles += test_ordered(room, course, rules, state, hour, waits)
    room.days[day, SINGLES] += n_singles
    room.reals[BACKLOG] += n_singles
    if of_day == ROUND_HOUR:
        hold_round(room, ground, course, rules, state, hour, waits)


@compiled
def test_ordered(room: Room, course: Course, rules: Rules, state: int, hour: int, waits: int) -> int:
    """Those whose quarantine asks for a test today, or who fell ill in it; their number."""
    day, kept, counts = hour // DAY_H, 0, room.counts
    n = int(room.tests[day])
    longest = rules.test_days.shape[1] - 1
    for at in range(counts[N_ORDERED]):
        person = room.ordered[at]
        line = room.person[room.rows[person]]
        number = day - line[FIRST_DAY] + 1
        if line[TEST_KIND] == 0 or (number > longest and line[KIND] == 0):
            line[IS_ORDERED] = 0
            continue
        room.ordered[kept] = person
        kept += 1
        slot = line[SLOT]
        row = room.infection[slot]
        if line[PLACE] >= IN_BED or row[FOUND_AT] < NEVER:
            continue
        is_asked = 0 <= number <= longest and rules.test_days[line[TEST_KIND], number]
        if not is_asked and line[KIND] > 0:
            is_asked = hour - DAY_H < row[ONSET_AT] <= hour
        if is_asked and row[CARE_AT] != hour:
            n += 1
            test(room, course, rules, state, slot, hour, waits, 1.0)
    counts[N_ORDERED] = kept
    return n


@compiled
def is_rhythm_day(day: int, level_at: int, first_days: int, every_days: int) -> bool:
    if every_days == 0:
        return False
    since = day - level_at // DAY_H
    return since < first_days or (since - first_days) % every_days == 0


@compiled
def hold_round(
    room: Room, ground: Ground, course: Course, rules: Rules, state: int, hour: int, waits: int
) -> None:
    day, wholes, counts, reals = hour // DAY_H, rules.wholes, room.counts, course.reals
    for at in range(counts[N_AREAS]):
        cell = room.cell[room.areas[at]]
        level = cell[LEVEL]
        if level == OPEN:
            continue
        area = rules.areas[level]
        asked = is_rhythm_day(day, cell[LEVEL_AT], area[FIRST_DAYS], area[EVERY_DAYS])
        is_last = day - max(cell[LEVEL_AT], cell[CELL_CASE_AT]) // DAY_H >= area[CLEAN_DAYS]
        if area[HAS_CLOSING] and is_last:
            asked = True
            cell[CHECKED_AT] = hour + wholes[W_RESULT] + waits
        cell[IS_ASKED] = asked
    n_asked = 0
    for number in range(len(room.cell)):
        cell = room.cell[number]
        if cell[ROUND_DAY] == day:
            cell[IS_ASKED] = 1
        if cell[IS_ASKED]:
            n_asked += ground.cell_start[number + 1] - ground.cell_start[number] - cell[N_ABSENT]
    if n_asked == 0:
        for at in range(counts[N_AREAS]):
            room.cell[room.areas[at], IS_ASKED] = 0
        return
    n_sampled = int(math.floor(n_asked * reals[R_ATTENDANCE]))
    n_tubes = -(-n_sampled // wholes[W_POOL])
    room.days[day, SAMPLED] += n_sampled
    room.days[day, TUBES] += n_tubes
    room.reals[BACKLOG] += n_tubes
    kept, n_come = 0, 0
    for at in range(counts[N_ACTIVE]):
        slot = room.active[at]
        row = room.infection[slot]
        person = row[WHO]
        place = room.person[room.rows[person], PLACE]
        if row[FOUND_AT] < NEVER or place >= AWAY:
            continue
        room.active[kept] = slot
        kept += 1
        home = ground.home[person]
        if place >= CENTRAL or row[INFECTED_AT] >= hour or not room.cell[ground.home_cell[home], IS_ASKED]:
            continue
        if unit(state, person, TAKES_PART, day) < reals[R_ATTENDANCE]:
            room.home_mark[home] += 1
            room.hits[n_come, 0], room.hits[n_come, 1] = slot, home
            n_come += 1
    counts[N_ACTIVE] = kept
    for at in range(n_come):
        together = min(room.home_mark[room.hits[at, 1]], wholes[W_POOL])
        dilution = (together / wholes[W_POOL]) ** reals[R_DILUTION]
        test(room, course, rules, state, room.hits[at, 0], hour, waits, dilution)
    for at in range(n_come):
        room.home_mark[room.hits[at, 1]] = 0
    for number in range(len(room.cell)):
        room.cell[number, IS_ASKED] = 0


@compiled
def count(room: Room, ground: Ground, day: int) -> None:
    """What stands at the end of a day, in the order of `outcome.COLUMNS` from `in_central` on."""
    row, counts = room.days[day], room.counts
    for number in range(5):
        row[STANDING + number] = counts[N_CENTRAL + number]
    row[WAITING_INTERVIEW] = counts[N_FOUND] - counts[N_TALKED]
    for at in range(counts[N_AREAS]):
        number = room.areas[at]
        if room.cell[number, LEVEL] == HIGH:
            row[WAITING_INTERVIEW + 1] += 1
            row[WAITING_INTERVIEW + 3] += ground.cell_start[number + 1] - ground.cell_start[number]
        elif room.cell[number, LEVEL] == MEDIUM:
            row[WAITING_INTERVIEW + 2] += 1


