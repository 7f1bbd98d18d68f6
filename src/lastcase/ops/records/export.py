"""Tables out as CSV or XLSX. Text that a spreadsheet would run as a formula is marked as text."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import xlsxwriter

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
SHEET_ROWS_MAX = 1_048_576
PART_ROWS = 1_000
"""Rows that leave together."""


def neutral(value: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{value}" if value.startswith(RISKY) else value


def csv_parts(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, so that spreadsheets read Chinese right; values neutralised. Part by part, so
    that the first rows leave while the last are being worded."""
    yield codecs.BOM_UTF8 + _lines([header])
    remaining = iter(rows)
    while part := list(islice(remaining, PART_ROWS)):
        yield _lines([neutral(value) for value in row] for row in part)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def to_xlsx(header: Sequence[str], rows: Iterable[Sequence[str]], title: str) -> bytes:
    """One sheet of text cells, the header frozen; no cell is a formula or a link."""
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, list(header), bold)
        for index, row in enumerate(rows, start=1):
            if index < SHEET_ROWS_MAX:
                for column, value in enumerate(row):
                    sheet.write_string(index, column, value)
        sheet.autofilter(0, 0, 0, max(len(header) - 1, 0))
    return out.getvalue()
