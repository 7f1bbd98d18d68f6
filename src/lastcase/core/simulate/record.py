"""What is on record when a scenario begins in the midst of an outbreak: who was found, who was put in quarantine."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lastcase.core.simulate.chance import Ints


def _none(width: int) -> Ints:
    return np.zeros((0, width), np.int64)


@dataclass(frozen=True, kw_only=True)
class Record:
    """The record until `now_h`, in hours from the beginning of the scenario.

    Attributes
    ----------
    now_h : the hour it was read
    known : rows (person, hour infected, hour found): infected at the one whatever else happens, and found at the other,
        neither sooner nor later
    placed : rows (person, hour, category as in `controls`): who was put in quarantine; None where that is not on
        record. Where it is, nobody else is put in quarantine as a contact before `now_h`.
    spared : persons who cannot be infected before `now_h`

    Raises ValueError where somebody is known twice, or found in the hour of the infection or before.
    """

    now_h: int = 0
    known: Ints = field(default_factory=lambda: _none(3))
    placed: Ints | None = None
    spared: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        if len(np.unique(self.known[:, 0])) < len(self.known):
            raise ValueError("known twice")
        if (self.known[:, 2] <= self.known[:, 1]).any():
            raise ValueError("found before being infected")

    @property
    def guarded(self) -> Ints:
        """Rows (person, hour before which nobody infects this person; -1: never)."""
        known = np.unique(self.known[:, 0])
        spared = np.setdiff1d(self.spared, known)
        return np.stack(
            [np.append(known, spared), np.repeat([-1, self.now_h], [len(known), len(spared)])], axis=1
        )


NO_RECORD = Record()
