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
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Few:
    """Some thousand rows at most: columns (name: SQL) of `FROM source WHERE …` and the types of all that are wanted, of
    which those that are not asked stay null; in the order of `number`, where there is one."""

    columns: Mapping[str, str]
    source: str
    schema: Mapping[str, pl.DataType]
    params: Sequence[Any] = ()
    number: str | None = None


def few_out(cursor: Any, asked: Sequence[Few]) -> list[pl.DataFrame]:
    """The rows of several queries, all of them asked in one statement: to ask costs more than a few rows do."""
    numbers = [{} if few.number is None else {NUMBER: few.number} for few in asked]
    columns = [{**number, **few.columns} for number, few in zip(numbers, asked, strict=True)]
    types = [{NUMBER: pl.Int64(), **few.schema} for few in asked]
    rows = [
        f"(SELECT {select_list(names, kinds)} FROM {few.source}) r{place}"
        for place, (names, kinds, few) in enumerate(zip(columns, types, asked, strict=True))
    ]
    statement = f"COPY (SELECT * FROM {', '.join(rows)}) TO STDOUT (FORMAT binary)"
    with _driver(cursor).copy(statement, [param for few in asked for param in few.params]) as copy:
        sent = b"".join(copy)
    schemas = [{name: kinds[name] for name in names} for names, kinds in zip(columns, types, strict=True)]
    frames = column_format.frames_of(sent, schemas)
    return [_in_order(frame, few.schema) for frame, few in zip(frames, asked, strict=True)]


def few_in(frame: pl.DataFrame, table: str, param: str = "rows") -> tuple[str, dict[str, str]]:
    """Some hundred rows for a statement to read, instead of a table that is made for them: SQL of a source with the
    frame's columns in the types of `table`, and its parameter."""
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    source = f"(SELECT {columns} FROM json_populate_recordset(NULL::{table}, %({param})s))"
    return source, {param: frame.cast(pl.String).write_json()}


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
        frame
        for names, row in sent
        for frame in column_format.frames_of(row, [{name: types[name] for name in names}])
    )
    return _in_order(whole, schema)


def _in_order(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The columns of the schema, in the order of the rows' numbers where they have any."""
    if NUMBER in frame.columns and not frame[NUMBER].is_sorted():
        frame = frame.sort(NUMBER)
    return frame.select(
        name if name in frame.columns else pl.lit(None, dtype).alias(name) for name, dtype in schema.items()
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
