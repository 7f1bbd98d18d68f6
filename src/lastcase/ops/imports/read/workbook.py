"""Sheets of XLSX workbooks as texts. Formulas are refused: what they show depends on when they were last
reckoned."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

import polars as pl

from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.read.limits import Limits
from lastcase.ops.imports.read.packed import check_workbook
from lastcase.ops.imports.read.shape import checked_headings, framed


def read_workbook(data: bytes, label: str, sheet: str | None, limits: Limits) -> pl.DataFrame:
    """The cells of the first sheet, or of the one named. Raises ImportRefused."""
    check_workbook(data, label, limits)
    cells = _sheet(data, label, sheet)
    first = next((index for index, row in enumerate(cells) if any(cell != "" for cell in row)), None)
    if first is None:
        raise ImportRefused("empty", file=label)
    if len(cells) - first - 1 > limits.rows:
        raise ImportRefused("too_many_rows", file=label, n=len(cells) - first - 1, limit=limits.rows)
    names = checked_headings([_text(cell) for cell in cells[first]], label, limits)
    rows, numbers = [], []
    for number, row in enumerate(cells[first + 1 :], start=first + 2):
        texts = [_text(cell) for cell in row]
        if any(texts):
            rows.append(texts)
            numbers.append(number)
    return framed(names, rows, numbers, label, limits)


def _sheet(data: bytes, label: str, sheet: str | None) -> list[list[object]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if not book.sheet_names:
            raise ImportRefused("empty", file=label)
        if sheet is not None and sheet not in book.sheet_names:
            raise ImportRefused("no_such_sheet", file=label, sheet=sheet, sheets=", ".join(book.sheet_names))
        name = sheet or book.sheet_names[0]
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)  # type: ignore[return-value]
    except CalamineError as error:
        raise ImportRefused("truncated", file=label) from error


def _text(cell: object) -> str:
    """A cell as the text a person would type: dates in ISO, whole numbers without a fraction."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else str(cell)
