"""Compiled: the visits that met a case's stays, over every segment, one case after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lastcase.engines.compiled import carray, compiled, pointer
from lastcase.engines.lake.view import (
    FIRST,
    KEYS,
    LAST_S,
    LONG_AT,
    LONG_END,
    N_KEYS,
    N_LONG,
    PERSON,
    REACH,
    SPOT,
    START_S,
    WORDS,
    Ground,
)
from lastcase.engines.lake.words import DAY_S, MAX_LENGTH_S, length_of, other_of, quality_of, start_of

NO_ROOM_FOR_STAYS, NO_ROOM_FOR_MEETINGS = -1, -2
OPEN = (1 << 62) - 1
"""The end of a window that has none."""


class Windows(NamedTuple):
    """Windows of the persons searched for: those of `person[i]` are `first[i]` to `first[i + 1]`, the preferred first.

    `settings` is a mask of the bits of settings.
    """

    person: NDArray[np.uint32]
    first: NDArray[np.int64]
    from_s: NDArray[np.int64]
    until_s: NDArray[np.int64]
    settings: NDArray[np.uint64]


class Stays(NamedTuple):
    """Stays of one person, with the air after them; room for them, filled anew for each."""

    spot: NDArray[np.int64]
    start_s: NDArray[np.int64]
    end_s: NDArray[np.int64]
    quality: NDArray[np.int64]


class Meetings(NamedTuple):
    """Meetings of one person searched for, chained by the person met through `following`, and who was met.

    `slot_of` gives a person's place in `met`, -1 for nobody met; `rows` how many rows apart the two sat (-1: not told).
    Room, filled anew for each.
    """

    start_s: NDArray[np.int64]
    end_s: NDArray[np.int64]
    slack_s: NDArray[np.int64]
    place: NDArray[np.uint32]
    rows: NDArray[np.int16]
    following: NDArray[np.int32]
    slot_of: NDArray[np.int32]
    met: NDArray[np.uint32]
    head: NDArray[np.int32]
    tail: NDArray[np.int32]


@compiled
def group_of(table: NDArray[np.int64], segment: int, side: int, key: int) -> tuple[int, int, int]:
    """First and last position of a key's words on a side of a segment, and the group's place."""
    n_keys = table[segment, side + N_KEYS]
    group = key
    if table[segment, side + KEYS] != 0:
        keys = carray(pointer(table[segment, side + KEYS]), (n_keys,), np.uint32)
        low, high = 0, n_keys
        while low < high:
            middle = (low + high) >> 1
            if keys[middle] < key:
                low = middle + 1
            else:
                high = middle
        group = low if low < n_keys and keys[low] == key else n_keys
    if group >= n_keys:
        return 0, 0, 0
    first = carray(pointer(table[segment, side + FIRST]), (n_keys + 1,), np.uint32)
    return int(first[group]), int(first[group + 1]), group


@compiled
def end_of_long(table: NDArray[np.int64], segment: int, side: int, position: int) -> int:
    """The end of the long stay whose word is at `position`, in seconds of the epoch."""
    n_long = table[segment, side + N_LONG]
    at = carray(pointer(table[segment, side + LONG_AT]), (n_long,), np.uint32)
    ends = carray(pointer(table[segment, side + LONG_END]), (n_long,), np.int64)
    return int(ends[np.searchsorted(at, position)])


@compiled
def find_stays(
    case: int,
    windows: Windows,
    table: NDArray[np.int64],
    ground: Ground,
    air_s: int,
    stays: Stays,
) -> int:
    """Fill in the stays of a person that may lie in one of the windows; their number, -1 for want of room."""
    n = 0
    first, last = windows.first[case], windows.first[case + 1]
    opens, closes = windows.from_s[first:last].min(), windows.until_s[first:last].max()
    for segment in range(len(table)):
        day = table[segment, START_S]
        if day >= closes or table[segment, LAST_S] + air_s < opens:
            continue
        low, high, _ = group_of(table, segment, PERSON, windows.person[case])
        if low == high:
            continue
        words = carray(pointer(table[segment, PERSON + WORDS]), (high,), np.uint64)
        for position in range(low, high):
            word = words[position]
            start, length = day + start_of(word), length_of(word)
            end = start + length
            if length == MAX_LENGTH_S:
                end = end_of_long(table, segment, PERSON, position)
            end += air_s
            spot = other_of(word)
            bit = np.uint64(1) << np.uint64(ground.setting_of[ground.place_of[spot]])
            for window in range(first, last):
                if (
                    windows.settings[window] & bit
                    and start < windows.until_s[window]
                    and end >= windows.from_s[window]
                ):
                    if n == len(stays.spot):
                        return -1
                    stays.spot[n], stays.start_s[n], stays.end_s[n] = spot, start, end
                    stays.quality[n] = quality_of(word)
                    n += 1
                    break
    return n


@compiled
def rows_between(one: int, other: int, row_of: NDArray[np.int32]) -> int:
    """Rows of seats between two spots of one part; -1 where either is not told."""
    if len(row_of) == 0 or row_of[one] < 0 or row_of[other] < 0:
        return -1
    return int(abs(row_of[one] - row_of[other]))


@compiled
def meet_at_spot(
    case: int,
    stay: int,
    spot: int,
    windows: Windows,
    table: NDArray[np.int64],
    ground: Ground,
    slack_s: NDArray[np.int64],
    stays: Stays,
    meetings: Meetings,
    n: int,
    n_met: int,
) -> tuple[int, int]:
    """Add the meetings of a stay with visits to a spot; the numbers of meetings and of persons met, -1 for want
    of room."""
    own = windows.person[case]
    place = ground.place_of[spot]
    bit = np.uint64(1) << np.uint64(ground.setting_of[place])
    rows = rows_between(stays.spot[stay], spot, ground.row_of)
    came, left, slack = stays.start_s[stay], stays.end_s[stay], slack_s[stays.quality[stay]]
    first, last = windows.first[case], windows.first[case + 1]
    for segment in range(len(table)):
        day = table[segment, START_S]
        if day >= left or table[segment, LAST_S] <= came:
            continue
        low, high, group = group_of(table, segment, SPOT, spot)
        if low == high:
            continue
        n_keys = table[segment, SPOT + N_KEYS]
        reach = np.int64(carray(pointer(table[segment, SPOT + REACH]), (n_keys,), np.uint32)[group])
        earliest = came - reach - day
        if earliest >= DAY_S:
            continue
        words = carray(pointer(table[segment, SPOT + WORDS]), (high,), np.uint64)
        position, above = int(low), int(high)
        while position < above:
            middle = (position + above) >> 1
            if start_of(words[middle]) < earliest:
                position = middle + 1
            else:
                above = middle
        while position < high:
            word = words[position]
            start = day + start_of(word)
            if start >= left:
                break
            length = length_of(word)
            end = start + length
            if length == MAX_LENGTH_S:
                end = end_of_long(table, segment, SPOT, position)
            position += 1
            person = other_of(word)
            if end <= came or person == own:
                continue
            begin, finish = max(start, came), min(end, left)
            for window in range(first, last):
                opens, closes = windows.from_s[window], windows.until_s[window]
                if not windows.settings[window] & bit or begin >= closes or finish < opens:
                    continue
                if finish == opens and begin < finish:
                    continue
                slot = meetings.slot_of[person]
                if n == len(meetings.start_s) or (slot < 0 and n_met == len(meetings.met)):
                    return -1, n_met
                if slot < 0:
                    slot = n_met
                    meetings.slot_of[person] = slot
                    meetings.met[slot] = person
                    meetings.head[slot] = n
                    n_met += 1
                else:
                    meetings.following[meetings.tail[slot]] = n
                meetings.tail[slot] = n
                meetings.following[n] = -1
                meetings.start_s[n] = max(begin, opens)
                meetings.end_s[n] = min(finish, closes)
                meetings.slack_s[n] = slack + slack_s[quality_of(word)]
                meetings.place[n] = place
                meetings.rows[n] = rows
                n += 1
                break
    return n, n_met


@compiled
def forget(meetings: Meetings, n_met: int) -> None:
    """Make the room ready for the next person searched for."""
    for slot in range(n_met):
        meetings.slot_of[meetings.met[slot]] = -1


@compiled
def find_meetings_of(
    case: int,
    windows: Windows,
    table: NDArray[np.int64],
    ground: Ground,
    slack_s: NDArray[np.int64],
    air_s: int,
    stays: Stays,
    meetings: Meetings,
) -> int:
    """Fill in everybody met by one person inside the windows; how many were met, or what there is
    no room for."""
    n_stays = find_stays(case, windows, table, ground, air_s, stays)
    if n_stays < 0:
        return NO_ROOM_FOR_STAYS
    n, n_met = 0, 0
    for stay in range(n_stays):
        spot = stays.spot[stay]
        place = ground.place_of[spot]
        if ground.is_bare[spot]:
            for at in range(ground.first[place], ground.first[place + 1]):
                n, n_met = meet_at_spot(
                    case, stay, ground.spots[at], windows, table, ground, slack_s, stays, meetings, n, n_met
                )
                if n < 0:
                    forget(meetings, n_met)
                    return NO_ROOM_FOR_MEETINGS
            continue
        named, other = True, int(spot)
        while other >= 0:
            n, n_met = meet_at_spot(
                case, stay, other, windows, table, ground, slack_s, stays, meetings, n, n_met
            )
            if n < 0:
                forget(meetings, n_met)
                return NO_ROOM_FOR_MEETINGS
            # First the part that the stay names, round its circle of rows, then likewise the place itself.
            begun = int(spot) if named else int(ground.bare_of[place])
            if len(ground.next_of) > 0:
                other = int(ground.next_of[other])
            if len(ground.next_of) == 0 or other == begun:
                other = int(ground.bare_of[place]) if named else -1
                named = False
    return n_met
