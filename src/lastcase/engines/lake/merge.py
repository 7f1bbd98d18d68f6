"""Segments of one day made one: their groups are merged as they lie, and no visit is sorted anew."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial, reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lastcase.engines.compiled import compiled
from lastcase.engines.lake.segment import Segment, Side, find_long, frozen, is_dense


class _Long(NamedTuple):
    """Stays cut at `MAX_LENGTH_S`: the key of each one's group, its word, its end."""

    key: NDArray[np.uint32]
    word: NDArray[np.uint64]
    end: NDArray[np.int64]


def merge_segments(segments: Sequence[Segment], n_persons: int, n_spots: int) -> Segment:
    """The segment that `build_segment` makes of all their visits, to the bit; all are of one day.

    `n_persons`, `n_spots`: how many the lake numbers now, which are no fewer than when the segments were made.
    """
    by_size = sorted(segments, key=lambda segment: segment.n_rows)  # small ones first: each row moves seldom
    longest = max(segment.longest_s for segment in by_size)
    with ThreadPoolExecutor(2) as threads:
        by_person = threads.submit(_merge_sides, [segment.by_person for segment in by_size], n_persons)
        by_spot = _merge_sides([segment.by_spot for segment in by_size], n_spots)
        return Segment(by_size[0].day, longest, by_person.result(), by_spot)


def _merge_sides(sides: list[Side], n_keys: int) -> Side:
    return reduce(partial(_merge_two, n_keys=n_keys), sides[1:], sides[0])


def _merge_two(one: Side, other: Side, n_keys: int) -> Side:
    keys = np.zeros(0, np.uint32)
    if not is_dense(len(one.words) + len(other.words), n_keys):
        keys = np.union1d(_keys_of(one), _keys_of(other)).astype(np.uint32)
        n_keys = len(keys)
    arrays = [array for side in (one, other) for array in (side.keys, side.first, side.words, side.reach)]
    first, words, reach = _merged(frozen(keys), n_keys, *map(frozen, arrays))
    return Side(keys, first, words, reach, find_long(words), _ends(_long_of(one), _long_of(other)))


def _keys_of(side: Side) -> NDArray[np.uint32]:
    """The keys that have visits."""
    return side.keys if len(side.keys) else np.flatnonzero(np.diff(side.first)).astype(np.uint32)


def _long_of(side: Side) -> _Long:
    group = (np.searchsorted(side.first, side.long_at, side="right") - 1).astype(np.uint32)
    key = side.keys[group] if len(side.keys) else group
    return _Long(key, side.words[side.long_at], side.long_end)


def _ends(one: _Long, other: _Long) -> NDArray[np.int64]:
    """Ends of the longer stays of both, in the order of the merged words and, where these are alike, of the ends."""
    end = np.concatenate((one.end, other.end))
    keys, words = np.concatenate((one.key, other.key)), np.concatenate((one.word, other.word))
    return end[np.lexsort((end, words, keys))]


@compiled
def _merged(
    keys: NDArray[np.uint32],
    n_groups: int,
    one_keys: NDArray[np.uint32],
    one_first: NDArray[np.uint32],
    one_words: NDArray[np.uint64],
    one_reach: NDArray[np.uint32],
    other_keys: NDArray[np.uint32],
    other_first: NDArray[np.uint32],
    other_words: NDArray[np.uint64],
    other_reach: NDArray[np.uint32],
) -> tuple[NDArray[np.uint32], NDArray[np.uint64], NDArray[np.uint32]]:
    """Offsets, words and longest stays of the groups of two sides; `keys` are the groups' (empty: their places)."""
    first = np.zeros(n_groups + 1, np.uint32)
    reach = np.zeros(n_groups, np.uint32)
    words = np.empty(len(one_words) + len(other_words), np.uint64)
    at, one_group, other_group = 0, 0, 0
    for group in range(n_groups):
        key = keys[group] if len(keys) else group
        one_group = _group_of(key, one_keys, one_group)
        other_group = _group_of(key, other_keys, other_group)
        a, a_end, b, b_end = 0, 0, 0, 0
        if _has(key, one_keys, one_group, len(one_reach)):
            a, a_end = one_first[one_group], one_first[one_group + 1]
            reach[group] = one_reach[one_group]
        if _has(key, other_keys, other_group, len(other_reach)):
            b, b_end = other_first[other_group], other_first[other_group + 1]
            reach[group] = max(reach[group], other_reach[other_group])
        while a < a_end or b < b_end:
            if b == b_end or (a < a_end and one_words[a] <= other_words[b]):
                words[at] = one_words[a]
                a += 1
            else:
                words[at] = other_words[b]
                b += 1
            at += 1
        first[group + 1] = at
    return first, words, reach


@compiled
def _group_of(key: int, keys: NDArray[np.uint32], group: int) -> int:
    """The group of a key, or where it would come, looked for from `group` on."""
    if len(keys) == 0:
        return key
    while group < len(keys) and keys[group] < key:
        group += 1
    return group


@compiled
def _has(key: int, keys: NDArray[np.uint32], group: int, n_groups: int) -> bool:
    return group < n_groups and (len(keys) == 0 or keys[group] == key)
