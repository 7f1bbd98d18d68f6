"""Replicates that agree with what is known tonight: those on record are found, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from lastcase.core.simulate.outcome import Outcome
from lastcase.core.simulate.record import Record
from lastcase.core.simulate.scenario import Scenario
from lastcase.engines.kernel.present import run_on, spared_of
from lastcase.engines.kernel.run import Kernel
from tests.simulated import scenario, small_world

N_PERSONS, NOW_D, AHEAD_D = 3000, 16, 7
NOW_H = NOW_D * 24
N_OUTBREAKS, LEAST_KNOWN = 12, 5


def of(record: Record) -> Scenario:
    return scenario(world=small_world(N_PERSONS), n_days=NOW_D + AHEAD_D, record=record)


@cache
def truths() -> list[tuple[Outcome, Record]]:
    """Outbreaks made by the model, each with what was known of it at `NOW_H`."""
    kernel, made = Kernel(of(Record())), []
    for seed in range(1000, 1000 + N_OUTBREAKS):
        truth = kernel.run(seed)
        known = (truth.found_h >= 0) & (truth.found_h < NOW_H)
        if known.sum() >= LEAST_KNOWN:
            rows = np.stack([truth.person, truth.infected_h, truth.found_h], axis=1)[known]
            made.append((truth, Record(now_h=NOW_H, known=rows)))
    return made


def test_until_now_those_known_are_found_and_nobody_else() -> None:
    _, record = max(truths(), key=lambda each: len(each[1].known))
    kernel = Kernel(of(record))
    for seed in range(5):
        outcome = run_on(kernel, seed)
        by_now = (outcome.found_h >= 0) & (outcome.found_h < NOW_H)
        rows = np.stack([outcome.person, outcome.infected_h, outcome.found_h], axis=1)[by_now]
        order = np.argsort(record.known[:, 0])
        assert np.array_equal(rows[np.argsort(rows[:, 0])], record.known[order])


def test_whoever_is_spared_would_have_been_found_and_nobody_else_is() -> None:
    """To spare them in the record beforehand spares nobody else; to spare all but one of them is not enough."""
    _, record = truths()[0]
    spared = spared_of(Kernel(of(record)), 3)
    assert len(spared) > 3
    assert np.array_equal(spared_of(Kernel(of(replace(record, spared=spared))), 3), spared)
    for one in spared[:3]:
        without = replace(record, spared=np.setdiff1d(spared, one))
        outcome = Kernel(of(without)).run(3, n_hours=NOW_H)
        assert (outcome.found_h >= 0).sum() > len(record.known)
