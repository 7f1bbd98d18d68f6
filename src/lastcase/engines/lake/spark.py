"""The contact search in SQL on many machines, by Spark: the text that DuckDB reads, over the same Parquet files.

PySpark is an extra and needs a Java runtime; both are asked for where a session is made, nowhere else.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from lastcase.core.contacts.dose import ALIKE, Percents
from lastcase.engines.lake.segment import SCHEMA as VISITS
from lastcase.engines.lake.sql_tables import (
    OPEN_S,
    QUALITIES,
    RING,
    SCHEMAS,
    SPAN_TEXT,
    SPOTS,
    WINDOWS,
    Answer,
    Span,
    TimedRule,
    ready_windows,
    visits_text,
    windows_after_text,
)
from lastcase.engines.lake.sql_text import BUCKET_BITS, search_texts

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Source = pl.DataFrame | str | Sequence[str]
"""A frame, or a folder or files of Parquet that every machine of the cluster can read."""


class AfterRing(NamedTuple):
    """In place of windows those that `sql_tables.windows_after` makes of an earlier answer; arguments as there."""

    ring: Source
    beside: Sequence[int] = ()


ALONE = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
    "spark.log.level": "ERROR",
}
"""A session on this machine only: no page, no look-up of the machine's name, few partitions."""


class SparkMissing(RuntimeError):
    """Spark cannot start here; the text says what to install."""


def check_spark() -> None:
    """Raise SparkMissing where PySpark or a Java runtime is not installed."""
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        raise SparkMissing(
            "the contact search on a cluster needs PySpark: pip install 'lastcase[spark]'"
        ) from error
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin" / "java").exists()) and shutil.which("java") is None:
        raise SparkMissing(
            "PySpark needs a Java 17 runtime: apt-get install openjdk-17-jre-headless, or set JAVA_HOME"
        )


def local_session(n_threads: int = 2, settings: Mapping[str, str] = MappingProxyType({})) -> SparkSession:
    """A session that lives beside this process and talks to no other machine; the caller stops it.

    `settings` are Spark's own, over those of `ALONE`. Raises SparkMissing.
    """
    check_spark()
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master(f"local[{n_threads}]").appName("lastcase contact search")
    for name, value in {**ALONE, **settings}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def find_contacts_spark(
    visits: Source,
    spots: Source,
    qualities: Source,
    windows: Source | AfterRing,
    rules: Sequence[TimedRule],
    *,
    spark: SparkSession | None = None,
    answer: Answer = "ring",
    air_s: int = 0,
    percents: Percents = ALIKE,
    longest_s: int | None = None,
    bucket_bits: int | None = BUCKET_BITS,
) -> pl.DataFrame:
    """What `duck.find_contacts_sql` answers, brought to this process; arguments as there.

    `spark`: the session to use; without one a local one lives as long as the call. Raises SparkMissing.
    """
    session = spark if spark is not None else local_session()
    asked: dict[str, Any] = {
        "answer": answer,
        "air_s": air_s,
        "percents": percents,
        "longest_s": longest_s,
        "bucket_bits": bucket_bits,
    }
    try:
        with contacts_on_spark(session, visits, spots, qualities, windows, rules, **asked) as found:
            answered = pl.DataFrame(found.toArrow())
    finally:
        if spark is None:
            session.stop()
    return answered.select(pl.col(name).cast(kind) for name, kind in SCHEMAS[answer].items())


@contextmanager
def contacts_on_spark(
    spark: SparkSession,
    visits: Source,
    spots: Source,
    qualities: Source,
    windows: Source | AfterRing,
    rules: Sequence[TimedRule],
    *,
    answer: Answer = "ring",
    air_s: int = 0,
    percents: Percents = ALIKE,
    longest_s: int | None = None,
    bucket_bits: int | None = BUCKET_BITS,
) -> Iterator[DataFrame]:
    """The answer as a frame of Spark, to be written where it is wanted; steps are kept for it until the block ends.

    Windows in Parquet must have the columns of `sql_tables.WINDOWS`, no two of a person with one preference.
    """
    own = spark.newSession()  # its tables are hidden from the session given, and the other way round
    # What Spark infers from the text's long conditions grows beyond all bounds, and helps nothing here.
    own.conf.set("spark.sql.constraintPropagation.enabled", "false")
    span = _make_tables(own, visits, spots, qualities, windows, air_s, longest_s)
    *steps, (_, text) = search_texts(
        answer,
        rules,
        air_s=air_s,
        n_windows=span.n_windows,
        percents=percents,
        bucket_bits=bucket_bits,
        dialect="spark",
    )
    kept = []
    try:
        for name, step in steps:
            kept.append(own.sql(step).persist())
            kept[-1].createOrReplaceTempView(name)
        yield own.sql(text)
    finally:
        for frame in kept:
            frame.unpersist()


def _make_tables(
    own: SparkSession,
    visits: Source,
    spots: Source,
    qualities: Source,
    windows: Source | AfterRing,
    air_s: int,
    longest_s: int | None,
) -> Span:
    """Name the tables that the text reads. The windows are read for it, to know their span."""
    if isinstance(windows, AfterRing):
        _table(own, "ring", windows.ring, RING)
        own.sql(windows_after_text(windows.beside)).createOrReplaceTempView("windows")
    else:
        ready = ready_windows(windows) if isinstance(windows, pl.DataFrame) else windows
        _table(own, "windows", ready, WINDOWS)
    _table(own, "spots", spots, SPOTS)
    _table(own, "qualities", qualities, QUALITIES)
    stored = _table(own, "stored", visits, VISITS)
    opens_s, closes_s, n_windows = own.sql(SPAN_TEXT).collect()[0]
    span = Span(OPEN_S, OPEN_S, 1) if opens_s is None else Span(opens_s, closes_s, n_windows)
    reading = visits_text(span, air_s, longest_s, "day" in stored.columns)
    own.sql(reading).createOrReplaceTempView("visits")
    return span


def _table(spark: SparkSession, name: str, source: Source, schema: dict[str, pl.DataType]) -> DataFrame:
    """Make a table of a source under a name. Spark knows no unsigned numbers: frames are brought to signed ones."""
    if isinstance(source, pl.DataFrame):
        signed = {n: pl.Int64() if kind.is_unsigned_integer() else kind for n, kind in schema.items()}
        frame = spark.createDataFrame(source.select(pl.col(n).cast(k) for n, k in signed.items()).to_arrow())
    else:
        frame = _read(spark, [source] if isinstance(source, str) else list(source))
    frame.createOrReplaceTempView(name)
    return frame


def _read(spark: SparkSession, files: Sequence[str]) -> DataFrame:
    """The rows of Parquet files or folders. Spark sees the day in the path of a single file only where it is told in
    which folder the days lie."""
    by_root: dict[str, list[str]] = {}
    for file in files:
        *root, day, _ = ["", *file.rsplit("/", 2)]
        by_root.setdefault("/".join(root[1:]) if day.startswith("day=") else "", []).append(file)
    if "" in by_root:
        return spark.read.parquet(*files)
    parts = [spark.read.option("basePath", root).parquet(*some) for root, some in by_root.items()]
    return reduce(lambda one, other: one.unionByName(other), parts)
