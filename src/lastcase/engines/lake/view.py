"""What the search reads of a lake: where the arrays of its segments lie, and which spots meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.core.contacts.units import split_units
from lastcase.core.facts.vocabulary import SETTINGS, values
from lastcase.engines.lake.segment import Segment, Side
from lastcase.engines.lake.words import DAY_S

SETTING_BITS = {setting: number for number, setting in enumerate(values(SETTINGS))}
UNKNOWN_SETTING = 63
ANY_SETTING = (1 << 64) - 1

START_S, LAST_S, PERSON, SPOT = 0, 1, 2, 12
"""Columns of the table of segments: first second of its day, last second at which one of its visits may end, then
ten columns a side."""
N_KEYS, KEYS, FIRST, WORDS, N_LONG, LONG_AT, LONG_END, REACH = range(8)
"""Columns of a side: numbers of groups and of long stays, the others are addresses (no keys: 0)."""


class Ground(NamedTuple):
    """Which spots meet. `place_of` and `is_bare` (no part is named) by spot; the spots of place `p` are
    `spots[first[p]:first[p + 1]]`, `bare_of[p]` a bare one (-1: none) and `setting_of[p]` the bit of its setting.

    Where a spot names a row of seats: `next_of[s]` is the next spot of the same part of the place, round in a circle,
    and `row_of[s]` the row (-1: not told). Both are empty where none does, and every part is one spot."""

    place_of: NDArray[np.uint32]
    is_bare: NDArray[np.bool_]
    first: NDArray[np.uint32]
    spots: NDArray[np.uint32]
    bare_of: NDArray[np.int64]
    setting_of: NDArray[np.uint8]
    next_of: NDArray[np.uint32]
    row_of: NDArray[np.int32]


@dataclass(frozen=True)
class View:
    """A consistent state of a lake, ready to be searched; `table` holds addresses into `segments`.

    `slack_s`: precision of the times of a visit in seconds, by class of quality.
    """

    segments: tuple[Segment, ...]
    table: NDArray[np.int64]
    ground: Ground
    slack_s: NDArray[np.int64]
    n_persons: int


def make_view(
    segments: Sequence[Segment], spots: pl.DataFrame, slack_s: NDArray[np.int64], n_persons: int
) -> View:
    """The view of these segments. `spots`: columns spot (0, 1, 2 …), place, unit (null: the place itself) and
    setting (null: not known)."""
    kept = tuple(sorted(segments, key=lambda segment: segment.day))
    return View(kept, _table(kept), _ground(spots), slack_s, n_persons)


def with_segments(
    view: View, segments: Sequence[Segment], slack_s: NDArray[np.int64], n_persons: int
) -> View:
    """The view with more segments, over spots that it has already."""
    kept = tuple(sorted((*view.segments, *segments), key=lambda segment: segment.day))
    return View(kept, _table(kept), view.ground, slack_s, n_persons)


def _table(segments: Sequence[Segment]) -> NDArray[np.int64]:
    return np.array([_row(segment) for segment in segments], np.int64).reshape(len(segments), 22)


def _row(segment: Segment) -> list[int]:
    start = segment.day * DAY_S
    return [
        start,
        start + DAY_S + segment.longest_s,
        *_addresses(segment.by_person),
        *_addresses(segment.by_spot),
    ]


def _addresses(side: Side) -> list[int]:
    arrays = (side.keys, side.first, side.words, side.long_at, side.long_end, side.reach)
    keys, first, words, long_at, long_end, reach = (array.ctypes.data for array in arrays)
    has_keys = keys if len(side.keys) else 0
    return [len(side.first) - 1, has_keys, first, words, len(side.long_at), long_at, long_end, reach, 0, 0]


def _ground(spots: pl.DataFrame) -> Ground:
    ordered = spots.sort("spot")
    place = ordered["place"].to_numpy().astype(np.uint32)
    seats = split_units(ordered["unit"])
    bare = seats["part"].is_null().to_numpy().astype(np.bool_)
    n_places = int(place.max()) + 1 if len(place) else 0
    first = np.zeros(n_places + 1, np.uint32)
    np.cumsum(np.bincount(place, minlength=n_places), out=first[1:])
    bare_of = np.full(n_places, -1, np.int64)
    bare_of[place[bare]] = np.flatnonzero(bare)
    bits = ordered["setting"].replace_strict(SETTING_BITS, default=UNKNOWN_SETTING, return_dtype=pl.UInt8)
    setting_of = np.full(n_places, UNKNOWN_SETTING, np.uint8)
    setting_of[place] = bits.to_numpy()
    by_place = np.argsort(place, kind="stable").astype(np.uint32)
    return Ground(place, bare, first, by_place, bare_of, setting_of, *_seats(place, seats))


def _seats(place: NDArray[np.uint32], seats: pl.DataFrame) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """`next_of` and `row_of` of spots whose units are `seats` (columns `units.SPLIT`)."""
    if seats["seat_row"].null_count() == seats.height:
        return np.empty(0, np.uint32), np.empty(0, np.int32)
    spots = seats.with_columns(place=place).with_row_index("spot")
    later = pl.col("spot").shift(-1, fill_value=pl.col("spot").first()).over("place", "part")
    next_of = spots.select(later)["spot"].to_numpy().astype(np.uint32)
    return next_of, spots["seat_row"].fill_null(-1).to_numpy().astype(np.int32)
