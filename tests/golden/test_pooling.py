"""Pooled testing against tables worked out apart from this code, to 1e-4."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lastcase.core.screening.pooling import (
    best_array,
    best_dorfman,
    best_three_stage,
    dorfman,
    imperfect,
    square_array,
    three_stage,
)

DATA = Path(__file__).parent / "data"
CLOSE = 1e-4


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text().splitlines()))


@pytest.mark.parametrize("row", rows("pooled_testing_perfect.csv"), ids=lambda row: row["prevalence"])
def test_a_perfect_test(row: dict[str, str]) -> None:
    p = float(row["prevalence"])
    for n in (5, 10, 20):
        assert dorfman(p, n) == pytest.approx(float(row[f"d{n}"]), abs=CLOSE)
    assert best_dorfman(p) == int(row["dorfman_n"])
    assert dorfman(p, best_dorfman(p)) == pytest.approx(float(row["dorfman_tests"]), abs=CLOSE)
    outer, inner, last = map(int, row["h3_n"].split(":"))
    assert last == 1
    for sizes in ((outer, inner), best_three_stage(p)):
        assert three_stage(p, *sizes) == pytest.approx(float(row["h3_tests"]), abs=CLOSE)
    assert best_array(p) == int(row["a2_n"])
    assert square_array(p, int(row["a2_n"])) == pytest.approx(float(row["a2_tests"]), abs=CLOSE)


@pytest.mark.parametrize(
    "row", rows("pooled_testing_imperfect.csv"), ids=lambda row: "-".join(list(row.values())[:5])
)
def test_a_test_that_errs(row: dict[str, str]) -> None:
    made = imperfect(
        float(row["prevalence"]),
        int(row["pool"]),
        float(row["se"]),
        float(row["sp"]),
        float(row["dilution_h"]),
    )
    assert made.tests_per_person == pytest.approx(float(row["tests_per_person"]), abs=CLOSE)
    assert made.sensitivity == pytest.approx(float(row["overall_sensitivity"]), abs=CLOSE)
    assert made.predictive_value == pytest.approx(float(row["ppv"]), abs=CLOSE)


def test_a_perfect_test_is_the_limit_of_one_that_errs() -> None:
    made = imperfect(0.02, 8, 1.0, 1.0, 0.0)
    assert made.tests_per_person == pytest.approx(dorfman(0.02, 8))
    assert (made.sensitivity, made.predictive_value) == (pytest.approx(1.0), 1.0)


def test_larger_pools_miss_more_where_they_dilute() -> None:
    missed = [1 - imperfect(0.001, n, 0.95, 0.999, 0.1).sensitivity for n in (2, 5, 10, 20, 50)]
    assert missed == sorted(missed)
