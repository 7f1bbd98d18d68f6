"""Rows that come in and answers that go out, made from the fields of the fact table."""

from __future__ import annotations

from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field, create_model

from lastcase.core.facts import TABLES
from lastcase.core.facts import Field as FactField

ROWS_MAX = 50_000
"""So many rows come as JSON; more come as a file."""


def _annotation(field: FactField) -> tuple[Any, Any]:
    kind: Any = float if field.kind == "number" else str
    about = Field(... if field.is_required else None, description=f"{field.en} ({field.kind})")
    return (kind if field.is_required else kind | None), about


FIELDS: dict[str, Any] = {field.name: _annotation(field) for field in TABLES["visits"].fields}
VisitRow: Any = create_model(
    "VisitRow",
    __config__=ConfigDict(extra="forbid", allow_inf_nan=False),
    __doc__="A visit. Times are ISO 8601; one without a zone is read in the outbreak's.",
    **FIELDS,
)


class VisitRows(Schema):
    """Visits as JSON."""

    model_config = ConfigDict(extra="forbid")
    rows: list[VisitRow] = Field(min_length=1, max_length=ROWS_MAX)


def rows_schema() -> dict[str, Any]:
    """`VisitRows` as a schema that stands by itself."""
    schema = VisitRows.model_json_schema()
    schema["properties"]["rows"]["items"] = schema.pop("$defs")["VisitRow"]
    return schema


class ProblemOut(Schema):
    """What is wrong (`error`) or doubtful (`warning`) in one cell. `row`: of a file, its headings being row 1; of JSON,
    the first row being 1. `column`: the heading, or the name of the field."""

    row: int | None
    column: str
    value: str | None
    severity: str
    code: str
    reason: str
    mend: str


class VisitsOut(Schema):
    """What came of a delivery. `n_read` rows were read, `n_taken` of them were (in a dry run: would be) taken,
    `n_refused` have errors and cannot be; `n_visits` visits became of those taken. `problems`: the first of
    `n_problems`."""

    outbreak: str
    file: str
    is_dry_run: bool
    is_loaded: bool
    n_read: int
    n_taken: int
    n_refused: int
    n_visits: int
    n_problems: int
    problems: list[ProblemOut]
