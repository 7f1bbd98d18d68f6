"""What a cluster is given to run: ``python -m lastcase.engines.lake.spark_job LAKE --windows … --rules … --out …``.

LAKE is a lake, or a copy of one where no lake can be kept (an object store): a folder with `visits` (Parquet, a folder
`day=…` a day), `spots.parquet` and `qualities.parquet`. Exit codes: 0 the answer is written, 2 the arguments, the
rules or the lake are wrong, 3 PySpark or Java is missing; Spark's own failures end it with their traceback.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from lastcase.core.contacts.dose import Percents
from lastcase.engines.lake.errors import LakeDamaged, UnknownFormat
from lastcase.engines.lake.manifest import has_manifest
from lastcase.engines.lake.segment import SCHEMA as VISITS
from lastcase.engines.lake.snapshot import take_snapshot
from lastcase.engines.lake.spark import AfterRing, Source, SparkMissing, check_spark, contacts_on_spark
from lastcase.engines.lake.sql_tables import NotInSeconds, TimedRule, ready_spots, timed_rule
from lastcase.engines.lake.view import SETTING_BITS

EXIT_WRONG = 2
EXIT_MISSING = 3


class Tables(NamedTuple):
    """What the search reads, and the longest stay in it where that is known."""

    visits: Source
    spots: Source
    qualities: Source
    longest_s: int | None


class Question(NamedTuple):
    """What a file of rules says: the rules, the first to decide first, seconds that air stays shared, and what a
    minute counts for in the dose."""

    rules: list[TimedRule]
    air_s: int
    percents: Percents


class NoRules(ValueError):
    """The file of rules does not say what it should."""


def read_rules(text: str) -> Question:
    """`{"shared_air_min": 0, "dose_percent": {"dining": 200}, "rules": [{"settings": [], "min_minutes": 15,
    "cumulating_hours": 24, "max_rows_apart": 3}]}`, each name but `rules` optional. Raises NoRules."""
    try:
        told = json.loads(text)
        rules = [_rule(**rule) for rule in told["rules"]]
        percents = {name: round(counts) for name, counts in told.get("dose_percent", {}).items()}
        if strange := percents.keys() - SETTING_BITS.keys():
            raise KeyError(*strange)
        return Question(rules, round(told.get("shared_air_min", 0) * 60), percents)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, NotInSeconds) as error:
        raise NoRules(f"these are no rules: {error}") from error


def _rule(
    settings: Sequence[str] = (),
    min_minutes: float | None = None,
    cumulating_hours: float = 0.0,
    max_rows_apart: int | None = None,
) -> TimedRule:
    if max_rows_apart is not None and (type(max_rows_apart) is not int or max_rows_apart < 0):
        raise TypeError(f"max_rows_apart is a whole number from 0, not {max_rows_apart!r}")
    return timed_rule(settings, min_minutes, cumulating_hours, max_rows_apart)


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="spark_job", description="Contact search over a lake, on Spark.")
    parser.add_argument("lake", help="folder of the lake, as every machine of the cluster names it")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--windows", help="Parquet: person, preference, from_s, until_s, settings")
    whose.add_argument("--after-ring", help="Parquet of an earlier answer: search for its definite contacts")
    parser.add_argument(
        "--beside",
        type=int,
        nargs="*",
        default=[],
        help="rules of that answer whose contacts are not followed",
    )
    parser.add_argument("--rules", required=True, type=Path, help="JSON file, read on the driver")
    parser.add_argument("--out", required=True, help="folder to write the answer to, as Parquet; replaced")
    parser.add_argument("--answer", choices=("pairs", "ring"), default="ring")
    parser.add_argument(
        "--longest-hours", type=int, help="of a copy: no visit is longer; earlier days are not opened"
    )
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Run the search of a command line; the exit code."""
    given = _arguments(words)
    try:
        check_spark()
        question = read_rules(given.rules.read_text())
        tables = open_tables(given.lake, given.longest_hours)
    except SparkMissing as error:
        print(f"spark_job: {error}", file=sys.stderr)
        return EXIT_MISSING
    except (NoRules, LakeDamaged, UnknownFormat, OSError) as error:
        print(f"spark_job: {error}", file=sys.stderr)
        return EXIT_WRONG
    _search(given, question, tables)
    return 0


def open_tables(folder: str, longest_hours: int | None) -> Tables:
    """The tables of a lake, by its manifest, or of a copy. Raises LakeDamaged, UnknownFormat."""
    if not has_manifest(Path(folder)):
        copy = folder.rstrip("/")
        longest_s = None if longest_hours is None else longest_hours * 3600
        return Tables(f"{copy}/visits", f"{copy}/spots.parquet", f"{copy}/qualities.parquet", longest_s)
    state = take_snapshot(Path(folder))
    truth = [str(path) for path in state.truth]
    qualities = pl.DataFrame({"quality": range(len(state.slack_s)), "slack_s": state.slack_s})
    longest_s = max((segment.longest_s for segment in state.segments), default=0)
    return Tables(truth or pl.DataFrame(schema=VISITS), ready_spots(state.spots), qualities, longest_s)


def _search(given: argparse.Namespace, question: Question, tables: Tables) -> None:
    """Master, memory and the like are spark-submit's to say; the session takes them from there."""
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("lastcase contact search").getOrCreate()
    windows = given.windows or AfterRing(given.after_ring, given.beside)
    try:
        with contacts_on_spark(
            spark,
            tables.visits,
            tables.spots,
            tables.qualities,
            windows,
            question.rules,
            answer=given.answer,
            air_s=question.air_s,
            percents=question.percents,
            longest_s=tables.longest_s,
        ) as found:
            found.write.mode("overwrite").parquet(given.out)
    finally:
        spark.stop()


if __name__ == "__main__":
    raise SystemExit(main())
