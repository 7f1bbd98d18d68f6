"""Infectious windows: when a case's exposures count, by the edition's anchors and lengths."""

from __future__ import annotations

import polars as pl

from lastcase.core.days import local_date, midnight, plus_days
from lastcase.core.facts.field import INSTANT
from lastcase.core.protocol.model import Protocol, Window
from lastcase.core.protocol.table import rule_table
from lastcase.core.remember import remembered

SCHEMA: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "episode": pl.Int64(),
    "window_rule": pl.String(),
    "window_start_at": INSTANT,
    "window_end_at": INSTANT,
    "window_settings": pl.List(pl.String()),
}


WINDOW: dict[str, pl.DataType] = {
    "applies_to": pl.String(),
    "anchor": pl.String(),
    "before_days": pl.Int64(),
    "unit_of_start": pl.String(),
    "after_days": pl.Int64(),
    "until": pl.List(pl.String()),
    "settings": pl.List(pl.String()),
    "priority": pl.Int64(),
    "is_extra": pl.Boolean(),
}
"""Fields of a window."""


@remembered
def infectious_windows(episodes: pl.DataFrame, protocol: Protocol, zone: str) -> pl.DataFrame:
    """Windows of the episodes whose status has contacts under the edition.

    Columns as `SCHEMA`; an open end is null; an empty list of settings means all. A window whose anchor is
    not known is left out.
    """
    asked = episodes.filter("has_contacts").select("person_id", "episode", *_READ)
    anchored = asked.join(_windows(protocol), how="cross").with_columns(anchor_at=_anchor(zone))
    found = anchored.filter(_applies() & pl.col("anchor_at").is_not_null())
    first = pl.col("priority").filter(~pl.col("is_extra")).min().over("person_id", "episode")
    return found.filter(pl.col("is_extra") | (pl.col("priority") == first)).select(
        "person_id",
        "episode",
        window_rule="rule",
        window_start_at=_start(zone),
        window_end_at=_end(zone),
        window_settings="settings",
    )


_READ = (
    "symptom_onset_on",
    "rash_on",
    "specimen_at",
    "found_at",
    "last_negative_at",
    "died_on",
    "burial_on",
    "isolated_at",
    "recovered_at",
    "has_repeated_tests",
)


@remembered
def _windows(protocol: Protocol) -> pl.DataFrame:
    return rule_table(protocol.of_kind(Window), WINDOW)


def _applies() -> pl.Expr:
    repeated = pl.col("has_repeated_tests").fill_null(False)
    return _of_code(
        "applies_to",
        {
            "symptomatic": pl.col("symptom_onset_on").is_not_null(),
            "asymptomatic": pl.col("symptom_onset_on").is_null(),
            "repeated_tests": repeated & pl.col("last_negative_at").is_not_null(),
            "died": pl.col("died_on").is_not_null(),
            "any": pl.lit(True),
        },
    )


def _anchor(zone: str) -> pl.Expr:
    return _of_code(
        "anchor",
        {
            "onset": midnight(pl.col("symptom_onset_on"), zone),
            "rash": midnight(pl.col("rash_on"), zone),
            "specimen": pl.coalesce("specimen_at", "found_at"),
            "last_negative": pl.col("last_negative_at"),
            "death": midnight(pl.col("died_on"), zone),
            "found": pl.col("found_at"),
        },
    )


def _of_code(column: str, by_code: dict[str, pl.Expr]) -> pl.Expr:
    """The value that belongs to the code in the column."""
    return pl.coalesce([pl.when(pl.col(column) == code).then(value) for code, value in by_code.items()])


def _start(zone: str) -> pl.Expr:
    anchored_on = local_date(pl.col("anchor_at"), zone)
    of_day = midnight(plus_days(anchored_on, -pl.col("before_days")), zone)
    of_instant = pl.col("anchor_at") - pl.duration(days=pl.col("before_days"))
    return pl.when(pl.col("unit_of_start") == "instant").then(of_instant).otherwise(of_day)


def _end(zone: str) -> pl.Expr:
    """The first of the events that the window runs until and of the end of the days after its anchor."""
    until = {
        "isolation": pl.col("isolated_at"),
        "burial": midnight(plus_days(pl.col("burial_on"), 1), zone),
        "recovery": pl.col("recovered_at"),
    }
    events = [pl.when(pl.col("until").list.contains(event)).then(at) for event, at in until.items()]
    last_on = plus_days(local_date(pl.col("anchor_at"), zone), pl.col("after_days"))
    return pl.min_horizontal(*events, midnight(plus_days(last_on, 1), zone))
