"""Frames as PostgreSQL's binary `COPY` format: whole columns at a time, many times faster than text.

A row is a count of fields, then each field as its length (-1: null) and its bytes, most significant first. Every
column becomes one of fields as they travel; Arrow joins them row by row.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
BLOCK_BYTES = 24 * 1024 * 1024
BLOCK_ROWS = 65_536
_LENGTH = 4
EPOCH_US = 946_684_800 * 1_000_000
"""PostgreSQL counts instants from 2000-01-01; Polars from 1970-01-01."""
EPOCH_DAYS = 10_957
_WIRE: dict[type[pl.DataType], str] = {pl.Int16: ">i2", pl.Int32: ">i4", pl.Int64: ">i8", pl.Float64: ">f8"}


def binary_blocks(frame: pl.DataFrame) -> Iterator[memoryview]:
    """The frame as blocks of the format, header and trailer included.

    Column types must be those of the table's columns: Int16, Int32 and Int64 for smallint, integer and bigint,
    Float64, Boolean, Date, an instant in microseconds for timestamptz, String for text. Raises TypeError for any
    other.
    """
    yield memoryview(HEADER)
    for part in frame.iter_slices(_rows_a_block(frame)):
        yield _block(part)
    yield memoryview(TRAILER)


def _rows_a_block(frame: pl.DataFrame) -> int:
    """As many rows as fit the block at the width of the longest values."""
    widest = sum(_width(frame[name]) for name in frame.columns) + 2
    return max(1, min(BLOCK_ROWS, BLOCK_BYTES // widest))


def _width(column: pl.Series) -> int:
    if column.dtype != pl.String:
        return _LENGTH + 8
    longest = column.str.len_bytes().max()
    return _LENGTH + (longest if isinstance(longest, int) else 0)


def _block(part: pl.DataFrame) -> memoryview:
    count = np.full(part.height, part.width, ">i2")
    laid = [_pieces(count, None), *(piece for name in part.columns for piece in _fields(part[name]))]
    rows = pc.binary_join_element_wise(*laid, b"", null_handling="replace", null_replacement=NULL)
    # `rows` starts at no offset and ends with its last row, so its bytes are the block.
    ends = np.frombuffer(rows.buffers()[1], np.int32)
    return memoryview(rows.buffers()[2])[: int(ends[part.height])]


def _fields(column: pl.Series) -> list[pa.BinaryArray]:
    """What is joined for a column: lengths and values of fixed width as one, of texts apart."""
    if column.dtype == pl.String:
        lengths = column.str.len_bytes().cast(pl.Int32).fill_null(-1).to_numpy().astype(">i4")
        return [_pieces(lengths, None), column.fill_null("").to_arrow().cast(pa.binary())]
    numbers = np.ascontiguousarray(_numbers(column))
    field = np.empty(len(numbers), [("length", ">i4"), ("value", numbers.dtype)])
    field["length"], field["value"] = numbers.dtype.itemsize, numbers
    known = column.is_not_null().to_numpy() if column.null_count() else None
    return [_pieces(field, known)]


def _pieces(values: npt.NDArray[np.generic], known: npt.NDArray[np.bool_] | None) -> pa.BinaryArray:
    """The bytes of each value; where it isn't `known`, null."""
    kind = pa.binary(values.dtype.itemsize)
    valid = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little"))
    whole = pa.FixedSizeBinaryArray.from_buffers(kind, len(values), [valid, pa.py_buffer(values)])
    return whole.cast(pa.binary())


def _numbers(column: pl.Series) -> npt.NDArray[np.generic]:
    """A column of fixed width as numbers, most significant byte first; what stands in place of null is left out
    later."""
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime) and dtype.time_unit == "us":
        return (column.to_physical().fill_null(0).to_numpy() - EPOCH_US).astype(">i8")
    if dtype == pl.Date:
        return (column.to_physical().fill_null(0).to_numpy() - EPOCH_DAYS).astype(">i4")
    if dtype == pl.Boolean:
        return column.fill_null(False).to_numpy().astype("u1")
    wire = _WIRE.get(type(dtype))
    if wire is None:
        raise TypeError(f"column {column.name} has the type {dtype}, which travels as nothing")
    return column.fill_null(0).to_numpy().astype(wire)
