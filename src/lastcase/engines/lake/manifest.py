"""The manifest: the one file that says what belongs to a lake.

Files of a lake never change. A writer adds new ones and then replaces the manifest in one step: whoever reads a
manifest has one consistent state, and a file that it does not name does not belong to the lake.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from lastcase.engines.lake.durable import checksum_of, sync_folder, write_durably
from lastcase.engines.lake.errors import LakeDamaged, NotALake, UnknownFormat

FORMAT = 1
NAME = "manifest.json"
TRUTH, SEGMENTS, SPOTS = "truth", "segments", "spots"
"""Folders within the lake; whatever is in them and not in the manifest is swept."""
SMALL_SHARE = 1 / 8
"""Truth files of a day from this share on are left as they are: a day has eight of them at most, and none is written
twice but for what it gains."""
FROM_BACKUP = "Restore the lake from a backup, or create it anew from its sources"


class Quality(NamedTuple):
    """A class of quality: kind of source and precision of the times in seconds (null: none stated)."""

    visit_source: str | None
    precision_s: int | None


@dataclass(frozen=True)
class SpotsFile:
    """The register of spots in Parquet. Names are paths within the lake; `checksum` is of the whole file."""

    name: str
    n_rows: int
    n_bytes: int
    checksum: int


@dataclass(frozen=True)
class TruthFile:
    """Visits that start on `day` (days of the epoch) in Parquet; `checksum` is of the whole file."""

    name: str
    day: int
    n_rows: int
    n_bytes: int
    checksum: int


@dataclass(frozen=True)
class SegmentFile:
    """A segment, and what it was built of: `truth` by name, while the lake numbered `n_persons` and `n_spots`.

    `checksum` is that of its header, which holds the checksums of all the rest.
    """

    name: str
    day: int
    n_rows: int
    n_bytes: int
    checksum: int
    n_persons: int
    n_spots: int
    truth: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """A state of a lake.

    `generation` grows by one with every change, `numbering` with every change of the numbers of persons;
    `n_persons` are numbered. A class of quality has its place in `qualities` as its number.
    """

    generation: int = 0
    numbering: int = 0
    n_persons: int = 0
    qualities: tuple[Quality, ...] = ()
    spots: SpotsFile | None = None
    truth: tuple[TruthFile, ...] = ()
    segments: tuple[SegmentFile, ...] = ()

    @property
    def n_spots(self) -> int:
        return 0 if self.spots is None else self.spots.n_rows

    def names(self) -> frozenset[str]:
        """Every file that belongs to the lake, but for the manifest itself."""
        files = (*self.truth, *self.segments, *(() if self.spots is None else (self.spots,)))
        return frozenset(file.name for file in files)

    def days(self) -> list[int]:
        """Days that have visits."""
        return sorted({file.day for file in self.truth})

    def scattered_days(self) -> list[int]:
        """Days that lie in several segments, or whose truth has several small files."""
        in_segments = Counter(file.day for file in self.segments)
        return [day for day in self.days() if in_segments[day] > 1 or len(self.small_truth_of(day)) > 1]

    def truth_of(self, day: int) -> list[TruthFile]:
        """The files of one day."""
        return [file for file in self.truth if file.day == day]

    def small_truth_of(self, day: int) -> list[TruthFile]:
        """Those of one day that hold less than `SMALL_SHARE` of its visits: what came late."""
        files = self.truth_of(day)
        n_rows = sum(file.n_rows for file in files)
        return [file for file in files if file.n_rows < n_rows * SMALL_SHARE]

    def segments_of(self, day: int) -> list[SegmentFile]:
        """The segments of one day."""
        return [file for file in self.segments if file.day == day]


def read_manifest(folder: Path) -> Manifest:
    """The state of the lake in the folder. Raises NotALake, UnknownFormat, LakeDamaged."""
    try:
        text = (folder / NAME).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotALake(folder) from None
    try:
        stored: dict[str, Any] = json.loads(text)
        checksum, body = stored["checksum"], stored["lake"]
        version = body["format"]
    except (ValueError, KeyError, TypeError):
        raise LakeDamaged(NAME, "is no manifest", FROM_BACKUP) from None
    if version != FORMAT:
        raise UnknownFormat(folder / NAME, version, FORMAT)
    if checksum != checksum_of(_text(body)):
        raise LakeDamaged(NAME, "its checksum is wrong", FROM_BACKUP)
    return _manifest_of(body)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Switch the lake to this state; after a crash it is in this or in the one before."""
    body = json.loads(_text({"format": FORMAT, **asdict(manifest)}))
    stored = {"checksum": checksum_of(_text(body)), "lake": body}
    write_durably(folder / NAME, [json.dumps(stored, ensure_ascii=False, indent=1).encode()])
    sync_folder(folder)


def name_of(folder: Path, path: Path) -> str:
    """The path of a file within the lake, as the manifest names it."""
    return path.relative_to(folder).as_posix()


def has_manifest(folder: Path) -> bool:
    """Whether the folder holds a lake."""
    return os.path.lexists(folder / NAME)


def _text(body: dict[str, Any]) -> bytes:
    """The text that is summed: the same for the same content, however it is laid out."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _manifest_of(body: dict[str, Any]) -> Manifest:
    return Manifest(
        generation=body["generation"],
        numbering=body["numbering"],
        n_persons=body["n_persons"],
        qualities=tuple(Quality(*quality) for quality in body["qualities"]),
        spots=None if body["spots"] is None else SpotsFile(**body["spots"]),
        truth=tuple(TruthFile(**file) for file in body["truth"]),
        segments=tuple(SegmentFile(**{**file, "truth": tuple(file["truth"])}) for file in body["segments"]),
    )
