"""The contact search in SQL on one machine, by DuckDB: the second opinion on the packed index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from lastcase.core.contacts.dose import ALIKE, Percents
from lastcase.engines.lake.sql_tables import (
    QUALITIES,
    SCHEMAS,
    SPAN_TEXT,
    SPOTS,
    Answer,
    Span,
    TimedRule,
    ready_windows,
    visits_text,
)
from lastcase.engines.lake.sql_text import BUCKET_BITS, search_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ALONE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
"""DuckDB fetches no extension: reading Parquet is in its wheel."""


def find_contacts_sql(
    visits: pl.DataFrame | str | Sequence[str],
    spots: pl.DataFrame,
    qualities: pl.DataFrame,
    windows: pl.DataFrame,
    rules: Sequence[TimedRule],
    *,
    answer: Answer = "ring",
    air_s: int = 0,
    percents: Percents = ALIKE,
    longest_s: int | None = None,
    bucket_bits: int | None = BUCKET_BITS,
    n_threads: int = 1,
) -> pl.DataFrame:
    """Who was where the persons of `windows` were, while it mattered; columns `PAIRS` or `RING`, sorted.

    `visits`: a frame with the columns of `segment.SCHEMA`, or Parquet files (globs allowed), best in folders
    `day=…`; then `longest_s`, the longest stay among them, saves opening the days before. Frames as `SPOTS`,
    `QUALITIES` and `WINDOWS` say; see `sql_text.search_text` for the rest. Raises ValueError for windows of one
    preference, and DuckDB's own errors for files that it cannot read.
    """
    import duckdb

    with duckdb.connect(":memory:", config=ALONE) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET threads = {n_threads}")
        _register(connection, "windows", ready_windows(windows))
        _register(connection, "spots", spots.select(pl.col(name).cast(kind) for name, kind in SPOTS.items()))
        _register(connection, "qualities", qualities.select(pl.col(n).cast(k) for n, k in QUALITIES.items()))
        found = connection.execute(SPAN_TEXT).fetchone()
        if found is None or found[0] is None:
            return pl.DataFrame(schema=SCHEMAS[answer])
        span = Span(*found)
        has_day = _open(connection, visits)
        connection.execute(f"CREATE VIEW visits AS {visits_text(span, air_s, longest_s, has_day)}")
        text = search_text(
            answer,
            rules,
            air_s=air_s,
            n_windows=span.n_windows,
            percents=percents,
            bucket_bits=bucket_bits,
        )
        answered = connection.execute(text).pl()
    return answered.select(pl.col(name).cast(kind) for name, kind in SCHEMAS[answer].items())


def _register(connection: DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.register(name, frame.to_arrow())


def _open(connection: DuckDBPyConnection, visits: pl.DataFrame | str | Sequence[str]) -> bool:
    """Make the table `stored`; whether it lies in a folder a day."""
    if isinstance(visits, pl.DataFrame):
        _register(connection, "stored", visits)
        return False
    files = [visits] if isinstance(visits, str) else list(visits)
    stored = connection.read_parquet(files, hive_partitioning=True)
    stored.create_view("stored")
    return "day" in stored.columns
