"""What a run counts, day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lastcase.core.simulate.chance import Ints

COLUMNS = (
    "infections",
    "detected_community",
    "detected_managed",
    "imported",
    "exported",
    "severe",
    "deaths",
    "in_central",
    "in_home",
    "in_beds",
    "waiting_room",
    "waiting_bed",
    "singles",
    "tubes",
    "sampled",
    "interviews",
    "waiting_interview",
    "high_cells",
    "medium_cells",
    "closed_persons",
)
"""Events of the day (infections, found in the community or among those managed, brought in, carried out, severe
courses, deaths; single tests, tubes of rounds, persons sampled in rounds, interviews), and what stands at its end:
persons in central and home quarantine, in beds, waiting for either or for an interview, areas closed, people in them.
"""
NUMBER = {name: number for number, name in enumerate(COLUMNS)}


@dataclass(frozen=True)
class Outcome:
    """One replicate: `days` has a row a day and `COLUMNS`; by infection, in order of hour and person: who, when, by
    whom (-1: brought in), over which layer, and the hour of its finding (-1: not found)."""

    days: Ints
    person: Ints
    infected_h: Ints
    source: Ints
    layer: Ints
    found_h: Ints

    def frame(self) -> pl.DataFrame:
        """The days as a table with `day` before `COLUMNS`."""
        numbers = pl.Series("day", np.arange(len(self.days)))
        return pl.DataFrame(self.days, schema=list(COLUMNS)).insert_column(0, numbers)
