"""Classes of quality: which source tells of a visit, and how precise its times are."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.engines.lake.errors import TooManyQualities, WrongColumns
from lastcase.engines.lake.manifest import Quality
from lastcase.engines.lake.words import N_QUALITIES

COLUMNS: dict[str, pl.DataType] = {"visit_source": pl.String(), "precision_s": pl.Int64()}
"""Kind of source and precision of the times in seconds, either null where it is not stated."""


def extend_qualities(known: tuple[Quality, ...], rows: pl.DataFrame) -> tuple[tuple[Quality, ...], pl.Series]:
    """The classes with those of `rows` (columns `COLUMNS`) after them, and the number of each row's.

    Raises WrongColumns (also for a precision below 0), TooManyQualities.
    """
    if dict(rows.schema) != COLUMNS or rows.select((pl.col("precision_s") < 0).any()).item():
        raise WrongColumns(dict(rows.schema), f"{COLUMNS}, no precision being negative")
    asked = (Quality(*row) for row in rows.unique(maintain_order=True).iter_rows())
    classes = tuple(dict.fromkeys((*known, *asked)))
    if len(classes) > N_QUALITIES:
        raise TooManyQualities(len(classes), N_QUALITIES)
    table = pl.DataFrame(classes, schema=COLUMNS, orient="row").with_columns(
        quality=pl.int_range(pl.len(), dtype=pl.UInt8)
    )
    numbers = rows.join(table, on=list(COLUMNS), how="left", nulls_equal=True, maintain_order="left")
    return classes, numbers["quality"]


def slack_of(classes: tuple[Quality, ...]) -> NDArray[np.int64]:
    """The precision of every class that there can be, in seconds; 0 where none is stated."""
    slack_s = np.zeros(N_QUALITIES, np.int64)
    slack_s[: len(classes)] = [quality.precision_s or 0 for quality in classes]
    return slack_s
