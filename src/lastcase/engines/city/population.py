"""The residents: households by size, the ages of their members, and the block and cell they live in.

Everything is an array by dense number: persons 0 to n in order of their households, households in order of
their cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lastcase.engines.city.geography import Geography
from lastcase.engines.city.hashing import Dice, Ints
from lastcase.engines.city.names import draw_surnames
from lastcase.engines.city.tables import weighted

SIZE_WEIGHTS = (178, 230, 228, 172, 110, 50, 21, 11)
"""Households of one to eight persons: 3.09 on average, as the census of 2020 found in Beihai."""

CHILD, ADULT, PARTNER, ELDER = range(4)
_ROLES = {
    1: ("A", "A", "E"),
    2: ("AP", "EE", "AC"),
    3: ("APC", "APC", "APE"),
    4: ("APCC", "APCC", "APCE"),
    5: ("APCCE", "APCEE", "APCCC"),
    6: ("APCCEE", "APCCCE", "APCCEE"),
    7: ("APCCCEE", "APCCEEC", "APCCEAP"),
    8: ("APCCCCEE", "APCCEECC", "APCCCEEC"),
}
"""Who lives in a household of a size, in three variants: A and P a couple, C children, E elders."""

_LETTERS = {"C": CHILD, "A": ADULT, "P": PARTNER, "E": ELDER}
MALE_MILLIONTHS = 517_000
BLOCK_HOMES = 24
"""Homes of one block: the unit that a risk area covers."""


@dataclass(frozen=True)
class Population:
    """Residents and homes as arrays. `household`, `age_years`, `is_female`, `surname` by person;
    `home_start` (first person; one more at the end), `home_cell`, `home_block` by household."""

    household: Ints
    age_years: Ints
    is_female: Ints
    surname: Ints
    home_start: Ints
    home_cell: Ints
    home_block: Ints
    n_blocks: int

    @property
    def n(self) -> int:
        """Residents."""
        return len(self.household)

    @property
    def n_homes(self) -> int:
        """Households."""
        return len(self.home_cell)

    @property
    def cell(self) -> Ints:
        """Cell of each person."""
        return self.home_cell[self.household]

    @property
    def block(self) -> Ints:
        """Block of each person."""
        return self.home_block[self.household]

    def members(self, homes: Ints) -> Ints:
        """All residents of these homes, home by home."""
        return expand(self.home_start[homes], self.home_start[homes + 1])


def expand(starts: Ints, ends: Ints) -> Ints:
    """The whole numbers of the half-open ranges, one after another."""
    lengths = ends - starts
    offsets = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    found: Ints = np.repeat(starts, lengths) + offsets
    return found


def populate(dice: Dice, geography: Geography) -> Population:
    """Households and their members for every cell."""
    cell_ends = np.cumsum(geography.population)
    sizes = _household_sizes(dice, int(cell_ends[-1]))
    ends = np.cumsum(sizes)
    starts = ends - sizes
    home_cell = np.searchsorted(cell_ends, starts, side="right").astype(np.int64)
    household = np.repeat(np.arange(len(sizes)), sizes)
    position = np.arange(len(household)) - np.repeat(starts, sizes)
    role = _roles(dice, sizes, household, position)
    is_female = _sexes(dice, household, role)
    block, n_blocks = _blocks(home_cell)
    return Population(
        household=household,
        age_years=_ages(dice, household, position, role),
        is_female=is_female,
        surname=_surnames(dice, household, role),
        home_start=np.append(starts, ends[-1]),
        home_cell=home_cell,
        home_block=block,
        n_blocks=n_blocks,
    )


def _household_sizes(dice: Dice, n_persons: int) -> Ints:
    """Sizes that add up to `n_persons`; the last household is cut to fit."""
    drawn = 1 + dice.pick("household size", weighted(SIZE_WEIGHTS), np.arange(n_persons // 2 + 8))
    ends = np.cumsum(drawn)
    last = int(np.searchsorted(ends, n_persons))
    sizes = drawn[: last + 1].copy()
    sizes[last] -= int(ends[last]) - n_persons
    return sizes


def _role_table() -> Ints:
    table = np.full((9, 3, 8), CHILD, np.int64)
    for size, variants in _ROLES.items():
        for variant, letters in enumerate(variants):
            table[size, variant, : len(letters)] = [_LETTERS[letter] for letter in letters]
    return table


def _roles(dice: Dice, sizes: Ints, household: Ints, position: Ints) -> Ints:
    variant = dice.below("variant", 3, np.arange(len(sizes)))
    return _role_table()[sizes[household], variant[household], position]


def _ages(dice: Dice, household: Ints, position: Ints, role: Ints) -> Ints:
    """Ages that fit together: a couple close in age, children and elders a generation away."""
    n_homes = int(household[-1]) + 1
    base = dice.between("base age", 24, 52, np.arange(n_homes))[household]
    person = np.arange(len(household))
    near = dice.between("age near", -3, 3, person)
    child = dice.below("child age", np.minimum(28, base - 19), person)
    elder = np.maximum(60, np.minimum(96, base + dice.between("elder age", 22, 34, person)))
    return np.select([role == CHILD, role == ADULT, role == PARTNER], [child, base, base + near], elder)


def _sexes(dice: Dice, household: Ints, role: Ints) -> Ints:
    """A couple is of two sexes; anybody else by the share of the census."""
    person = np.arange(len(household))
    own = ~dice.chance("sex", MALE_MILLIONTHS, person)
    first = ~dice.chance("sex of the first", MALE_MILLIONTHS, household)
    return np.select([role == ADULT, role == PARTNER], [first, ~first], own).astype(np.int64)


def _surnames(dice: Dice, household: Ints, role: Ints) -> Ints:
    """A household's surname; a partner brings another."""
    family = draw_surnames(dice, np.arange(int(household[-1]) + 1))[household]
    own = draw_surnames(dice, np.arange(len(household)) + (1 << 40))
    return np.where(role == PARTNER, own, family)


def _blocks(home_cell: Ints) -> tuple[Ints, int]:
    """Blocks of neighbouring homes, none across cells; their numbers and how many there are."""
    index = np.arange(len(home_cell))
    first = np.searchsorted(home_cell, home_cell, side="left")
    is_new = (index - first) % BLOCK_HOMES == 0
    numbers = np.cumsum(is_new) - 1
    return numbers, int(numbers[-1]) + 1
