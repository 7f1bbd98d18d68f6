"""Rows of texts made a frame: headings checked, sizes checked, row numbers kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl

from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.read.limits import Limits


def checked_headings(headings: Sequence[str | None], label: str, limits: Limits) -> list[str]:
    """Headings without surrounding blanks; refused where one is empty or stands twice."""
    names = [(heading or "").strip().strip("\ufeff") for heading in headings]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise ImportRefused("no_headings", file=label)
    if len(names) > limits.columns:
        raise ImportRefused("too_many_columns", file=label, n=len(names), limit=limits.columns)
    if "" in names:
        raise ImportRefused("empty_heading", file=label, column=names.index("") + 1)
    twice = [name for name, n in Counter([*names, "_row"]).items() if n > 1]
    if twice:
        raise ImportRefused("duplicate_heading", file=label, heading=twice[0][:80])
    return names


def framed(
    names: list[str], rows: list[list[str]], numbers: list[int], label: str, limits: Limits
) -> pl.DataFrame:
    """The frame of rows that are as wide as the headings; short rows are padded, longer ones refused."""
    width = len(names)
    for index, row in enumerate(rows):
        if len(row) != width:
            rows[index] = _fitted(row, width, numbers[index], label)
    columns = zip(*rows, strict=True) if rows else [()] * width
    series = [pl.Series(name, column, pl.String) for name, column in zip(names, columns, strict=True)]
    frame = pl.DataFrame([pl.Series("_row", numbers, pl.Int64), *series])
    return cleaned(frame, label, limits)


def _fitted(row: list[str], width: int, number: int, label: str) -> list[str]:
    if any(cell.strip() for cell in row[width:]):
        raise ImportRefused("ragged", file=label, row=number, n=len(row), expected=width)
    return row[:width] + [""] * (width - len(row))


def cleaned(frame: pl.DataFrame, label: str, limits: Limits) -> pl.DataFrame:
    """Empty cells are null; refused where a cell is huge or holds a zero byte, or no row is left."""
    if not frame.height:
        raise ImportRefused("no_rows", file=label)
    if frame.height > limits.rows:
        raise ImportRefused("too_many_rows", file=label, n=frame.height, limit=limits.rows)
    texts = [name for name in frame.columns if name != "_row"]
    # Columns may share one text among many rows: their sum is what work on them would cost.
    if sum(frame[name].str.len_bytes().sum() for name in texts) > limits.unpacked_bytes:
        raise ImportRefused("bomb", file=label, limit_mib=limits.unpacked_bytes // 2**20)
    for name in texts:
        _check_cells(frame, name, label, limits)
    stripped = frame.with_columns(pl.col(texts).str.strip_chars(" \t\r\n\u3000\u00a0"))
    return stripped.with_columns(
        pl.when(pl.col(name).str.len_bytes() > 0).then(pl.col(name)).alias(name) for name in texts
    )


def _check_cells(frame: pl.DataFrame, name: str, label: str, limits: Limits) -> None:
    lengths = frame[name].str.len_chars()
    longest = lengths.max()
    if isinstance(longest, int) and longest > limits.cell_chars:
        row = frame["_row"][int(lengths.arg_max() or 0)]
        raise ImportRefused("huge_cell", file=label, row=row, column=name, n=longest, limit=limits.cell_chars)
    zero = frame[name].str.contains("\0", literal=True)
    if zero.any():
        row = frame["_row"][int(zero.arg_max() or 0)]
        raise ImportRefused("zero_byte", file=label, row=row, column=name)
