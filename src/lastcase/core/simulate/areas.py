"""Of the reference model: levels of areas, and rounds of counties."""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate.levers import UNLIMITED
from lastcase.core.simulate.natural import DAY_H
from lastcase.core.simulate.state import HIGH, MEDIUM, NEVER, OPEN, State


class Areas(State):
    """Cells that close and open again."""

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
        over &= np.array(
            [not (self.round_day[self.world.cell_county == c] >= day).any() for c in range(len(over))]
        )
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
            self.round_day[cells] = day + reached // max(
                1, min(self.levers.laboratory, UNLIMITED) * self.levers.pool
            )
            self.round_from[county], self.next_round[county] = hour, -2
