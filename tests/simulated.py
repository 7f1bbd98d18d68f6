"""Small cities to be simulated, and the scenarios of tests in them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from lastcase.core.simulate.controls import Controls, controls_of
from lastcase.core.simulate.levers import Levers
from lastcase.core.simulate.natural import Natural, natural_of
from lastcase.core.simulate.record import NO_RECORD, Record
from lastcase.core.simulate.scenario import Scenario, scenario_of
from lastcase.core.simulate.world import World
from lastcase.editions import load_disease, load_edition
from lastcase.engines.city.geography import lay_out
from lastcase.engines.city.hashing import Dice
from lastcase.engines.city.layers import build_layers
from lastcase.engines.city.population import populate
from lastcase.engines.city.simulated import world_of

DISEASE = "covid-omicron-ba2-2022"


@cache
def small_world(n: int = 800) -> World:
    """A town's worth of the synthetic city."""
    dice = Dice(1)
    geography = lay_out(dice, n)
    population = populate(dice, geography)
    return world_of(geography, population, build_layers(dice, geography, population))


@cache
def natural() -> Natural:
    return natural_of(load_disease(DISEASE))


@cache
def controls(edition: str = "cn-covid-9") -> Controls:
    return controls_of(load_edition(edition))


def scenario(
    *,
    world: World | None = None,
    edition: str = "cn-covid-9",
    controlled: Controls | None = None,
    n_seeds: int = 5,
    n_days: int = 25,
    record: Record = NO_RECORD,
    **levers: Any,
) -> Scenario:
    """`n_seeds` infected at the beginning, spread evenly; everything else as shipped but for the levers named."""
    where = small_world() if world is None else world
    seeds = np.arange(n_seeds) * (where.n // max(1, n_seeds))
    rules = controlled or controls(edition)
    return scenario_of(where, natural(), rules, Levers(**levers), seeds, n_days=n_days, record=record)
