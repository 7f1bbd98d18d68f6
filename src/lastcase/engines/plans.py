"""Plans made ready to be simulated: the city, those infected at the beginning, and replicates by the kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lastcase.core.choose.plan import Plan
from lastcase.core.choose.race import Run
from lastcase.core.simulate.chance import Ints, bits
from lastcase.core.simulate.controls import controls_of
from lastcase.core.simulate.natural import Natural
from lastcase.core.simulate.outcome import Outcome
from lastcase.core.simulate.scenario import scenario_of
from lastcase.core.simulate.world import World
from lastcase.editions import load_edition
from lastcase.engines.city.geography import lay_out
from lastcase.engines.city.hashing import Dice
from lastcase.engines.city.layers import build_layers
from lastcase.engines.city.population import populate
from lastcase.engines.city.simulated import world_of
from lastcase.engines.city.story import size_of
from lastcase.engines.kernel.run import run_all

CITY_SEED = 1
"""The city is the same for every seed of an outbreak."""


def city_of(size: str) -> World:
    """The synthetic city of a size (a name of `story.SIZES`)."""
    dice = Dice(CITY_SEED)
    geography = lay_out(dice, size_of(size).persons)
    population = populate(dice, geography)
    return world_of(geography, population, build_layers(dice, geography, population))


def infected_of(world: World, n: int, seed: int) -> Ints:
    """`n` residents drawn by the seed, all over the city, whatever is done; all of them where there are fewer."""
    order = np.argsort(bits(seed, 0, 1, np.arange(world.n)), kind="stable")
    return np.sort(order[:n]).astype(np.int64)


def runner(world: World, natural: Natural, infected: Ints, *, n_days: int, n_threads: int = 1) -> Run:
    """Simulates replicates of any plan from these infected persons on, infected in the first hour."""

    def run(plan: Plan, seeds: Sequence[int]) -> Iterator[Outcome]:
        controls = controls_of(load_edition(plan.edition))
        scenario = scenario_of(world, natural, controls, plan.levers, infected, n_days=n_days)
        return run_all(scenario, seeds, n_threads=min(n_threads, len(seeds)))

    return run
