"""The next ring of many contacts at once: who first met one of them, and who last, without a row a pair.

Minutes and dose are sums over pairs: for these ask `search.find_pairs`.

Everybody's stays are walked in the order of time, and a person is left as soon as the first meeting is certain. The
contacts' stays lie by place in the order of their starts with the running maximum of their ends: the first that
reaches far enough is the earliest that can have met.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.core.protocol.model import ContactRule
from lastcase.engines.compiled import carray, compiled, pointer
from lastcase.engines.lake.meet import Stays, Windows, end_of_long, find_stays, group_of
from lastcase.engines.lake.search import mask_of
from lastcase.engines.lake.view import (
    LAST_S,
    PERSON,
    SETTING_BITS,
    START_S,
    UNKNOWN_SETTING,
    WORDS,
    Ground,
    View,
)
from lastcase.engines.lake.words import MAX_LENGTH_S, length_of, other_of, quality_of, start_of

NEVER, ANY = -1, 0
"""No meeting fits; every meeting fits, be it a second and its times unsure."""


class NotSweepable(ValueError):
    """A rule cumulates, or asks for near rows: a sweep sees one meeting at a time, and parts as a whole."""


class Present(NamedTuple):
    """Stays of contacts inside their windows: those at spot `s` are `first[s]` to `first[s + 1]`, by start.

    `rows` has one each: start, end and the running maximum of ends less slack, in seconds from `opens_s`,
    and slack; side by side, because whoever reads one reads all. `person` says whose stay it is.
    """

    first: NDArray[np.int64]
    rows: NDArray[np.int32]
    person: NDArray[np.uint32]
    opens_s: int
    closes_s: int


START, END, REACHED, SLACK = range(4)


def least_by_setting(rules: Sequence[ContactRule]) -> NDArray[np.int64]:
    """Seconds that one meeting must last to fit a rule, by the bit of its setting (`NEVER`, `ANY` as above).

    Visits of no length at all, which a rule without least minutes counts, are passed by here.

    Raises NotSweepable.
    """
    least = np.full(UNKNOWN_SETTING + 1, NEVER, np.int64)
    for rule in rules:
        if rule.cumulating_hours > 0 or rule.max_rows_apart is not None:
            raise NotSweepable(rule.id)
        mask, seconds = mask_of(rule.settings), round((rule.min_minutes or 0.0) * 60)
        for bit in (*SETTING_BITS.values(), UNKNOWN_SETTING):
            if mask >> bit & 1 and (least[bit] == NEVER or seconds < least[bit]):
                least[bit] = seconds
    return least


def sweep_ring(
    view: View,
    windows: Windows,
    rules: Sequence[ContactRule],
    known: NDArray[np.bool_],
    *,
    n_threads: int = 1,
) -> pl.DataFrame:
    """Who met one of the contacts of `windows` (one each) long enough by the least overlap, but for these contacts
    themselves and those already `known` (a flag by person).

    One row a person, sorted: person, first_s, last_s (start of the first and end of the last such meeting), via,
    place (a contact met, and where, at the first). The persons met are shared out among threads. Raises
    NotSweepable.
    """
    least = least_by_setting(rules)
    present = _present(view, windows, least)
    outcome: list[Any] = [np.full(view.n_persons, NEVER, np.int64) for _ in range(2)]
    witness: list[Any] = [np.zeros(view.n_persons, np.uint32) for _ in range(2)]
    if len(present.person):
        known = known.copy()
        known[windows.person] = True
        edges = np.linspace(0, view.n_persons, n_threads + 1).astype(np.int64)
        given = (view.table, view.ground, view.slack_s, least, present, known, *outcome, *witness)
        with ThreadPoolExecutor(n_threads) as threads:
            list(threads.map(lambda low, high: _sweep(low, high, *given), edges[:-1], edges[1:]))
    found = np.flatnonzero(outcome[0] != NEVER)
    return pl.DataFrame(
        {
            "person": found.astype(np.uint32),
            "first_s": outcome[0][found],
            "last_s": outcome[1][found],
            "via": witness[0][found],
            "place": witness[1][found],
        }
    )


def _present(view: View, windows: Windows, least: NDArray[np.int64]) -> Present:
    room = 64 * len(windows.person) + 64
    while True:
        columns: list[Any] = [
            np.empty(room, kind) for kind in (np.int64, np.int64, np.int64, np.uint32, np.uint32)
        ]
        stays = Stays(*(np.empty(1 << 12, np.int64) for _ in Stays._fields))
        n = _collect(windows, view.table, view.ground, view.slack_s, least, stays, *columns)
        if n >= 0:
            break
        room *= 4
    start, end, slack, spot, person = (column[:n] for column in columns)
    first, order = _by_spot(len(view.ground.place_of), spot, start)
    opens, closes = (int(start.min()), int(end.max())) if n else (0, 0)
    rows = np.empty((n, 4), np.int32)
    rows[:, START], rows[:, END], rows[:, SLACK] = start[order] - opens, end[order] - opens, slack[order]
    _run_up(first, rows)
    return Present(first, rows, person[order], opens, closes)


@compiled
def _collect(
    windows: Windows,
    table: NDArray[np.int64],
    ground: Ground,
    slack_s: NDArray[np.int64],
    least: NDArray[np.int64],
    stays: Stays,
    start_s: NDArray[np.int64],
    end_s: NDArray[np.int64],
    of_slack_s: NDArray[np.int64],
    spot: NDArray[np.uint32],
    person: NDArray[np.uint32],
) -> int:
    """The stays of all contacts, cut to their windows, that are long enough to count; -1 for want of room."""
    n = 0
    for case in range(len(windows.person)):
        for at in range(find_stays(case, windows, table, ground, 0, stays)):
            shortest = least[ground.setting_of[ground.place_of[stays.spot[at]]]]
            start = max(stays.start_s[at], windows.from_s[windows.first[case]])
            end = min(stays.end_s[at], windows.until_s[windows.first[case]])
            slack = 0 if shortest == ANY else slack_s[stays.quality[at]]
            if shortest == NEVER or end - start - slack < max(shortest, 1):
                continue
            if n == len(start_s):
                return -1
            start_s[n], end_s[n], of_slack_s[n] = start, end, slack
            spot[n], person[n] = stays.spot[at], windows.person[case]
            n += 1
    return n


@compiled
def _by_spot(
    n_spots: int, spot: NDArray[np.uint32], start_s: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Offsets of the spots, and the order of stays by spot and start."""
    first = np.zeros(n_spots + 1, np.int64)
    for at in range(len(spot)):
        first[spot[at] + 1] += 1
    for one in range(n_spots):
        first[one + 1] += first[one]
    ahead = first.copy()
    order = np.empty(len(spot), np.int64)
    for at in range(len(spot)):
        order[ahead[spot[at]]] = at
        ahead[spot[at]] += 1
    for one in range(n_spots):
        low, high = first[one], first[one + 1]
        if high - low > 1:
            here = order[low:high]
            order[low:high] = here[np.argsort(start_s[here])]
    return first, order


@compiled
def _run_up(first: NDArray[np.int64], rows: NDArray[np.int32]) -> None:
    """Fill in the running maximum within each spot."""
    for spot in range(len(first) - 1):
        for at in range(first[spot], first[spot + 1]):
            reached = rows[at, END] - rows[at, SLACK]
            rows[at, REACHED] = max(reached, rows[at - 1, REACHED]) if at > first[spot] else reached


@compiled
def _first_from(
    low: int,
    high: int,
    start: int,
    end: int,
    needed: int,
    rows: NDArray[np.int32],
) -> int:
    """The earliest stay from `low` to `high` that a visit met for `needed` seconds and the stay's slack, -1 for
    none."""
    above = high
    while low < above:
        middle = (low + above) >> 1
        if rows[middle, REACHED] < start + needed:
            low = middle + 1
        else:
            above = middle
    for at in range(low, high):
        if rows[at, START] > end - needed:
            break
        if min(end, rows[at, END]) - max(start, rows[at, START]) - rows[at, SLACK] >= needed:
            return at
    return -1


@compiled
def _last_until(
    low: int,
    high: int,
    start: int,
    end: int,
    needed: int,
    rows: NDArray[np.int32],
    most_slack: int,
) -> int:
    """The latest end of such a meeting, `NEVER` for none."""
    bottom, above = low, high
    while low < above:
        middle = (low + above) >> 1
        if rows[middle, START] > end - needed:
            above = middle
        else:
            low = middle + 1
    latest = NEVER
    for at in range(low - 1, bottom - 1, -1):
        if rows[at, REACHED] < start + needed or min(end, rows[at, REACHED] + most_slack) <= latest:
            break
        finish = min(end, rows[at, END])
        if finish - max(start, rows[at, START]) - rows[at, SLACK] >= needed:
            latest = max(latest, finish)
    return latest


@compiled
def _sweep(
    low_person: int,
    high_person: int,
    table: NDArray[np.int64],
    ground: Ground,
    slack_s: NDArray[np.int64],
    least: NDArray[np.int64],
    present: Present,
    known: NDArray[np.bool_],
    first_s: NDArray[np.int64],
    last_s: NDArray[np.int64],
    via: NDArray[np.uint32],
    where: NDArray[np.uint32],
) -> None:
    place_of, bare_of, setting_of = ground.place_of, ground.bare_of, ground.setting_of
    offsets, rows, persons = present.first, present.rows, present.person
    opens, closes = present.opens_s, present.closes_s
    is_bare, first_spot, all_spots = ground.is_bare, ground.first, ground.spots
    next_of, has_rows = ground.next_of, len(ground.next_of) > 0
    met = np.empty(len(next_of), np.int64)
    most_slack = rows[:, SLACK].max()
    has_any = _has_any(ground, offsets)
    for person in range(low_person, high_person):
        if known[person]:
            continue
        for segment in range(len(table)):
            day = table[segment, START_S]
            if day >= closes or (first_s[person] != NEVER and day >= first_s[person]):
                break
            if table[segment, LAST_S] <= opens:
                continue
            low, high, _ = group_of(table, segment, PERSON, person)
            words = carray(pointer(table[segment, PERSON + WORDS]), (high,), np.uint64)
            for position in range(low, high):
                word = words[position]
                start = day + start_of(word)
                if first_s[person] != NEVER and start >= first_s[person]:
                    break
                spot = other_of(word)
                if not has_any[spot]:
                    continue
                place = place_of[spot]
                length = length_of(word)
                if length == MAX_LENGTH_S:
                    length = end_of_long(table, segment, PERSON, position) - start
                needed = max(least[setting_of[place]], 1)
                if least[setting_of[place]] != ANY:
                    needed += slack_s[quality_of(word)]
                if length < needed:
                    continue
                # Whoever is at the place itself meets all its parts, whoever is in a part that and the place itself.
                low_spot = first_spot[place] if is_bare[spot] else 0
                high_spot = first_spot[place + 1] if is_bare[spot] else 2
                if has_rows and not is_bare[spot]:
                    high_spot = _spots_of_parts(spot, bare_of[place], next_of, met)
                for number in range(low_spot, high_spot):
                    other = _other_spot(number, spot, bare_of[place], is_bare, all_spots, has_rows, met)
                    if other < 0 or offsets[other] == offsets[other + 1]:
                        continue
                    at = _first_from(
                        offsets[other], offsets[other + 1], start - opens, start - opens + length, needed,
                        rows,
                    )  # fmt: skip
                    if at >= 0 and (
                        first_s[person] == NEVER or max(start, opens + rows[at, START]) < first_s[person]
                    ):
                        first_s[person] = max(start, opens + rows[at, START])
                        via[person], where[person] = persons[at], place
        if first_s[person] == NEVER:
            continue
        for segment in range(len(table) - 1, -1, -1):
            day = table[segment, START_S]
            if day >= closes or table[segment, LAST_S] <= max(last_s[person], first_s[person]):
                continue
            low, high, _ = group_of(table, segment, PERSON, person)
            words = carray(pointer(table[segment, PERSON + WORDS]), (high,), np.uint64)
            for position in range(low, high):
                word = words[position]
                start = day + start_of(word)
                length = length_of(word)
                if length == MAX_LENGTH_S:
                    length = end_of_long(table, segment, PERSON, position) - start
                spot = other_of(word)
                if start + length <= last_s[person] or not has_any[spot]:
                    continue
                place = place_of[spot]
                needed = max(least[setting_of[place]], 1)
                if least[setting_of[place]] != ANY:
                    needed += slack_s[quality_of(word)]
                if length < needed:
                    continue
                low_spot = first_spot[place] if is_bare[spot] else 0
                high_spot = first_spot[place + 1] if is_bare[spot] else 2
                if has_rows and not is_bare[spot]:
                    high_spot = _spots_of_parts(spot, bare_of[place], next_of, met)
                for number in range(low_spot, high_spot):
                    other = _other_spot(number, spot, bare_of[place], is_bare, all_spots, has_rows, met)
                    if other < 0 or offsets[other] == offsets[other + 1]:
                        continue
                    finish = _last_until(
                        offsets[other], offsets[other + 1], start - opens, start - opens + length, needed,
                        rows, most_slack,
                    )  # fmt: skip
                    last_s[person] = max(last_s[person], finish if finish == NEVER else opens + finish)


@compiled
def _other_spot(
    number: int,
    spot: int,
    bare: int,
    is_bare: NDArray[np.bool_],
    all_spots: NDArray[np.uint32],
    has_rows: bool,
    met: NDArray[np.int64],
) -> int:
    """The spot of this number among those that a visit to `spot` meets; -1 where the place itself has none."""
    if is_bare[spot]:
        return int(all_spots[number])
    if has_rows:
        return int(met[number])
    return spot if number == 0 else bare


@compiled
def _spots_of_parts(spot: int, bare: int, next_of: NDArray[np.uint32], met: NDArray[np.int64]) -> int:
    """Fill in the spots of the part of a spot, and those of the place itself (one of which is `bare`; -1: none); their
    number."""
    n = 0
    for begun in (spot, bare):
        at = begun
        while at >= 0:
            met[n] = at
            n += 1
            at = int(next_of[at])
            if at == begun:
                break
    return n


@compiled
def _has_any(ground: Ground, offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether any contact was where a visit to a spot meets one."""
    has_any = np.zeros(len(ground.place_of), np.bool_)
    for spot in range(len(has_any)):
        has_any[spot] = offsets[spot] < offsets[spot + 1]
    if len(ground.next_of) > 0:
        _spread(ground.next_of, has_any)
    for place in range(len(ground.bare_of)):
        bare = ground.bare_of[place]
        if bare < 0:
            continue
        anywhere = False
        is_met = has_any[bare]
        for number in range(ground.first[place], ground.first[place + 1]):
            anywhere |= has_any[ground.spots[number]]
        for number in range(ground.first[place], ground.first[place + 1]):
            spot = ground.spots[number]
            has_any[spot] |= is_met or (anywhere and ground.is_bare[spot])
    return has_any


@compiled
def _spread(next_of: NDArray[np.uint32], has_any: NDArray[np.bool_]) -> None:
    """Mark every spot of a part of which one is marked."""
    for spot in range(len(next_of)):
        if has_any[spot]:
            at = int(next_of[spot])
            while at != spot and not has_any[at]:
                has_any[at] = True
                at = int(next_of[at])
