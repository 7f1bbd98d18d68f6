"""Who is who in a lake: the dictionary of its numbers, kept outside the lake, and the key of its pseudonyms.

The lake holds numbers drawn by lot. The dictionary says which person each stands for; a pseudonym is what a search
shows of a person who is not unmasked, the same for one person as long as the key is. Re-keying draws all numbers and
the key anew, so that what was taken from the lake before says nothing of it after.
"""

from __future__ import annotations

import hmac
import secrets
import shutil
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.engines.lake.durable import sync_folder, write_durably
from lastcase.engines.lake.errors import LakeError, TooManyPersons
from lastcase.engines.lake.words import N_IDS

KEY, PERSONS = "key", "persons.parquet"
_NOBODY = 2**32 - 1
KEY_BYTES, PSEUDONYM_BYTES = 32, 16
"""128 bits, so that no two persons of a nation share a pseudonym."""


class DictionaryMissing(LakeError):
    """There is no dictionary for the numbers of the lake."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds no dictionary: without it nobody knows whom the lake's numbers stand for. Restore "
            "the folder from a backup taken with the lake's, or create the lake anew from its sources."
        )


@dataclass
class Dictionary:
    """Persons by number, in a folder of its own; `numbering` is the lake's that it goes with.

    One process adds to it at a time: the one that holds the lake for writing.
    """

    folder: Path
    numbering: int
    _persons: pl.Series = field(default_factory=lambda: pl.Series("person_id", [], pl.String))
    _finder: _Finder | None = None

    @classmethod
    def create(cls, home: Path, numbering: int = 0) -> Dictionary:
        """An empty dictionary with a key of its own in `home`, readable by its owner only."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = home / f"{numbering:06}"
        if folder.exists():  # left by a re-keying that was cut off before the lake was switched
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        write_durably(folder / KEY, [secrets.token_bytes(KEY_BYTES)])
        sync_folder(folder)
        sync_folder(home)
        return cls(folder, numbering)

    @classmethod
    def open(cls, home: Path, numbering: int) -> Dictionary:
        """The dictionary that goes with this numbering of the lake. Raises DictionaryMissing."""
        folder = home / f"{numbering:06}"
        if not (folder / KEY).exists():
            raise DictionaryMissing(folder)
        if not (folder / PERSONS).exists():
            return cls(folder, numbering)
        return cls(folder, numbering, pl.read_parquet(folder / PERSONS)["person_id"])

    @property
    def n_persons(self) -> int:
        return len(self._persons)

    def numbers(self, persons: pl.Series) -> pl.Series:
        """The number of each person (u32); null for who has none."""
        if self._finder is None:
            self._finder = _Finder(self._persons)
        return self._finder.numbers(persons)

    def number(self, persons: pl.Series) -> pl.Series:
        """The number of each person; who has none is given one by lot. Once it returns they are on disk.

        Raises TooManyPersons.
        """
        fresh = persons.drop_nulls().unique()
        fresh = fresh.filter(~fresh.is_in(self._persons.implode())) if self.n_persons else fresh
        if len(fresh):
            if self.n_persons + len(fresh) > N_IDS:
                raise TooManyPersons(self.n_persons + len(fresh), N_IDS)
            self._add(fresh.rename("person_id")[_lot(len(fresh))])
        return self.numbers(persons)

    def persons(self, numbers: pl.Series) -> pl.Series:
        """The persons behind numbers: unmasking. Whoever calls this answers for it."""
        return self._persons.gather(numbers)

    @property
    def everybody(self) -> pl.Series:
        """All persons, each in the place of the number."""
        return self._persons

    def pseudonyms(self, persons: pl.Series) -> pl.Series:
        """What a search shows of persons: 32 hexadecimal digits, the same for one person under one key."""
        key = (self.folder / KEY).read_bytes()
        unique = persons.drop_nulls().unique()
        digests = (hmac.digest(key, person.encode(), "sha256") for person in unique)
        shown = pl.Series([digest[:PSEUDONYM_BYTES].hex() for digest in digests], dtype=pl.String)
        return persons.replace_strict(unique, shown, default=None, return_dtype=pl.String)

    def redrawn(self) -> tuple[Dictionary, NDArray[np.uint32]]:
        """A dictionary for the next numbering with a new key, and the new number of every old one."""
        following = Dictionary.create(self.folder.parent, self.numbering + 1)
        order = _lot(self.n_persons)
        following._add(self._persons[order])
        new_number = np.empty(self.n_persons, np.uint32)
        new_number[order] = np.arange(self.n_persons, dtype=np.uint32)
        return following, new_number

    def forget_others(self) -> None:
        """Delete what is left of dictionaries of other numberings."""
        for folder in self.folder.parent.iterdir():
            if folder.is_dir() and folder != self.folder:
                shutil.rmtree(folder)
        sync_folder(self.folder.parent)

    def _add(self, persons: pl.Series) -> None:
        whole = pl.concat([self._persons, persons])
        block = BytesIO()
        pl.DataFrame({"person_id": whole}).write_parquet(block, compression="zstd", compression_level=1)
        write_durably(self.folder / PERSONS, [block.getbuffer()])
        sync_folder(self.folder)
        self._persons, self._finder = whole, None


class _Finder:
    """Numbers of persons by a sorted hash, so that finding a few among a nation takes no reading of all."""

    def __init__(self, persons: pl.Series) -> None:
        hashes = persons.hash().to_numpy()
        self.order = np.argsort(hashes, kind="stable").astype(np.uint32)
        self.hashes, self.persons = hashes[self.order], persons

    def numbers(self, persons: pl.Series) -> pl.Series:
        """The number of each person (u32); null for who is not among them."""
        hashes = persons.hash().to_numpy()
        at = np.searchsorted(self.hashes, hashes)
        found = np.full(len(persons), _NOBODY, np.uint32)
        open_rows = np.flatnonzero(persons.is_not_null().to_numpy())
        while len(open_rows):  # a second round only where two persons share a hash
            there = at[open_rows] < len(self.hashes)
            open_rows = open_rows[there]
            open_rows = open_rows[self.hashes[at[open_rows]] == hashes[open_rows]]
            number = self.order[at[open_rows]]
            same = (self.persons.gather(number) == persons.gather(open_rows)).to_numpy()
            found[open_rows[same]] = number[same]
            open_rows = open_rows[~same]
            at[open_rows] += 1
        numbers = pl.Series("number", found, pl.UInt32)
        return numbers.set(numbers == _NOBODY, None)


def _lot(n: int) -> NDArray[np.int64]:
    """An order drawn by lot, from the system's own source of chance."""
    return np.random.default_rng(secrets.randbits(128)).permutation(n)
