"""Frames as PostgreSQL's binary `COPY` format: whole columns at a time, several times faster than text.

A row is a count of fields, then each field as its length (-1: null) and its bytes, most significant first. The
block is laid out as a matrix one row a line, wide enough for the longest value, beside a mask of the bytes that
count; taking the masked bytes closes the gaps.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
BLOCK_BYTES = 24 * 1024 * 1024
BLOCK_ROWS = 65_536
_LENGTH = 4
_EPOCH_US = 946_684_800 * 1_000_000
"""PostgreSQL counts instants from 2000-01-01; Polars from 1970-01-01."""
_EPOCH_DAYS = 10_957
_WIRE: dict[type[pl.DataType], str] = {pl.Int16: ">i2", pl.Int32: ">i4", pl.Int64: ">i8", pl.Float64: ">f8"}


def binary_blocks(frame: pl.DataFrame) -> Iterator[bytes]:
    """The frame as blocks of the format, header and trailer included.

    Column types must be those of the table's columns: Int16, Int32 and Int64 for smallint, integer and bigint,
    Float64, Boolean, Date, an instant in microseconds for timestamptz, String for text. Raises TypeError for any
    other.
    """
    yield HEADER
    for part in frame.iter_slices(_rows_a_block(frame)):
        yield _block(part)
    yield TRAILER


def _rows_a_block(frame: pl.DataFrame) -> int:
    """As many rows as fit the block at the width of the longest values."""
    widest = sum(_width(frame[name]) for name in frame.columns) + 2
    return max(1, min(BLOCK_ROWS, BLOCK_BYTES // widest))


def _width(column: pl.Series) -> int:
    if column.dtype != pl.String:
        return _LENGTH + 8
    longest = column.str.len_bytes().max()
    return _LENGTH + (longest if isinstance(longest, int) else 0)


def _block(part: pl.DataFrame) -> bytes:
    count = np.frombuffer(part.width.to_bytes(2, "big"), np.uint8)
    laid = [np.tile(count, (part.height, 1))]
    counting = [np.ones((part.height, 2), np.bool_)]
    for name in part.columns:
        values, mask = _field(part[name])
        laid.append(values)
        counting.append(mask)
    chosen: bytes = np.concatenate(laid, axis=1)[np.concatenate(counting, axis=1)].tobytes()
    return chosen


def _field(column: pl.Series) -> tuple[Bytes, Mask]:
    """A column's lengths and values, and which of their bytes count."""
    is_null = column.is_null().to_numpy()
    payload, lengths = _text(column) if column.dtype == pl.String else _fixed(column)
    width = payload.shape[1]
    told = np.where(is_null, -1, lengths).astype(">i4")
    values = np.concatenate([told.view(np.uint8).reshape(-1, _LENGTH), payload], axis=1)
    kept = np.where(is_null, 0, lengths)
    mask = np.ones(values.shape, np.bool_)
    mask[:, _LENGTH:] = np.arange(width)[None, :] < kept[:, None]
    return values, mask


def _fixed(column: pl.Series) -> tuple[Bytes, npt.NDArray[np.int64]]:
    numbers = _numbers(column)
    width = numbers.dtype.itemsize
    payload = np.ascontiguousarray(numbers).view(np.uint8).reshape(-1, width)
    return payload, np.full(column.len(), width, np.int64)


def _numbers(column: pl.Series) -> npt.NDArray[np.generic]:
    """A column of fixed width as numbers, most significant byte first; what stands in place of null is left out
    later."""
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime) and dtype.time_unit == "us":
        return (column.to_physical().fill_null(0).to_numpy() - _EPOCH_US).astype(">i8")
    if dtype == pl.Date:
        return (column.to_physical().fill_null(0).to_numpy() - _EPOCH_DAYS).astype(">i4")
    if dtype == pl.Boolean:
        return column.fill_null(False).to_numpy().astype("u1")
    wire = _WIRE.get(type(dtype))
    if wire is None:
        raise TypeError(f"column {column.name} has the type {dtype}, which travels as nothing")
    return column.fill_null(0).to_numpy().astype(wire)


def _text(column: pl.Series) -> tuple[Bytes, npt.NDArray[np.int64]]:
    texts = column.fill_null("").cast(pl.Binary)
    lengths = texts.bin.size().to_numpy().astype(np.int64)
    data = np.frombuffer(b"".join(texts.to_list()), np.uint8)
    width = int(lengths.max()) if lengths.size else 0
    payload = np.zeros((lengths.size, width), np.uint8)
    payload[np.arange(width)[None, :] < lengths[:, None]] = data
    return payload, lengths
