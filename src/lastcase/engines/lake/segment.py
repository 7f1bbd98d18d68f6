"""A segment: visits that start on one day, in two orders, by person and by spot.

Each order is a `Side`: words grouped by key, sorted by start within a group. A segment that holds most keys of
the lake finds a group by the key itself (`keys` empty), a small one of late rows by looking the key up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.engines.compiled import compiled
from lastcase.engines.lake.words import DAY_S, MAX_LENGTH_S, N_IDS, N_QUALITIES, length_of, pack, sort_words

SCHEMA: dict[str, pl.DataType] = {
    "person": pl.UInt32(),
    "spot": pl.UInt32(),
    "start_s": pl.Int64(),
    "end_s": pl.Int64(),
    "quality": pl.UInt8(),
}
"""A visit in the lake: dense numbers of person and spot, seconds of the epoch (half-open), class of quality."""

_DENSE_FROM = 4
"""A side is dense from this many rows for 16 keys on: an offset is a quarter of what a row and its key take."""


class Side(NamedTuple):
    """Visits grouped by one side: the words of group `i` are `words[first[i]:first[i + 1]]`.

    `keys`: the sorted keys of the groups, or nothing where a group's place is its key. `reach`: seconds of the
    longest stay of a group. `long_at`: positions of words that are cut at `MAX_LENGTH_S`, `long_end` the
    seconds of the epoch at which these stays end.
    """

    keys: NDArray[np.uint32]
    first: NDArray[np.uint32]
    words: NDArray[np.uint64]
    reach: NDArray[np.uint32]
    long_at: NDArray[np.uint32]
    long_end: NDArray[np.int64]


@dataclass(frozen=True)
class Segment:
    """Visits that start on `day` (days of the epoch); `longest_s` is the longest of them."""

    day: int
    longest_s: int
    by_person: Side
    by_spot: Side

    @property
    def n_rows(self) -> int:
        return len(self.by_person.words)


class VisitOutOfRange(ValueError):
    """A row that the lake cannot hold; `row` counts from 0, `column` names what is wrong with it."""

    def __init__(self, row: int, column: str, value: int) -> None:
        super().__init__(f"row {row}: {column} {value} is out of range")
        self.row, self.column, self.value = row, column, value


def check_visits(visits: pl.DataFrame) -> None:
    """Raise VisitOutOfRange for the first row (columns as `SCHEMA`) whose numbers no segment can hold."""
    wrong = {
        "person": pl.col("person") >= N_IDS,
        "spot": pl.col("spot") >= N_IDS,
        "quality": pl.col("quality") >= N_QUALITIES,
        "start_s": (pl.col("start_s") < 0) | (pl.col("start_s") >= 2**40),
        "end_s": (pl.col("end_s") < pl.col("start_s")) | (pl.col("end_s") - pl.col("start_s") >= 2**32),
    }
    firsts = visits.select(**{name: is_wrong.fill_null(True).arg_max() for name, is_wrong in wrong.items()})
    anywhere = visits.select(**{name: is_wrong.fill_null(True).any() for name, is_wrong in wrong.items()})
    found = [(row, name) for name, row in firsts.row(0, named=True).items() if anywhere[name].item()]
    if found:
        row, column = min(found)
        raise VisitOutOfRange(row, column, visits[column][row])


def days_of(visits: pl.DataFrame) -> pl.Series:
    """The day of the epoch on which each visit starts."""
    return visits.select(pl.col("start_s") // DAY_S).to_series()


def build_segment(day: int, visits: pl.DataFrame, n_persons: int, n_spots: int) -> Segment:
    """The segment of `visits` (columns as `SCHEMA`, all starting on `day`); the same for any order of rows.

    `n_persons`, `n_spots`: how many the lake numbers. Raises VisitOutOfRange.
    """
    check_visits(visits)
    person, spot, start, end, quality = (frozen(visits[name].to_numpy()) for name in SCHEMA)
    length = end - start
    columns = (start - day * DAY_S, length, quality, end)
    longest = int(length.max()) if len(length) else 0
    return Segment(
        day, longest, _side(person, spot, n_persons, *columns), _side(spot, person, n_spots, *columns)
    )


def frozen(column: NDArray[Any]) -> NDArray[Any]:
    """The column, not to be written to: kernels are compiled once for that and once more for the other."""
    view = column.view()
    view.flags.writeable = False
    return view


def _side(
    key: NDArray[np.uint32],
    other: NDArray[np.uint32],
    n_keys: int,
    start: NDArray[np.int64],
    length: NDArray[np.int64],
    quality: NDArray[np.uint8],
    end: NDArray[np.int64],
) -> Side:
    keys, group = np.zeros(0, np.uint32), key
    if not is_dense(len(key), n_keys):
        keys, at = np.unique(key, return_inverse=True)
        n_keys, group = len(keys), at.astype(np.uint32)
    first, words, reach = _grouped(
        frozen(group), other, n_keys, frozen(start), frozen(length), frozen(quality)
    )
    is_long = length >= MAX_LENGTH_S
    order = np.lexsort((end[is_long], quality[is_long], other[is_long], start[is_long], group[is_long]))
    return Side(keys, first, words, reach, find_long(words), end[is_long][order])


def is_dense(n_rows: int, n_keys: int) -> bool:
    """Whether a side of so many rows has a group for each of the keys that the lake numbers."""
    return n_rows * 16 >= n_keys * _DENSE_FROM


@compiled
def find_long(words: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Positions of the words that are cut at `MAX_LENGTH_S`."""
    found = 0
    for word in words:
        found += length_of(word) == MAX_LENGTH_S
    at = np.empty(found, np.uint32)
    found = 0
    for position in range(len(words)):
        if length_of(words[position]) == MAX_LENGTH_S:
            at[found] = position
            found += 1
    return at


@compiled
def _grouped(
    group: NDArray[np.uint32],
    other: NDArray[np.uint32],
    n_groups: int,
    start: NDArray[np.int64],
    length: NDArray[np.int64],
    quality: NDArray[np.uint8],
) -> tuple[NDArray[np.uint32], NDArray[np.uint64], NDArray[np.uint32]]:
    """Offsets of the groups, their words sorted within each, and each one's longest stay."""
    first = np.zeros(n_groups + 1, np.uint32)
    reach = np.zeros(n_groups, np.uint32)
    for row in range(len(group)):
        key = group[row]
        first[key + 1] += 1
        reach[key] = max(reach[key], length[row])
    for key in range(n_groups):
        first[key + 1] += first[key]
    words = np.empty(len(group), np.uint64)
    ahead = first.copy()
    for row in range(len(group)):
        key = group[row]
        words[ahead[key]] = pack(start[row], length[row], other[row], quality[row])
        ahead[key] += 1
    for key in range(n_groups):
        sort_words(words, first[key], first[key + 1])
    return first, words, reach


def arrays_of(segment: Segment) -> dict[str, NDArray[Any]]:
    """Every array of a segment by a name that says its side, as `segment_of` takes them."""
    sides = {"person": segment.by_person, "spot": segment.by_spot}
    return {f"{side}_{name}": array for side, one in sides.items() for name, array in one._asdict().items()}


def segment_of(day: int, longest_s: int, arrays: dict[str, NDArray[Any]]) -> Segment:
    """The segment of arrays that `arrays_of` named."""
    sides = [Side(**{name: arrays[f"{side}_{name}"] for name in Side._fields}) for side in ("person", "spot")]
    return Segment(day, longest_s, *sides)
