"""Chance of the simulation: every draw is hashed from (seed, person, stream, index), each field in turn.

A draw depends on its own fields alone. So a plan that changes nothing for a person leaves the person's draws as they
were (common random numbers), replicates run in any order, and the fast kernel draws what the reference draws. A weak
mix made replicate s + 1 a shifted copy of s: hence every field is mixed before the next is added.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
UNIT = 2.0**-53


class Stream(IntEnum):
    """What is drawn. A stream that counts layers is followed by as many free numbers."""

    INFECTIVITY = 1
    INCUBATION = 2
    ASYMPTOMATIC = 3
    SEVERE = 4
    FATAL = 5
    SEEKS_CARE = 6
    CARE_DELAY = 7
    TEST = 8
    TAKES_PART = 9
    LEAKS = 10
    SHEDDING = 11
    REACHED = 12
    REACH_DELAY = 13
    LEAVES = 14
    ARRIVAL = 15
    COUNT = 20
    INSTANT = 30
    TARGET = 40
    TAKES = 50
    RECALLS = 60
    NAMED = 70
    NAMED_COUNT = 80


def mix(value: Bits) -> Bits:
    """Splitmix64's finaliser: every bit of the result hangs on every bit of the argument."""
    value = (value ^ (value >> np.uint64(30))) * FIRST
    value = (value ^ (value >> np.uint64(27))) * SECOND
    return value ^ (value >> np.uint64(31))


def bits(seed: int, person: npt.ArrayLike, stream: npt.ArrayLike, index: npt.ArrayLike = 0) -> Bits:
    """64 random bits for each combination of the fields, broadcast together."""
    state = mix(np.array([seed], np.int64).view(np.uint64) + GOLDEN)
    for each in (person, stream, index):
        whole = np.atleast_1d(np.asarray(each, np.int64)).view(np.uint64)
        state = mix(state ^ mix(whole + GOLDEN))
    return state


def units(seed: int, person: npt.ArrayLike, stream: npt.ArrayLike, index: npt.ArrayLike = 0) -> Floats:
    """Numbers from 0 up to but not including 1."""
    return (bits(seed, person, stream, index) >> np.uint64(11)).astype(np.float64) * UNIT


def below(
    seed: int, limit: npt.ArrayLike, person: npt.ArrayLike, stream: npt.ArrayLike, index: npt.ArrayLike = 0
) -> Ints:
    """Whole numbers from 0 up to but not including `limit` (positive, at most 2**31)."""
    high = bits(seed, person, stream, index) >> np.uint64(32)
    return ((high * np.asarray(limit, np.uint64)) >> np.uint64(32)).astype(np.int64)
