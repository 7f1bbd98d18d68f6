"""What simulated days come to: when no case is found any more, who is under restriction, whose contacts are thinned.

`days` are rows of outcomes: axes of replicates, days, `outcome.COLUMNS`.
"""

from __future__ import annotations

import numpy as np

from lastcase.core.simulate.chance import Floats, Ints
from lastcase.core.simulate.levers import Levers
from lastcase.core.simulate.outcome import NUMBER

DAY_H = 24
RESTRICTED = ("in_central", "in_home", "in_beds", "waiting_bed", "closed_persons")
"""Columns of persons who may not go where they like."""


def column(days: Ints, *names: str) -> Ints:
    """The sum of these columns, by replicate and day."""
    found: Ints = days[..., [NUMBER[name] for name in names]].sum(axis=-1)
    return found


def zero_from(days: Ints) -> Ints:
    """By replicate, the first day from which on no case is found in the community; 0 where none ever is."""
    found = column(days, "detected_community") > 0
    later = np.argmax(found[:, ::-1], axis=1)
    return np.where(found.any(axis=1), found.shape[1] - later, 0)


def thinned_of(days: Ints, levers: Levers, n_residents: int, quiet_days: int) -> Floats:
    """By replicate and day, persons whose contacts beyond the home are stopped: where two fifths are left, three
    fifths of all residents. From the hour that the levers say, until `quiet_days` without a case found in the
    community are over.
    """
    day = np.arange(days.shape[1])
    share = (
        np.clip((day + 1) - levers.measures_from_h / DAY_H, 0.0, 1.0) * (1 - levers.measures) * n_residents
    )
    is_over = day >= (zero_from(days) + quiet_days)[:, None]
    return np.where(is_over, 0.0, share)


def restricted_of(days: Ints, thinned: Floats, n_residents: int) -> Floats:
    """By replicate and day, persons under restriction at its end, those with thinned contacts by the part stopped.

    Who is in quarantine and lives in a closed area stands in two columns; more than all residents are never counted.
    """
    return np.minimum(column(days, *RESTRICTED) + thinned, n_residents)
