"""Whole columns out of PostgreSQL: a query's rows as one row of aggregates, many times faster than a row at a time.

A column of fixed width comes as a binary array, with a value that no row can hold where it has none; one of texts as
the array of their lengths (-1: none) and all of them joined, which is how Arrow keeps them. `select_list` asks for the
columns, `frames_of` reads the one row that `COPY … (FORMAT binary)` sends for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from lastcase.engines.copy_format import EPOCH_DAYS, EPOCH_US, HEADER

_ARRAY_HEADER = 20
"""Bytes before an array's first element: dimensions, flags, element type, length, first index."""
_FIXED: dict[type[pl.DataType], tuple[str, str, float]] = {
    pl.Boolean: ("coalesce({}::int4, -1)", "i4", -1),
    pl.Int16: (f"coalesce({{}}::int4, {-(2**31)})", "i4", -(2**31)),
    pl.Int32: (f"coalesce({{}}::int8, {-(2**63) + 1})", "i8", -(2**63) + 1),
    pl.Int64: (f"coalesce({{}}::int8, {-(2**63) + 1})", "i8", -(2**63) + 1),
    pl.Float64: ("coalesce({}, '-infinity')", "f8", float("-inf")),
    pl.Date: ("coalesce({}, '-infinity')", "i4", -(2**31)),
    pl.Datetime: ("coalesce({}, '-infinity')", "i8", -(2**63)),
}
"""By type: SQL that leaves no null, how its values travel, and the value that stands for none."""
_ARROW: dict[type[pl.DataType], tuple[pa.DataType, str, int]] = {
    pl.Int16: (pa.int16(), "i2", 0),
    pl.Int32: (pa.int32(), "i4", 0),
    pl.Int64: (pa.int64(), "i8", 0),
    pl.Float64: (pa.float64(), "f8", 0),
    pl.Date: (pa.date32(), "i4", EPOCH_DAYS),
    pl.Datetime: (pa.timestamp("us", "UTC"), "i8", EPOCH_US),
}
"""By type: Arrow's, its width, and what its numbers count from, against PostgreSQL's."""


def select_list(columns: Mapping[str, str], schema: Mapping[str, pl.DataType]) -> str:
    """What to select for columns (name: SQL) of these types; for each what `frames_of` expects, in turn."""
    return ", ".join(part for name, sql in columns.items() for part in _aggregates(sql, schema[name]))


def frames_of(sent: bytes | memoryview, schemas: Sequence[Mapping[str, pl.DataType]]) -> list[pl.DataFrame]:
    """The row that was sent for one `select_list` after another, as a frame of these columns for each; without rows
    where there were none."""
    fields = _fields(memoryview(sent)[len(HEADER) :])
    return [_frame(fields, schema) for schema in schemas]


def _frame(fields: Iterator[memoryview | None], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    made = [_column(fields, dtype) for dtype in schema.values()]
    if any(column is None for column in made):
        return pl.DataFrame(schema=dict(schema))
    # One crossing for the whole table: of few rows each costs more than their values.
    frame = pl.from_arrow(pa.Table.from_arrays(made, names=list(schema)))
    assert isinstance(frame, pl.DataFrame)
    return frame


def _aggregates(sql: str, dtype: pl.DataType) -> list[str]:
    if isinstance(dtype, pl.String):
        return [f"array_agg(coalesce(octet_length({sql}), -1))", f"string_agg({sql}, '')"]
    whole, _, _ = _FIXED[type(dtype)]
    return [f"array_agg({whole.format(sql)})"]


def _fields(row: memoryview) -> Iterator[memoryview | None]:
    """The fields of the one row, each as its bytes; None for null."""
    at = 2
    for _ in range(int.from_bytes(row[:2], "big")):
        length = int.from_bytes(row[at : at + 4], "big", signed=True)
        at += 4
        yield None if length < 0 else row[at : at + length]
        at += max(length, 0)


def _column(fields: Iterator[memoryview | None], dtype: pl.DataType) -> pa.Array | None:
    first = next(fields)
    if isinstance(dtype, pl.String):
        texts = next(fields)
        return None if first is None else _texts(_elements(first, "i4"), texts)
    if first is None:
        return None
    _, wire, _ = _FIXED[type(dtype)]
    return _values(_elements(first, wire), dtype)


def _elements(array: memoryview, wire: str) -> npt.NDArray[np.generic]:
    """The elements of a binary array without nulls."""
    element = np.dtype([("length", ">i4"), ("value", f">{wire}")])
    values: npt.NDArray[np.generic] = np.frombuffer(array, element, offset=_ARRAY_HEADER)["value"].astype(
        wire
    )
    return values


def _texts(lengths: npt.NDArray[np.generic], texts: memoryview | None) -> pa.Array:
    known: npt.NDArray[np.bool_] = lengths >= 0  # type: ignore[operator]
    ends = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(np.where(known, lengths, 0), out=ends[1:])
    buffers = [_bits(known), pa.py_buffer(ends), pa.py_buffer(b"" if texts is None else texts)]
    return pa.Array.from_buffers(pa.large_string(), len(lengths), buffers)


def _values(numbers: npt.NDArray[np.generic], dtype: pl.DataType) -> pa.Array:
    """Numbers as they travel, as a column of the type."""
    _, _, none = _FIXED[type(dtype)]
    known: npt.NDArray[np.bool_] = numbers != none
    if isinstance(dtype, pl.Boolean):
        return pa.Array.from_buffers(pa.bool_(), len(numbers), [_bits(known), _bits(numbers == 1)])
    kind, width, since = _ARROW[type(dtype)]
    # A value that stands for none may leave the type's range; nobody reads it.
    values = (numbers + since).astype(width, casting="unsafe")
    return pa.Array.from_buffers(kind, len(numbers), [_bits(known), pa.py_buffer(values)])


def _bits(flags: npt.NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))
