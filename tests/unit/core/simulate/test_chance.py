"""Draws: even, each its own, and no seed a shifted copy of another."""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate import chance
from lastcase.core.simulate.chance import Stream
from lastcase.engines.kernel import draws


def test_a_draw_depends_on_each_of_its_fields() -> None:
    base = (7, 11, Stream.TEST, 13)
    drawn = chance.bits(*base)[0]
    for place in range(4):
        other = [field + (number == place) for number, field in enumerate(base)]
        assert chance.bits(*other)[0] != drawn


def test_no_seed_is_a_shifted_copy_of_another() -> None:
    persons = np.arange(2000)
    one, other = (chance.units(seed, persons, Stream.INFECTIVITY) for seed in (1, 2))
    for shift in range(-3, 4):
        assert abs(np.corrcoef(one, np.roll(other, shift))[0, 1]) < 0.1


def test_units_are_even_and_numbers_below_stay_below() -> None:
    units = chance.units(3, np.arange(100_000), Stream.TAKES, 5)
    assert units.min() >= 0
    assert units.max() < 1
    assert np.allclose(np.histogram(units, 10, (0, 1))[0] / len(units), 0.1, atol=0.005)
    assert set(chance.below(3, 7, np.arange(1000), Stream.TARGET)) == set(range(7))


def test_the_kernel_draws_the_same() -> None:
    for person, stream, index in ((0, 1, 0), (-1, 15, 9), (1_853_226, 40, 1 << 33)):
        key = np.uint64(draws.keyed(np.uint64(draws.seeded(42)), person))
        assert draws.bits(key, stream, index) == chance.bits(42, person, stream, index)[0]
        assert draws.unit(key, stream, index) == chance.units(42, person, stream, index)[0]
        assert draws.below(key, 1000, stream, index) == chance.below(42, 1000, person, stream, index)[0]
