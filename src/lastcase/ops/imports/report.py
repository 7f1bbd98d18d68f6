"""The report of an import: what was read, what it would change or did, what is wrong, and how to mend it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from lastcase.ops.imports import problems

SHOWN_PROBLEMS = 200
DANGEROUS = r"^[=+\-@\t\r]"
"""What a spreadsheet would take for a formula at the start of a cell."""


@dataclass(frozen=True)
class ImportReport:
    """What came of one file. `tables`: added, changed and same rows by table (empty where nothing was
    tried)."""

    file: str
    kind: str
    map: str
    outbreak: str
    n_rows: int
    is_loaded: bool
    is_dry_run: bool
    n_rows_left_out: int = 0
    tables: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: pl.DataFrame = field(default_factory=problems.none)
    suggested_as_of: datetime | None = None
    encoding: str = ""
    unused_columns: tuple[str, ...] = ()
    n_stubs: int = 0

    @property
    def n_errors(self) -> int:
        """Errors: cells or rows that cannot be taken."""
        return int((self.problems["severity"] == "error").sum())

    @property
    def n_warnings(self) -> int:
        """Warnings: what was taken and is doubtful."""
        return self.problems.height - self.n_errors

    @property
    def by_message(self) -> dict[str, int]:
        """How often each message was told."""
        counts = self.problems.group_by("message_id").len().sort("message_id")
        return dict(counts.iter_rows())

    def total(self, what: str) -> int:
        """Rows added, changed or same over all tables."""
        return sum(counts.get(what, 0) for counts in self.tables.values())

    def as_dict(self, limit: int = SHOWN_PROBLEMS) -> dict[str, Any]:
        """The report as plain data; at most `limit` problems, errors first, with their number in all."""
        return {
            "file": self.file,
            "kind": self.kind,
            "map": self.map,
            "outbreak": self.outbreak,
            "n_rows": self.n_rows,
            "is_loaded": self.is_loaded,
            "is_dry_run": self.is_dry_run,
            "n_rows_left_out": self.n_rows_left_out,
            "tables": self.tables,
            "n_stubs": self.n_stubs,
            "n_errors": self.n_errors,
            "n_warnings": self.n_warnings,
            "by_message": self.by_message,
            "n_problems": self.problems.height,
            "problems": problems.as_dicts(self.problems, limit),
            "encoding": self.encoding,
            "unused_columns": list(self.unused_columns),
            "suggested_as_of": self.suggested_as_of.isoformat() if self.suggested_as_of else None,
        }

    def problem_rows(self, lang: str) -> pl.DataFrame:
        """All problems in words: row, column, value, severity, reason, mend."""
        from lastcase.editions.messages import render

        rows = problems.as_dicts(self.problems, self.problems.height)
        words = [
            (render(r["message_id"], r["params"], lang), render(r["mend_id"], r["params"], lang))
            for r in rows
        ]
        return pl.DataFrame(
            {
                "row": [r["row"] for r in rows],
                "column": [r["column"] or r["field"] for r in rows],
                "value": [r["value"] for r in rows],
                "severity": [r["severity"] for r in rows],
                "reason": [reason for reason, _ in words],
                "mend": [mend for _, mend in words],
            },
            schema={
                "row": pl.Int64,
                "column": pl.String,
                "value": pl.String,
                "severity": pl.String,
                "reason": pl.String,
                "mend": pl.String,
            },
        )


def neutral(frame: pl.DataFrame) -> pl.DataFrame:
    """Texts that a spreadsheet would run as formulas get an apostrophe before them."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(DANGEROUS))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )


def as_csv(report: ImportReport, lang: str) -> bytes:
    """The problems as CSV in UTF-8 with a mark, which spreadsheets read rightly."""
    return neutral(report.problem_rows(lang)).write_csv(include_bom=True).encode()


def as_xlsx(report: ImportReport, lang: str) -> bytes:
    """The problems as a workbook; every text is written as text."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet("problems")
        frame = neutral(report.problem_rows(lang))
        sheet.write_row(0, 0, frame.columns)
        for index, row in enumerate(frame.iter_rows(), start=1):
            sheet.write_row(index, 0, ["" if cell is None else cell for cell in row])
    return buffer.getvalue()
