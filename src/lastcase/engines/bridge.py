"""Frames in and out of PostgreSQL by `COPY`, on a connection that the caller holds.

State and audit are then one transaction, a reader sees what its own transaction wrote, and row-level security
stands for reads as for any query. Frames go in as the binary format (`copy_format`) and come out as CSV text:
null is an unquoted empty field, every value is told from it. Instants come as UTC without a zone mark; the
session's zone must be UTC (Django's connections are).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl
from psycopg import sql

from lastcase.engines import column_format
from lastcase.engines.column_format import select_list
from lastcase.engines.copy_format import binary_blocks

NUMBER = "number of the row"
PART_ROWS = 1_000_000
"""So many rows are asked for at a time: the server sends no more than a GiB as one."""
FEW_ROWS = 10_000
"""Fewer rows are laid out faster than another thread is begun."""
INSTANT_OUT = "%Y-%m-%d %H:%M:%S%.f"


def array_text(texts: Iterable[str]) -> str:
    """Texts as PostgreSQL writes an array of them."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def copy_in(cursor: Any, table: str, frame: pl.DataFrame) -> None:
    """Append the frame's rows to `table`, whose columns it names and in whose types it comes. Text must hold no
    zero byte.

    `cursor` is psycopg's, or Django's around it. Raises TypeError for a type that the table cannot take.
    """
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in frame.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(sql.Identifier(table), columns)
    with _driver(cursor).copy(statement) as copy:
        blocks = binary_blocks(frame)
        for block in blocks if frame.height < FEW_ROWS else _one_ahead(blocks):
            copy.write(block)


def _one_ahead(blocks: Iterator[memoryview]) -> Iterator[memoryview]:
    """The blocks; the next one is laid out while the server takes in this one."""
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = maker.submit(next, blocks, None)
            yield block


def copy_out(
    cursor: Any, query: str, schema: Mapping[str, pl.DataType], params: Sequence[Any] | Mapping[str, Any] = ()
) -> pl.DataFrame:
    """The rows of `query`, whose columns come in the order of `schema`, as a frame of those types."""
    return frame_of(fetch(cursor, query, params), schema)


def fetch(cursor: Any, query: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> io.BytesIO:
    """The rows of `query` as the server sends them, for `frame_of`, which needs no connection."""
    buffer = io.BytesIO()
    with _driver(cursor).copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", params or None) as copy:
        for block in copy:
            buffer.write(block)
    return buffer


def frame_of(sent: io.BytesIO, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """What `fetch` got as a frame, whose columns come in the order of `schema`."""
    if not sent.tell():
        return pl.DataFrame(schema=dict(schema))
    sent.seek(0)
    names = list(schema)
    texts = pl.read_csv(sent, has_header=False, new_columns=names, schema=dict.fromkeys(names, pl.String()))
    # A column without values is told by one null: it takes no memory, however many its rows are.
    return texts.with_columns(
        pl.lit(None, dtype).alias(name) if texts[name].null_count() == texts.height else _parse(name, dtype)
        for name, dtype in schema.items()
    )


def columns_out(
    cursor: Any,
    columns: Mapping[str, str],
    source: str,
    schema: Mapping[str, pl.DataType],
    params: Sequence[Any] = (),
    *,
    number: str = "t.id",
) -> pl.DataFrame:
    """Columns (name: SQL) of `FROM source WHERE …`, for tables of millions: whole columns come instead of rows.

    In the order of `number`, a column of whole numbers that tells the rows apart. Columns without values are not sent.
    """
    return collected(fetch_columns(cursor, columns, source, schema, params, number=number), schema)


Sent = list[tuple[list[str], bytes]]
"""What the server sent for `columns_out`, part by part: the columns that have values, and their bytes."""


def fetch_columns(
    cursor: Any,
    columns: Mapping[str, str],
    source: str,
    schema: Mapping[str, pl.DataType],
    params: Sequence[Any] = (),
    *,
    number: str = "t.id",
) -> Sent:
    """What the server sends for `columns_out`, for `collected`, which needs no connection."""
    counts = ", ".join(f"count({sql})" for sql in columns.values())
    cursor.execute(f"SELECT min({number}), max({number}), {counts} FROM {source}", params)
    first, last, *n_values = cursor.fetchone()
    if first is None:
        return []
    valued = [name for name, n in zip(columns, n_values, strict=True) if n]
    asked = {NUMBER: number, **{name: columns[name] for name in valued}}
    part = f"{source} AND {number} BETWEEN %s AND %s"
    return [
        _send(cursor, asked, part, schema, [*params, start, start + PART_ROWS - 1])
        for start in range(first, last + 1, PART_ROWS)
    ]


def fetch_few(
    cursor: Any,
    columns: Mapping[str, str],
    source: str,
    schema: Mapping[str, pl.DataType],
    params: Sequence[Any] = (),
) -> Sent:
    """As `fetch_columns`, of some thousand rows at most in the order of `t.id`: asked once, all columns at a time."""
    return [_send(cursor, {NUMBER: "t.id", **columns}, source, schema, params)]


def _send(
    cursor: Any,
    asked: Mapping[str, str],
    source: str,
    schema: Mapping[str, pl.DataType],
    params: Sequence[Any],
) -> tuple[list[str], bytes]:
    told = select_list(asked, {NUMBER: pl.Int64(), **schema})
    statement = f"COPY (SELECT {told} FROM {source}) TO STDOUT (FORMAT binary)"
    with _driver(cursor).copy(statement, params) as copy:
        return list(asked), b"".join(copy)


def collected(sent: Sent, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """What `fetch_columns` got as a frame."""
    if not sent:
        return pl.DataFrame(schema=dict(schema))
    types = {NUMBER: pl.Int64(), **schema}
    whole = pl.concat(
        [column_format.frame_of(row, {name: types[name] for name in names}) for names, row in sent]
    )
    if not whole[NUMBER].is_sorted():
        whole = whole.sort(NUMBER)
    return whole.select(
        name if name in whole.columns else pl.lit(None, dtype).alias(name) for name, dtype in schema.items()
    )


def _driver(cursor: Any) -> Any:
    """psycopg's own cursor: Django's wrapper around it, when it counts queries, takes no parameters with
    `COPY`."""
    return getattr(cursor, "cursor", cursor)


def _parse(name: str, dtype: pl.DataType) -> pl.Expr:
    """Values of a column of CSV texts as PostgreSQL writes them."""
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        text = column.str.strip_suffix("+00")
        return text.str.to_datetime(INSTANT_OUT, time_unit="us").dt.replace_time_zone("UTC").alias(name)
    if isinstance(dtype, pl.Date):
        return column.str.to_date("%Y-%m-%d")
    if isinstance(dtype, pl.Boolean):
        return (column == "t").alias(name)
    return column if isinstance(dtype, pl.String) else column.cast(dtype)
