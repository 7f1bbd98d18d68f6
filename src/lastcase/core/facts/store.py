"""`Facts`: the rows of every fact table as frames, and the facts as they were known at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from lastcase.core.facts import TABLES


@dataclass(frozen=True)
class Facts:
    """Frames by table name; a table that is not given is empty.

    Frames may hold several versions of a row. `known` keeps those that stood at an instant; every answer is
    made from facts that passed through it.
    """

    frames: Mapping[str, pl.DataFrame]

    def __getitem__(self, name: str) -> pl.DataFrame:
        """The frame of a table, with its whole schema; KeyError for a table that does not exist."""
        frame = self.frames.get(name)
        table = TABLES[name]
        return table.empty() if frame is None else frame

    @classmethod
    def of(cls, **frames: pl.DataFrame) -> Facts:
        """Facts from partial frames: missing columns are added as nulls, types are cast to the declaration."""
        return cls({name: conform(frame, name) for name, frame in frames.items()})

    def known(self, known_at: datetime | None) -> Facts:
        """The facts that stood at `known_at` (aware; None: the present state of the record).

        A row stood if it was known by then and not retired by then. The first version of a row counts as
        known from the instant its source states (`known_from`), where it states one; a correction never
        earlier than recorded.
        """
        return Facts(
            {name: _standing(frame, TABLES[name].key, known_at) for name, frame in self.frames.items()}
        )

    def about(self, persons: pl.Series) -> Facts:
        """The facts without the rows that are about other persons; tables that name none stay whole."""
        mine = pl.col("person_id").is_in(persons.implode())
        return Facts(
            {
                name: frame.filter(mine) if frame.height and "person_id" in frame.columns else frame
                for name, frame in self.frames.items()
            }
        )


def conform(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The frame with exactly the columns and types of the table `name`."""
    schema = TABLES[name].schema
    unknown = set(frame.columns) - set(schema)
    if unknown:
        raise KeyError(f"{name} has no column {', '.join(sorted(unknown))}")
    return frame.select(
        (pl.col(column).cast(dtype) if column in frame.columns else pl.lit(None, dtype).alias(column))
        for column, dtype in schema.items()
    )


def _standing(frame: pl.DataFrame, key: tuple[str, ...], known_at: datetime | None) -> pl.DataFrame:
    if known_at is None:
        return frame.filter(pl.col("retired_at").is_null())
    is_first = pl.col("recorded_at") == pl.col("recorded_at").min().over(list(key))
    known = pl.when(is_first).then(pl.coalesce("known_from", "recorded_at")).otherwise(pl.col("recorded_at"))
    stood = (known.is_null() | (known <= known_at)) & (
        pl.col("retired_at").is_null() | (pl.col("retired_at") > known_at)
    )
    return frame.filter(stood)
