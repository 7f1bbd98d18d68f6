"""Persons found to be the same: every fact of a merged person is read as a fact of the survivor.

The record keeps both histories; this is how they are read.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lastcase.core.facts import TABLES, Table
from lastcase.core.facts.store import Facts

MAX_CHAIN = 20
"""Merges of merged persons are followed this far; a circle, which the record refuses, ends there."""


def resolve_merges(facts: Facts) -> Facts:
    """Facts with every reference to a merged person turned to the survivor.

    Where both histories state the same fact (one episode twice), one row is left: the survivor's, its gaps filled
    from the other. Facts without merges come back as they are.
    """
    return turn_to_survivors(facts, survivors(facts["persons"]))


def turn_to_survivors(facts: Facts, into: Mapping[str, str]) -> Facts:
    """The same where the survivor of each merged person is known: `into`."""
    if not into:
        return facts
    return Facts({name: _resolve_table(TABLES[name], frame, into) for name, frame in facts.frames.items()})


def survivors(persons: pl.DataFrame) -> dict[str, str]:
    """Who survives, for each person that is merged into another."""
    merged = persons.filter(pl.col("merged_into_id").is_not_null()).select("person_id", "merged_into_id")
    into: dict[str, str] = dict(merged.iter_rows())
    found = {}
    for person in into:
        at, steps = person, 0
        while at in into and steps < MAX_CHAIN:
            at, steps = into[at], steps + 1
        found[person] = at
    return found


def _resolve_table(table: Table, frame: pl.DataFrame, into: Mapping[str, str]) -> pl.DataFrame:
    columns = [f.name for f in table.fields if f.reference == "persons" or f.name == "person_id"]
    if not columns:
        return frame
    own = pl.any_horizontal(pl.col(column).is_in(list(into)) for column in columns)
    marked = frame.with_columns(own.fill_null(False).alias("is_merged"))
    mapped = marked.with_columns(pl.col(column).replace(into) for column in columns)
    if not set(columns) & set(table.key):
        return mapped.drop("is_merged")
    return _one_a_key(table, mapped)


def _one_a_key(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Only rows whose key meets a merged one are put together; all others pass as they are."""
    key = list(table.key)
    meets = pl.col("is_merged").any().over(key)
    apart, together = frame.filter(~meets), frame.filter(meets)
    ordered = together.sort([*key, "is_merged", "recorded_at"])
    values = [name for name in frame.columns if name not in key]
    filled = ordered.group_by(key, maintain_order=True).agg(
        pl.col(name).drop_nulls().first() for name in values
    )
    whole = pl.concat([apart, filled.select(frame.columns)]).drop("is_merged")
    return whole.with_columns(merged_into_id=pl.lit(None, pl.String)) if table.name == "persons" else whole
