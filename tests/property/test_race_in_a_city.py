"""Real plans raced in a small city: the same on any number of threads, and on common chance."""

from __future__ import annotations

import numpy as np

from lastcase.core.choose.plan import Plan
from lastcase.core.choose.race import Race, measure, race, seeds_of
from lastcase.core.choose.recommend import recommend
from lastcase.core.choose.result import Yardstick, quiet_days_of, targets_of
from lastcase.core.simulate.levers import Levers
from lastcase.editions import load_costs, load_edition, load_plan
from lastcase.engines.plans import city_of, infected_of, runner
from tests.simulated import natural

CITY = city_of("tiny")
INFECTED = infected_of(CITY, 5, 1)
EDITIONS = [load_edition("cn-covid-9")]
MEASURE = Yardstick(load_costs("cn-2022"), targets_of(EDITIONS, "79144"), CITY.n, quiet_days_of(EDITIONS))
PLANS = (
    Plan("usual", "Usual", "通常", "cn-covid-9", Levers()),
    Plan(
        "careless",
        "Careless",
        "松懈",
        "cn-covid-9",
        Levers(unreached=0.9, care_share_alerted=0.3, interview_h=72),
    ),
)


def raced(n_threads: int) -> Race:
    return race(
        PLANS, seeds_of(1, 40), runner(CITY, natural(), INFECTED, n_days=45, n_threads=n_threads), MEASURE
    )


def test_threads_change_nothing() -> None:
    one, three = raced(1), raced(3)
    assert one.stopped == three.stopped
    assert all(np.array_equal(x.days, y.days) for x, y in zip(one.results, three.results, strict=True))
    assert recommend(one) == recommend(three)


def test_a_plan_that_lets_contacts_go_loses() -> None:
    ran = raced(1)
    usual, careless = ran.results
    assert careless.estimate("infections").mean > 1.3 * usual.estimate("infections").mean
    assert set(ran.stopped) <= {"careless"}


def test_a_lever_that_is_never_used_changes_no_replicate() -> None:
    """Common chance: the plan that differs in nothing that happens has the same luck."""
    usual = load_plan("edition-9")
    later = Plan("later", "Later", "后", usual.edition, Levers(measures_from_h=24 * 400, measures=0.1))
    run = runner(CITY, natural(), INFECTED, n_days=45)
    first, second = measure([usual, later], seeds_of(1, 8), run, MEASURE)
    assert np.array_equal(first.days, second.days)
    assert len({tuple(days.sum(axis=0)) for days in first.days}) > 1


def test_common_chance_tells_plans_apart_with_less_noise() -> None:
    """The difference of two plans that differ little spreads less than that of replicates of different luck."""
    usual = load_plan("edition-9")
    tired = Plan("tired", "Tired", "疲惫", usual.edition, Levers(unreached=0.1))
    run = runner(CITY, natural(), INFECTED, n_days=45)
    one, other = (each.objectives["cost"] for each in measure([usual, tired], seeds_of(1, 60), run, MEASURE))
    assert np.std(other - one) < 0.8 * np.std(np.roll(other, 1) - one)


def test_the_infected_are_drawn_by_the_seed_without_repeating_anybody() -> None:
    some, more, other = infected_of(CITY, 5, 1), infected_of(CITY, 50, 1), infected_of(CITY, 5, 2)
    assert len(set(more)) == 50
    assert set(some) <= set(more)
    assert set(some) != set(other)
    assert len(infected_of(CITY, 10_000, 1)) == CITY.n
