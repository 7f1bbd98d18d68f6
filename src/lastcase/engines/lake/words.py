"""A visit as one 64-bit word, under the person or the spot that it is kept for.

From the highest bit: start in the day (17 bits, seconds), length (17 bits, seconds), the other side's number
(25 bits: the spot of a person's visit, the person of a spot's), class of quality (5 bits). Words are exact to the
second, and sorting them sorts by start.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lastcase.engines.compiled import compiled

DAY_S = 86_400
MAX_LENGTH_S = (1 << 17) - 1
"""A word of this length is of a longer stay (36.4 hours and more); its end is kept beside the words."""
N_IDS = 1 << 25
"""Persons and spots that a lake can number."""
N_QUALITIES = 1 << 5


@compiled
def pack(start: int, length: int, other: int, quality: int) -> int:
    """The word of a visit: `start` in seconds of its day, `length` in seconds, cut at `MAX_LENGTH_S`."""
    return (start << 47) | (min(length, MAX_LENGTH_S) << 30) | (other << 5) | quality


@compiled
def start_of(word: np.uint64) -> int:
    """Seconds from the start of the day."""
    return int(word >> np.uint64(47))


@compiled
def length_of(word: np.uint64) -> int:
    """Seconds; `MAX_LENGTH_S` means that long or longer."""
    return int(word >> np.uint64(30)) & MAX_LENGTH_S


@compiled
def other_of(word: np.uint64) -> int:
    """The number on the other side."""
    return int(word >> np.uint64(5)) & (N_IDS - 1)


@compiled
def quality_of(word: np.uint64) -> int:
    """The class of quality."""
    return int(word & np.uint64(N_QUALITIES - 1))


_SHORT = 32
"""Up to so many words are sorted by insertion: most persons have a handful of visits a day, and there a general sort
costs ten times as much to begin as it takes."""


@compiled
def sort_words(words: NDArray[np.uint64], low: int, high: int) -> None:
    """Sort `words[low:high]` where they lie."""
    if high - low > _SHORT:
        words[low:high].sort()
        return
    for at in range(low + 1, high):
        word, to = words[at], at
        while to > low and words[to - 1] > word:
            words[to] = words[to - 1]
            to -= 1
        words[to] = word
