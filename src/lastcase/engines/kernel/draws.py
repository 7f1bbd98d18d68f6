"""Compiled: the draws of `core.simulate.chance`, one at a time.

`seeded` takes the seed in, `keyed` the person; what is drawn of a person begins at the person's key.
"""

from __future__ import annotations

import math

import numpy as np

from lastcase.core.simulate.chance import FIRST, GOLDEN, SECOND, UNIT
from lastcase.engines.compiled import inlined, lean

S30, S27, S31, S32, S11 = (np.uint64(n) for n in (30, 27, 31, 32, 11))
DRAWS_A_NUMBER = 4096


@inlined
def mix(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> S30)) * FIRST
    value = (value ^ (value >> S27)) * SECOND
    return value ^ (value >> S31)


@lean
def seeded(seed: int) -> np.uint64:
    """The state after the seed, the first field."""
    return mix(np.uint64(seed) + GOLDEN)


@lean
def keyed(state: np.uint64, person: int) -> np.uint64:
    """The state after the person, the second field."""
    return mix(state ^ mix(np.uint64(person) + GOLDEN))


@lean
def bits(key: np.uint64, stream: int, index: int) -> np.uint64:
    """`chance.bits` after `keyed`."""
    return mix(mix(key ^ mix(np.uint64(stream) + GOLDEN)) ^ mix(np.uint64(index) + GOLDEN))


@lean
def unit(key: np.uint64, stream: int, index: int) -> float:
    """`chance.units`."""
    return float(bits(key, stream, index) >> S11) * UNIT


@lean
def below(key: np.uint64, limit: int, stream: int, index: int) -> int:
    """`chance.below`."""
    return np.int64(((bits(key, stream, index) >> S32) * np.uint64(limit)) >> S32)  # type: ignore[return-value]


@lean
def poisson(key: np.uint64, mean: float, stream: int, index: int) -> int:
    """`State._poisson` of one person."""
    limit, product, count = math.exp(-mean), 1.0, 0
    while True:
        product *= unit(key, stream, index * DRAWS_A_NUMBER + count)
        if product <= limit:
            return count
        count += 1
