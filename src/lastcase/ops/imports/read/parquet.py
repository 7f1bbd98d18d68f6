"""Parquet files as texts: numbers and times in plain form, nested columns refused."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.read.limits import Limits
from lastcase.ops.imports.read.shape import checked_headings, cleaned

if TYPE_CHECKING:
    from pyarrow.parquet import FileMetaData

SIMPLE = (pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Date, pl.Datetime, pl.Time, pl.Null, pl.Decimal)


def read_parquet(data: bytes, label: str, limits: Limits) -> pl.DataFrame:
    """The columns as texts. Size and shape are read from the footer before any row. Raises ImportRefused."""
    import pyarrow.parquet as pq

    try:
        check_footer(pq.ParquetFile(io.BytesIO(data)).metadata, label, limits)
        frame = pl.read_parquet(io.BytesIO(data))
    except ImportRefused:
        raise
    except Exception as error:  # the readers raise many kinds for broken bytes
        raise ImportRefused("truncated", file=label) from error
    names = checked_headings(frame.columns, label, limits)
    frame = frame.rename(dict(zip(frame.columns, names, strict=True)))
    texts = frame.select(_text(name, dtype, label) for name, dtype in frame.schema.items())
    return cleaned(texts.with_row_index("_row", 2).with_columns(pl.col("_row").cast(pl.Int64)), label, limits)


def check_footer(footer: FileMetaData, label: str, limits: Limits) -> None:
    """What a file would become is told by its footer, before any row is unpacked. Raises ImportRefused."""
    if footer.num_rows > limits.rows:
        raise ImportRefused("too_many_rows", file=label, n=footer.num_rows, limit=limits.rows)
    if footer.num_columns > limits.columns:
        raise ImportRefused("too_many_columns", file=label, n=footer.num_columns, limit=limits.columns)
    unpacked = sum(footer.row_group(index).total_byte_size for index in range(footer.num_row_groups))
    if unpacked > limits.unpacked_bytes:
        raise ImportRefused("bomb", file=label, limit_mib=limits.unpacked_bytes // 2**20)


def _text(name: str, dtype: pl.DataType, label: str) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        zoned = "%Y-%m-%dT%H:%M:%S%.6f%:z" if dtype.time_zone else "%Y-%m-%dT%H:%M:%S%.6f"
        return column.dt.strftime(zoned)
    if isinstance(dtype, pl.Float32 | pl.Float64):
        whole = (column == column.round()) & (column.abs() < 1e15)
        return (
            pl.when(whole)
            .then(column.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(column.cast(pl.String))
        )
    if isinstance(dtype, SIMPLE) or dtype.is_integer():
        return column.cast(pl.String)
    raise ImportRefused("nested_column", file=label, column=name)
