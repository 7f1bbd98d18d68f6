"""The recommendation: targets first, then cost, and only what holds wherever the unit values lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastcase.core.choose.costs import UNITS
from lastcase.core.choose.race import Race
from lastcase.core.choose.recommend import Recommendation, cheapest, recommend
from lastcase.core.choose.result import Result
from lastcase.editions.messages import render
from tests.unit.core.choose.outcomes import COSTS, result

LATE = {"detected_community": {7: 1}}
"""Misses the target of day 7."""
N = 40


def steady(name: str, columns: dict[str, object], *, n_late: int = 0) -> Result:
    """A plan whose replicates differ by luck alone, of which the first `n_late` miss a target."""
    return result(
        name, *({**columns, "interviews": {0: at % 5}, **(LATE if at < n_late else {})} for at in range(N))
    )


def advised(*results: Result, wanted: float = 0.8) -> Recommendation:
    found = recommend(Race(results), wanted)
    for message in (*found.reasons, *found.changes):
        for lang in ("en", "zh"):
            assert render(message.id, message.params, lang)
    return found


def ids(found: Recommendation) -> set[str]:
    return {message.id.removeprefix("choose.reason.") for message in found.reasons}


def test_of_plans_that_meet_the_targets_the_cheapest() -> None:
    cheap, dear = steady("cheap", {"in_beds": 1}), steady("dear", {"in_beds": 2})
    found = advised(dear, cheap)
    assert (found.plan, found.leader, found.sways) == ("cheap", "cheap", ())
    assert {"front", "targets_met", "cheapest", "holds"} == ids(found)


def test_a_cheaper_plan_that_seldom_meets_the_targets_is_not_taken_and_is_named() -> None:
    late, sure = steady("late", {"in_beds": 1}, n_late=20), steady("sure", {"in_beds": 2})
    found = advised(late, sure)
    assert (found.plan, found.candidates) == ("sure", ("sure",))
    (change,) = [message for message in found.changes if message.id == "choose.change.chance"]
    assert change.params["chance"] == "50"
    assert advised(late, sure, wanted=0.5).plan == "late"


def test_where_none_meets_them_often_enough_those_not_surely_below_the_best() -> None:
    often, rather, seldom = (
        steady(name, {"in_beds": beds}, n_late=n_late)
        for name, beds, n_late in (("often", 3, 20), ("rather", 2, 21), ("seldom", 1, 38))
    )
    found = advised(often, rather, seldom)
    assert (found.candidates, found.plan) == (("often", "rather"), "rather")
    assert "targets_not_met" in ids(found)


def test_no_plan_is_recommended_where_the_lead_hangs_on_one_value() -> None:
    tested, bedded = steady("tested", {"tubes": 41}), steady("bedded", {"in_beds": 1})
    found = advised(tested, bedded)
    assert (found.plan, found.leader) == (None, "tested")
    assert {(sway.units, sway.end, sway.leader) for sway in found.sways if len(sway.units) == 1} == {
        (("pooled_tube",), "high", "bedded"),
        (("isolation_day",), "low", "bedded"),
        (("lost_day",), "low", "bedded"),
    }
    assert "hangs_on" in ids(found)


def test_or_where_it_hangs_on_all_values_together() -> None:
    """A bed costs 1,332 and a day lost 143; each alone at its low end leaves it dearer than 19 tests, not both."""
    found = advised(steady("bedded", {"in_beds": 1}), steady("tested", {"singles": 19}))
    assert found.leader == "tested"
    assert [(sway.units, sway.end, sway.leader) for sway in found.sways] == [(UNITS, "low", "bedded")]
    assert found.plan is None
    assert "hangs_on_all" in ids(found)


def test_no_plan_is_recommended_where_chance_may_have_made_the_difference() -> None:
    rng = np.random.default_rng(1)
    one, other = (
        result(name, *({"in_beds": {0: int(n)}} for n in rng.poisson(mean, N)))
        for name, mean in (("one", 20), ("other", 20.5))
    )
    found = advised(one, other)
    assert found.plan is None
    assert "too_close" in ids(found)
    twin = advised(steady("a", {"in_beds": 1}), steady("b", {"in_beds": 1}))
    assert twin.plan is None
    assert "as_dear" in ids(twin)


def test_what_would_change_it_is_told_nearest_first_and_not_from_afar() -> None:
    """19 tests cost as much as a bed at 284.5 yuan for the bed day, or at 76.6 for a test, 44.6 times 1.7."""
    bedded, tested = steady("bedded", {"in_beds": 1}), steady("tested", {"singles": 19})
    found = advised(bedded, tested)
    assert {turn.unit: round(turn.value, 1) for turn in found.turns} == {
        "single_test": 76.6,
        "sampling": 56.1,
        "isolation_day": 284.5,
    }
    told = [(message.id, message.params["value"], message.params["now"]) for message in found.changes]
    assert told == [
        ("choose.change.unit_down", "284.5", "1,332"),
        ("choose.change.unit_up", "76.63", "21.5"),
    ]


def test_a_single_plan_left_is_the_one() -> None:
    assert advised(steady("only", {"in_beds": 1})).plan == "only"


counts = st.dictionaries(
    st.sampled_from(["singles", "tubes", "sampled", "in_central", "in_home", "in_beds", "closed_persons"]),
    st.integers(0, 60),
    min_size=1,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(counts, min_size=2, max_size=4))
def test_what_is_recommended_is_cheapest_at_every_end_and_turns_where_it_says(
    plans: list[dict[str, int]],
) -> None:
    results = [steady(str(number), columns) for number, columns in enumerate(plans)]
    found = advised(*results)
    leader = next(each for each in results if each.plan.id == found.leader)
    ends = [COSTS.low, COSTS.high]
    for at in range(len(UNITS)):
        for values in (COSTS.low, COSTS.high):
            ends += [np.where(np.arange(len(UNITS)) == at, values, COSTS.prices)]
    others = {cheapest(results, prices).plan.id for prices in ends} - {found.leader}
    assert others == {sway.leader for sway in found.sways}
    if found.plan is not None:
        assert others == set()
    for turn in found.turns:
        prices = COSTS.at({turn.unit: turn.value}).prices
        rival = next(each for each in results if each.plan.id == turn.plan)
        assert rival.costs_at(prices).mean() == pytest.approx(leader.costs_at(prices).mean())
        step = 1.001 if turn.value > COSTS.unit_values[turn.unit].value else 0.999
        beyond = COSTS.at({turn.unit: turn.value * step}).prices
        assert rival.costs_at(beyond).mean() <= leader.costs_at(beyond).mean() + 1e-6
