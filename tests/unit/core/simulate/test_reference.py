"""The model's controls, one by one: each does what it is there for, and nothing is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from lastcase.core.simulate.controls import NO_AREA, NO_ROUNDS
from lastcase.core.simulate.outcome import Outcome
from lastcase.core.simulate.reference import simulate
from tests.simulated import controls, scenario

NONE = replace(
    controls(), keeping=dict.fromkeys(controls().keeping), high=NO_AREA, medium=NO_AREA, rounds=NO_ROUNDS
)
"""Nothing but isolation of who is found."""
UNSEEN = {"care_share": 0.0, "care_share_alerted": 0.0}
SEEDS = range(6)


def ran(**given: Any) -> list[Outcome]:
    return [simulate(scenario(**given), seed) for seed in SEEDS]


def infections(outcomes: list[Outcome]) -> int:
    return sum(len(one.person) for one in outcomes)


def days(outcomes: list[Outcome]) -> pl.DataFrame:
    return pl.concat([one.frame() for one in outcomes])


def test_nobody_is_infected_by_somebody_infected_later_or_twice() -> None:
    for one in ran():
        when = dict(zip(one.person, one.infected_h, strict=True))
        assert len(when) == len(one.person)
        for person, source in zip(one.person, one.source, strict=True):
            assert source < 0 or when[source] < when[person]


def test_days_tell_the_same_as_infections() -> None:
    for one in ran(arrivals=0.5):
        counted = np.bincount(one.infected_h // 24, minlength=len(one.days))
        assert np.array_equal(counted, one.frame()["infections"].to_numpy())
        found = one.frame().select(pl.col("detected_community", "detected_managed").sum()).row(0)
        assert sum(found) == (one.found_h >= 0).sum()


def test_without_any_control_it_runs_through_the_city() -> None:
    free = ran(controlled=NONE, n_days=60, **UNSEEN)
    assert infections(free) > 0.4 * 800 * len(free)


def test_isolation_of_those_found_leaves_fewer_infected() -> None:
    soon = {"care_share": 0.9, "care_share_alerted": 0.9, "care_delay_h": 2, "result_h": 2}
    found, unseen = (ran(controlled=NONE, n_days=15, **given) for given in (soon, UNSEEN))
    assert infections(found) < 0.9 * infections(unseen)


def test_quarantine_of_contacts_leaves_fewer_and_they_are_found_in_it() -> None:
    keeping = replace(NONE, keeping=controls().keeping)
    with_it, without = ran(controlled=keeping), ran(controlled=NONE)
    assert infections(with_it) < 0.9 * infections(without)
    assert days(with_it)["detected_managed"].sum() > 0
    assert days(without)["detected_managed"].sum() == 0


def test_rounds_find_who_seeks_no_care() -> None:
    rounds = replace(NONE, rounds=controls().rounds)
    seen = {"care_share": 0.2, "care_share_alerted": 0.2}
    held, not_held = ran(controlled=rounds, **seen), ran(controlled=rounds, screens=False, **seen)
    assert days(held)["sampled"].sum() > 0
    assert days(not_held)["sampled"].sum() == 0
    assert infections(held) < infections(not_held)


def test_closed_areas_are_closed_and_opened_again() -> None:
    table = days(ran(n_days=60, care_share=0.9))
    assert table["high_cells"].max() > 0
    last = table.filter(pl.col("day") == 59)
    assert last["high_cells"].sum() < table["high_cells"].max()
    assert table["medium_cells"].max() > 0


def test_interviews_over_capacity_wait_and_are_held() -> None:
    few, many = (days(ran(interviewers=n, n_days=60)) for n in (3, 1000))
    assert few["waiting_interview"].max() > many["waiting_interview"].max()
    assert few.group_by("day").agg(pl.col("interviews").max())["interviews"].max() <= 6
    found = few["detected_community"].sum() + few["detected_managed"].sum()
    waiting = few.filter(pl.col("day") == 59)["waiting_interview"].sum()
    assert few["interviews"].sum() + waiting == found


def test_rooms_are_never_more_than_there_are_and_whoever_waits_is_at_home() -> None:
    table = days(ran(rooms=15, n_days=40))
    assert table["in_central"].max() == 15
    assert table["waiting_room"].max() > 0
    assert (table["waiting_room"] <= table["in_home"]).all()


def test_a_laboratory_without_capacity_tells_later() -> None:
    quick, slow = (ran(laboratory=n, n_days=40) for n in (1 << 40, 30))
    delay = [
        np.mean([(one.found_h - one.infected_h)[one.found_h >= 0].mean() for one in group])
        for group in (quick, slow)
    ]
    assert delay[0] < delay[1]


def test_measures_leave_fewer_meetings() -> None:
    assert infections(ran(measures=0.2, measures_from_h=0)) < 0.7 * infections(ran())


def test_arrivals_come_in_and_are_kept_apart() -> None:
    table = days(ran(arrivals=2.0, n_seeds=0))
    assert table["imported"].sum() > 0
    assert table["detected_managed"].sum() > 0


def test_a_plan_that_changes_nothing_for_somebody_leaves_the_draws_as_they_were() -> None:
    """Common random numbers: until the first case is found, two plans that differ after it run alike."""
    one, other = (simulate(scenario(reach_h=hours), 3) for hours in (1, 60))
    until = min(each.found_h[each.found_h >= 0].min() for each in (one, other))
    early = [
        [(p, h) for p, h in zip(each.person, each.infected_h, strict=True) if h <= until]
        for each in (one, other)
    ]
    assert early[0] == early[1]
