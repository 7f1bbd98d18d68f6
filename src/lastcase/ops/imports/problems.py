"""What is wrong or doubtful in a file: one row a cell, in a frame that can be counted, shown and saved."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl

from lastcase.ops.imports.read.table import ROW

Severity = Literal["error", "warning"]
SCHEMA = {
    "row": pl.Int64(),
    "table": pl.String(),
    "field": pl.String(),
    "column": pl.String(),
    "value": pl.String(),
    "severity": pl.String(),
    "message_id": pl.String(),
    "params": pl.String(),
}
"""`row`: of the file, headings being row 1 (null: the whole file); `column`: its heading; `params`: JSON."""
VALUE_CHARS = 200


def none() -> pl.DataFrame:
    """No problems."""
    return pl.DataFrame(schema=SCHEMA)


def together(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Problems of several checks, by row."""
    return (
        pl.concat([none(), *parts])
        .unique(maintain_order=True)
        .sort("row", nulls_last=False, maintain_order=True)
    )


def tell(
    frame: pl.DataFrame,
    message: str | pl.Expr,
    severity: Severity,
    *,
    table: str,
    field: str = "",
    column: str = "",
    value: pl.Expr | None = None,
    params: Mapping[str, pl.Expr | object] | None = None,
) -> pl.DataFrame:
    """One problem for each row of the frame (which holds `ROW`). Parameters may be columns of the frame."""
    said = pl.lit(message) if isinstance(message, str) else message
    shown = pl.lit(None, pl.String) if value is None else value.cast(pl.String).str.slice(0, VALUE_CHARS)
    given = [
        (part.cast(pl.String) if isinstance(part, pl.Expr) else pl.lit(str(part))).alias(name)
        for name, part in (params or {}).items()
    ]
    packed = pl.struct(given).struct.json_encode() if given else pl.lit("{}")
    return frame.select(
        pl.col(ROW).alias("row"),
        pl.lit(table).alias("table"),
        pl.lit(field).alias("field"),
        pl.lit(column).alias("column"),
        shown.alias("value"),
        pl.lit(severity).alias("severity"),
        (pl.lit("imports.") + said).alias("message_id"),
        packed.alias("params"),
    )


def as_dicts(problems: pl.DataFrame, limit: int) -> list[dict[str, Any]]:
    """The first problems as plain data, errors first; `mend_id` names what to do about each."""
    ordered = problems.sort(pl.col("severity") != "error", "row", nulls_last=False, maintain_order=True).head(
        limit
    )
    return [
        row | {"params": message_params(row), "mend_id": f"{row['message_id']}.mend"}
        for row in ordered.to_dicts()
    ]


def message_params(row: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a problem's texts: its own, with row, column, field and value."""
    own = {
        key: row[key] if row[key] is not None else "" for key in ("row", "column", "field", "table", "value")
    }
    return own | json.loads(row["params"])
