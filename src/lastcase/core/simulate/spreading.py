"""Of the reference model: meetings, and the infections that come of them."""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate.chance import Flags, Floats, Ints, Stream
from lastcase.core.simulate.natural import DAY_H, N_CLASSES, N_QUANTILES
from lastcase.core.simulate.outcome import NUMBER
from lastcase.core.simulate.state import AT_HOME, CENTRAL, DIES_AFTER_H, NEVER, SEVERE_AFTER_H, State
from lastcase.core.simulate.world import COMMUNITY, GROUP, HOUSEHOLD, N_LAYERS


class Spreading(State):
    """How an infection passes on."""

    def _transmit(self, hour: int) -> None:
        """Potential transmissions whose hour has come: a meeting takes place, and infects, or not."""
        due = self.tries[3] == hour
        source, layer, number, _ = self.tries[:, due]
        self.tries = self.tries[:, ~due]
        if not len(source):
            return
        target, chance_of = self._targets(source, layer, number)
        meets = (target >= 0) & (target != source)
        target = np.maximum(target, 0)
        at_home = (self.place[source] <= AT_HOME) & (self.place[target] <= AT_HOME)
        outside = self._goes_out(source, hour) & self._goes_out(target, hour)
        beside = (self.place[source] == CENTRAL) & (self.place[target] == CENTRAL)
        is_facility = (self.place[source] == CENTRAL) & (layer == COMMUNITY)
        meets &= np.where(is_facility, beside, np.where(layer == HOUSEHOLD, at_home, outside))
        is_open = (layer == HOUSEHOLD) | (hour < self.levers.measures_from_h)
        chance_of = chance_of * np.where(is_open, 1.0, self.levers.measures)
        chance_of = np.where(is_facility, self.levers.facility, chance_of)
        drawn = self._units(source, Stream.TAKES, layer * (1 << 32) + number)
        meets &= drawn < chance_of
        factors = np.array(self.levers.vaccine_factor)
        susceptible = factors[np.minimum(self.world.doses[target], len(factors) - 1)]
        infects = meets & (drawn < chance_of * susceptible) & self._is_open(target, hour)
        rows = np.stack([source, layer, number, np.full(len(source), hour), target])
        self.met = np.concatenate([self.met, rows[:, meets & ~is_facility]], axis=1)
        order = np.flatnonzero(infects)
        order = order[np.lexsort((number[order], layer[order], source[order], target[order]))]
        _, first = np.unique(target[order], return_index=True)
        chosen = order[first]
        self._infect(target[chosen], source[chosen], layer[chosen], hour)

    def _targets(self, source: Ints, layer: Ints, number: Ints) -> tuple[Ints, Floats]:
        """Who would be met, and with what chance the meeting counts; -1 for nobody."""
        world = self.world
        target, chance_of = np.full(len(source), -1, np.int64), np.ones(len(source))
        at = np.flatnonzero(layer == HOUSEHOLD)
        home = world.home[source[at]]
        size = world.home_start[home + 1] - world.home_start[home]
        step = 1 + self._below(np.maximum(size - 1, 1), source[at], Stream.TARGET + HOUSEHOLD, number[at])
        own = source[at] - world.home_start[home]
        target[at] = np.where(size > 1, world.home_start[home] + (own + step) % size, -1)
        at = np.flatnonzero(layer == GROUP)
        group = world.group[source[at]]
        size = world.group_start[group + 1] - world.group_start[group]
        target[at] = world.members[
            world.group_start[group]
            + self._below(np.maximum(size, 1), source[at], Stream.TARGET + GROUP, number[at])
        ]
        at = np.flatnonzero(layer == COMMUNITY)
        target[at], chance_of[at] = self._drawn(source[at], Stream.TARGET + COMMUNITY, number[at])
        inside = at[self.place[source[at]] == CENTRAL]
        if len(self.entered):
            which = self._below(len(self.entered), source[inside], Stream.TARGET + N_LAYERS, number[inside])
            target[inside] = self.entered[which]
        return target, chance_of

    def _is_open(self, who: Ints, hour: int) -> Flags:
        """Who can be infected now."""
        is_open: Flags = (self.infected_at[who] == NEVER) & (self.open_from[who] <= hour)
        return is_open

    def _infect(self, who: Ints, source: Ints, layer: Ints, hour: int, found_at: Ints | None = None) -> None:
        """New infections: their course, and the transmissions that may come of them. `found_at`: of those on record."""
        if not len(who):
            return
        natural, levers = self.given.natural, self.levers
        self.infected_at[who], self.source[who], self.layer[who] = hour, source, layer
        self.day_rows[hour // DAY_H, NUMBER["infections"]] += len(who)
        silent = self._units(who, Stream.ASYMPTOMATIC) < natural.asymptomatic
        onset = hour + natural.incubation_h[self._below(N_QUANTILES, who, Stream.INCUBATION)]
        ill, onset = who[~silent], onset[~silent]
        self.onset_at[ill] = onset
        severe = self._units(ill, Stream.SEVERE) < self.given.severe[self.world.age[ill]]
        self.severe_at[ill[severe]] = self.care_at[ill[severe]] = onset[severe] + SEVERE_AFTER_H
        fatal = severe & (self._units(ill, Stream.FATAL) < natural.fatal / max(natural.severe, 1e-12))
        self.dies_at[ill[fatal]] = onset[fatal] + DIES_AFTER_H
        if found_at is None:
            self._travel(who, hour)
        else:
            self.result_at[who], self.sampled_at[who] = found_at, np.maximum(hour, found_at - levers.result_h)
            self.dies_at[who] = np.maximum(self.dies_at[who], found_at + 1)
        strength = natural.infectivity[self._below(N_CLASSES, who, Stream.INFECTIVITY)]
        strength = strength * np.where(silent, levers.asymptomatic_factor, 1.0)
        for layer_of, mean in enumerate(self._means(who)):
            count = self._poisson(strength * mean, who, Stream.COUNT + layer_of)
            giver = np.repeat(who, count)
            number = np.arange(len(giver)) - np.repeat(np.cumsum(count) - count, count)
            wait = natural.generation_h[self._below(N_QUANTILES, giver, Stream.INSTANT + layer_of, number)]
            rows = np.stack([giver, np.full(len(giver), layer_of), number, hour + wait])
            self.tries = np.concatenate([self.tries, rows], axis=1)

    def _means(self, who: Ints) -> list[Floats]:
        """Mean potential transmissions over each layer."""
        rates, world = self.given.rates, self.world
        return [
            rates.household * (world.home_size[who] - 1),
            np.where(world.group_size[who] > 1, rates.group, 0.0),
            rates.community[world.age[who]],
        ]

    def _travel(self, who: Ints, hour: int) -> None:
        """The day on which each would leave for elsewhere, if at liberty: geometric by the rate."""
        rate = self.levers.export_rate
        if rate > 0:
            days = np.floor(np.log1p(-self._units(who, Stream.LEAVES)) / np.log1p(-rate)).astype(np.int64)
            self.leaves_at[who] = hour + (1 + np.minimum(days, 1 << 20)) * DAY_H
