"""How the kernel's steps are compiled, and what a replicate leaves behind."""

from __future__ import annotations

import numpy as np

from lastcase.engines.compiled import inner, lean
from lastcase.engines.kernel.run import Kernel
from tests.simulated import scenario


@inner
def _twice(value: int) -> int:
    return 2 * value


@lean
def _sum(narrow: np.ndarray, wide: np.ndarray) -> int:
    return _twice(narrow[0]) + _twice(wide[0]) + _twice(3) + _twice(narrow[0] > 0)


def test_a_step_is_compiled_once_for_all_whole_numbers() -> None:
    """Compilation takes seconds; once for each mixture of constants and widths it would take minutes."""
    _sum.py_func  # noqa: B018  (compiled at its call)
    assert _sum(np.array([1 << 30], np.int32), np.array([1 << 40])) == (1 << 31) + (1 << 41) + 6 + 2
    assert len(_twice.signatures) <= 2  # whole numbers, and truth


def test_after_some_hours_a_replicate_is_what_it_was_by_then() -> None:
    kernel = Kernel(scenario())
    whole, part = kernel.run(4), kernel.run(4, n_hours=240)
    until = whole.infected_h < 240
    assert np.array_equal(whole.person[until], part.person)
    assert np.array_equal(np.where(whole.found_h < 240, whole.found_h, -1)[until], part.found_h)
    assert np.array_equal(whole.days[:10], part.days[:10])


def test_an_outbreak_that_outgrows_the_room_is_the_same_in_a_larger_one() -> None:
    given = scenario(n_days=40, care_share=0.0, care_share_alerted=0.0)
    small, large = Kernel(given, size=8), Kernel(given)
    assert np.array_equal(small.run(3).days, large.run(3).days)
    assert np.array_equal(small.run(5).person, large.run(5).person)
