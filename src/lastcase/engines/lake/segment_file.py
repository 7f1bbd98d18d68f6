"""One segment in one file, laid out so that it is searched where it lies.

The file: 64 bytes of preface (mark, version, length and checksum of the header), the header (JSON, filled up with
blanks to 64 bytes: day, longest stay, and a table of the arrays with their checksums), the arrays, each beginning at a
multiple of 64 bytes and filled up with zeros. The header's checksum thus stands for the whole file. Numbers are
little-endian.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lastcase.engines.lake.durable import Block, checksum_of, write_durably
from lastcase.engines.lake.errors import LakeDamaged, UnknownFormat
from lastcase.engines.lake.segment import Segment, arrays_of, segment_of

VERSION = 1
ALIGNMENT = 64
REBUILD = "Verify the lake with rebuild=True: the segment is made again of its truth files"
_MARK = b"LASTSEG\n"
_PREFACE = struct.Struct("<8sIII44x")


@dataclass(frozen=True)
class _Header:
    """`arrays`: name, dtype, offset from the first array, length and checksum of each."""

    day: int
    longest_s: int
    arrays: tuple[tuple[str, str, int, int, int], ...]
    first: int
    checksum: int


def write_segment(path: Path, segment: Segment) -> tuple[int, int]:
    """Write the segment durably; the length of the file and the checksum of its header."""
    arrays = {name: _little(array) for name, array in arrays_of(segment).items()}
    table, offset = [], 0
    for name, array in arrays.items():
        checksum = checksum_of(_filling(array.nbytes), checksum_of(_bytes(array)))
        table.append((name, array.dtype.str, offset, len(array), checksum))
        offset += _filled(array.nbytes)
    text = json.dumps({"day": segment.day, "longest_s": segment.longest_s, "arrays": table}).encode()
    header = text.ljust(_filled(len(text)))
    checksum = checksum_of(header)
    preface = _PREFACE.pack(_MARK, VERSION, len(header), checksum)
    return write_durably(path, _blocks(preface, header, arrays)), checksum


def read_segment(path: Path, name: str, checksum: int | None = None) -> Segment:
    """The segment in a file, its arrays read-only and read from disk where they are touched.

    `name` is for messages, `checksum` that of the header as the manifest has it. Opening reads the header and
    holds the length of the file against it; `check_segment` reads everything. Raises LakeDamaged, UnknownFormat,
    and FileNotFoundError.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        n_bytes = os.fstat(handle).st_size
        buffer = mmap.mmap(handle, n_bytes, prot=mmap.PROT_READ) if n_bytes else b""
    finally:
        os.close(handle)
    return _segment_in(buffer, _read_header(buffer, path, name, checksum))


def check_segment(path: Path, name: str, checksum: int | None = None) -> Segment:
    """`read_segment`, with every byte of the file held against its checksums; the arrays are in memory."""
    buffer = (
        path.read_bytes()
    )  # not mapped: a disk that fails then raises OSError and does not end the process
    header = _read_header(buffer, path, name, checksum)
    with memoryview(buffer) as whole:
        for array_name, dtype, offset, length, summed in header.arrays:
            start = header.first + offset
            if checksum_of(whole[start : start + _filled_array(dtype, length)]) != summed:
                raise LakeDamaged(name, f"the checksum of its array {array_name} is wrong", REBUILD)
    return _segment_in(buffer, header)


def _read_header(buffer: mmap.mmap | bytes, path: Path, name: str, expected: int | None) -> _Header:
    if len(buffer) < _PREFACE.size:
        raise LakeDamaged(name, f"is cut off after {len(buffer)} bytes", REBUILD)
    preface = buffer[: _PREFACE.size]
    mark, version, length, checksum = _PREFACE.unpack(preface)
    if mark != _MARK:
        raise LakeDamaged(name, "does not begin as a segment does", REBUILD)
    if version != VERSION:
        raise UnknownFormat(path, version, VERSION)
    text = buffer[_PREFACE.size : _PREFACE.size + length]
    if checksum_of(text) != checksum or preface != _PREFACE.pack(mark, version, length, checksum):
        raise LakeDamaged(name, "the checksum of its header is wrong", REBUILD)
    if expected is not None and checksum != expected:
        raise LakeDamaged(name, "is not the file that the manifest names: its checksum is another", REBUILD)
    stored = json.loads(text)
    arrays = tuple(tuple(row) for row in stored["arrays"])
    first = _PREFACE.size + length
    n_bytes = first + sum(_filled_array(dtype, length) for _, dtype, _, length, _ in arrays)
    if len(buffer) != n_bytes:
        raise LakeDamaged(name, f"has {len(buffer)} bytes instead of {n_bytes}", REBUILD)
    return _Header(stored["day"], stored["longest_s"], arrays, first, checksum)


def _segment_in(buffer: mmap.mmap | bytes, header: _Header) -> Segment:
    arrays = {
        name: _array(buffer, dtype, header.first + offset, length)
        for name, dtype, offset, length, _ in header.arrays
    }
    return segment_of(header.day, header.longest_s, arrays)


def _array(buffer: mmap.mmap | bytes, dtype: str, offset: int, length: int) -> NDArray[Any]:
    """An array in the buffer, which lives as long as the array does."""
    if length == 0:  # an empty one may begin where the buffer ends
        return np.zeros(0, dtype)
    return np.frombuffer(buffer, dtype, length, offset)


def _filled_array(dtype: str, length: int) -> int:
    return _filled(length * np.dtype(dtype).itemsize)


def _blocks(preface: bytes, header: bytes, arrays: dict[str, NDArray[Any]]) -> Iterator[Block]:
    yield preface
    yield header
    for array in arrays.values():
        yield _bytes(array)
        yield _filling(array.nbytes)


def _little(array: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<"))


def _bytes(array: NDArray[Any]) -> memoryview | bytes:
    return array.data.cast("B") if len(array) else b""


def _filled(n_bytes: int) -> int:
    return -(-n_bytes // ALIGNMENT) * ALIGNMENT


def _filling(n_bytes: int) -> bytes:
    return bytes(_filled(n_bytes) - n_bytes)
