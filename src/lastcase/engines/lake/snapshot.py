"""One consistent state of a lake, open for reading; writers neither wait for readers nor disturb them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.engines.lake.errors import LakeDamaged, LakeUnsteady
from lastcase.engines.lake.manifest import FROM_BACKUP, SEGMENTS, TRUTH, Manifest, read_manifest
from lastcase.engines.lake.qualities import slack_of
from lastcase.engines.lake.segment import SCHEMA, Segment
from lastcase.engines.lake.segment_file import REBUILD, read_segment
from lastcase.engines.lake.spots import no_spots, read_spots
from lastcase.engines.lake.truth_file import RESTORE, read_truth

T = TypeVar("T")
N_TRIES = 100
"""So often may a writer delete files just before they are opened. One try takes milliseconds, a change far more."""


@dataclass(frozen=True)
class Snapshot:
    """A state of a lake, as `view.make_view` takes it.

    `segments` by day, on disk until they are touched; `spots` as `spots.REGISTER`; `slack_s` by class of quality;
    `truth`: the Parquet files of the state, for engines that read these. Segments stay readable when a writer
    replaces their files, the files in `truth` only if they were opened before.
    """

    segments: list[Segment]
    spots: pl.DataFrame
    slack_s: NDArray[np.int64]
    n_persons: int
    generation: int
    numbering: int
    truth: list[Path]


def take_snapshot(folder: Path) -> Snapshot:
    """The state that the lake is in. Raises NotALake, LakeDamaged, LakeUnsteady."""
    return read_steadily(folder, lambda manifest: _open(folder, manifest))


def read_visits(folder: Path, days: Collection[int] | None = None) -> pl.DataFrame:
    """Visits that start on these days (null: all), columns `segment.SCHEMA`. Raises as `take_snapshot` does."""

    def read(manifest: Manifest) -> pl.DataFrame:
        files = [file for file in manifest.truth if days is None or file.day in days]
        return pl.concat(
            [pl.DataFrame(schema=SCHEMA), *(read_truth(folder / f.name, f.name, f.checksum) for f in files)]
        )

    return read_steadily(folder, read)


def read_register(folder: Path) -> pl.DataFrame:
    """The register of spots, `spots.REGISTER`. Raises as `take_snapshot` does."""
    return read_steadily(folder, lambda manifest: _spots(folder, manifest))


def read_steadily(folder: Path, read: Callable[[Manifest], T]) -> T:
    """What `read` makes of the manifest; of the newest one, where a writer took files away meanwhile.

    A file that is missing although the manifest still names it is damage.
    """
    manifest = read_manifest(folder)
    for _ in range(N_TRIES):
        try:
            return read(manifest)
        except FileNotFoundError as error:
            newest = read_manifest(folder)
            if newest.generation == manifest.generation:
                name = Path(error.filename).relative_to(folder).as_posix()
                raise LakeDamaged(name, "is missing", _mend(name)) from None
            manifest = newest
    raise LakeUnsteady(folder, N_TRIES)


def _mend(name: str) -> str:
    return {SEGMENTS: REBUILD, TRUTH: RESTORE}.get(name.partition("/")[0], FROM_BACKUP)


def _open(folder: Path, manifest: Manifest) -> Snapshot:
    files = sorted(manifest.segments, key=lambda file: file.day)
    return Snapshot(
        segments=[read_segment(folder / file.name, file.name, file.checksum) for file in files],
        spots=_spots(folder, manifest),
        slack_s=slack_of(manifest.qualities),
        n_persons=manifest.n_persons,
        generation=manifest.generation,
        numbering=manifest.numbering,
        truth=[folder / file.name for file in manifest.truth],
    )


def _spots(folder: Path, manifest: Manifest) -> pl.DataFrame:
    file = manifest.spots
    return no_spots() if file is None else read_spots(folder / file.name, file.name, file.checksum)
