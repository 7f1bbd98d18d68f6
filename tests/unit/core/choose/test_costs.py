"""Unit values as a file, and the ledger and the burden of simulated days."""

from __future__ import annotations

import numpy as np
import pytest

from lastcase.core.choose.costs import (
    UNITS,
    Burden,
    CostErrors,
    burdens_of,
    ledger_of,
    parse_costs,
    quantities_of,
)
from lastcase.core.choose.counts import thinned_of
from lastcase.core.protocol.problems import Problem
from lastcase.core.simulate.levers import UNLIMITED, Levers
from lastcase.core.simulate.outcome import COLUMNS, NUMBER
from lastcase.editions import costs, load_costs
from lastcase.editions.messages import render

COSTS = load_costs("cn-2022")
TEXT = "\n".join(
    ['id = "mine"', 'name_en = "Mine"', 'name_zh = "本地"', 'currency = "CNY"']
    + [f"[unit_values.{unit}]\nvalue = 2\nlow = 1\nhigh = 3\nassumed = true" for unit in UNITS]
)


def days(*rows: dict[str, int]) -> np.ndarray:
    made = np.zeros((len(rows), len(COLUMNS)), np.int64)
    for day, row in enumerate(rows):
        for name, n in row.items():
            made[day, NUMBER[name]] = n
    return made


def faults(text: str) -> list[Problem]:
    with pytest.raises(CostErrors) as caught:
        parse_costs(text, "mine.toml")
    return list(caught.value.problems)


def test_every_shipped_file_holds_and_says_where_each_value_is_from() -> None:
    for name in costs():
        for unit, value in load_costs(name).unit_values.items():
            assert unit in UNITS
            assert value.source
            assert 0 < value.low <= value.value <= value.high


def test_a_ledger_counts_each_unit_where_the_outcome_counts_it() -> None:
    made = days(
        {"singles": 3, "tubes": 2, "sampled": 17, "interviews": 1, "in_central": 5, "closed_persons": 40},
        {"in_central": 4, "in_home": 2, "in_beds": 1, "closed_persons": 40},
    )
    ledger = ledger_of(quantities_of(made, np.array([0.0, 100.0])), COSTS)
    assert ledger.quantity == {
        "single_test": 3,
        "pooled_tube": 2,
        "pooled_person": 17,
        "sampling": 20,
        "interview": 1,
        "central_day": 9,
        "home_day": 2,
        "isolation_day": 1,
        "closed_day": 80,
        "lost_day": 12,
        "thinned_day": 100,
    }
    assert ledger.cost["closed_day"] == 80 * 125
    assert ledger.total == pytest.approx(
        3 * 21.5 + 2 * 35 + 17 * 0.45 + 20 + 150 + 9 * 300 + 2 * 30 + 1332 + 80 * 125 + 12 * 143 + 100 * 75
    )


def test_quantities_of_many_replicates_are_those_of_each() -> None:
    many = np.random.default_rng(1).integers(0, 90, (4, 7, len(COLUMNS)))
    thinned = np.random.default_rng(2).integers(0, 90, (4, 7)).astype(float)
    each = [quantities_of(rows, persons) for rows, persons in zip(many, thinned, strict=True)]
    assert np.array_equal(quantities_of(many, thinned), each)


def burden(made: np.ndarray, n_residents: int, thinned: float = 0.0, beds: int = UNLIMITED) -> Burden:
    (found,) = burdens_of(made[None], np.full((1, len(made)), thinned), n_residents, beds)
    return found


def test_deaths_and_restriction_stand_beside_the_ledger_and_change_no_cost() -> None:
    lean, grim = (
        days({"tubes": 5}),
        days({"tubes": 5, "deaths": 9, "severe": 20, "exported": 3, "waiting_bed": 4}),
    )
    costs_of = [ledger_of(quantities_of(made, np.zeros(1)), COSTS).total for made in (lean, grim)]
    assert costs_of[0] == costs_of[1]
    found = burden(grim, 100)
    assert (found.deaths, found.severe, found.exported, found.peak_waiting) == (9, 20, 3, 4)


def test_restricted_person_days_their_peak_and_its_share() -> None:
    made = days({"in_home": 10}, {"in_central": 5, "closed_persons": 25}, {"in_beds": 2})
    found = burden(made, 200, beds=3)
    assert (found.person_days, found.peak_restricted, found.peak_share) == (42, 30, 0.15)
    assert (found.peak_beds, found.beds) == (2, 3)
    assert burden(made, 200).beds is None
    assert burden(made, 200, thinned=20.0).person_days == 42 + 3 * 20


def test_nobody_is_restricted_twice_over_where_that_would_be_more_than_all() -> None:
    assert burden(days({"in_home": 150, "closed_persons": 190}), 200).peak_share == 1.0


def test_thinned_contacts_count_from_their_hour_until_the_outbreak_is_over() -> None:
    made = days({}, {"detected_community": 2}, *[{}] * 8)[None]
    levers = Levers(measures=0.4, measures_from_h=36)
    assert thinned_of(made, levers, 100, quiet_days=3)[0] == pytest.approx([0, 30, 60, 60, 60, 0, 0, 0, 0, 0])
    assert thinned_of(made, levers, 100, quiet_days=30)[0].sum() == pytest.approx(30 + 8 * 60)
    assert thinned_of(made, Levers(), 100, quiet_days=3).sum() == 0


def test_other_values_leave_the_rest_as_it_is() -> None:
    dear = COSTS.at({"central_day": 400})
    assert dear.prices - COSTS.prices == pytest.approx([100 * (unit == "central_day") for unit in UNITS])


@pytest.mark.parametrize(
    ("old", "new", "field", "what"),
    [
        ("currency", "curency", "curency", "choose.unknown_name"),
        ("value = 2", 'value = "2"', "value", "protocol.wrong_type"),
        ("value = 2", "value = -2", "value", "protocol.negative"),
        ("value = 2", "value = 4", "value", "choose.range"),
        ("low = 1", "lowest = 1", "lowest", "protocol.unknown_field"),
        ("assumed = true", "", None, "choose.no_source"),
        ("assumed = true", "assumed = false", None, "choose.no_source"),
        ("[unit_values.central_day]", "[unit_values.centraal_day]", None, "choose.unknown_unit"),
    ],
)
def test_a_fault_is_told_with_its_line_and_how_to_mend_it(old: str, new: str, field: str, what: str) -> None:
    first = next(problem for problem in faults(TEXT.replace(old, new, 1)) if problem.what.id == what)
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    assert (first.file, first.field) == ("mine.toml", field)
    assert first.line is not None
    assert abs(first.line - line) <= (0 if field else 4)
    for message in (first.what, first.mend):
        assert all(render(message.id, message.params, lang) for lang in ("en", "zh"))


def test_a_unit_without_a_value_is_a_fault() -> None:
    (first,) = faults(
        TEXT.replace("[unit_values.home_day]\nvalue = 2\nlow = 1\nhigh = 3\nassumed = true\n", "")
    )
    assert (first.what.id, first.field) == ("choose.no_unit_value", "home_day")
