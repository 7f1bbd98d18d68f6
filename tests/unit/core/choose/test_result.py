"""What replicates show: community zero, bands, chances and their errors."""

from __future__ import annotations

import numpy as np
import pytest

from lastcase.core.choose.counts import zero_from
from lastcase.core.choose.result import (
    SHARES,
    TooFewDays,
    chance_of,
    is_met,
    quiet_days_of,
    targets_of,
)
from lastcase.core.simulate.outcome import NUMBER
from lastcase.editions import load_edition
from tests.unit.core.choose.outcomes import N_DAYS, TARGETS, days, result, yardstick


@pytest.mark.parametrize(
    ("found", "zero"),
    [({}, 0), ({0: 1}, 1), ({3: 2, 9: 1}, 10), ({N_DAYS - 1: 1}, N_DAYS)],
)
def test_zero_begins_after_the_last_case_found_in_the_community(found: dict[int, int], zero: int) -> None:
    managed = {"detected_managed": 5, "detected_community": found}
    assert zero_from(days(managed)[None]).tolist() == [zero]


def test_zero_without_enough_quiet_days_to_follow_is_not_reached_and_all_days_count() -> None:
    last = {"detected_community": {N_DAYS - 15: 1}}, {"detected_community": {N_DAYS - 14: 1}}
    one = result("a", *last)
    assert one.is_reached.tolist() == [True, False]
    assert one.objectives["days_to_zero"].tolist() == [N_DAYS - 14, N_DAYS]


def test_objectives_and_bands_over_replicates() -> None:
    one = result("a", *({"infections": n, "in_home": 2 * n, "interviews": {0: n}} for n in range(101)))
    assert one.objectives["infections"].tolist() == [n * N_DAYS for n in range(101)]
    assert one.estimate("infections").mean == 50 * N_DAYS
    assert one.estimate("infections").bands == tuple(100 * share * N_DAYS for share in SHARES)
    assert one.estimate("person_days").mean == 2 * 50 * N_DAYS
    assert one.estimate("cost").mean == pytest.approx(one.ledger.total)
    assert one.ledger.quantity["interview"] == 50
    daily = one.daily()
    assert daily.shape == (len(SHARES), N_DAYS, len(NUMBER))
    assert daily[:, 3, NUMBER["in_home"]].tolist() == [200 * share for share in SHARES]


def test_the_error_of_a_mean_is_what_means_of_many_batches_spread_by() -> None:
    drawn = np.random.default_rng(3).poisson(30, (400, 50))
    batches = [
        result("a", *({"infections": {0: int(n)}} for n in batch)).estimate("infections") for batch in drawn
    ]
    spread = np.std([each.mean for each in batches])
    assert np.mean([each.error for each in batches]) == pytest.approx(spread, rel=0.1)
    assert result("a", {}).estimate("infections").error is None


def test_the_error_of_a_chance_is_never_nothing_and_shrinks_with_replicates() -> None:
    sure, surer = (chance_of(np.ones(n, bool)) for n in (10, 1000))
    assert (sure.share, surer.share, sure.n) == (1.0, 1.0, 10)
    assert 0.05 < sure.error < 0.15
    assert 0 < surer.error < sure.error / 10
    half = chance_of(np.arange(1000) % 2 == 0)
    assert half.error == pytest.approx(0.5 / np.sqrt(1000), rel=0.01)


def test_a_target_beyond_the_days_simulated_is_an_error() -> None:
    week = days({}, 8)[None]
    by_day = {target.day: target for target in TARGETS}
    assert is_met(by_day[7], week).all()
    with pytest.raises(TooFewDays):
        is_met(by_day[9], week)
    with pytest.raises(TooFewDays):
        is_met(by_day[7], week, day0=1)


def test_all_targets_are_met_where_each_is() -> None:
    bad = {"detected_community": {7: 1}}, {"detected_managed": {9: 10}}, {"high_cells": {14: 1}}
    assert result("a", {}, *bad).all_met.tolist() == [True, False, False, False]
    assert result("a", *bad, measure=yardstick(with_targets=False)).all_met.all()


def test_targets_and_quiet_days_of_editions() -> None:
    mers, nine = load_edition("who-mers"), load_edition("cn-covid-9")
    assert [target.day for target in targets_of([mers, nine], "79144")] == [4, 7, 9, 14]
    assert targets_of([mers], "79144") == ()
    assert (quiet_days_of([nine]), quiet_days_of([nine, mers]), quiet_days_of([])) == (14, 28, 1)
