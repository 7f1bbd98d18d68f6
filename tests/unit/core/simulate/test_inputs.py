"""What the model is fed with: profiles as tables, editions as controls, rates as asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lastcase.core.contacts.incubation import NoSpread
from lastcase.core.simulate.controls import ARRIVED, CLOSE, NO_AREA, NO_ROUNDS, SECONDARY, Keeping
from lastcase.core.simulate.levers import Levers
from lastcase.core.simulate.natural import natural_of
from lastcase.core.simulate.scenario import rates_of
from lastcase.editions import load_disease
from tests.simulated import controls, natural, small_world


def test_tables_have_the_means_and_spreads_of_the_profile() -> None:
    tables = natural()
    assert tables.incubation_h.mean() / 24 == pytest.approx(3.5, abs=0.02)
    assert tables.incubation_h.std() / 24 == pytest.approx(1.5, abs=0.05)
    assert tables.generation_h.mean() / 24 == pytest.approx(3.3, abs=0.02)
    assert tables.infectivity.mean() == pytest.approx(1)
    # Gamma of k 0.3: a variance of 1 / 0.3, but for what equally large classes leave out.
    assert tables.infectivity.var() == pytest.approx(1 / 0.3, rel=0.1)
    assert tables.sensitivity[0] < 0.2
    assert tables.sensitivity.max() == pytest.approx(0.77, abs=0.04)


def test_every_profile_that_tells_how_it_spreads_makes_tables() -> None:
    for name in ("covid-ancestral", "measles", "ebola", "sars"):
        tables = natural_of(load_disease(name), reproduction=2.0)
        assert tables.reproduction == 2.0
        assert (np.diff(tables.generation_h) >= 0).all()
    with pytest.raises(NoSpread):
        natural_of(load_disease("mers"), reproduction=2.0)


def test_the_ninth_edition_keeps_contacts_seven_days_and_the_eighth_fourteen() -> None:
    """Stages, test days, clean days and rounds are those that duties are made of."""
    ninth, eighth = controls("cn-covid-9"), controls("cn-covid-8")
    assert ninth.keeping[CLOSE] == Keeping(True, 7, 1, (1, 2, 3, 5, 7, 10))
    assert ninth.keeping[SECONDARY] == Keeping(False, 7, 1, (1, 4, 7))
    assert ninth.keeping[ARRIVED] is not None
    assert eighth.keeping[CLOSE] is not None
    assert eighth.keeping[CLOSE].n_days == 14
    assert ninth.window_days == 2
    assert (ninth.high.clean_days, ninth.high.is_entered, ninth.high.has_closing_round) == (7, True, True)
    assert (ninth.medium.clean_days, ninth.medium.has_closing_round) == (3, False)
    assert (ninth.rounds.every_days, ninth.rounds.clean_rounds) == (1, 3)


def test_what_an_edition_does_not_ask_for_is_not_done() -> None:
    abroad = controls("who-covid-2020")
    assert abroad.high == NO_AREA
    assert abroad.rounds == NO_ROUNDS
    assert controls("cn-covid-20-measures").keeping[SECONDARY] is None


def test_rates_add_up_to_the_reproduction_number() -> None:
    world, levers = small_world(), Levers()
    rates = rates_of(world, natural(), levers)
    home = rates.household * (world.home_size - 1)
    group = np.where(world.group_size > 1, rates.group, 0.0)
    shares = np.bincount(world.age, minlength=8) / world.n
    beyond = (rates.community[:, None] * rates.accept * shares).sum(axis=1)[world.age]
    silent = 1 - natural().asymptomatic * (1 - levers.asymptomatic_factor)
    total = (home + group + beyond) * silent
    assert total.mean() == pytest.approx(natural().reproduction)
    assert (home * silent).mean() == pytest.approx(levers.household_share * natural().reproduction)
    twice = rates_of(world, replace(natural(), reproduction=2 * natural().reproduction), levers)
    assert np.allclose(twice.community, 2 * rates.community)
