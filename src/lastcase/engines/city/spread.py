"""Who infects whom, and when each infection is found: the truth behind the record.

At an infection all its possible transmissions are drawn, by layer, with their instants; on their day they happen
unless the infector is isolated or kept apart by then, or the target is already infected. Each day first the
cases found that day are isolated and their contacts traced, then the day's transmissions happen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lastcase.core.protocol.model import Disease
from lastcase.engines.city import diaries, story
from lastcase.engines.city.hashing import MILLION, Dice, Flags, Ints
from lastcase.engines.city.layers import Layers
from lastcase.engines.city.population import Population
from lastcase.engines.city.story import FAR, HOUR_MIN, Size, day_start
from lastcase.engines.city.tables import N_QUANTILES, days_to_minutes, gamma_minutes, offspring
from lastcase.engines.city.tracing import Groups, Named, trace

HOUSEHOLD, GROUP, MARKET, BUS, SEEDED = range(5)
LAYER_PERCENT = {HOUSEHOLD: 30, GROUP: 30, MARKET: 25, BUS: 15}
"""How the transmissions of a case divide over the layers, per hundred."""
LAYER_DIARY = {
    HOUSEHOLD: ("home",),
    GROUP: ("work", "school"),
    MARKET: ("leisure", "other"),
    BUS: ("transport",),
}

OPEN_AFTER_CLOSING = 250_000
"""Millionths of transmissions outside the home that still happen once places are closed."""
SEEKS_CARE, SEEKS_CARE_ALERTED = 300_000, 700_000
"""Millionths of those with symptoms who see a doctor, before and after the first case is known."""
TAKES_PART = 930_000
"""Millionths who come to a screening round."""
BY_SYMPTOMS, BY_SCREENING, IN_QUARANTINE = range(3)


@dataclass(frozen=True)
class Infections:
    """One entry an infection, in order of time; instants in minutes of the epoch (`FAR`: never).

    `source`: index of the infector (-1: seeded). `found_by`: how it was found (-1: not).
    """

    person: Ints
    at: Ints
    source: Ints
    layer: Ints
    onset: Ints
    sampled: Ints
    found: Ints
    found_by: Ints

    @property
    def n(self) -> int:
        """Infections, found or not."""
        return len(self.person)


_COLUMNS: tuple[str, ...] = ("person", "at", "source", "layer", "onset", "sampled", "found", "found_by")


@dataclass
class _State:
    """What the days change."""

    quarantined: Ints
    infected: Flags
    columns: dict[str, list[Ints]] = field(default_factory=lambda: {name: [] for name in _COLUMNS})
    waiting: list[Ints] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    n: int = 0

    def column(self, name: str) -> Ints:
        """All entries of a column; one array from then on."""
        parts = self.columns[name]
        joined = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        self.columns[name] = [joined]
        return joined


def infect(
    dice: Dice, population: Population, layers: Layers, disease: Disease, size: Size
) -> tuple[Infections, list[Named]]:
    """The infections of the whole story, and the contacts named of each case found."""
    groups = Groups.of(population, layers)
    state = _State(np.full(population.n, FAR, np.int64), np.zeros(population.n, bool))
    model = _Model(dice, population, layers, groups, disease)
    model.add(state, *_seeds(dice, layers, groups, size))
    for day in range(story.SEED_DAY, story.LAST_DAY + 1):
        model.find(state, day)
        model.transmit(state, day)
    return Infections(**{name: state.column(name) for name in _COLUMNS}), state.named


def _seeds(dice: Dice, layers: Layers, groups: Groups, size: Size) -> tuple[Ints, Ints, Ints, Ints]:
    """The first infections: regular visitors of the first market, within two days."""
    visitors = groups.market_members(np.array([layers.first["market"]]))
    order = np.argsort(dice.bits("seeds", visitors), kind="stable")
    chosen = np.sort(visitors[order[: size.n_seeds]])
    at = day_start(story.SEED_DAY) + dice.below("seeded at", 2 * 1440, chosen)
    return chosen, at, np.full(len(chosen), -1), np.full(len(chosen), SEEDED)


class _Model:
    """The rules of one day, over all infections at once."""

    def __init__(
        self, dice: Dice, population: Population, layers: Layers, groups: Groups, disease: Disease
    ) -> None:
        self.dice, self.population, self.layers, self.groups = dice, population, layers, groups
        self.number = {name: number.value for name, number in disease.numbers.items()}
        self.ages = diaries.age_group(population.age_years)

    def _minutes(self, stream: str, name: str, who: Ints) -> Ints:
        mean = days_to_minutes(self.number[f"{name}.mean_days"])
        quantiles = gamma_minutes(mean, days_to_minutes(self.number[f"{name}.sd_days"]))
        return quantiles[self.dice.below(stream, N_QUANTILES, who)]

    def add(self, state: _State, person: Ints, at: Ints, source: Ints, layer: Ints) -> None:
        """New infections: their onset, how they will be found outside quarantine, whom they may infect."""
        state.infected[person] = True
        never = self.dice.chance("no symptoms", round(self.number["asymptomatic.share"] * MILLION), person)
        onset = np.where(never, FAR, at + self._minutes("incubation", "incubation", person))
        sampled, found, found_by = self._findings(person, at, onset)
        new = (person, at, source, layer, onset, sampled, found, found_by)
        for name, values in zip(_COLUMNS, new, strict=True):
            state.columns[name].append(np.asarray(values, np.int64))
        index = state.n + np.arange(len(person))
        state.n += len(person)
        state.waiting.extend(self._offspring(index, person, at, which) for which in LAYER_PERCENT)

    def _findings(self, person: Ints, at: Ints, onset: Ints) -> tuple[Ints, Ints, Ints]:
        """The first of a visit to a doctor and the screening rounds."""
        visit = np.where(
            onset < FAR, onset + self.dice.between("seeks after", 8 * HOUR_MIN, 50 * HOUR_MIN, person), FAR
        )
        share = np.where(visit < day_start(story.FIRST_DAY + 1), SEEKS_CARE, SEEKS_CARE_ALERTED)
        seen = self.dice.chance("seeks care", share, person) & (visit >= day_start(story.FIRST_DAY))
        sampled = np.where(seen, visit, FAR)
        by = np.where(seen, BY_SYMPTOMS, -1)
        for day in story.ROUND_DAYS:
            swab = day_start(day) + self.dice.between("round swab", 7 * HOUR_MIN, 14 * HOUR_MIN, person, day)
            comes = self.dice.chance("takes part", TAKES_PART, person, day)
            earlier = comes & (swab < sampled) & self.detects(person, at, swab, day)
            sampled, by = np.where(earlier, swab, sampled), np.where(earlier, BY_SCREENING, by)
        delay = self.dice.between("result after", 5 * HOUR_MIN, 16 * HOUR_MIN, person)
        found = np.where(sampled < FAR, sampled + delay, FAR)
        return sampled, found, by

    def detects(self, person: Ints, at: Ints, swab: Ints, day: int) -> Flags:
        """Whether a swab of an infection is positive: past the latent days, at the best sensitivity."""
        ripe = at + days_to_minutes(self.number["latent.mean_days"] - 1)
        share = round(self.number["pcr_sensitivity_hellewell.peak_share"] * MILLION)
        return (swab >= ripe) & self.dice.chance("detects", share, person, day)

    def _offspring(self, index: Ints, person: Ints, at: Ints, layer: int) -> Ints:
        """Possible transmissions over one layer: rows of infector, target, instant, layer."""
        rates = diaries.per_100_days(*LAYER_DIARY[layer])
        base = self.number["reproduction.baseline_measures"] * LAYER_PERCENT[layer] / 100
        spread_k = round(self.number["dispersion.k"] * 1000)
        counts = np.zeros(len(person), np.int64)
        for group, rate in enumerate(rates):
            mean = round(1000 * base * int(rate) * len(rates) / int(rates.sum()))
            rows = np.flatnonzero(self.ages[person] == group)
            drawn = self.dice.pick("offspring", offspring(max(mean, 1), spread_k), person[rows], layer)
            counts[rows] = drawn
        infector = np.repeat(index, counts)
        ordinal = np.arange(len(infector)) - np.repeat(np.cumsum(counts) - counts, counts)
        giver = np.repeat(person, counts)
        number = (self.dice.bits("target", giver, layer, ordinal) >> np.uint64(33)).astype(np.int64)
        target = self.groups.member(layer, giver, number)
        quantiles = gamma_minutes(
            days_to_minutes(self.number["generation.mean_days"]),
            days_to_minutes(self.number["generation.sd_days"]),
        )
        delay = quantiles[self.dice.below("generation", N_QUANTILES, giver, layer, ordinal)]
        rows = np.stack([infector, target, np.repeat(at, counts) + delay, np.full(len(giver), layer)])
        return rows[:, (target >= 0) & (target != giver)]

    def find(self, state: _State, day: int) -> None:
        """Cases whose result comes this day; their contacts are named and kept apart from then on."""
        if not state.n:
            return
        person, at = state.column("person"), state.column("at")
        sampled, found, by = state.column("sampled"), state.column("found"), state.column("found_by")
        swab = day_start(day) + self.dice.between("quarantine swab", 8 * HOUR_MIN, 11 * HOUR_MIN, person, day)
        result = swab + self.dice.between("quarantine result", 5 * HOUR_MIN, 12 * HOUR_MIN, person, day)
        held = (state.quarantined[person] <= swab) & (result < found) & (found >= day_start(day))
        held &= self.detects(person, at, swab, day + 1000)
        sampled[held], found[held], by[held] = swab[held], result[held], IN_QUARANTINE
        today = np.flatnonzero((found >= day_start(day)) & (found < day_start(day + 1)))
        if len(today):
            named = trace(
                self.dice, self.population, self.layers, self.groups, person[today], found[today], today
            )
            state.named.append(named)
            np.minimum.at(state.quarantined, named.person, named.apart)

    def transmit(self, state: _State, day: int) -> None:
        """The transmissions of the day that nothing prevents."""
        rows = np.concatenate(state.waiting, axis=1)
        due = rows[2] < day_start(day + 1)
        state.waiting = [rows[:, ~due]]
        infector, target, at, layer = rows[:, due]
        source = state.column("person")[infector]
        outside = layer != HOUSEHOLD
        open_ = self.dice.chance("still open", OPEN_AFTER_CLOSING, source, target, at)
        happens = ~state.infected[target] & (at < state.column("found")[infector])
        happens &= ~outside | (state.quarantined[source] > at) & (state.quarantined[target] > at)
        happens &= ~outside | (at < day_start(story.CLOSED_FROM_DAY)) | open_
        order = np.flatnonzero(happens)
        order = order[np.lexsort((infector[order], target[order], at[order]))]
        _, first = np.unique(target[order], return_index=True)
        chosen = order[np.sort(first)]
        if len(chosen):
            self.add(state, target[chosen], at[chosen], infector[chosen], layer[chosen])
