"""Draws are the same for the same fields, however they are grouped, and spread as their tables say."""

from __future__ import annotations

import numpy as np
import pytest

from lastcase.engines.city.hashing import Dice, mix, mix_one
from lastcase.engines.city.tables import gamma_minutes, offspring, weighted

MANY = np.arange(200_000)


def test_the_array_and_the_single_form_agree() -> None:
    values = np.array([0, 1, 2**63, 2**64 - 1], np.uint64)
    assert [int(value) for value in mix(values)] == [mix_one(int(value)) for value in values]


def test_splitmix64_has_its_published_values() -> None:
    golden, state, found = 0x9E3779B97F4A7C15, 0, []
    for _ in range(3):
        state = (state + golden) % 2**64
        found.append(mix_one(state))
    assert found == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


def test_a_draw_hangs_on_its_own_fields_alone() -> None:
    dice = Dice(7)
    whole = dice.bits("x", MANY)
    assert np.array_equal(whole[5000:5100], dice.bits("x", MANY[5000:5100]))


@pytest.mark.parametrize(
    "other", [Dice(8).bits("x", MANY), Dice(7).bits("y", MANY), Dice(7).bits("x", MANY, 0)]
)
def test_seed_stream_and_every_field_matter(other: np.ndarray) -> None:
    assert not np.intersect1d(Dice(7).bits("x", MANY), other).size


def test_shares_are_those_asked_for() -> None:
    dice = Dice(1)
    assert abs(dice.chance("c", 250_000, MANY).mean() - 0.25) < 0.005
    picked = np.bincount(dice.pick("p", weighted([1, 2, 7]), MANY)) / len(MANY)
    assert np.allclose(picked, [0.1, 0.2, 0.7], atol=0.005)
    assert set(dice.between("b", -1, 1, MANY[:1000])) == {-1, 0, 1}


def test_tables_have_their_means() -> None:
    minutes = gamma_minutes(4752, 2304)
    assert abs(minutes.mean() - 4752) < 40
    assert abs(minutes.std() - 2304) < 60
    drawn = Dice(3).pick("o", offspring(1200, 300), MANY)
    assert abs(drawn.mean() - 1.2) < 0.05
    assert drawn.var() > 3 * drawn.mean()
