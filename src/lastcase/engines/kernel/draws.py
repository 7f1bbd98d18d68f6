"""Compiled: the draws of `core.simulate.chance`, one at a time."""

from __future__ import annotations

import math

import numpy as np

from lastcase.core.simulate.chance import FIRST, GOLDEN, SECOND, UNIT
from lastcase.engines.compiled import compiled, inlined

S30, S27, S31, S32, S11 = (np.uint64(n) for n in (30, 27, 31, 32, 11))
DRAWS_A_NUMBER = 4096


@inlined
def mix(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> S30)) * FIRST
    value = (value ^ (value >> S27)) * SECOND
    return value ^ (value >> S31)


@compiled
def seeded(seed: int) -> np.uint64:
    """The state after the seed, the first field."""
    return mix(np.uint64(seed) + GOLDEN)


@inlined
def bits(state: np.uint64, person: int, stream: int, index: int) -> np.uint64:
    """`chance.bits` after `seeded`."""
    state = mix(state ^ mix(np.uint64(person) + GOLDEN))
    state = mix(state ^ mix(np.uint64(stream) + GOLDEN))
    return mix(state ^ mix(np.uint64(index) + GOLDEN))


@inlined
def unit(state: np.uint64, person: int, stream: int, index: int) -> float:
    """`chance.units`."""
    return float(bits(state, person, stream, index) >> S11) * UNIT


@inlined
def below(state: np.uint64, limit: int, person: int, stream: int, index: int) -> int:
    """`chance.below`."""
    return int(((bits(state, person, stream, index) >> S32) * np.uint64(limit)) >> S32)


@compiled
def poisson(state: np.uint64, mean: float, person: int, stream: int, index: int) -> int:
    """`Reference._poisson` of one person."""
    limit, product, count = math.exp(-mean), 1.0, 0
    while True:
        product *= unit(state, person, stream, index * DRAWS_A_NUMBER + count)
        if product <= limit:
            return count
        count += 1
