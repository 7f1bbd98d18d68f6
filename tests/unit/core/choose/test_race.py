"""The race: common seeds, growing rounds, and who is stopped by whom."""

from __future__ import annotations

from itertools import pairwise

import pytest

from lastcase.core.choose.race import FIRST_BATCH, SameName, batches_of, measure, race, seeds_of
from tests.unit.core.choose.outcomes import Fake, plan, yardstick

SEEDS = seeds_of(1, 100)
ALL = {"infections": 3, "in_central": 20, "tubes": 10, "detected_community": {6: 1}}


def worse(name: str, luck: int) -> dict[str, object]:
    """`b` is worse than `a` in everything, whatever the luck; `c` costs less and infects more."""
    more = {"a": 0, "b": 2, "c": 0}[name]
    return {
        "infections": 3 + luck + more + 5 * (name == "c"),
        "in_central": 40 * (name != "c") + luck + more,
        "detected_community": {12 + luck + more: 1},
    }


def test_seeds_are_the_first_of_any_longer_list_and_no_two_races_share_some() -> None:
    assert seeds_of(5, 300)[:20] == seeds_of(5, 20)
    drawn = [seed for start in range(50) for seed in seeds_of(start, 100)]
    assert len(set(drawn)) == len(drawn)
    assert all(0 <= seed < 1 << 63 for seed in drawn)


@pytest.mark.parametrize("n", [1, FIRST_BATCH, FIRST_BATCH + 1, 100, 1000])
def test_rounds_double_what_there_is_and_take_every_replicate_once(n: int) -> None:
    batches = list(batches_of(n))
    assert [at for start, end in batches for at in range(start, end)] == list(range(n))
    ends = [end for _, end in batches]
    assert all(later in (2 * end, n) for end, later in pairwise(ends))


def test_who_is_worse_in_everything_stops_and_is_not_simulated_any_more() -> None:
    run = Fake(worse)
    ran = race([plan("b"), plan("a"), plan("c")], SEEDS, run, yardstick())
    assert {name: (out.by, out.round, out.n_replicates) for name, out in ran.stopped.items()} == {
        "b": ("a", 1, FIRST_BATCH)
    }
    assert [each.plan.id for each in ran.front] == ["a", "c"]
    assert [len(each.days) for each in ran.results] == [FIRST_BATCH, 100, 100]
    assert [name for name, _ in run.asked].count("b") == 1


def test_all_plans_of_a_round_are_given_the_same_seeds() -> None:
    run = Fake(worse)
    race([plan("a"), plan("c")], SEEDS, run, yardstick())
    asked = {name: [seeds for who, seeds in run.asked if who == name] for name in ("a", "c")}
    assert asked["a"] == asked["c"]
    assert tuple(seed for seeds in asked["a"] for seed in seeds) == SEEDS


def test_a_race_goes_the_same_way_twice() -> None:
    first, second = (race([plan("a"), plan("b")], SEEDS, Fake(worse), yardstick()) for _ in range(2))
    assert first.stopped == second.stopped
    assert all((x.days == y.days).all() for x, y in zip(first.results, second.results, strict=True))


def test_equal_plans_stop_neither() -> None:
    assert (
        race([plan("a"), plan("b")], SEEDS, Fake(lambda _, luck: worse("a", luck)), yardstick()).stopped == {}
    )


@pytest.mark.parametrize(
    "better",
    [{"infections": 2}, {"detected_community": {3: 1}}, {"in_central": 15, "tubes": 5}],
    ids=["infections", "days to zero", "restriction and cost"],
)
def test_who_is_better_in_anything_is_not_stopped(better: dict[str, object]) -> None:
    bad = {"infections": 9, "in_central": 50, "tubes": 90, "detected_community": {9: 1}}
    run = Fake(lambda name, _: {**ALL} if name == "a" else {**bad, **better})
    assert race([plan("a"), plan("b")], SEEDS, run, yardstick()).stopped == {}
    assert (
        "b"
        in race(
            [plan("a"), plan("b")], SEEDS, Fake(lambda n, _: ALL if n == "a" else bad), yardstick()
        ).stopped
    )


def test_who_would_cost_less_at_other_unit_values_is_not_stopped() -> None:
    """15 tubes more at 30 to 70 against one bed less at 300 to 2,000: dearer as the values stand, or cheaper."""
    run = Fake(
        lambda name, _: (
            {**ALL, "in_beds": 1} if name == "a" else {**ALL, "tubes": 70, "infections": 9, "waiting_bed": 2}
        )
    )
    ran = race([plan("a"), plan("b")], SEEDS, run, yardstick())
    a, b = ran.results
    assert b.estimate("cost").mean > a.estimate("cost").mean
    assert ran.stopped == {}


def test_who_meets_the_targets_more_often_is_not_stopped() -> None:
    bad = {"infections": 9, "in_central": 50, "tubes": 90, "detected_community": {20: 1}}
    on_time = Fake(lambda name, _: {**ALL, "high_cells": {14: 1}} if name == "a" else bad)
    assert race([plan("a"), plan("b")], SEEDS, on_time, yardstick()).stopped == {}
    assert race([plan("a"), plan("b")], SEEDS, on_time, yardstick(with_targets=False)).stopped


def test_a_difference_that_may_be_luck_stops_nobody() -> None:
    def lucky(name: str, luck: int) -> dict[str, object]:
        n = (luck if name == "a" else 6 - luck) + (name == "b")
        return {"infections": n, "in_home": n, "tubes": n, "detected_community": {5 + n: 1}}

    assert race([plan("a"), plan("b")], SEEDS[:FIRST_BATCH], Fake(lucky), yardstick()).stopped == {}


def test_plans_are_told_apart_by_their_ids() -> None:
    for run_all in (race, measure):
        with pytest.raises(SameName):
            run_all([plan("a"), plan("a")], SEEDS, Fake(worse), yardstick())


def test_measuring_stops_nobody() -> None:
    found = measure([plan("a"), plan("b")], SEEDS, Fake(worse), yardstick())
    assert [len(each.days) for each in found] == [100, 100]
