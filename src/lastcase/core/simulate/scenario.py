"""All that one run of the model is given: the city, the infection, the edition's controls, the levers, the seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from lastcase.core.simulate.chance import Floats, Ints
from lastcase.core.simulate.controls import Controls
from lastcase.core.simulate.levers import Levers
from lastcase.core.simulate.natural import N_QUANTILES, Natural, quantiles
from lastcase.core.simulate.record import NO_RECORD, Record
from lastcase.core.simulate.world import COMMUNITY, GROUP, HOUSEHOLD, N_AGES, N_LAYERS, World

SEVERE_BY_AGE = (0.1, 0.1, 0.2, 0.3, 0.5, 1.0, 3.0, 10.0)
"""How much likelier a severe course is by age group (assumed); the mean is the profile's."""


@dataclass(frozen=True)
class Rates:
    """Mean potential transmissions of a person of mean infectivity, by layer, and how a chance meeting is accepted.

    `household`: per other member of the home. `group`: to the whole class or team. `community` by age group; a person
    drawn there counts with the chance `accept[own age, other age]`, so that ages mix as the diaries say. `met`: mean
    persons a day met in the community, by age group, drawn and accepted likewise.
    """

    household: float
    group: float
    community: Floats
    accept: Floats
    met: Floats


@dataclass(frozen=True)
class Scenario:
    """One plan in one city. `seeds`: persons infected at the beginning and the hours of it (both ascending by hour)."""

    world: World
    natural: Natural
    controls: Controls
    levers: Levers
    rates: Rates
    severe: Floats
    care_delay_h: Ints
    reach_h: Ints
    seeds: Ints
    seeded_h: Ints
    n_days: int
    record: Record = NO_RECORD


def scenario_of(
    world: World,
    natural: Natural,
    controls: Controls,
    levers: Levers,
    seeds: Ints,
    *,
    seeded_h: Ints | None = None,
    n_days: int = 60,
    record: Record = NO_RECORD,
) -> Scenario:
    """The scenario with everything worked out that does not hang on chance."""
    hours = np.zeros(len(seeds), np.int64) if seeded_h is None else seeded_h
    order = np.lexsort((seeds, hours))
    return Scenario(
        world=world,
        natural=natural,
        controls=controls,
        levers=levers,
        rates=rates_of(world, natural, levers),
        severe=_severe(world, natural),
        care_delay_h=_waits(levers.care_delay_h),
        reach_h=_waits(levers.reach_h),
        seeds=seeds[order],
        seeded_h=hours[order],
        n_days=n_days,
        record=record,
    )


def rates_of(world: World, natural: Natural, levers: Levers) -> Rates:
    """Rates at which a person infects `natural.reproduction` others on average, all being susceptible, shared out over
    the layers as the levers say."""
    share = {HOUSEHOLD: levers.household_share, GROUP: levers.group_share}
    share[COMMUNITY] = 1.0 - sum(share.values())
    # Who never has symptoms infects fewer; the mean over everybody is the reproduction number.
    mean = 1.0 - natural.asymptomatic * (1.0 - levers.asymptomatic_factor)
    wanted = [natural.reproduction * share[layer] / mean for layer in range(N_LAYERS)]
    others = (world.home_size - 1).mean()
    grouped = (world.group_size > 1).mean()
    n_of_age = np.maximum(np.bincount(world.age, minlength=N_AGES), 1)
    liking = world.contacts / (n_of_age / world.n)
    most = np.maximum(liking.max(axis=1), 1e-12)
    met_on_average = world.contacts.sum(axis=1)[world.age].mean()
    per_contact = wanted[COMMUNITY] / max(met_on_average, 1e-12)
    return Rates(
        household=wanted[HOUSEHOLD] / max(others, 1e-12),
        group=wanted[GROUP] / max(grouped, 1e-12),
        community=per_contact * most,
        accept=liking / most[:, None],
        met=most,
    )


def _severe(world: World, natural: Natural) -> Floats:
    """Share of those with symptoms who fall severely ill, by age group."""
    weights = np.array(SEVERE_BY_AGE)
    symptomatic = max(1.0 - natural.asymptomatic, 1e-12)
    shares: Floats = np.minimum(1.0, natural.severe / symptomatic * weights / weights[world.age].mean())
    return shares


def _waits(mean_h: int) -> Ints:
    """Quantiles of an exponential, in whole hours."""
    return np.round(quantiles(stats.expon(scale=max(mean_h, 1e-9)), N_QUANTILES)).astype(np.int64)
