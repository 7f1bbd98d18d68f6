"""What is on record happens as recorded, and nothing else of its kind before it was read."""

from __future__ import annotations

import numpy as np
import pytest

from lastcase.core.simulate.controls import CLOSE, SECONDARY
from lastcase.core.simulate.outcome import Outcome
from lastcase.core.simulate.record import Record
from lastcase.core.simulate.reference import simulate
from tests.simulated import scenario, small_world

KNOWN = np.array([[5, 30, 100], [6, 30, 31], [407, 0, 250], [700, 200, 290], [701, 70, 500]])
SEEDS = range(6)


def course_of(outcome: Outcome, person: int) -> tuple[int, int, int]:
    at = outcome.person.tolist().index(person)
    return int(outcome.infected_h[at]), int(outcome.source[at]), int(outcome.found_h[at])


@pytest.mark.parametrize("seed", SEEDS)
def test_those_known_are_infected_and_found_at_their_hours_whatever_finds_others(seed: int) -> None:
    """Not by care, not by rounds, not in quarantine; neither death nor departure comes first."""
    keen = {"care_share": 1.0, "care_delay_h": 0, "result_h": 1, "attendance": 1.0, "export_rate": 0.3}
    outcome = simulate(scenario(record=Record(known=KNOWN, now_h=300), arrivals=1.0, **keen), seed)
    for person, infected_h, found_h in KNOWN.tolist():
        assert course_of(outcome, person) == (infected_h, -1, found_h)


def test_those_known_infect_others() -> None:
    outcomes = [simulate(scenario(record=Record(known=KNOWN, now_h=300), n_seeds=0), seed) for seed in SEEDS]
    sources = np.concatenate([one.source for one in outcomes])
    assert np.isin(sources, KNOWN[:, 0]).sum() > len(SEEDS)


def test_those_spared_are_not_infected_before_now_and_may_be_afterwards() -> None:
    spared = np.arange(0, small_world().n, 2)
    hours = []
    for seed in SEEDS:
        outcome = simulate(scenario(record=Record(spared=spared, now_h=200), arrivals=2.0), seed)
        hours += outcome.infected_h[np.isin(outcome.person, spared)].tolist()
    assert min(hours) >= 200
    assert len(hours) > 20


def test_those_placed_are_in_quarantine_from_their_hour() -> None:
    placed = np.array([[10, 5, SECONDARY], [12, 5, SECONDARY], [300, 30, SECONDARY], [302, 30, CLOSE]])
    table = simulate(scenario(record=Record(placed=placed, now_h=48), n_seeds=0), 1).frame()
    assert table["in_home"].head(2).to_list() == [2, 3]
    assert table["in_central"].head(2).to_list() == [0, 1]


def test_nobody_else_is_a_contact_until_the_record_was_read() -> None:
    """Where the record tells who was put in quarantine, cases found before put nobody in; without it they do."""
    outcomes = []
    for placed in (np.zeros((0, 3), np.int64), None):
        record = Record(known=KNOWN, placed=placed, now_h=14 * 24)
        outcomes.append(simulate(scenario(record=record, n_seeds=0), 2).frame().head(14))
    held = [table["in_home"].sum() + table["in_central"].sum() for table in outcomes]
    assert held[0] == 0
    assert held[1] > 0


def test_a_record_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Record(known=KNOWN[[0, 0]])
    with pytest.raises(ValueError, match="before"):
        Record(known=np.array([[1, 10, 10]]))
