"""Tables out as CSV or XLSX. Text that a spreadsheet would run as a formula is marked as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
SHEET_ROWS_MAX = 1_048_576


def neutral(value: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{value}" if value.startswith(RISKY) else value


def to_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read Chinese right; values neutralised."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([neutral(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(header: Sequence[str], rows: Iterable[Sequence[str]], title: str) -> bytes:
    """One sheet of text cells, the header frozen; no cell is a formula or a link."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
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
                sheet.write_row(index, 0, list(row))
        sheet.autofilter(0, 0, 0, max(len(header) - 1, 0))
    return out.getvalue()
