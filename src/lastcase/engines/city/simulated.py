"""A synthetic city as the simulator takes it: the same residents, homes, classes, teams and cells."""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate.world import AGE_STEP, N_AGES, World
from lastcase.engines.city import diaries
from lastcase.engines.city.geography import Geography
from lastcase.engines.city.layers import Layers
from lastcase.engines.city.population import Population

COMMUNITY_SETTINGS = ("transport", "leisure", "other")


def world_of(geography: Geography, population: Population, layers: Layers) -> World:
    """The city with nobody vaccinated and contacts beyond home, class and work as in the diaries."""
    first, end = layers.first["class"], layers.first["market"]
    group = np.where(layers.group >= first, layers.group - first, -1)
    grouped = np.flatnonzero(group >= 0)
    members = grouped[np.argsort(group[grouped], kind="stable")]
    cell = population.cell
    n_cells = geography.cells.height
    town = geography.town
    return World(
        age=np.minimum(population.age_years // AGE_STEP, N_AGES - 1),
        home=population.household,
        home_start=population.home_start,
        group=group,
        group_start=np.searchsorted(group[members], np.arange(end - first + 1)),
        members=members,
        home_cell=population.home_cell,
        cell_start=np.searchsorted(cell, np.arange(n_cells + 1)),
        cell_town=town,
        cell_county=geography.cells["county"].to_numpy(),
        town_start=np.searchsorted(town[cell], np.arange(len(geography.towns) + 1)),
        doses=np.zeros(population.n, np.int64),
        contacts=diaries.contacts_by_age(*COMMUNITY_SETTINGS),
    )
