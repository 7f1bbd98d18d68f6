"""The model, slow and plain: hour by hour over arrays of all persons.

Hours count from a local midnight. In every hour the steps below happen in this order, each for everybody at once; what
a step does to one person does not hang on the order of persons, but for queues, which are served by the hour of
joining and then by number. The methods are those of `docs/explanation/simulation.md`.
"""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate import chance
from lastcase.core.simulate.chance import Flags, Floats, Ints, Stream
from lastcase.core.simulate.controls import ARRIVED, CLOSE, SECONDARY, Area, Keeping
from lastcase.core.simulate.levers import UNLIMITED
from lastcase.core.simulate.natural import DAY_H, DAYS_POSITIVE, N_CLASSES, N_QUANTILES
from lastcase.core.simulate.outcome import COLUMNS, NUMBER, Outcome
from lastcase.core.simulate.scenario import Scenario
from lastcase.core.simulate.world import COMMUNITY, GROUP, HOUSEHOLD, N_LAYERS

NEVER = 1 << 40
FREE, AT_HOME, CENTRAL, IN_BED, AWAY, DEAD = range(6)
"""Where somebody is: at liberty, bound to the home, in central quarantine, isolated, gone elsewhere, dead."""
OPEN, MEDIUM, HIGH = range(3)
"""Level of a cell."""
ROUND_HOUR, TEST_HOUR, ARRIVAL_HOUR = 8, 9, 12
SEVERE_AFTER_H, DIES_AFTER_H = 4 * DAY_H, 12 * DAY_H
"""From onset (assumed)."""


def simulate(scenario: Scenario, seed: int) -> Outcome:
    """One replicate."""
    return Reference(scenario, seed).run()


class Reference:
    """The state of one replicate and the steps of an hour."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.given, self.seed = scenario, seed
        self.world, self.levers, self.controls = scenario.world, scenario.levers, scenario.controls
        n, n_cells = self.world.n, self.world.n_cells
        n_counties = int(self.world.cell_county.max()) + 1
        self.cell = self.world.cell
        self.day_rows = np.zeros((scenario.n_days, len(COLUMNS)), np.int64)

        def hours() -> Ints:
            return np.full(n, NEVER, np.int64)

        self.infected_at, self.onset_at, self.care_at = hours(), hours(), hours()
        self.severe_at, self.dies_at, self.leaves_at = hours(), hours(), hours()
        self.sampled_at, self.result_at, self.found_at = hours(), hours(), hours()
        self.bound_at, self.left_home_at, self.isolated_until = hours(), hours(), hours()
        self.room_since, self.bed_since = hours(), hours()
        self.source, self.layer = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
        self.place = np.zeros(n, np.int64)
        self.is_interviewed = np.zeros(n, bool)
        self.kind, self.kept_until = np.zeros(n, np.int64), hours()
        self.first_day, self.test_kind = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.entered = np.zeros(0, np.int64)
        self.level = np.zeros(n_cells, np.int64)
        self.level_at, self.cell_case_at = np.full(n_cells, -1, np.int64), np.full(n_cells, -1, np.int64)
        self.closes_at, self.checked_at = np.full(n_cells, NEVER, np.int64), np.full(n_cells, -1, np.int64)
        self.round_day = np.full(n_cells, -1, np.int64)
        self.next_round, self.round_from = np.full(n_counties, -1, np.int64), np.full(n_counties, NEVER, np.int64)
        self.n_clean, self.n_further = np.zeros(n_counties, np.int64), np.zeros(n_counties, np.int64)
        self.county_case_at = np.full(n_counties, -1, np.int64)
        self.alerted_at = NEVER
        self.backlog = self.rides = self.talks = 0.0
        self.tries = np.zeros((4, 0), np.int64)
        """Potential transmissions to come: source, layer, number, hour."""
        self.met = np.zeros((5, 0), np.int64)
        """Meetings that could have infected: source, layer, number, hour, who was met."""
        self.orders = np.zeros((4, 0), np.int64)
        """Quarantines to come: hour, person, kind, hour of the last exposure."""

    def run(self) -> Outcome:
        """All hours of all days."""
        for hour in range(self.given.n_days * DAY_H):
            if hour % DAY_H == 0:
                self._regrade(hour)
                self._plan_rounds(hour)
            self._close_areas(hour)
            self._leave(hour)
            self._find(hour)
            self._interview(hour)
            self._quarantine(hour)
            self._take_away(hour)
            self._fall_ill(hour)
            self._sample(hour)
            self._transmit(hour)
            self._bring_in(hour)
            self._read_tubes()
            if hour % DAY_H == DAY_H - 1:
                self._count(hour // DAY_H)
        return self._outcome()

    # -- chance

    def _units(self, person: Ints, stream: int, index: Ints | int = 0) -> Floats:
        return chance.units(self.seed, person, stream, index)

    def _below(self, limit: Ints | int, person: Ints, stream: int, index: Ints | int = 0) -> Ints:
        return chance.below(self.seed, limit, person, stream, index)

    def _poisson(self, mean: Floats, person: Ints, stream: int, index: Ints | int = 0) -> Ints:
        """Numbers by multiplying units until they fall below exp(-mean); the index counts 4096 draws a number."""
        count, left = np.zeros(len(person), np.int64), np.arange(len(person))
        limit, product = np.exp(-mean), np.ones(len(person))
        base = np.broadcast_to(np.asarray(index, np.int64), person.shape) * 4096
        while len(left):
            product[left] *= self._units(person[left], stream, base[left] + count[left])
            left = left[product[left] > limit[left]]
            count[left] += 1
        return count

    # -- areas and rounds

    def _regrade(self, hour: int) -> None:
        """Areas whose clean days are over go down a level, after a last round whose results are all there."""
        for level, area, after in ((MEDIUM, self.controls.medium, OPEN), (HIGH, self.controls.high, MEDIUM)):
            since = np.maximum(self.level_at, self.cell_case_at)
            is_due = (self.level == level) & (hour // DAY_H - since // DAY_H - 1 >= area.clean_days)
            if area.has_closing_round:
                is_due &= (self.checked_at > since) & (self.checked_at <= hour)
            self.level[is_due], self.level_at[is_due] = after, hour
        if self.controls.medium.clean_days == 0:
            self.level[self.level == MEDIUM] = OPEN

    def _close_areas(self, hour: int) -> None:
        closing = (self.closes_at == hour) & (self.level != HIGH)
        self.level[closing], self.level_at[closing] = HIGH, hour
        self.closes_at[self.closes_at == hour] = NEVER

    def _plan_rounds(self, hour: int) -> None:
        """Of each county's round that is over, whether it was clean; then those that begin today."""
        rounds, day = self.controls.rounds, hour // DAY_H
        over = self.round_from < hour
        over &= np.array([not (self.round_day[self.world.cell_county == c] >= day).any() for c in range(len(over))])
        was_clean = over & (self.county_case_at < self.round_from)
        self.n_clean[was_clean] += 1
        self.next_round[over] = day + rounds.every_days - 1
        ends = was_clean & (self.n_clean >= rounds.clean_rounds)
        self.next_round[ends & (self.n_further > 0)] = day + rounds.gap_days
        self.next_round[ends & (self.n_further == 0)] = -1
        self.n_further[ends] -= 1
        self.round_from[over] = NEVER
        for county in np.flatnonzero(self.next_round == day):
            cells = np.flatnonzero(self.world.cell_county == county)
            persons = np.diff(self.world.cell_start)[cells]
            reached = np.cumsum(persons) - persons
            self.round_day[cells] = day + reached // max(1, min(self.levers.laboratory, UNLIMITED) * self.levers.pool)
            self.round_from[county], self.next_round[county] = hour, -2

    # -- persons

    def _leave(self, hour: int) -> None:
        """Deaths, departures, ends of isolation and quarantine."""
        dies = (self.dies_at == hour) & (self.place != AWAY)
        self._add(hour, "deaths", dies)
        self._to(dies, DEAD)
        goes = (self.leaves_at == hour) & self._goes_out(np.arange(self.world.n), hour) & (self.found_at == NEVER)
        self._add(hour, "exported", goes)
        self._to(goes, AWAY)
        out = (self.isolated_until == hour) | (self.kept_until == hour) & (self.kind > 0)
        out &= self.place < AWAY
        self._to(out, FREE)
        self.kind[out] = 0
        self.bound_at[out] = NEVER

    def _to(self, who: Flags | Ints, place: int) -> None:
        self.place[who] = place
        self.room_since[who] = self.bed_since[who] = NEVER

    def _bind(self, who: Ints, hour: int) -> None:
        """Those at liberty stay at home from now on."""
        free = who[self.place[who] == FREE]
        self.place[free], self.bound_at[free] = AT_HOME, hour

    def _find(self, hour: int) -> None:
        """Results that come now: cases to be isolated; those not in quarantine close areas and begin rounds."""
        found = np.flatnonzero((self.result_at == hour) & (self.found_at == NEVER) & (self.place != DEAD))
        found = found[self.place[found] != AWAY]
        if not len(found):
            return
        is_managed = self.kind[found] > 0
        self.found_at[found] = hour
        self.alerted_at = min(self.alerted_at, hour)
        self.day_rows[hour // DAY_H, NUMBER["detected_managed"]] += is_managed.sum()
        self.day_rows[hour // DAY_H, NUMBER["detected_community"]] += (~is_managed).sum()
        self._bind(found, hour)
        self.kind[found], self.test_kind[found] = 0, 0
        self.room_since[found], self.bed_since[found] = NEVER, hour
        least = hour + max(1, self.controls.isolation_days) * DAY_H
        shed = self.given.natural.shedding_h[self._below(N_QUANTILES, found, Stream.SHEDDING)]
        clear = self.infected_at[found] + shed + self.controls.release_gap_h
        self.isolated_until[found] = np.maximum(least, clear)
        cells = self.cell[found[~is_managed]]
        self.cell_case_at[cells] = hour
        self.county_case_at[self.world.cell_county[cells]] = hour
        if self.controls.high.is_entered:
            self.closes_at[cells] = np.minimum(self.closes_at[cells], hour + self.levers.designate_h)
        rounds = self.controls.rounds
        if self.levers.screens and rounds.every_days:
            counties = np.unique(self.world.cell_county[cells])
            idle = counties[(self.next_round[counties] == -1)]
            self.next_round[idle] = hour // DAY_H + max(1, rounds.first_after_days)
            resting = counties[(self.next_round[counties] > hour // DAY_H) & (self.n_clean[counties] > 0)]
            self.next_round[resting] = np.minimum(self.next_round[resting], hour // DAY_H + rounds.every_days)
            self.n_clean[counties], self.n_further[counties] = 0, rounds.further_rounds

    def _interview(self, hour: int) -> None:
        """The queue of cases to be interviewed, as far as there are interviewers; a day's credit at the most waits."""
        per_hour = self.levers.interviewers / DAY_H
        self.talks = min(self.talks + per_hour, max(float(self.levers.interviewers), 1.0))
        after = self.controls.interview_h if self.levers.interview_h is None else self.levers.interview_h
        queue = np.flatnonzero((self.found_at + after <= hour) & ~self.is_interviewed)
        queue = queue[np.lexsort((queue, self.found_at[queue]))][: int(self.talks)]
        self.talks -= len(queue)
        self.is_interviewed[queue] = True
        self.day_rows[hour // DAY_H, NUMBER["interviews"]] += len(queue)
        for case in queue:
            self._trace(int(case), hour)

    def _trace(self, case: int, hour: int) -> None:
        """Whom a case names, and when each will be in quarantine."""
        days = self.controls.window_days if self.levers.window_days is None else self.levers.window_days
        anchor = min(int(self.onset_at[case]), int(self.sampled_at[case]))
        opens = (anchor // DAY_H - days) * DAY_H
        closes = min(hour, int(self.bound_at[case]))
        home = self.world.home[case]
        rows = [
            (np.array([other]), np.array([min(hour, int(self.left_home_at[case]))]))
            for other in range(self.world.home_start[home], self.world.home_start[home + 1])
        ]
        if closes > opens:
            rows += self._named_beyond_home(case, opens, closes)
        person = np.concatenate([who for who, _ in rows])
        exposed = np.concatenate([when for _, when in rows])
        keep = (person != case) & (self.found_at[person] == NEVER)
        person, exposed = person[keep], exposed[keep]
        order = np.lexsort((-exposed, person))
        person, first = np.unique(person[order], return_index=True)
        exposed = exposed[order][first]
        reached = self._units(np.full(len(person), case), Stream.REACHED, person) >= self.levers.unreached
        wait = self.given.reach_h[self._below(N_QUANTILES, np.full(len(person), case), Stream.REACH_DELAY, person)]
        rows_of = np.stack([hour + wait, person, np.full(len(person), CLOSE), exposed])
        self.orders = np.concatenate([self.orders, rows_of[:, reached]], axis=1)

    def _named_beyond_home(self, case: int, opens: int, closes: int) -> list[tuple[Ints, Ints]]:
        source, layer, number, at, other = self.met
        recall = np.array([0.0, self.levers.recall_group, self.levers.recall_community])
        mine = np.flatnonzero((source == case) & (layer != HOUSEHOLD) & (at >= opens) & (at < closes))
        who = np.full(len(mine), case)
        told = self._units(who, Stream.RECALLS, layer[mine] * (1 << 32) + number[mine]) < recall[layer[mine]]
        rows = [(other[mine[told]], at[mine[told]])]
        group = self.world.group[case]
        if group >= 0:
            mates = self.world.members[self.world.group_start[group] : self.world.group_start[group + 1]]
            named = self._units(np.full(len(mates), case), Stream.NAMED + GROUP, mates) < self.levers.recall_group
            rows.append((mates[named], np.full(int(named.sum()), closes - 1)))
        one = np.array([case])
        mean = self.given.rates.met[self.world.age[one]] * (closes - opens) / DAY_H * self.levers.recall_community
        n = int(self._poisson(mean, one, Stream.NAMED_COUNT)[0])
        who, number = np.full(n, case), np.arange(n)
        drawn, chance_of = self._drawn(who, Stream.NAMED + COMMUNITY, number)
        is_real = self._units(who, Stream.NAMED + COMMUNITY + 1, number) < chance_of
        when = opens + self._below(closes - opens, who, Stream.NAMED + COMMUNITY + 2, number)
        rows.append((drawn[is_real], when[is_real]))
        return rows

    def _drawn(self, who: Ints, stream: int, number: Ints) -> tuple[Ints, Floats]:
        """Somebody of the own cell, the own town or the city, and the chance that the ages meet."""
        world, levers = self.world, self.levers
        cell = self.cell[who]
        where = self._units(who, stream, 2 * number)
        is_local = where < levers.local_share
        in_town = where < levers.local_share + levers.town_share
        town = world.cell_town[cell]
        low = np.where(is_local, world.cell_start[cell], np.where(in_town, world.town_start[town], 0))
        high = np.where(is_local, world.cell_start[cell + 1], np.where(in_town, world.town_start[town + 1], world.n))
        other = low + self._below(high - low, who, stream, 2 * number + 1)
        return other, self.given.rates.accept[world.age[who], world.age[other]]

    def _quarantine(self, hour: int) -> None:
        """Orders that reach people now: contacts first, then whoever lives with those newly bound."""
        due = self.orders[0] == hour
        _, person, _, exposed = self.orders[:, due]
        self.orders = self.orders[:, ~due]
        fresh = self._order(person, exposed, CLOSE, hour)
        if len(fresh) and self.controls.keeping[SECONDARY] is not None:
            homes = np.unique(self.world.home[fresh])
            near = np.concatenate(
                [np.arange(self.world.home_start[home], self.world.home_start[home + 1]) for home in homes]
            )
            near = near[self.kind[near] != CLOSE]
            self._order(near, np.full(len(near), hour), SECONDARY, hour)

    def _order(self, person: Ints, exposed: Ints, kind: int, hour: int) -> Ints:
        """Bind these persons; whoever was not bound as such before."""
        keeping = self.controls.keeping[kind]
        if keeping is None or not len(person):
            return np.zeros(0, np.int64)
        order = np.lexsort((-exposed, person))
        person, first = np.unique(person[order], return_index=True)
        exposed = exposed[order][first]
        day_1 = exposed // DAY_H + keeping.shift
        until = (day_1 + keeping.n_days) * DAY_H
        can = (self.found_at[person] == NEVER) & (self.place[person] < IN_BED) & (until > hour)
        weaker = (self.kind[person] == 0) | (kind == CLOSE) & (self.kind[person] == SECONDARY)
        longer = (self.kind[person] == kind) & (until > self.kept_until[person])
        takes = can & (weaker | longer)
        who = person[takes]
        self.first_day[who], self.kept_until[who] = day_1[takes], until[takes]
        self.kind[who] = self.test_kind[who] = kind
        self._bind(who, hour)
        if keeping.is_central:
            waiting = who[(self.place[who] != CENTRAL) & (self.room_since[who] == NEVER)]
            self.room_since[waiting] = hour
        return person[can & weaker]

    def _take_away(self, hour: int) -> None:
        """To beds, then to rooms, as far as there are free ones and vehicles; who waited longest goes first."""
        self.rides = min(self.rides + self.levers.vehicles / DAY_H, max(float(self.levers.vehicles), 1.0))
        for since, place, n_places in (
            (self.bed_since, IN_BED, self.levers.beds),
            (self.room_since, CENTRAL, self.levers.rooms),
        ):
            queue = np.flatnonzero(since <= hour)
            n_free = max(0, n_places - int((self.place == place).sum()))
            queue = queue[np.lexsort((queue, since[queue]))][: min(n_free, int(self.rides))]
            self.rides -= len(queue)
            self.left_home_at[queue] = np.minimum(self.left_home_at[queue], hour)
            self.place[queue] = place
            since[queue] = NEVER
            if place == CENTRAL:
                self.entered = np.concatenate([self.entered, queue])

    # -- illness and tests

    def _fall_ill(self, hour: int) -> None:
        """Onsets: who will seek care, and when."""
        ill = np.flatnonzero(self.onset_at == hour)
        share = self.levers.care_share if hour < self.alerted_at else self.levers.care_share_alerted
        seeks = ill[self._units(ill, Stream.SEEKS_CARE) < share]
        wait = self.given.care_delay_h[self._below(N_QUANTILES, seeks, Stream.CARE_DELAY)]
        self.care_at[seeks] = np.minimum(self.care_at[seeks], hour + wait)
        self._add(hour, "severe", self.severe_at == hour)

    def _sample(self, hour: int) -> None:
        waits = self._laboratory_h()
        here = (self.found_at == NEVER) & (self.place < IN_BED)
        day, of_day = divmod(hour, DAY_H)
        single = here & (self.care_at == hour)
        if of_day == TEST_HOUR:
            for kind, keeping in self.controls.keeping.items():
                if keeping is not None:
                    single |= here & (self.test_kind == kind) & self._is_test_day(day, keeping)
            single |= here & (self.kind > 0) & (self.onset_at <= hour) & (self.onset_at > hour - DAY_H)
        self._add(hour, "singles", single)
        self._test(np.flatnonzero(single & (self.infected_at < hour)), hour, waits, np.ones(1))
        self.backlog += int(single.sum())
        if of_day == ROUND_HOUR:
            self._round(hour, waits)

    def _is_test_day(self, day: int, keeping: Keeping) -> Flags:
        number: Flags = np.isin(day - self.first_day + 1, keeping.test_days)
        return number

    def _laboratory_h(self) -> int:
        """Hours that a sample taken now waits before it is read."""
        per_hour = self.levers.laboratory / DAY_H
        return int(np.ceil(self.backlog / per_hour)) if self.backlog > 0 else 0

    def _test(self, who: Ints, hour: int, waits: int, dilution: Floats) -> None:
        """Samples of infected persons: those that find it have a result to come."""
        since = np.minimum((hour - self.infected_at[who]) // DAY_H, DAYS_POSITIVE)
        positive = self._units(who, Stream.TEST, hour) < self.given.natural.sensitivity[since] * dilution
        found = who[positive]
        result = hour + self.levers.result_h + waits
        sooner = found[result < self.result_at[found]]
        self.sampled_at[sooner], self.result_at[sooner] = hour, result

    def _round(self, hour: int, waits: int) -> None:
        """Everybody at home in the cells whose turn it is, in tubes; members of one home share a tube."""
        day = hour // DAY_H
        cells = np.zeros(self.world.n_cells, bool)
        cells |= self.round_day == day
        for level, area in ((HIGH, self.controls.high), (MEDIUM, self.controls.medium)):
            mine = self.level == level
            cells |= mine & self._is_rhythm_day(day, area)
            last = mine & (day - np.maximum(self.level_at, self.cell_case_at) // DAY_H >= area.clean_days)
            if area.has_closing_round:
                cells |= last
                self.checked_at[last] = hour + self.levers.result_h + waits
        asked = cells[self.cell] & (self.place < CENTRAL)
        n_sampled = int(np.floor(asked.sum() * self.levers.attendance))
        n_tubes = -(-n_sampled // self.levers.pool)
        self.day_rows[day, NUMBER["sampled"]] += n_sampled
        self.day_rows[day, NUMBER["tubes"]] += n_tubes
        self.backlog += n_tubes
        sick = np.flatnonzero(asked & (self.infected_at < hour) & (self.found_at == NEVER))
        comes = sick[self._units(sick, Stream.TAKES_PART, day) < self.levers.attendance]
        together = np.minimum(np.bincount(self.world.home[comes])[self.world.home[comes]], self.levers.pool) if len(comes) else comes
        self._test(comes, hour, waits, (together / self.levers.pool) ** self.levers.dilution)

    def _is_rhythm_day(self, day: int, area: Area) -> Flags:
        since = day - self.level_at // DAY_H
        if not area.every_days:
            return np.zeros(self.world.n_cells, bool)
        rhythm: Flags = (since < area.first_days) | ((since - area.first_days) % area.every_days == 0)
        return rhythm

    def _read_tubes(self) -> None:
        self.backlog = max(0.0, self.backlog - self.levers.laboratory / DAY_H)

    # -- transmission

    def _goes_out(self, who: Ints, hour: int) -> Flags:
        """Who meets others beyond the home today."""
        place = self.place[who]
        is_closed = self.level[self.cell[who]] == HIGH
        leak = np.where(place == AT_HOME, self.levers.leak_home, np.where(is_closed, self.levers.leak_closed, 1.0))
        return (place <= AT_HOME) & (self._units(who, Stream.LEAKS, hour // DAY_H) < leak)

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
        chance_of = np.where(is_facility, self.levers.facility, chance_of * np.where(is_open, 1.0, self.levers.measures))
        drawn = self._units(source, Stream.TAKES, layer * (1 << 32) + number)
        meets &= drawn < chance_of
        factors = np.array(self.levers.vaccine_factor)
        susceptible = factors[np.minimum(self.world.doses[target], len(factors) - 1)]
        infects = meets & (drawn < chance_of * susceptible) & (self.infected_at[target] == NEVER)
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
            world.group_start[group] + self._below(np.maximum(size, 1), source[at], Stream.TARGET + GROUP, number[at])
        ]
        at = np.flatnonzero(layer == COMMUNITY)
        target[at], chance_of[at] = self._drawn(source[at], Stream.TARGET + COMMUNITY, number[at])
        inside = at[self.place[source[at]] == CENTRAL]
        if len(self.entered):
            which = self._below(len(self.entered), source[inside], Stream.TARGET + N_LAYERS, number[inside])
            target[inside] = self.entered[which]
        return target, chance_of

    def _infect(self, who: Ints, source: Ints, layer: Ints, hour: int) -> None:
        """New infections: their course, and the transmissions that may come of them."""
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
        self._travel(who, hour)
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

    def _bring_in(self, hour: int) -> None:
        """Seeds, and infected arrivals, whom the edition may keep apart from then on."""
        given = self.given
        seeds = given.seeds[given.seeded_h == hour]
        seeds = np.unique(seeds[self.infected_at[seeds] == NEVER])
        self._infect(seeds, np.full(len(seeds), -1), np.full(len(seeds), -1), hour)
        if hour % DAY_H != ARRIVAL_HOUR or self.levers.arrivals <= 0:
            return
        day = hour // DAY_H
        nobody = np.array([-1])
        n = int(self._poisson(np.array([self.levers.arrivals]), nobody, Stream.ARRIVAL, day)[0])
        who = self._below(self.world.n, np.full(n, -2), Stream.ARRIVAL, day * 4096 + np.arange(n))
        who = np.unique(who[(self.infected_at[who] == NEVER) & (self.place[who] == FREE)])
        self._infect(who, np.full(len(who), -1), np.full(len(who), -1), hour)
        self.day_rows[day, NUMBER["imported"]] += len(who)
        self._order(who, np.full(len(who), hour), ARRIVED, hour)

    # -- counts

    def _add(self, hour: int, name: str, who: Flags) -> None:
        self.day_rows[hour // DAY_H, NUMBER[name]] += int(who.sum())

    def _count(self, day: int) -> None:
        closed = self.level == HIGH
        standing = {
            "in_central": (self.place == CENTRAL).sum(),
            "in_home": ((self.place == AT_HOME) & (self.kind > 0)).sum(),
            "in_beds": (self.place == IN_BED).sum(),
            "waiting_room": (self.room_since < NEVER).sum(),
            "waiting_bed": (self.bed_since < NEVER).sum(),
            "waiting_interview": ((self.found_at < NEVER) & ~self.is_interviewed).sum(),
            "high_cells": closed.sum(),
            "medium_cells": (self.level == MEDIUM).sum(),
            "closed_persons": np.diff(self.world.cell_start)[closed].sum(),
        }
        for name, n in standing.items():
            self.day_rows[day, NUMBER[name]] = int(n)

    def _outcome(self) -> Outcome:
        who = np.flatnonzero(self.infected_at < NEVER)
        who = who[np.lexsort((who, self.infected_at[who]))]
        found = np.where(self.found_at[who] < NEVER, self.found_at[who], -1)
        return Outcome(self.day_rows, who, self.infected_at[who], self.source[who], self.layer[who], found)
