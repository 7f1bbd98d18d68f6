"""Visits of one day as they were given, in Parquet: what segments are built of, and what SQL engines read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lastcase.engines.compiled import compiled
from lastcase.engines.lake.durable import checksum_of, write_durably
from lastcase.engines.lake.errors import LakeDamaged
from lastcase.engines.lake.segment import SCHEMA
from lastcase.engines.lake.words import DAY_S, sort_words

RESTORE = "It is not made of anything else: restore the file from a backup. Other days are not touched by it"
ROW_GROUP = 1 << 20
_STEPS = "DELTA_BINARY_PACKED"
_ENCODINGS = {"person": _STEPS, "spot": "PLAIN", "start_s": _STEPS, "end_s": _STEPS}
"""Sorted by person the columns step little: 81 MB for 12.2 million rows in 1.0 s, against 145 MB in 3.2 s as Polars
writes them."""


def write_truth(path: Path, day: int, visits: pl.DataFrame, n_persons: int) -> tuple[int, int]:
    """Write visits (columns `segment.SCHEMA`, all of `day` and of persons below `n_persons`) sorted by person and
    start, durably; length and checksum of the file."""
    start = visits["start_s"].to_numpy() - day * DAY_S
    order = _order(visits["person"].to_numpy(), start, n_persons)
    ordered = pl.DataFrame({name: _taken(visits[name].to_numpy(), order) for name in SCHEMA})
    sink = pa.BufferOutputStream()
    pq.write_table(
        ordered.to_arrow(),  # by Polars: Arrow looks for Pandas, and loads it for seconds, when given arrays
        sink,
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=1,
        use_dictionary=["quality"],
        column_encoding=_ENCODINGS,
    )
    block = memoryview(sink.getvalue())
    return write_durably(path, [block]), checksum_of(block)


def read_truth(path: Path, name: str, checksum: int) -> pl.DataFrame:
    """The visits in a file whose checksum the manifest has; `name` is for messages.

    Raises LakeDamaged, and FileNotFoundError.
    """
    block = path.read_bytes()
    if checksum_of(block) != checksum:
        raise LakeDamaged(name, "its checksum is wrong", RESTORE)
    return pl.read_parquet(block).select(list(SCHEMA))


@compiled
def _order(person: NDArray[np.uint32], start: NDArray[np.int64], n_persons: int) -> NDArray[np.uint64]:
    """The rows by person and start (seconds of the day), rows alike as they came."""
    ahead = np.zeros(n_persons + 1, np.uint32)
    for row in range(len(person)):
        ahead[person[row] + 1] += 1
    for key in range(n_persons):
        ahead[key + 1] += ahead[key]
    rows = np.empty(len(person), np.uint64)
    for row in range(len(person)):
        key = person[row]
        rows[ahead[key]] = (start[row] << 32) | row
        ahead[key] += 1
    low = 0
    for key in range(n_persons):
        high = int(ahead[key])
        sort_words(rows, low, high)
        low = high
    for at in range(len(rows)):
        rows[at] &= np.uint64(0xFFFFFFFF)
    return rows


@compiled
def _taken(column: NDArray[Any], rows: NDArray[np.uint64]) -> NDArray[Any]:
    """The column in the order of `rows`; unlike NumPy's own it lets the thread that builds the segment run."""
    taken = np.empty_like(column)
    for at in range(len(rows)):
        taken[at] = column[rows[at]]
    return taken
