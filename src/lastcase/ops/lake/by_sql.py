"""The same search by the SQL text: the lake's Parquet files, and beside them, for the time of the search, what the
record tells."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from lastcase.core.contacts.dose import Percents
from lastcase.core.protocol.model import ContactRule
from lastcase.engines.lake.duck import find_contacts_sql
from lastcase.engines.lake.judge import NO_RULE
from lastcase.engines.lake.search import FOUND
from lastcase.engines.lake.segment import days_of
from lastcase.engines.lake.sql_tables import ready_spots, timed_rules

if TYPE_CHECKING:
    from lastcase.ops.lake.view import OutbreakView


def pairs_by_sql(
    view: OutbreakView,
    windows: pl.DataFrame,
    rules: list[ContactRule],
    air_s: int,
    percents: Percents,
    *,
    is_spark: bool,
) -> pl.DataFrame:
    """One row a pair, columns and types of `engines.lake.search.find_pairs`. Raises SparkMissing."""
    spots = ready_spots(view.spots)
    slack_s = view.packed.slack_s
    qualities = pl.DataFrame({"quality": range(len(slack_s)), "slack_s": slack_s})
    longest_s = max((segment.longest_s for segment in view.packed.segments), default=0)
    with _told_beside(view.told) as told:
        files = [str(path) for path in (*view.snapshot.truth, *told)]
        visits = files or view.told
        tables = (visits, spots, qualities, windows, timed_rules(rules))
        if is_spark:
            from lastcase.engines.lake.spark import find_contacts_spark

            found = find_contacts_spark(
                *tables, answer="pairs", air_s=air_s, percents=percents, longest_s=longest_s
            )
        else:
            found = find_contacts_sql(
                *tables, answer="pairs", air_s=air_s, percents=percents, longest_s=longest_s
            )
    return found.with_columns(pl.col("rule").fill_null(NO_RULE)).cast(FOUND)  # type: ignore[arg-type]


@contextmanager
def _told_beside(told: pl.DataFrame) -> Iterator[list[Path]]:
    """What the record tells as Parquet, in a folder a day as the lake's, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="lastcase-told-") as folder:
        paths = []
        for (day,), rows in told.group_by(days_of(told).alias("day")):
            path = Path(folder) / f"day={day}" / "told.parquet"
            path.parent.mkdir()
            rows.write_parquet(path)
            paths.append(path)
        yield paths
