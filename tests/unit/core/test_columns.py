"""Columns of a declared schema: in its order and types, what is missing null."""

from __future__ import annotations

import polars as pl
import pytest

from lastcase.core.columns import columns_of, known_columns_of

SCHEMA = {"key": pl.String(), "n": pl.Int64(), "note": pl.String()}
FRAME = pl.DataFrame({"n": [1], "key": ["a"], "other": [True]}, schema_overrides={"n": pl.Int8})


def test_columns_are_put_in_order_and_cast() -> None:
    made = FRAME.select(columns_of(SCHEMA, note=pl.lit("made")))
    assert made.schema == SCHEMA
    assert made.rows() == [("a", 1, "made")]


def test_a_column_that_must_be_there_is_missed() -> None:
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        FRAME.select(columns_of(SCHEMA))


def test_what_a_frame_lacks_is_null_or_the_usual() -> None:
    bare = FRAME.select(known_columns_of(SCHEMA, FRAME))
    usual = FRAME.select(known_columns_of(SCHEMA, FRAME, note=pl.lit("usual"), n=pl.lit(9)))
    assert bare.schema == usual.schema == SCHEMA
    assert (bare.rows(), usual.rows()) == ([("a", 1, None)], [("a", 1, "usual")])
