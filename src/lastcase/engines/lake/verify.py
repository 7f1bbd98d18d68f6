"""Proof that a lake holds what was written: checksums of every file, and segments that equal their truth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from lastcase.engines.lake.durable import files_below
from lastcase.engines.lake.errors import LakeDamaged, LakeError
from lastcase.engines.lake.manifest import (
    FROM_BACKUP,
    SEGMENTS,
    TRUTH,
    Manifest,
    SegmentFile,
    TruthFile,
    name_of,
    read_manifest,
)
from lastcase.engines.lake.segment import Segment, arrays_of, build_segment, days_of
from lastcase.engines.lake.segment_file import REBUILD, check_segment, read_segment
from lastcase.engines.lake.snapshot import read_steadily
from lastcase.engines.lake.spots import read_spots
from lastcase.engines.lake.truth_file import RESTORE, read_truth
from lastcase.engines.lake.words import DAY_S
from lastcase.engines.lake.writer import OnStep, Step, Writer, find_orphans

_DAY = re.compile(r"day=(\d+)/[^/]*$|-(\d+)\.segment[^/]*$")


class Fault(NamedTuple):
    """A file that is not as it should be: what is wrong, how to mend it, and whether that was done."""

    name: str
    what: str
    mend: str
    is_mended: bool = False


@dataclass(frozen=True)
class Report:
    """What a check found. `orphans`: files that do not belong to the lake, which the next writer deletes."""

    faults: tuple[Fault, ...]
    orphans: tuple[str, ...]
    n_files: int
    n_rows: int

    @property
    def is_clean(self) -> bool:
        """Whether every file is as it should be, or was mended."""
        return all(fault.is_mended for fault in self.faults)


class Remains(NamedTuple):
    """What is left of days that were to be deleted: files by name, and visits in any file."""

    files: tuple[str, ...]
    n_rows: int

    @property
    def is_none(self) -> bool:
        return not self.files and not self.n_rows


def verify(folder: Path, on_step: OnStep) -> Report:
    """Check every file of the lake, while others may write; a file that a writer replaced meanwhile is passed over.

    Raises NotALake, and LakeDamaged where the manifest is.
    """
    faults, _ = _check(folder, read_manifest(folder), on_step)
    newest = read_manifest(folder)
    named = newest.names()
    return _report(folder, newest, [fault for fault in faults if fault.name in named])


def mend(writer: Writer, on_step: OnStep) -> Report:
    """Check every file, and build those segments anew that are damaged or missing and whose truth is whole."""
    before, folder = writer.manifest, writer.folder
    faults, whole = _check(folder, before, on_step)
    bad = {fault.name for fault in faults}
    truth = {file.name: file for file in before.truth}
    segments, mended = [], set()
    for file in before.segments:
        kept = file
        if file.name in bad and whole.issuperset(file.truth):
            visits = pl.concat([_check_truth(folder, truth[name]) for name in file.truth])
            built = writer.write_segment(file.day, visits, before.n_persons)
            kept = replace(built, truth=file.truth)
            mended.add(file.name)
        segments.append(kept)
    if mended:
        writer.commit(replace(before, segments=tuple(segments)))
    told = [fault._replace(is_mended=fault.name in mended) for fault in faults]
    return _report(folder, writer.manifest, told)


def prove_dropped(folder: Path, day: int) -> Remains:
    """What there still is of days before `day`: files in the folder, whether the manifest names them or not, and
    visits in any file that it names. Raises LakeDamaged where a file cannot be read."""
    left = [
        name_of(folder, path)
        for part in (TRUTH, SEGMENTS)
        for path in files_below(folder / part)
        if _day_of(path) < day
    ]
    n_rows = read_steadily(folder, lambda manifest: _n_rows_before(folder, manifest, day))
    return Remains(tuple(left), n_rows)


def _day_of(path: Path) -> int:
    """The day that a file is named after; -1 for a name that no writer gives, which nobody can vouch for."""
    found = _DAY.search(path.as_posix())
    return int(found[1] or found[2]) if found else -1


def _n_rows_before(folder: Path, manifest: Manifest, day: int) -> int:
    """Visits that start before the day, in truth and segments together."""
    starts = (read_truth(folder / f.name, f.name, f.checksum)["start_s"] for f in manifest.truth)
    in_truth = sum(int((start < day * DAY_S).sum()) for start in starts)
    segments = (read_segment(folder / f.name, f.name, f.checksum) for f in manifest.segments)
    return in_truth + sum(segment.n_rows for segment in segments if segment.day < day)


def _check(folder: Path, manifest: Manifest, on_step: OnStep) -> tuple[list[Fault], set[str]]:
    """What is wrong with any file, and the names of the truth files that are whole."""
    faults = list(_check_spots(folder, manifest))
    truth = {file.name: file for file in manifest.truth}
    whole: set[str] = set()
    for n, file in enumerate(manifest.segments, 1):
        visits = []
        for name in file.truth:
            try:
                visits.append(_check_truth(folder, truth.pop(name)))
                whole.add(name)
            except (LakeError, OSError) as error:
                faults.append(_fault(name, error, RESTORE))
        try:
            segment = check_segment(folder / file.name, file.name, file.checksum)
            if len(visits) == len(file.truth) and not _is_built_of(segment, file, visits):
                raise LakeDamaged(file.name, "is not what is built of its truth files", REBUILD)
        except (LakeError, OSError) as error:
            faults.append(_fault(file.name, error, REBUILD))
        on_step(Step("verify", file.day, n, len(manifest.segments)))
    faults.extend(Fault(name, "no segment was built of it", FROM_BACKUP) for name in truth)
    return faults, whole


def _check_spots(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    file = manifest.spots
    if file is None:
        return
    try:
        if read_spots(folder / file.name, file.name, file.checksum).height != file.n_rows:
            raise LakeDamaged(file.name, f"has not the {file.n_rows} rows that it should have", FROM_BACKUP)
    except (LakeError, OSError) as error:
        yield _fault(file.name, error, FROM_BACKUP)


def _check_truth(folder: Path, file: TruthFile) -> pl.DataFrame:
    visits = read_truth(folder / file.name, file.name, file.checksum)
    if visits.height != file.n_rows or not (days_of(visits) == file.day).all():
        raise LakeDamaged(file.name, f"has not the {file.n_rows} visits of day {file.day}", RESTORE)
    return visits


def _is_built_of(segment: Segment, file: SegmentFile, visits: list[pl.DataFrame]) -> bool:
    """Whether building it again gives the same arrays, to the bit."""
    built = build_segment(file.day, pl.concat(visits, rechunk=True), file.n_persons, file.n_spots)
    pairs = zip(arrays_of(built).values(), arrays_of(segment).values(), strict=True)
    return (built.day, built.longest_s, built.n_rows) == (
        segment.day,
        segment.longest_s,
        file.n_rows,
    ) and all(one.dtype == other.dtype and np.array_equal(one, other) for one, other in pairs)


def _fault(name: str, error: LakeError | OSError, mend: str) -> Fault:
    if isinstance(error, LakeDamaged):
        return Fault(name, error.what, error.mend)
    return Fault(name, "is missing" if isinstance(error, FileNotFoundError) else str(error), mend)


def _report(folder: Path, manifest: Manifest, faults: list[Fault]) -> Report:
    orphans = tuple(find_orphans(folder, manifest))
    return Report(tuple(faults), orphans, len(manifest.names()), sum(file.n_rows for file in manifest.truth))
