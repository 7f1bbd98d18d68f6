"""The present: replicates in which nobody was found until now but those on record.

A scenario with a record infects those known at their hours and finds them at theirs; it may find others too, whom
nobody found. The replicate is run as far as `now_h`; whoever it finds and is not on record is spared, that is, cannot
be infected before `now_h`; and it is run again, until it finds nobody else. What is left are infections that nobody
has found yet, and from `now_h` on everything goes its way.

Potential transmissions are Poisson, and those that would be found by now are as if drawn apart from those that would
not: to strike out the former leaves the latter as they were. Exactly so for a given person of a given infectivity; that
those still unfound had fewer infections that would have been found tells a little on their infectivity, and that is
left out, as it is that one of those known may have been infected by somebody not yet found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lastcase.core.simulate.chance import Ints
from lastcase.core.simulate.outcome import Outcome
from lastcase.core.simulate.scenario import Scenario
from lastcase.engines.kernel.run import Kernel


def spared_of(kernel: Kernel, seed: int) -> Ints:
    """Persons to be spared, in order of their numbers, so that the replicate finds none but those on record before
    `now_h`; among them those that the record spares already."""
    record = kernel.scenario.record
    spared = np.unique(record.spared)
    while True:
        outcome = kernel.run(seed, spared=spared, n_hours=record.now_h)
        more = (outcome.found_h >= 0) & ~np.isin(outcome.person, record.known[:, 0])
        if not more.any():
            return spared
        # Whoever was infected by one of them goes with the infector.
        more &= ~np.isin(outcome.source, outcome.person[more])
        spared = np.union1d(spared, outcome.person[more])


def run_on(kernel: Kernel, seed: int) -> Outcome:
    """One replicate that agrees with the record until `now_h`, and what may come after it."""
    return kernel.run(seed, spared=spared_of(kernel, seed))


def run_all_on(scenario: Scenario, seeds: Sequence[int]) -> Iterator[Outcome]:
    """The same of several seeds, in their order."""
    kernel = Kernel(scenario)
    for seed in seeds:
        yield run_on(kernel, seed)
