"""Exposures held against infectious windows: which of them one fits, and the part of it that lies inside."""

from __future__ import annotations

import polars as pl

from lastcase.core.protocol.model import ContactRule, Protocol


def shared_air_min(protocol: Protocol) -> float:
    """How long the air of a place stays shared after a case has left, in minutes: the longest of the edition's."""
    return max((rule.shared_air_after_min for rule in protocol.of_kind(ContactRule)), default=0.0)


def fit_to_windows(raw: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """Clip exposures to the windows of whom they were to; an exposure that fits none stays, with the reason.

    A window that ends before it begins, that of a case set apart before it was infectious, holds nothing.
    """
    start, end = pl.col("start_at"), pl.coalesce("end_at", pl.when(~pl.col("is_open")).then("start_at"))
    inside = (
        (pl.col("window_settings").list.len() == 0)
        | pl.col("window_settings").list.contains(pl.col("setting")).fill_null(False)
    ) & ~(
        (pl.col("window_end_at") <= pl.col("window_start_at")).fill_null(False)
        | (start >= pl.col("window_end_at")).fill_null(False)
        | (end < pl.col("window_start_at")).fill_null(False)
        | ((end == pl.col("window_start_at")) & (start < end)).fill_null(False)
    )
    has_window = pl.col("window_settings").is_not_null()
    met = raw.with_row_index("raw_row").join(
        windows, on="case_person_id", how="left", maintain_order="left_right"
    )
    met = met.with_columns(
        is_in_window=pl.col("is_source_pair") | (has_window & inside).fill_null(False),
        window_reason=pl.when(has_window).then(pl.lit("outside_window")).otherwise(pl.lit("no_window")),
    )
    return _clipped(_best(met))


def _best(met: pl.DataFrame) -> pl.DataFrame:
    """Of an exposure that met several windows (`raw_row`) the one it fits, of these that of the latest episode."""
    ranked = met.select("raw_row", "is_in_window", "episode").with_row_index("met_row")
    if ranked["raw_row"].n_unique() == ranked.height:
        return met
    best = ranked.sort(
        "raw_row", "is_in_window", "episode", "met_row", descending=[False, True, True, False]
    ).unique("raw_row", keep="first", maintain_order=True)
    return met[best["met_row"]]


def _clipped(fitted: pl.DataFrame) -> pl.DataFrame:
    clip = pl.col("is_in_window") & ~pl.col("is_source_pair") & (pl.col("exposure_source") != "named")
    start = pl.when(clip).then(pl.max_horizontal("start_at", "window_start_at")).otherwise("start_at")
    closes = pl.col("window_end_at")
    latest = pl.when(pl.col("is_open")).then(closes).otherwise(pl.min_horizontal("end_at", closes))
    end = pl.when(clip | pl.col("is_open")).then(latest).otherwise("end_at")
    cut = fitted.with_columns(
        start_at=pl.when(pl.col("is_open"))
        .then(pl.max_horizontal("start_at", "window_start_at"))
        .otherwise(start),
        end_at=end,
        cut_min=((pl.col("end_at") - pl.col("start_at")) - (end - start)).dt.total_microseconds() / 60e6,
    )
    trimmed = pl.when(clip & ~pl.col("is_open")).then(pl.col("cut_min").fill_null(0.0)).otherwise(0.0)
    return cut.with_columns(
        minutes_least=(pl.col("minutes_least") - trimmed).clip(0),
        minutes_most=(pl.col("minutes_most") - trimmed).clip(0),
        is_open=pl.col("is_open") & pl.col("end_at").is_null(),
        found_at=_known_since(),
    ).drop("cut_min", "raw_row", "window_settings")


def _known_since() -> pl.Expr:
    """From when an exposure can be acted on. Lists of transmission pairs do not say when a contact was
    named: there the follow-up counts from the last exposure itself."""
    pair = pl.coalesce("named_at", "end_at", "start_at", "found_at")
    return pl.when(pl.col("is_source_pair")).then(pair).otherwise(pl.max_horizontal("found_at", "named_at"))
