"""How the weights are made: counted on a synthetic population whose doubles are known.

For every level, `m` is its share among the pairs that are one person and `u` among all other pairs, each given the
level's group. All pairs of a population are looked at, so that rare coincidences are counted and not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import polars as pl

from lastcase.engines.linkage.link import connect, find_pairs
from lastcase.engines.linkage.model import COMPARISONS, Comparison
from lastcase.engines.linkage.prepare import prepare
from lastcase.engines.linkage.synthetic import population

TRAINING_PERSONS = 2_500
HOUSEHOLD_PERSONS = 30_000
TRAINING_SEED = 1
Counts = dict[tuple[str, bool], int]
"""Number of pairs by level and by whether the pair is one person."""
EVERYONE = "SELECT a.unique_id AS one, b.unique_id AS other FROM person a CROSS JOIN person b"
HOUSEHOLDS = """
    SELECT a.unique_id AS one, b.unique_id AS other FROM person a JOIN person b USING (phone)
    UNION SELECT a.unique_id, b.unique_id FROM person a JOIN person b USING (place)"""
UNSEEN = 0.5
"""Counted beside what was seen, so that a level that no pair met is rare and not impossible."""


@dataclass(frozen=True)
class Accuracy:
    """Of the pairs from a probability on: how many are right (`precision`), and how many of the true ones are
    among them (`recall`)."""

    at_least: float
    n_pairs: int
    precision: float
    recall: float


def estimate_levels() -> dict[str, dict[str, dict[str, float]]]:
    """`m` and `u` of every level by comparison and level key.

    Levels of a group concern entries under one telephone or roof: these are few, and are counted in a larger
    population. All others are counted among all pairs.
    """
    everyone = _count(TRAINING_PERSONS, of_households=False)
    households = _count(HOUSEHOLD_PERSONS, of_households=True)
    return {
        one.name: _of_comparison(one, {False: everyone[one.name], True: households[one.name]})
        for one in COMPARISONS
    }


def _count(n_persons: int, *, of_households: bool) -> dict[str, Counts]:
    """Counts of every comparison over all pairs of a population, or over those under one telephone or roof."""
    persons, pairs = population(n_persons, TRAINING_SEED)
    connection = connect()
    try:
        connection.register("person", prepare(persons).to_arrow())
        connection.register("truth", pairs.to_arrow())
        _lay_pairs(connection, HOUSEHOLDS if of_households else EVERYONE)
        return {one.name: _counts(connection, one) for one in COMPARISONS}
    finally:
        connection.close()


def _lay_pairs(connection: duckdb.DuckDBPyConnection, which: str) -> None:
    columns = [name for name in connection.table("person").columns if not name.startswith("by_")]
    sides = ", ".join(f"{side}.{name} AS {name}_{side}" for name in columns for side in ("l", "r"))
    connection.execute(
        f"""CREATE VIEW pair AS SELECT {sides} FROM ({which})
            JOIN person l ON l.unique_id = one JOIN person r ON r.unique_id = other WHERE one < other"""
    )


def _counts(connection: duckdb.DuckDBPyConnection, comparison: Comparison) -> Counts:
    """How many pairs meet each level, by whether the pair is one person."""
    cases = " ".join(f"WHEN {level.sql} THEN '{level.key}'" for level in comparison.levels)
    rows = connection.sql(
        f"""WITH said AS (SELECT unique_id_l, unique_id_r, CASE {cases} END AS level FROM pair
            WHERE NOT ({comparison.unknown}))
        SELECT level, t.left_id IS NOT NULL, count(*) FROM said
        LEFT JOIN truth t ON t.left_id = unique_id_l AND t.right_id = unique_id_r GROUP BY ALL"""
    ).fetchall()
    return {(level, is_one): n for level, is_one, n in rows}


def _of_comparison(comparison: Comparison, by_kind: Mapping[bool, Counts]) -> dict[str, dict[str, float]]:
    found = {}
    for level in comparison.levels:
        counts = by_kind[bool(level.group)]
        alike = [other.key for other in comparison.levels if other.group == level.group]
        shares = []
        for is_one in (True, False):
            total = sum(counts.get((key, is_one), 0) + UNSEEN for key in alike)
            shares.append((counts.get((level.key, is_one), 0) + UNSEEN) / total)
        found[level.key] = {"m": float(f"{shares[0]:.4g}"), "u": float(f"{shares[1]:.4g}")}
    return found


def measure(n_persons: int, seed: int, at_least: tuple[float, ...]) -> list[Accuracy]:
    """Precision and recall on another population than the weights were counted on."""
    persons, pairs = population(n_persons, seed)
    found = find_pairs(persons, at_least=min(at_least))
    marked = found.join(pairs.with_columns(is_one=True), on=["left_id", "right_id"], how="left")
    return [_accuracy(marked, pairs.height, threshold) for threshold in at_least]


def _accuracy(marked: pl.DataFrame, n_true: int, threshold: float) -> Accuracy:
    taken = marked.filter(pl.col("probability") >= threshold)
    n_right = taken["is_one"].drop_nulls().len()
    return Accuracy(threshold, taken.height, n_right / max(taken.height, 1), n_right / max(n_true, 1))
