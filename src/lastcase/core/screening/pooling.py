"""Pooled testing: tests a person, share of positives found, and the sizes that take the fewest tests.

Persons of a pool are infected independently of each other with the same chance (`prevalence`, of 1). Where positives
cluster in pools, as with a home in one tube, fewer tests are needed than told here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, pow

N_MOST, ARRAY_MOST = 400, 200
"""Larger pools, and arrays of longer sides, are not looked at."""


@dataclass(frozen=True)
class Pooled:
    """What pools of `n` bring: tests a person, share of the infected who are found, share of those found who are
    infected."""

    n: int
    tests_per_person: float
    sensitivity: float
    predictive_value: float


def dorfman(prevalence: float, n: int) -> float:
    """Tests a person of a perfect test: a pool of `n`, and everybody in a positive one again (1 is no pooling)."""
    return 1.0 if n == 1 else 1 / n + 1 - (1 - prevalence) ** n


def three_stage(prevalence: float, n: int, n_inner: int) -> float:
    """The same where a positive pool of `n` is first split into pools of `n_inner`."""
    healthy = 1 - prevalence
    return 1 / n + (1 - healthy**n) / n_inner + (1 - healthy**n_inner)


def square_array(prevalence: float, n: int) -> float:
    """The same for a square of `n` by `n` persons, pooled by row and by column: who stands in a positive row and a
    positive column is tested again."""
    healthy = 1 - prevalence
    return 2 / n + 1 - 2 * healthy**n + healthy ** (2 * n - 1)


def best_dorfman(prevalence: float) -> int:
    """The pool size with the fewest tests."""
    return min(range(2, N_MOST + 1), key=lambda n: dorfman(prevalence, n))


def best_three_stage(prevalence: float) -> tuple[int, int]:
    """The two pool sizes with the fewest tests; the smaller divides the larger."""
    pairs = ((n, inner) for inner in range(2, N_MOST // 2 + 1) for n in range(2 * inner, N_MOST + 1, inner))
    return min(pairs, key=lambda pair: three_stage(prevalence, *pair))


def best_array(prevalence: float) -> int:
    """The side of the array with the fewest tests."""
    return min(range(2, ARRAY_MOST + 1), key=lambda n: square_array(prevalence, n))


def imperfect(prevalence: float, n: int, sensitivity: float, specificity: float, dilution: float) -> Pooled:
    """Pools of `n` with a test that errs; everybody in a positive pool again, alone.

    A pool with `k` infected is positive with the chance `sensitivity` x (k / n) ** `dilution`.
    """
    found_beside = [_pool_found(n, 1 + k, sensitivity, dilution) for k in range(n)]
    is_found = sum(p * found for p, found in zip(_binomial(n - 1, prevalence), found_beside, strict=True))
    beside_healthy = [1 - specificity, *(_pool_found(n, k, sensitivity, dilution) for k in range(1, n))]
    is_suspected = sum(
        p * found for p, found in zip(_binomial(n - 1, prevalence), beside_healthy, strict=True)
    )
    true = prevalence * sensitivity * is_found
    false = (1 - prevalence) * (1 - specificity) * is_suspected
    positive = prevalence * is_found + (1 - prevalence) * is_suspected
    return Pooled(
        n=n,
        tests_per_person=1 / n + positive,
        sensitivity=sensitivity * is_found,
        predictive_value=true / (true + false) if true + false else 0.0,
    )


def _pool_found(n: int, k: int, sensitivity: float, dilution: float) -> float:
    return sensitivity * pow(k / n, dilution)


def _binomial(n: int, share: float) -> list[float]:
    return [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
