"""The one process that changes a lake: it holds the lock, adds files, and switches to a new manifest."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypeVar

import polars as pl

from lastcase.engines.lake.durable import TEMPORARY, files_below, sync_folders
from lastcase.engines.lake.errors import LakeBusy, LakeError
from lastcase.engines.lake.manifest import (
    NAME,
    SEGMENTS,
    SPOTS,
    TRUTH,
    Manifest,
    SegmentFile,
    SpotsFile,
    TruthFile,
    name_of,
    read_manifest,
    write_manifest,
)
from lastcase.engines.lake.merge import merge_segments
from lastcase.engines.lake.segment import Segment, build_segment
from lastcase.engines.lake.segment_file import check_segment, write_segment
from lastcase.engines.lake.snapshot import read_register, read_steadily
from lastcase.engines.lake.spots import write_spots
from lastcase.engines.lake.truth_file import read_truth, write_truth

LOCK = "lock"
File = TypeVar("File", TruthFile, SegmentFile)
T = TypeVar("T")
_POLL_S = 0.02


class Step(NamedTuple):
    """One step of long work: what is being done, the day it was done for, how many of how many steps are done."""

    work: str
    day: int
    n_done: int
    n_steps: int


OnStep: TypeAlias = Callable[[Step], None]


class Swept(NamedTuple):
    """Files that were deleted, and their bytes."""

    n_files: int
    n_bytes: int


def tell_nobody(step: Step) -> None:
    """The progress of work that nobody follows."""


@dataclass
class Writer:
    """What holds the lock of a lake. `manifest` is its state; new files count once `commit` has named them."""

    folder: Path
    manifest: Manifest

    def __post_init__(self) -> None:
        self._serial = count()

    def write_day(self, day: int, visits: pl.DataFrame, n_persons: int) -> tuple[TruthFile, SegmentFile]:
        """Visits of one day as a truth file and a segment, made side by side.

        Whoever calls has checked them: columns `segment.SCHEMA`, every start on the day, persons below
        `n_persons` and spots below those of the manifest.
        """
        visits = visits.rechunk()  # arrays of one kind, for which the kernels are compiled once
        with ThreadPoolExecutor(1) as thread:
            writing = thread.submit(self.write_truth, day, visits, n_persons)
            segment = self.write_segment(day, visits, n_persons)
            truth = writing.result()
        return truth, replace(segment, truth=(truth.name,))

    def write_truth(self, day: int, visits: pl.DataFrame, n_persons: int) -> TruthFile:
        """Visits of one day as a truth file."""
        path = self._new(f"{TRUTH}/day={day}", ".parquet")
        n_bytes, checksum = write_truth(path, day, visits.rechunk(), n_persons)
        return TruthFile(name_of(self.folder, path), day, visits.height, n_bytes, checksum)

    def write_segment(self, day: int, visits: pl.DataFrame, n_persons: int) -> SegmentFile:
        """The segment of visits of one day; whoever calls says in which truth files they are."""
        return self._write(build_segment(day, visits.rechunk(), n_persons, self.manifest.n_spots), n_persons)

    def merge_segments(self, day: int) -> SegmentFile:
        """The segments of a day as one, or the only one there is as it stands; whoever calls says what truth files
        it goes with. Raises LakeDamaged."""
        files, n_persons = self.manifest.segments_of(day), self.manifest.n_persons
        if len(files) == 1:
            return files[0]
        parts = self._each(files, check_segment)
        return self._write(merge_segments(parts, n_persons, self.manifest.n_spots), n_persons)

    def _each(self, files: Collection[File], read: Callable[[Path, str, int], T]) -> list[T]:
        """What `read` makes of each file; one that is missing is damage."""
        return read_steadily(
            self.folder, lambda _: [read(self.folder / file.name, file.name, file.checksum) for file in files]
        )

    def _write(self, segment: Segment, n_persons: int) -> SegmentFile:
        path = self._new(SEGMENTS, f"-{segment.day}.segment")
        n_bytes, checksum = write_segment(path, segment)
        name, n_spots = name_of(self.folder, path), self.manifest.n_spots
        return SegmentFile(name, segment.day, segment.n_rows, n_bytes, checksum, n_persons, n_spots, ())

    def write_spots(self, register: pl.DataFrame) -> SpotsFile:
        """The register of spots as a file."""
        path = self._new(SPOTS, ".parquet")
        n_bytes, checksum = write_spots(path, register)
        return SpotsFile(name_of(self.folder, path), register.height, n_bytes, checksum)

    def read_spots(self) -> pl.DataFrame:
        """The register of spots. Raises LakeDamaged."""
        return read_register(self.folder)

    def read_truth(self, files: Collection[TruthFile]) -> pl.DataFrame:
        """The visits in these files. Raises LakeDamaged."""
        return pl.concat(self._each(files, read_truth))

    def commit(self, manifest: Manifest) -> Swept:
        """Switch the lake to `manifest`, as its next generation, and delete what that no longer names."""
        manifest = replace(manifest, generation=self.manifest.generation + 1)
        new = manifest.names() - self.manifest.names()
        parents = {parent for name in new for parent in (self.folder / name).parents}
        sync_folders(parent for parent in parents if parent.is_relative_to(self.folder))
        write_manifest(self.folder, manifest)
        self.manifest = manifest
        return self.sweep()

    def sweep(self) -> Swept:
        """Delete what the manifest does not name: leftovers of writers that were cut off, and files replaced."""
        swept = [self.folder / name for name in find_orphans(self.folder, self.manifest)]
        n_bytes = sum(path.stat().st_size for path in swept)
        for path in swept:
            path.unlink()
        sync_folders(path.parent for path in swept)
        kept = {f"day={day}" for day in self.manifest.days()}
        for folder in (self.folder / TRUTH).glob("day=*"):
            if folder.name not in kept:
                folder.rmdir()
        return Swept(len(swept), n_bytes)

    def _new(self, subfolder: str, ending: str) -> Path:
        """A path that no other file of this lake has or had: of the generation to come, and numbered."""
        folder = self.folder / subfolder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / f"{self.manifest.generation + 1}-{next(self._serial)}{ending}"


@contextmanager
def writing(folder: Path, wait_s: float) -> Iterator[Writer]:
    """Hold the lake's lock, waiting up to `wait_s` for it, and sweep up after a writer that was cut off.

    Readers are not held up. Raises LakeBusy, and what `read_manifest` raises.
    """
    read_manifest(folder)  # no lock file is made where there is no lake
    with locked(folder, wait_s):
        writer = Writer(folder, read_manifest(folder))
        writer.sweep()
        try:
            yield writer
        except Exception:
            with suppress(
                LakeError, OSError
            ):  # by what is on disk: the switch itself may be what failed half-way
                Writer(folder, read_manifest(folder)).sweep()
            raise


@contextmanager
def locked(folder: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock of a folder; it goes with the process that holds it. Raises LakeBusy."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(handle, folder, wait_s)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def find_orphans(folder: Path, manifest: Manifest) -> list[str]:
    """Files of a lake that its manifest does not name, by their paths within the lake."""
    named = manifest.names()
    found = [
        name
        for subfolder in (TRUTH, SEGMENTS, SPOTS)
        for path in files_below(folder / subfolder)
        if (name := name_of(folder, path)) not in named
    ]
    return [*found, NAME + TEMPORARY] if (folder / (NAME + TEMPORARY)).exists() else found


def _lock(handle: int, folder: Path, wait_s: float) -> None:
    until = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                holder = os.pread(handle, 20, 0).decode(errors="replace")
                raise LakeBusy(folder, wait_s, holder) from None
        time.sleep(_POLL_S)
