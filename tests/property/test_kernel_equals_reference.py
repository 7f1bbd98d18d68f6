"""The kernel computes what the reference defines: replicate by replicate, infection by infection, day by day."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lastcase.core.simulate.outcome import Outcome
from lastcase.core.simulate.record import Record
from lastcase.core.simulate.reference import simulate
from lastcase.engines.kernel.run import Kernel, run_all
from tests.simulated import scenario, small_world

capacity = st.sampled_from([0, 3, 40, 400, 1 << 40])
share = st.sampled_from([0.0, 0.1, 0.5, 0.95, 1.0])
levers = st.fixed_dictionaries(
    {
        "care_share_alerted": share,
        "asymptomatic_factor": share,
        "measures": share,
        "measures_from_h": st.sampled_from([0, 150, 1 << 40]),
        "leak_home": share,
        "leak_closed": share,
        "facility": share,
        "recall_group": share,
        "recall_community": share,
        "unreached": share,
        "reach_h": st.sampled_from([0, 8, 60]),
        "interview_h": st.sampled_from([None, 0, 48]),
        "interviewers": capacity,
        "rooms": capacity,
        "beds": capacity,
        "vehicles": capacity,
        "laboratory": st.sampled_from([5, 60, 1 << 40]),
        "pool": st.sampled_from([1, 5, 20]),
        "dilution": st.sampled_from([0.0, 0.2]),
        "attendance": share,
        "arrivals": st.sampled_from([0.0, 0.8]),
        "export_rate": st.sampled_from([0.0, 0.05]),
        "designate_h": st.sampled_from([0, 30]),
        "screens": st.booleans(),
    }
)
editions = st.sampled_from(["cn-covid-8", "cn-covid-9", "cn-covid-20-measures", "who-covid-2020"])


def assert_same(one: Outcome, other: Outcome) -> None:
    for name in one.__dataclass_fields__:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


@settings(max_examples=15, deadline=None)
@given(levers, editions, st.integers(0, 1 << 60))
def test_every_control_on_its_own_and_together(given_levers: dict[str, Any], edition: str, seed: int) -> None:
    given_scenario = scenario(edition=edition, **given_levers)
    assert_same(simulate(given_scenario, seed), Kernel(given_scenario).run(seed))


N_PERSONS, LATEST_H = small_world().n, 25 * 24
person = st.integers(0, N_PERSONS - 1)
known = st.dictionaries(person, st.tuples(st.integers(0, LATEST_H), st.integers(1, 200)), max_size=12)
placed = st.lists(st.tuples(person, st.integers(0, LATEST_H), st.integers(1, 3)), max_size=30)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Cases, quarantines and persons spared of any kind, all over the time simulated."""
    rows = [(who, at, at + after) for who, (at, after) in draw(known).items()]
    kept = draw(st.none() | placed)
    return Record(
        now_h=draw(st.integers(0, LATEST_H)),
        known=np.array(rows, np.int64).reshape(-1, 3),
        placed=None if kept is None else np.array(kept, np.int64).reshape(-1, 3),
        spared=np.array(sorted(draw(st.sets(person, max_size=200))), np.int64),
    )


@settings(max_examples=15, deadline=None)
@given(records(), levers, editions, st.integers(0, 1 << 60))
def test_what_is_on_record(record: Record, given_levers: dict[str, Any], edition: str, seed: int) -> None:
    given_scenario = scenario(edition=edition, record=record, **given_levers)
    assert_same(simulate(given_scenario, seed), Kernel(given_scenario).run(seed))


def test_a_room_is_left_as_it_was_found() -> None:
    """However a replicate ran, the next one in the same room is that of its seed; so are those of any thread."""
    given_scenario = scenario(rooms=30, beds=10, vehicles=10, interviewers=4, laboratory=60, arrivals=0.5)
    apart = [Kernel(given_scenario).run(seed) for seed in range(5)]
    for n_threads in (1, 2, 3):
        for one, other in zip(apart, run_all(given_scenario, range(5), n_threads=n_threads), strict=True):
            assert_same(one, other)
