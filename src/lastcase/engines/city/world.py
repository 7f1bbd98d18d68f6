"""A city with its truth: everything that the record is then made of, and the ids under which it appears there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lastcase.core.facts.store import conform
from lastcase.core.protocol.model import Protocol
from lastcase.editions import load_disease, load_edition
from lastcase.engines.city import story
from lastcase.engines.city.geography import Geography, lay_out
from lastcase.engines.city.hashing import Dice, Ints
from lastcase.engines.city.layers import Layers, build_layers
from lastcase.engines.city.population import Population, populate
from lastcase.engines.city.spread import Infections, infect
from lastcase.engines.city.story import FAR, Size, size_of
from lastcase.engines.city.tracing import Named


@dataclass(frozen=True)
class World:
    """Residents, places and infections, with the contacts that the cases named."""

    size: Size
    dice: Dice
    edition: Protocol
    geography: Geography
    population: Population
    layers: Layers
    infections: Infections
    named: Named

    @property
    def outbreak(self) -> str:
        """Name of the outbreak, and the namespace of its persons' ids."""
        return self.size.outbreak

    def person_ids(self, persons: Ints) -> pl.Series:
        """Ids of persons by dense number."""
        return self._ids(f"{self.outbreak}:SYN", persons, 7)

    def list_ids(self, persons: Ints) -> pl.Series:
        """The synthetic list's own ids of persons."""
        return self._ids("SYN", persons, 7)

    def place_ids(self, places: Ints) -> pl.Series:
        """Ids of places by dense number; empty for -1."""
        found = self._ids(f"{self.size.tag}-P", np.maximum(places, 0), 6)
        return pl.select(pl.when(pl.Series(places >= 0)).then(found)).to_series()

    def row_ids(self, kind: str, n: int, first: int = 0) -> pl.Series:
        """`n` ids of rows of a kind of fact."""
        return self._ids(f"{self.size.tag}-{kind}", np.arange(first, first + n), 6)

    def cell_ids(self, cells: Ints) -> pl.Series:
        """Area ids of cells by dense number."""
        return self.geography.cells["area_id"][cells]

    def county(self, persons: Ints) -> Ints:
        """County of residence of persons, as a dense number."""
        return self.geography.cells["county"].to_numpy()[self.population.cell[persons]]

    def place_cell(self, places: Ints) -> Ints:
        """Cell of places by dense number."""
        return self.layers.cell_of(places, self.population.home_cell)

    def cases(self) -> Ints:
        """Indices of infections that were found before the record ends, in order of their finding."""
        found = np.flatnonzero(self.infections.found < story.END_MIN)
        return found[np.argsort(self.infections.found[found], kind="stable")]

    def found_of_person(self) -> Ints:
        """By person: when found to be infected (`FAR`: not)."""
        found = np.full(self.population.n, FAR, np.int64)
        cases = self.cases()
        found[self.infections.person[cases]] = self.infections.found[cases]
        return found

    def _ids(self, prefix: str, numbers: Ints, width: int) -> pl.Series:
        text = pl.Series(numbers).cast(pl.String).str.zfill(width)
        return pl.select(pl.lit(prefix) + text).to_series()


def make_world(size: str | Size, seed: int) -> World:
    """The world of a size (a name of `story.SIZES`) and a seed."""
    wanted = size_of(size)
    dice = Dice(seed)
    geography = lay_out(dice, wanted.persons)
    population = populate(dice, geography)
    layers = build_layers(dice, geography, population)
    infections, named = infect(dice, population, layers, load_disease(story.DISEASE), wanted)
    names = ("case", "person", "place_kind", "place", "named", "last", "apart")
    joined = Named(**{name: np.concatenate([getattr(part, name) for part in named]) for name in names})
    return World(wanted, dice, load_edition(story.EDITION), geography, population, layers, infections, joined)


def rows(name: str, known: Ints, /, **columns: object) -> pl.DataFrame:
    """Rows of a fact table, known from the minutes `known` on; those not known before the end are left out."""
    made = pl.DataFrame(columns).with_columns(known_from=story.instants(known), source=pl.lit(story.MARK))
    kept = made.filter(pl.Series(known < story.END_MIN, dtype=pl.Boolean))
    return conform(kept.with_columns(recorded_at="known_from"), name)


def coded(codes: tuple[str | None, ...], index: Ints) -> pl.Series:
    """Codes by their index."""
    return pl.Series(codes, dtype=pl.String)[index]
