"""All chance of a synthetic city: whole numbers hashed from a seed, a stream's name and the fields of a draw.

The same seed gives the same city on every machine: nothing but 64-bit integer arithmetic and comparisons with
integer tables. A draw depends on its own fields alone, so it can be made in any order and for any subset.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Fields = npt.ArrayLike

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
MILLION = 1_000_000


_CHUNK = 1 << 15
"""Numbers mixed at a time: few enough to stay in a core's cache."""


def mix(value: Bits) -> Bits:
    """Splitmix64's finaliser: every bit of the result hangs on every bit of the argument."""
    mixed = np.array(value, np.uint64, order="C")
    flat, scratch = mixed.reshape(-1), np.empty(_CHUNK, np.uint64)
    for start in range(0, len(flat), _CHUNK):
        part = flat[start : start + _CHUNK]
        _mix_part(part, scratch[: len(part)])
    return mixed


def _mix_part(part: Bits, scratch: Bits) -> None:
    for shift, factor in ((30, _FIRST), (27, _SECOND)):
        np.right_shift(part, np.uint64(shift), out=scratch)
        np.bitwise_xor(part, scratch, out=part)
        np.multiply(part, np.uint64(factor), out=part)
    np.right_shift(part, np.uint64(31), out=scratch)
    np.bitwise_xor(part, scratch, out=part)


def mix_one(value: int) -> int:
    """`mix` of one number."""
    value = ((value ^ (value >> 30)) * _FIRST) & _MASK
    value = ((value ^ (value >> 27)) * _SECOND) & _MASK
    return value ^ (value >> 31)


def _name(stream: str) -> int:
    """FNV-1a of a stream's name."""
    found = 0xCBF29CE484222325
    for byte in stream.encode():
        found = ((found ^ byte) * 0x100000001B3) & _MASK
    return found


@dataclass(frozen=True)
class Table:
    """A discrete distribution: `thresholds` are its cumulative shares in units of 2**-53, without the last."""

    thresholds: Bits = field(repr=False)

    @property
    def n(self) -> int:
        """Number of outcomes."""
        return len(self.thresholds) + 1


@dataclass(frozen=True)
class Dice:
    """Draws from one seed. `stream` names what is drawn; `fields` (whole numbers or arrays) say for whom."""

    seed: int

    def bits(self, stream: str, *fields: Fields) -> Bits:
        """64 random bits for each combination of the fields, broadcast together; at least one-dimensional."""
        start = mix_one((mix_one((self.seed + _GOLDEN) & _MASK) ^ _name(stream)) & _MASK)
        state = np.full(1, start, np.uint64)
        for each in fields:
            whole = np.atleast_1d(np.asarray(each)).astype(np.int64).view(np.uint64)
            state = mix(state ^ mix(whole + np.uint64(_GOLDEN)))
        return state

    def below(self, stream: str, limit: Fields, *fields: Fields) -> Ints:
        """A whole number from 0 up to but not including `limit` (positive, at most 2**31)."""
        bound = np.asarray(limit).astype(np.uint64)
        return (((self.bits(stream, *fields) >> np.uint64(32)) * bound) >> np.uint64(32)).astype(np.int64)

    def between(self, stream: str, low: int, high: int, *fields: Fields) -> Ints:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(stream, high - low + 1, *fields)

    def chance(self, stream: str, per_million: Fields, *fields: Fields) -> Flags:
        """Whether something of that chance (in millionths) happens."""
        return self.below(stream, MILLION, *fields) < np.asarray(per_million)

    def pick(self, stream: str, table: Table, *fields: Fields) -> Ints:
        """The index of an outcome of the table."""
        units = self.bits(stream, *fields) >> np.uint64(11)
        return np.searchsorted(table.thresholds, units, side="right").astype(np.int64)
