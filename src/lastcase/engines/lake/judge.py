"""Compiled: the meetings of a pair held against the rules, as `core.contacts.search.find_pairs` defines it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lastcase.engines.compiled import compiled
from lastcase.engines.lake.meet import Meetings, Stays, Windows, find_meetings_of, forget
from lastcase.engines.lake.view import Ground

DEFINITE, POSSIBLE, SHORT = 0, 1, 2
NO_RULE = -1
ANY_ROW = (1 << 15) - 1
"""So many rows apart is nobody: they do not matter to a rule."""
NO_ROOM_ON_BENCH, NO_ROOM_FOR_PAIRS = -3, -4


class Rules(NamedTuple):
    """Contact rules, the first to decide first: mask of settings, least seconds (-1: any), period in which seconds
    are cumulated (0: one meeting alone), rows apart at the most (`ANY_ROW`: any). `percent`: what a minute counts for
    in the dose, by the bit of the setting.
    """

    settings: NDArray[np.uint64]
    min_s: NDArray[np.int64]
    cumulating_s: NDArray[np.int64]
    most_rows: NDArray[np.int64]
    percent: NDArray[np.int64]


class Pairs(NamedTuple):
    """One row a pair, as `core.contacts.search.PAIRS`: numbers for ids, seconds for minutes and instants; `case`
    is the place among those searched for, `rule` the place of the rule (`NO_RULE`: none), `dose` in units of
    `core.contacts.dose`."""

    case: NDArray[np.int32]
    person: NDArray[np.uint32]
    certainty: NDArray[np.uint8]
    rule: NDArray[np.int8]
    first_s: NDArray[np.int64]
    last_s: NDArray[np.int64]
    least_s: NDArray[np.int64]
    most_s: NDArray[np.int64]
    dose: NDArray[np.int64]
    n_meetings: NDArray[np.int32]
    place: NDArray[np.uint32]


class Bench(NamedTuple):
    """Room for the meetings of one pair, in the order of `together.counted_once`: which meeting, from when and for
    how long it is fresh, and the rule that it fits."""

    meeting: NDArray[np.int32]
    fresh_from_s: NDArray[np.int64]
    fresh_s: NDArray[np.int64]
    rule: NDArray[np.int8]


# The steps below take arrays and no tuples of them: to take one out of a tuple costs more than the step itself.


@compiled
def _line_up(
    head: int,
    following: NDArray[np.int32],
    start_s: NDArray[np.int64],
    end_s: NDArray[np.int64],
    slack_s: NDArray[np.int64],
    place_of: NDArray[np.uint32],
    rows: NDArray[np.int16],
    order: NDArray[np.int32],
) -> int:
    """Put a pair's meetings in order: the earlier, of equal ones the longer, then the surer, then the one of the
    lower place, then of the nearer row, first. Their number, -1 for want of room."""
    n = 0
    meeting = head
    while meeting >= 0:
        if n == len(order):
            return -1
        start, end, slack = start_s[meeting], end_s[meeting], slack_s[meeting]
        at = n
        while at > 0:
            other = order[at - 1]
            if start_s[other] < start:
                break
            if start_s[other] == start and end_s[other] > end:
                break
            if start_s[other] == start and end_s[other] == end:
                if slack_s[other] < slack:
                    break
                if slack_s[other] == slack and place_of[other] < place_of[meeting]:
                    break
                is_same = slack_s[other] == slack and place_of[other] == place_of[meeting]
                if is_same and rows[other] <= rows[meeting]:
                    break
            order[at] = other
            at -= 1
        order[at] = meeting
        n += 1
        meeting = following[meeting]
    return n


@compiled
def _alone(length: int, slack: int, by_most: bool) -> int:
    """Seconds of one meeting, at the most or at the least."""
    return length + slack if by_most else max(length - slack, 0)


@compiled
def _cumulated(
    n: int,
    at: int,
    period_s: int,
    by_most: bool,
    order: NDArray[np.int32],
    fresh_from_s: NDArray[np.int64],
    fresh_s: NDArray[np.int64],
    start_s: NDArray[np.int64],
    end_s: NDArray[np.int64],
    slack_s: NDArray[np.int64],
) -> int:
    """Most seconds together within any period that holds the meeting and starts with one."""
    most = 0
    start = start_s[order[at]]
    for opening in range(n):
        opens = start_s[order[opening]]
        if opens > start or opens + period_s <= start:
            continue
        total = 0
        for held in range(n):
            meeting = order[held]
            if opens <= start_s[meeting] < opens + period_s:
                left = max(opens + period_s - fresh_from_s[held], 0)
                if by_most:
                    own = fresh_s[held] + slack_s[meeting] if fresh_s[held] > 0 else 0
                else:
                    own = min(max(end_s[meeting] - start_s[meeting] - slack_s[meeting], 0), fresh_s[held])
                total += int(min(own, left))
        most = max(most, total)
    return most


@compiled
def _cumulated_near(
    n: int,
    at: int,
    period_s: int,
    by_most: bool,
    most_rows: int,
    order: NDArray[np.int32],
    start_s: NDArray[np.int64],
    end_s: NDArray[np.int64],
    slack_s: NDArray[np.int64],
    rows: NDArray[np.int16],
) -> int:
    """The same of meetings so many rows apart at the most, as if there were no others."""
    most = 0
    start = start_s[order[at]]
    for opening in range(n):
        opens = start_s[order[opening]]
        if opens > start or opens + period_s <= start or rows[order[opening]] > most_rows:
            continue
        total = 0
        ended = np.int64(-(1 << 62))
        for held in range(n):
            meeting = order[held]
            if rows[meeting] > most_rows:
                continue
            fresh_from = max(start_s[meeting], ended)
            fresh = max(end_s[meeting] - fresh_from, 0)
            ended = max(ended, end_s[meeting])
            if opens <= start_s[meeting] < opens + period_s:
                left = max(opens + period_s - fresh_from, 0)
                if by_most:
                    own = fresh + slack_s[meeting] if fresh > 0 else 0
                else:
                    own = min(max(end_s[meeting] - start_s[meeting] - slack_s[meeting], 0), fresh)
                total += int(min(own, left))
        most = max(most, total)
    return most


@compiled
def judge_pairs(
    case: int,
    n_met: int,
    meetings: Meetings,
    rules: Rules,
    setting_of: NDArray[np.uint8],
    bench: Bench,
    pairs: Pairs,
    row: int,
) -> bool:
    """Write one row for each person met, from `row` on; whether there was room to line up their meetings."""
    start_s, end_s, slack_s, place_of = meetings.start_s, meetings.end_s, meetings.slack_s, meetings.place
    following, heads, met = meetings.following, meetings.head, meetings.met
    masks, mins, periods, percent = rules.settings, rules.min_s, rules.cumulating_s, rules.percent
    most_rows, rows = rules.most_rows, meetings.rows
    order, fresh_from_s, fresh_s, rule_at = bench.meeting, bench.fresh_from_s, bench.fresh_s, bench.rule
    for slot in range(n_met):
        n = _line_up(heads[slot], following, start_s, end_s, slack_s, place_of, rows, order)
        if n < 0:
            return False
        ended = np.int64(-(1 << 62))
        for at in range(n):
            start, end = start_s[order[at]], end_s[order[at]]
            fresh_from_s[at] = max(start, ended)
            fresh_s[at] = max(end - fresh_from_s[at], 0)
            ended = max(ended, end)

        certainty, decides = SHORT, NO_RULE
        for grade in range(SHORT):
            for at in range(n):
                meeting = order[at]
                alone = _alone(end_s[meeting] - start_s[meeting], slack_s[meeting], grade == POSSIBLE)
                bit = np.uint64(1) << np.uint64(setting_of[place_of[meeting]])
                rule_at[at] = NO_RULE
                for rule in range(len(masks)):
                    if not masks[rule] & bit:
                        continue
                    if rows[meeting] > most_rows[rule]:
                        continue
                    together = alone
                    if periods[rule] > 0:
                        if most_rows[rule] == ANY_ROW:
                            together = _cumulated(
                                n, at, periods[rule], grade == POSSIBLE, order, fresh_from_s, fresh_s,
                                start_s, end_s, slack_s,
                            )  # fmt: skip
                        else:
                            together = _cumulated_near(
                                n, at, periods[rule], grade == POSSIBLE, most_rows[rule], order,
                                start_s, end_s, slack_s, rows,
                            )  # fmt: skip
                    if mins[rule] < 0 or together >= mins[rule]:
                        rule_at[at] = rule
                        if decides == NO_RULE or rule < decides:
                            decides = rule
                        break
            if decides != NO_RULE:
                certainty = grade
                break

        n_best, place, first, last = 0, np.uint32(0), np.int64(0), np.int64(-(1 << 62))
        least, most, dose = np.int64(0), np.int64(0), np.int64(0)
        for at in range(n):
            if certainty != SHORT and rule_at[at] == NO_RULE:
                continue
            meeting = order[at]
            if n_best == 0 or (start_s[meeting] == first and place_of[meeting] < place):
                first, place = start_s[meeting], place_of[meeting]
            n_best += 1
            last = max(last, end_s[meeting])
            own = _alone(end_s[meeting] - start_s[meeting], slack_s[meeting], False)
            own_least = min(own, fresh_s[at])
            own_most = fresh_s[at] + slack_s[meeting] if fresh_s[at] > 0 else 0
            least += own_least
            most += own_most
            dose += (own_least + own_most) * percent[setting_of[place_of[meeting]]]
        pairs.case[row], pairs.person[row], pairs.certainty[row] = case, met[slot], certainty
        pairs.rule[row], pairs.first_s[row], pairs.last_s[row] = decides, first, last
        pairs.least_s[row], pairs.most_s[row], pairs.dose[row] = least, most, dose
        pairs.n_meetings[row], pairs.place[row] = n_best, place
        row += 1
    return True


@compiled
def find_pairs_from(
    case: int,
    n_done: int,
    windows: Windows,
    table: NDArray[np.int64],
    ground: Ground,
    slack_s: NDArray[np.int64],
    air_s: int,
    rules: Rules,
    stays: Stays,
    meetings: Meetings,
    bench: Bench,
    pairs: Pairs,
) -> tuple[int, int, int]:
    """Write the pairs of the persons searched for from `case` on, after the `n_done` rows already there.

    The person at whom room ran out (their number: none did), the rows then written, and what there was no room
    for. Nothing of that person counts as written, so that the caller gives room and goes on from there.
    """
    while case < len(windows.person):
        n_met = find_meetings_of(case, windows, table, ground, slack_s, air_s, stays, meetings)
        if n_met < 0:
            return case, n_done, n_met
        lacking = 0
        if n_done + n_met > len(pairs.case):
            lacking = NO_ROOM_FOR_PAIRS
        elif not judge_pairs(case, n_met, meetings, rules, ground.setting_of, bench, pairs, n_done):
            lacking = NO_ROOM_ON_BENCH
        forget(meetings, n_met)
        if lacking < 0:
            return case, n_done, lacking
        n_done += n_met
        case += 1
    return case, n_done, 0
