"""Files that are whole or not there: written beside, forced to disk, and only then given their name."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

Block: TypeAlias = bytes | memoryview
"""Bytes, or a view of single bytes."""

TEMPORARY = ".part"
"""Ending of the name of a file that is being written."""


def write_durably(path: Path, blocks: Iterable[Block]) -> int:
    """Write a file, readable by its owner only; its length in bytes.

    After a crash at any instant `path` is what it was before or all of the blocks. The new name itself lasts
    once `sync_folder` was called for its folder.
    """
    beside = path.with_name(path.name + TEMPORARY)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    n_bytes = 0
    try:
        for block in blocks:
            left = memoryview(block)
            while left:
                n_written = os.write(handle, left)
                n_bytes += n_written
                left = left[n_written:]
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(beside, path)
    return n_bytes


def sync_folder(folder: Path) -> None:
    """Make names that came into the folder, and went from it, last over a loss of power."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folders(folders: Iterable[Path]) -> None:
    """`sync_folder` of each, those further down first."""
    for folder in sorted(set(folders), key=lambda folder: len(folder.parts), reverse=True):
        sync_folder(folder)


def checksum_of(block: Block, so_far: int = 0) -> int:
    """CRC-32 of the bytes, after those whose checksum is `so_far`.

    It is there to find damage, not forgery, and is five times as fast as BLAKE2 and three times as fast as SHA-256.
    """
    return zlib.crc32(block, so_far)


def files_below(folder: Path) -> Iterator[Path]:
    """Every file in the folder and the folders in it, in order of their names; none where there is no folder."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:  # a writer may take away a folder that it emptied
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(Path(entry.path))
        else:
            yield Path(entry.path)
