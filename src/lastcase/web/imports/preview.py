"""What a file would become, cut down to what a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.utils import timezone

from lastcase.core.facts import TABLES, Field
from lastcase.editions.messages import render
from lastcase.ops.imports import problems
from lastcase.ops.imports.convert import Converted
from lastcase.web.templatetags.lastcase import code_name, code_names, lang, local_day, name_of

SHOWN_ROWS = 5
SHOWN_PROBLEMS = 50


@dataclass(frozen=True)
class SampleTable:
    """The first rows that a file states of one fact table; each cell beside its heading."""

    title: str
    n_rows: int
    headings: list[str]
    rows: list[list[tuple[str, str]]]


def sample_tables(converted: Converted) -> list[SampleTable]:
    """One sample a fact table, with the columns that the file fills."""
    return [
        sample_table(name, frame, frame.height) for name, frame in converted.frames.items() if frame.height
    ]


def sample_table(name: str, frame: pl.DataFrame, n_rows: int) -> SampleTable:
    """The first rows of a frame of the fact table `name`, which has `n_rows` in all."""
    filled = [
        field
        for field in TABLES[name].fields
        if field.name in frame.columns and frame[field.name].null_count() < frame.height
    ]
    rows = frame.head(SHOWN_ROWS).to_dicts()
    headings = [name_of(field) for field in filled]
    cells = [
        [(heading, _cell(field, row[field.name])) for heading, field in zip(headings, filled, strict=True)]
        for row in rows
    ]
    return SampleTable(name_of(TABLES[name]), n_rows, headings, cells)


def _cell(field: Field, value: Any) -> str:
    if value is None:
        return "–"
    if field.kind == "code":
        return code_name(value, field.name)
    if field.kind == "codes":
        return code_names(value, field.name)
    if field.kind == "date":
        return local_day(value)
    if field.kind == "instant":
        here = timezone.localtime(value)
        return f"{local_day(here.date())} {here:%H:%M}"
    if field.kind == "boolean":
        return render("value.yes" if value else "value.no", {}, lang())
    return f"{value:g}" if isinstance(value, float) else str(value)


def problem_rows(found: pl.DataFrame) -> list[dict[str, Any]]:
    """The first problems in words: row, column, value, reason, mend; errors first."""
    rows = problems.as_dicts(found, SHOWN_PROBLEMS)
    return [
        {
            "row": row["row"],
            "column": row["column"] or row["field"],
            "value": row["value"],
            "is_error": row["severity"] == "error",
            "reason": render(row["message_id"], row["params"], lang()),
            "mend": render(row["mend_id"], row["params"], lang()),
        }
        for row in rows
    ]
