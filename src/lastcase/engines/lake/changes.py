"""What is done to the visits of a lake: more of them, the same in fewer files, under new numbers, or none."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.engines.lake.errors import NotAPermutation, TooManyPersons, WrongColumns
from lastcase.engines.lake.manifest import Manifest, SegmentFile, TruthFile
from lastcase.engines.lake.segment import SCHEMA, VisitOutOfRange, check_visits, days_of
from lastcase.engines.lake.words import DAY_S, N_IDS
from lastcase.engines.lake.writer import OnStep, Step, Writer, writing


class Dropped(NamedTuple):
    """What retention deleted: files, visits, and bytes on disk."""

    n_files: int
    n_rows: int
    n_bytes: int


def append(writer: Writer, visits: pl.DataFrame, n_persons: int, on_step: OnStep) -> None:
    """Add visits (columns `segment.SCHEMA`), each to the day on which it starts, in one switch.

    `n_persons` are numbered now; fewer than the lake knows changes nothing. Raises WrongColumns, TooManyPersons,
    and VisitOutOfRange also for a person, spot or class of quality that has no number yet.
    """
    before = writer.manifest
    n_persons = max(n_persons, before.n_persons)
    if n_persons > N_IDS:
        raise TooManyPersons(n_persons, N_IDS)
    if dict(visits.schema) != SCHEMA:
        raise WrongColumns(dict(visits.schema), SCHEMA)
    check_visits(visits)
    _check_numbered(visits, before, n_persons)
    truth, segments = list(before.truth), list(before.segments)
    days = days_of(visits).unique().sort().to_list()
    for n, day in enumerate(days, 1):
        of_day = visits if len(days) == 1 else visits.filter(pl.col("start_s") // DAY_S == day)
        file, segment = writer.write_day(day, of_day, n_persons)
        truth.append(file)
        segments.append(segment)
        on_step(Step("append", day, n, len(days)))
    if days or n_persons > before.n_persons:
        writer.commit(replace(before, n_persons=n_persons, truth=tuple(truth), segments=tuple(segments)))


def _check_numbered(visits: pl.DataFrame, manifest: Manifest, n_persons: int) -> None:
    """Raise VisitOutOfRange for the first row of each column whose number was never given: the index is laid out
    by the numbers that there are."""
    limits = {"person": n_persons, "spot": manifest.n_spots, "quality": len(manifest.qualities)}
    most = visits.select(pl.col(name).max() for name in limits).row(0, named=True)
    for name, limit in limits.items():
        if most[name] is not None and most[name] >= limit:
            row = int((visits[name] >= limit).arg_max() or 0)
            raise VisitOutOfRange(row, name, visits[name][row])


def compact(folder: Path, days: Collection[int] | None, wait_s: float, on_step: OnStep) -> list[int]:
    """Make one segment of each day that has several, and one truth file of its small ones; the days that changed.

    Segments are merged as they lie, and large truth files stay: what a day costs does not depend on how often late
    visits came. A switch for each day, between which others may write. `days` (null: all) bounds it.
    """
    with writing(folder, wait_s) as writer:
        scattered = writer.manifest.scattered_days()
    chosen = [day for day in scattered if days is None or day in days]
    for n, day in enumerate(chosen, 1):
        with writing(folder, wait_s) as writer:
            if writer.manifest.truth_of(day):  # retention may have come in between
                _compact_day(writer, day)
        on_step(Step("compact", day, n, len(chosen)))
    return chosen


def _compact_day(writer: Writer, day: int) -> None:
    before, others = writer.manifest, without_days(writer.manifest, [day])
    with ThreadPoolExecutor(1) as thread:
        folding = thread.submit(_fold_truth, writer, day)
        segment = writer.merge_segments(day)
        truth = folding.result()
    segment = replace(segment, truth=tuple(file.name for file in truth))
    writer.commit(replace(before, truth=(*others.truth, *truth), segments=(*others.segments, segment)))


def _fold_truth(writer: Writer, day: int) -> list[TruthFile]:
    """The truth of a day with one file for its small ones."""
    files, small = writer.manifest.truth_of(day), writer.manifest.small_truth_of(day)
    if len(small) <= 1:
        return files
    folded = writer.write_truth(day, writer.read_truth(small), writer.manifest.n_persons)
    return [*(file for file in files if file not in small), folded]


def rekey(writer: Writer, new_number_of_person: NDArray[np.uint32], on_step: OnStep) -> None:
    """Give person `p` the number `new_number_of_person[p]` in every visit, in one switch.

    So many persons are numbered from then on: who was numbered for visits that never came (an append that was cut
    off) is given a number too. Every day is written anew, in one file and one segment; both states are on disk until
    the switch. Raises NotAPermutation, and LakeDamaged where a truth file is.
    """
    before = writer.manifest
    new = np.asarray(new_number_of_person)
    if len(new) < before.n_persons or not _is_permutation(new, len(new)):
        raise NotAPermutation(len(new), before.n_persons)
    days = before.days()
    written = list(_rekeyed(writer, new.astype(np.uint32), days, on_step))
    truth, segments = (tuple(files) for files in zip(*written, strict=True)) if written else ((), ())
    numbering = before.numbering + 1
    writer.commit(replace(before, numbering=numbering, n_persons=len(new), truth=truth, segments=segments))


def _rekeyed(
    writer: Writer, new: NDArray[np.uint32], days: list[int], on_step: OnStep
) -> Iterator[tuple[TruthFile, SegmentFile]]:
    for n, day in enumerate(days, 1):
        visits = writer.read_truth(writer.manifest.truth_of(day))
        visits = visits.with_columns(person=pl.Series(new[visits["person"].to_numpy()]))
        yield writer.write_day(day, visits, len(new))
        on_step(Step("rekey", day, n, len(days)))


def _is_permutation(new: NDArray[np.uint32], n: int) -> bool:
    if new.shape != (n,) or not np.issubdtype(new.dtype, np.integer):
        return False
    if n == 0:
        return True
    return bool(new.min() == 0 and new.max() == n - 1 and np.bincount(new).max() == 1)


def drop_before(writer: Writer, day: int) -> Dropped:
    """Delete all visits that start before `day`, whole days of files, also those that end later.

    Their files are unlinked, and the unlinking forced to disk; what a reader holds open is gone when it lets go.
    """
    before = writer.manifest
    gone = [old for old in before.days() if old < day]
    if not gone:
        return Dropped(0, 0, 0)
    n_rows = sum(file.n_rows for file in before.truth if file.day < day)
    swept = writer.commit(without_days(before, gone))
    return Dropped(swept.n_files, n_rows, swept.n_bytes)


def without_days(manifest: Manifest, days: Collection[int]) -> Manifest:
    """The state without the files of these days."""
    return replace(
        manifest,
        truth=tuple(file for file in manifest.truth if file.day not in days),
        segments=tuple(file for file in manifest.segments if file.day not in days),
    )
