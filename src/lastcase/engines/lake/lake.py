"""The visits lake on disk: a folder that one process writes to, and any number read meanwhile.

    lake = Lake.create(folder)
    spot = lake.number_spots(rows.select("place_id", "unit", "setting"))
    quality = lake.quality_classes(rows.select("visit_source", "precision_s"))
    lake.append(visits, n_persons)
    state = lake.snapshot()
    view = make_view(state.segments, state.spots, state.slack_s, state.n_persons)

Truth is Parquet, a segment is built of it; both are files that never change, and the manifest says which of them
count. Whatever is cut off at any instant, by a crash or a loss of power, leaves the lake as it was before or as it
was to be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.engines.lake import changes, verify
from lastcase.engines.lake.changes import Dropped
from lastcase.engines.lake.durable import TEMPORARY, sync_folder
from lastcase.engines.lake.errors import LakeExists
from lastcase.engines.lake.manifest import NAME, Manifest, read_manifest, write_manifest
from lastcase.engines.lake.qualities import extend_qualities
from lastcase.engines.lake.snapshot import Snapshot, read_visits, take_snapshot
from lastcase.engines.lake.spots import extend_spots
from lastcase.engines.lake.verify import Remains, Report
from lastcase.engines.lake.writer import LOCK, OnStep, locked, tell_nobody, writing

WAIT_S = 60.0


@dataclass(frozen=True)
class Lake:
    """A lake in a folder. Whatever changes it waits up to `wait_s` for another writer and then raises LakeBusy."""

    folder: Path
    wait_s: float = WAIT_S

    @classmethod
    def create(cls, folder: Path, wait_s: float = WAIT_S) -> Lake:
        """An empty lake in a new or empty folder, open to its owner only. Raises LakeExists."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_empty(folder)  # before as well: no lock file is left in somebody's folder
        with locked(folder, wait_s):
            _check_empty(folder)
            write_manifest(folder, Manifest())
            sync_folder(folder.parent)
        return cls(folder, wait_s)

    @classmethod
    def open(cls, folder: Path, wait_s: float = WAIT_S) -> Lake:
        """The lake in a folder. Raises NotALake, UnknownFormat, LakeDamaged."""
        read_manifest(folder)
        return cls(folder, wait_s)

    # -- reading

    def manifest(self) -> Manifest:
        """What belongs to the lake now."""
        return read_manifest(self.folder)

    def snapshot(self) -> Snapshot:
        """The state that the lake is in, for a search. Raises LakeDamaged."""
        return take_snapshot(self.folder)

    def read_visits(self, days: Collection[int] | None = None) -> pl.DataFrame:
        """Visits that start on these days of the epoch (null: all), columns `segment.SCHEMA`, in no order to rely
        on. Raises LakeDamaged."""
        return read_visits(self.folder, days)

    # -- numbers, to be had before the visits that carry them are appended

    def number_spots(self, rows: pl.DataFrame) -> pl.Series:
        """The number of each row's spot; new ones, and settings of their places, are registered.

        Columns `spots.NEW`. Raises WrongColumns, TooManySpots.
        """
        with writing(self.folder, self.wait_s) as writer:
            before = writer.read_spots()
            register, numbers = extend_spots(before, rows)
            if register is not before:
                writer.commit(replace(writer.manifest, spots=writer.write_spots(register)))
        return numbers

    def quality_classes(self, rows: pl.DataFrame) -> pl.Series:
        """The number of each row's class of quality; new ones are registered.

        Columns `qualities.COLUMNS`. Raises WrongColumns, TooManyQualities.
        """
        with writing(self.folder, self.wait_s) as writer:
            classes, numbers = extend_qualities(writer.manifest.qualities, rows)
            if classes != writer.manifest.qualities:
                writer.commit(replace(writer.manifest, qualities=classes))
        return numbers

    # -- visits

    def append(self, visits: pl.DataFrame, n_persons: int, on_step: OnStep = tell_nobody) -> None:
        """Add visits (columns `segment.SCHEMA`), all or none; once it returns they outlast a loss of power.

        `n_persons`: how many persons are numbered now. Late visits of an old day are one more segment of it. Raises
        WrongColumns, TooManyPersons, VisitOutOfRange.
        """
        with writing(self.folder, self.wait_s) as writer:
            changes.append(writer, visits, n_persons, on_step)

    def append_days(
        self, days: Iterable[pl.DataFrame], n_persons: int, on_step: OnStep = tell_nobody
    ) -> None:
        """`append` of one frame after the other; each that was taken stays, whatever comes of the next."""
        for visits in days:
            self.append(visits, n_persons, on_step)

    def compact(self, days: Collection[int] | None = None, on_step: OnStep = tell_nobody) -> list[int]:
        """Make one file and one segment of each day (of these, or all) that has several; the days that had."""
        return changes.compact(self.folder, days, self.wait_s, on_step)

    def rekey(self, new_number_of_person: NDArray[np.uint32], on_step: OnStep = tell_nobody) -> None:
        """Give every person another number, a permutation, in one switch; `numbering` then tells that it was done.

        Raises NotAPermutation, and LakeDamaged where a truth file is.
        """
        with writing(self.folder, self.wait_s) as writer:
            changes.rekey(writer, new_number_of_person, on_step)

    # -- retention

    def drop_before(self, day: int) -> Dropped:
        """Delete all visits that start before `day` (of the epoch); it is the start that counts, so a visit that
        reaches into the day goes as well."""
        with writing(self.folder, self.wait_s) as writer:
            return changes.drop_before(writer, day)

    def prove_dropped(self, day: int) -> Remains:
        """What there still is of visits that start before `day`, by reading all that the folder holds."""
        return verify.prove_dropped(self.folder, day)

    # -- proof

    def verify(self, rebuild: bool = False, on_step: OnStep = tell_nobody) -> Report:
        """Hold every file against its checksums, and every segment against one built of its truth anew.

        With `rebuild` segments that are damaged or missing are replaced, and other writers wait. Truth that is
        damaged is named: it can only come from a backup.
        """
        if not rebuild:
            return verify.verify(self.folder, on_step)
        with writing(self.folder, self.wait_s) as writer:
            return verify.mend(writer, on_step)


def _check_empty(folder: Path) -> None:
    """Raise LakeExists for any content but what a creation leaves that was cut off."""
    found = {path.name for path in folder.iterdir()} - {LOCK, NAME + TEMPORARY}
    if found:
        raise LakeExists(folder, min(found))
