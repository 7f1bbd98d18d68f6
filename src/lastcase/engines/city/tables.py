"""Distributions as integer tables, made once by plain arithmetic and rounded far above a machine's last bit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from lastcase.engines.city.hashing import Ints, Table

_UNITS = 1 << 32
"""Shares are rounded to 2**-32 before they become thresholds, so that libraries' last bits do not matter."""

N_QUANTILES = 1024
DAY_MIN = 1440


def weighted(weights: Sequence[float]) -> Table:
    """The distribution of these weights."""
    total, running, made = sum(weights), 0.0, []
    for weight in weights[:-1]:
        running += weight
        made.append(round(running / total * _UNITS) << 21)
    return Table(np.array(made, np.uint64))


@cache
def offspring(mean_thousandths: int, dispersion_thousandths: int, most: int = 40) -> Table:
    """Numbers of secondary infections: negative binomial of that mean and dispersion, cut at `most`."""
    mean, k = mean_thousandths / 1000, dispersion_thousandths / 1000
    shares = [(k / (k + mean)) ** k]
    for n in range(most):
        shares.append(shares[-1] * (k + n) / (n + 1) * (mean / (k + mean)))
    return weighted(shares)


@cache
def gamma_minutes(mean_minutes: int, sd_minutes: int) -> Ints:
    """`N_QUANTILES` equally likely values, in minutes on a grid of 30, of a gamma distribution."""
    shape = (mean_minutes / sd_minutes) ** 2
    scale = sd_minutes**2 / mean_minutes
    grid = [30 * step + 15 for step in range(40 * DAY_MIN // 30)]
    density = [math.exp((shape - 1) * math.log(x) - x / scale) for x in grid]
    total, running, found, at = sum(density), 0.0, [], 0
    for quantile in range(N_QUANTILES):
        while running + density[at] < (quantile + 0.5) / N_QUANTILES * total:
            running += density[at]
            at += 1
        found.append(30 * at + 15)
    return np.array(found, np.int64)


def days_to_minutes(days: float) -> int:
    """Whole minutes of a number of days."""
    return round(days * DAY_MIN)
