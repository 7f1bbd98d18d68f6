"""Columns of a declared schema as expressions, each made once: hundreds of them are asked for at every derivation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import polars as pl

Schema = Mapping[str, pl.DataType]


@cache
def typed(name: str, dtype: pl.DataType) -> pl.Expr:
    """The column as this type."""
    return pl.col(name).cast(dtype)


@cache
def missing(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column of this type that holds nothing."""
    return pl.lit(None, dtype).alias(name)


def columns_of(schema: Schema, **made: pl.Expr) -> Iterator[pl.Expr]:
    """The columns of the schema in their types; those of `made` as worked out there."""
    return (
        made[name].cast(dtype).alias(name) if name in made else typed(name, dtype)
        for name, dtype in schema.items()
    )


def known_columns_of(schema: Schema, frame: pl.DataFrame, **made: pl.Expr) -> Iterator[pl.Expr]:
    """The same for a frame that need not have them all: what it lacks, and is not `made`, is null."""
    known = set(frame.columns)
    return (
        typed(name, dtype)
        if name in known
        else made[name].cast(dtype).alias(name)
        if name in made
        else missing(name, dtype)
        for name, dtype in schema.items()
    )
