"""How long risk areas stood, and which left their level before their clock: listed, never explained.

A record that has no geometry, no names and no infections by area cannot say why an area left early.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class StayLengths:
    """Lengths in days of 24 hours of ended stays.

    Number, median, shortest, and how many ended before their clock.
    """

    n_stays: int
    median_days: float | None
    shortest_days: float | None
    n_early: int
    n_unknown: int


def ended_stays(
    clocks: pl.DataFrame, risk_level: str | None = None, next_level: str | None = None
) -> pl.DataFrame:
    """Ended stays of a level that went to `next_level`, with their length `stood_days` in days of 24 hours."""
    ended = clocks.filter(pl.col("end_at").is_not_null())
    if risk_level is not None:
        ended = ended.filter(pl.col("risk_level") == risk_level)
    if next_level is not None:
        ended = ended.filter(pl.col("next_level") == next_level)
    length = (pl.col("end_at") - pl.col("start_at")).dt.total_microseconds() / 86_400e6
    return ended.with_columns(stood_days=length)


def early_exits(
    clocks: pl.DataFrame, risk_level: str | None = None, next_level: str | None = None
) -> pl.DataFrame:
    """Ended stays that left before their clean days were over, shortest first."""
    return ended_stays(clocks, risk_level, next_level).filter("is_early_exit").sort("stood_days", "key")


def stay_lengths(
    clocks: pl.DataFrame, risk_level: str | None = None, next_level: str | None = None
) -> StayLengths:
    """The lengths of ended stays in numbers. `n_unknown` counts stays whose fate the record does not tell."""
    ended = ended_stays(clocks, risk_level, next_level)
    days = ended["stood_days"].to_list()
    middle = ended["stood_days"].median()
    return StayLengths(
        n_stays=len(days),
        median_days=middle if isinstance(middle, float) else None,
        shortest_days=min(days, default=None),
        n_early=ended.filter("is_early_exit").height,
        n_unknown=ended["is_early_exit"].null_count(),
    )
