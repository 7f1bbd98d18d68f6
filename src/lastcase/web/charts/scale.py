"""Round numbers for an axis."""

from __future__ import annotations

from math import ceil, floor, log10


def ticks(highest: float, wanted: int = 4) -> list[int]:
    """Whole numbers from 0 to at least `highest`, in about `wanted` round steps."""
    if highest <= 0:
        return [0, 1]
    rough = max(highest / wanted, 1)
    power = 10 ** floor(log10(rough))
    step = next(
        int(factor * power)
        for factor in (1, 2, 2.5, 5, 10)
        if factor * power >= rough and factor * power % 1 == 0
    )
    return [step * index for index in range(ceil(highest / step) + 1)]
