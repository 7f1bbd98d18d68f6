"""Of the reference model: who is found, whom cases name, and who is taken to rooms and beds."""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate.chance import Ints, Stream
from lastcase.core.simulate.controls import CATEGORY_OF, CLOSE, SECONDARY
from lastcase.core.simulate.natural import DAY_H, N_QUANTILES
from lastcase.core.simulate.outcome import NUMBER
from lastcase.core.simulate.state import AWAY, CENTRAL, DEAD, IN_BED, NEVER, State
from lastcase.core.simulate.world import COMMUNITY, GROUP, HOUSEHOLD


class Tracing(State):
    """From a result to the quarantine of those met."""

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
        wait = self.given.reach_h[
            self._below(N_QUANTILES, np.full(len(person), case), Stream.REACH_DELAY, person)
        ]
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
            named = (
                self._units(np.full(len(mates), case), Stream.NAMED + GROUP, mates) < self.levers.recall_group
            )
            rows.append((mates[named], np.full(int(named.sum()), closes - 1)))
        one = np.array([case])
        mean = (
            self.given.rates.met[self.world.age[one]]
            * (closes - opens)
            / DAY_H
            * self.levers.recall_community
        )
        n = int(self._poisson(mean, one, Stream.NAMED_COUNT)[0])
        who, number = np.full(n, case), np.arange(n)
        drawn, chance_of = self._drawn(who, Stream.NAMED + COMMUNITY, number)
        is_real = self._units(who, Stream.NAMED + COMMUNITY + 1, number) < chance_of
        when = opens + self._below(closes - opens, who, Stream.NAMED + COMMUNITY + 2, number)
        rows.append((drawn[is_real], when[is_real]))
        return rows

    def _quarantine(self, hour: int) -> None:
        """Orders that reach people now: contacts first, then whoever lives with those newly bound. Until `now_h` what
        is on record takes their place."""
        record = self.given.record
        if record.placed is not None:
            placed = record.placed[record.placed[:, 1] == hour]
            for kind in CATEGORY_OF:
                who = placed[placed[:, 2] == kind, 0]
                self._order(who, np.full(len(who), hour), kind, hour)
        due = self.orders[0] == hour
        _, person, _, exposed = self.orders[:, due]
        self.orders = self.orders[:, ~due]
        if record.placed is not None and hour < record.now_h:
            return
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
        fresh: Ints = person[can & weaker]
        return fresh

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
