"""Of the reference model: onsets, samples and rounds."""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate.chance import Flags, Floats, Ints, Stream
from lastcase.core.simulate.controls import Area, Keeping
from lastcase.core.simulate.natural import DAY_H, DAYS_POSITIVE, N_QUANTILES
from lastcase.core.simulate.outcome import NUMBER
from lastcase.core.simulate.state import CENTRAL, HIGH, IN_BED, MEDIUM, NEVER, ROUND_HOUR, TEST_HOUR, State


class Testing(State):
    """Who is sampled, and what that finds."""

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
        """Samples of infected persons: those that find it have a result to come; what is on record they leave."""
        since = np.minimum((hour - self.infected_at[who]) // DAY_H, DAYS_POSITIVE)
        positive = self._units(who, Stream.TEST, hour) < self.given.natural.sensitivity[since] * dilution
        found = who[positive & ~self.is_known[who]]
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
        _, home, n_of_home = np.unique(self.world.home[comes], return_inverse=True, return_counts=True)
        together = np.minimum(n_of_home[home], self.levers.pool)
        self._test(comes, hour, waits, (together / self.levers.pool) ** self.levers.dilution)

    def _is_rhythm_day(self, day: int, area: Area) -> Flags:
        since = day - self.level_at // DAY_H
        if not area.every_days:
            return np.zeros(self.world.n_cells, bool)
        rhythm: Flags = (since < area.first_days) | ((since - area.first_days) % area.every_days == 0)
        return rhythm

    def _read_tubes(self) -> None:
        self.backlog = max(0.0, self.backlog - self.levers.laboratory / DAY_H)
