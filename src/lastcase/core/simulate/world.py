"""The city that is simulated, as arrays by dense numbers.

Persons stand household by household and households cell by cell, so that a home, a cell and a town are ranges of
persons; classes and work teams are lists.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lastcase.core.simulate.chance import Floats, Ints

HOUSEHOLD, GROUP, COMMUNITY = range(3)
N_LAYERS = 3
AGE_STEP, N_AGES = 10, 8
"""Ages are told apart by tens of years; the last group is of 70 and older."""


@dataclass(frozen=True)
class World:
    """Who lives where and meets whom.

    Attributes
    ----------
    age : by person, group of age (`AGE_STEP`)
    home : by person, household; `home_start` its first person, one more at the end
    group : by person, class or work team (-1: none); `group_start` and `members` list who is in it
    home_cell : by household, grid cell; `cell_start` first person of each cell, one more at the end
    cell_town, cell_county : by cell; `town_start` first person of each town, one more at the end
    doses : by person, doses of vaccine
    contacts : mean contacts a day outside home, class and work, by age group of who is asked and of whom they meet
    """

    age: Ints
    home: Ints
    home_start: Ints
    group: Ints
    group_start: Ints
    members: Ints
    home_cell: Ints
    cell_start: Ints
    cell_town: Ints
    cell_county: Ints
    town_start: Ints
    doses: Ints
    contacts: Floats

    @property
    def n(self) -> int:
        """Persons."""
        return len(self.age)

    @property
    def n_cells(self) -> int:
        """Grid cells."""
        return len(self.cell_town)

    @property
    def cell(self) -> Ints:
        """By person, grid cell."""
        return self.home_cell[self.home]

    @property
    def home_size(self) -> Ints:
        """By person, how many live in the household."""
        return np.diff(self.home_start)[self.home]

    @property
    def group_size(self) -> Ints:
        """By person, how many are in the class or team; 0 for nobody's."""
        sizes = np.append(np.diff(self.group_start), 0)
        return sizes[self.group]
