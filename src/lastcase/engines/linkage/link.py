"""Scoring: persons in, pairs that may be one person out. Deterministic: the same persons give the same pairs."""

from __future__ import annotations

import logging
from typing import Any

import polars as pl

from lastcase.engines.linkage.model import COMPARISONS, level_names, splink_settings, thresholds, weights
from lastcase.engines.linkage.prepare import KEYS, prepare

ALONE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
    "allow_community_extensions": False,
}
"""DuckDB fetches no extension and reads no file: all it needs is in its wheel."""

PAIR_SCHEMA: dict[str, pl.DataType] = {
    "left_id": pl.String(),
    "right_id": pl.String(),
    "probability": pl.Float64(),
    **{comparison.name: pl.String() for comparison in COMPARISONS},
}
"""A pair: the smaller id first, the probability that both are one person, and of each comparison the level that
holds (null: one of both is not known)."""

FREQUENCY_WEIGHT = 5_000
"""A name's share among the persons is drawn towards the usual one as if so many more had been counted: in a
short list two of one name are no proof that the name is common."""


def connect() -> Any:
    """A DuckDB of its own in memory, alone and silent: its progress bar would stand in a command's output."""
    import duckdb

    connection = duckdb.connect(":memory:", config=ALONE)
    connection.execute("SET enable_progress_bar = false")
    return connection


def find_pairs(persons: pl.DataFrame, *, at_least: float | None = None) -> pl.DataFrame:
    """Pairs of `persons` (columns of `prepare.WANTED`) from the probability `at_least` on (None: the shipped
    threshold to show), likeliest first, then by id."""
    ready = prepare(persons)
    if ready.height < 2 or not _shares_any(ready):
        return pl.DataFrame(schema=PAIR_SCHEMA)
    found = _predict(ready, thresholds()["show"] if at_least is None else at_least)
    return found.sort("probability", "left_id", "right_id", descending=[True, False, False])


def _shares_any(ready: pl.DataFrame) -> bool:
    return bool(ready.select(pl.any_horizontal(pl.col(KEYS).is_not_null().any())).item())


def _predict(ready: pl.DataFrame, at_least: float) -> pl.DataFrame:
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = connect()
    try:
        api = DuckDBAPI(connection=connection)
        linker = Linker(
            api.register(ready.to_arrow()),
            splink_settings(ready.height, [f"l.{key} = r.{key}" for key in KEYS]),
            log_level=None,
            validate_settings=False,
        )
        linker.table_management.register_term_frequency_lookup(
            api.register(_frequencies(ready).to_arrow()), "pinyin"
        )
        scored = linker.inference.predict(threshold_match_probability=at_least, warning_mode="never")
        return _pairs(connection, scored)
    finally:
        connection.close()


def _frequencies(ready: pl.DataFrame) -> pl.DataFrame:
    """How common each name is, drawn towards the usual share."""
    usual = float(weights()["levels"]["name"]["same_pinyin"]["u"])
    counts = ready["pinyin"].drop_nulls().value_counts()
    total = max(int(counts["count"].sum()), 1) + FREQUENCY_WEIGHT
    share = (pl.col("count") - 1 + usual * FREQUENCY_WEIGHT) / total
    return counts.select("pinyin", tf_pinyin=share)


def _pairs(connection: Any, scored: Any) -> pl.DataFrame:
    levels = ", ".join(
        f"CASE gamma_{one.name} "
        + " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(level_names(one)))
        + f" END AS {one.name}"
        for one in COMPARISONS
    )
    query = f"""SELECT least(unique_id_l, unique_id_r) AS left_id, greatest(unique_id_l, unique_id_r) AS right_id,
        match_probability AS probability, {levels} FROM {scored.physical_name}"""
    return pl.DataFrame(connection.sql(query).to_arrow_table()).cast(pl.Schema(PAIR_SCHEMA))
