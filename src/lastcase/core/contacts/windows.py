"""Infectious windows: when a case's exposures count, by the edition's anchors and lengths."""

from __future__ import annotations

import polars as pl

from lastcase.core.days import local_date, midnight, plus_days
from lastcase.core.facts.field import INSTANT
from lastcase.core.protocol.model import Protocol, Window

SCHEMA: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "episode": pl.Int64(),
    "window_rule": pl.String(),
    "window_start_at": INSTANT,
    "window_end_at": INSTANT,
    "window_settings": pl.List(pl.String()),
}


def infectious_windows(episodes: pl.DataFrame, protocol: Protocol, zone: str) -> pl.DataFrame:
    """Windows of the episodes whose status has contacts under the edition.

    Columns as `SCHEMA`; an open end is null; an empty list of settings means all. A window whose anchor is
    not known is left out.
    """
    rules = protocol.of_kind(Window)
    ranked = [_windows_of(episodes.filter("has_contacts"), rule, zone) for rule in rules]
    if not ranked:
        return pl.DataFrame(schema=SCHEMA)
    found = pl.concat(ranked)
    first = pl.col("priority").filter(~pl.col("is_extra")).min().over("person_id", "episode")
    return found.filter(pl.col("is_extra") | (pl.col("priority") == first)).select(list(SCHEMA))


def _windows_of(episodes: pl.DataFrame, rule: Window, zone: str) -> pl.DataFrame:
    anchor_at = _anchor(rule.anchor, zone)
    return (
        episodes.filter(_applies(rule.applies_to) & anchor_at.is_not_null())
        .with_columns(anchor_at=anchor_at)
        .select(
            "person_id",
            "episode",
            window_rule=pl.lit(rule.id),
            window_start_at=_start(rule, zone),
            window_end_at=_end(rule, zone),
            window_settings=pl.lit(list(rule.settings), pl.List(pl.String())),
            priority=pl.lit(rule.priority),
            is_extra=pl.lit(rule.is_extra),
        )
    )


def _applies(applies_to: str) -> pl.Expr:
    repeated = pl.col("has_repeated_tests").fill_null(False)
    return {
        "symptomatic": pl.col("symptom_onset_on").is_not_null(),
        "asymptomatic": pl.col("symptom_onset_on").is_null(),
        "repeated_tests": repeated & pl.col("last_negative_at").is_not_null(),
        "died": pl.col("died_on").is_not_null(),
        "any": pl.lit(True),
    }[applies_to]


def _anchor(anchor: str, zone: str) -> pl.Expr:
    return {
        "onset": midnight(pl.col("symptom_onset_on"), zone),
        "rash": midnight(pl.col("rash_on"), zone),
        "specimen": pl.coalesce("specimen_at", "found_at"),
        "last_negative": pl.col("last_negative_at"),
        "death": midnight(pl.col("died_on"), zone),
        "found": pl.col("found_at"),
    }[anchor]


def _start(rule: Window, zone: str) -> pl.Expr:
    if rule.unit_of_start == "instant":
        return pl.col("anchor_at") - pl.duration(days=rule.before_days)
    return midnight(plus_days(local_date(pl.col("anchor_at"), zone), -rule.before_days), zone)


def _end(rule: Window, zone: str) -> pl.Expr:
    ends: list[pl.Expr] = [_UNTIL[event](zone) for event in rule.until]
    if rule.after_days is not None:
        ends.append(midnight(plus_days(local_date(pl.col("anchor_at"), zone), rule.after_days + 1), zone))
    return pl.min_horizontal(ends) if ends else pl.lit(None, INSTANT)


_UNTIL = {
    "isolation": lambda zone: pl.col("isolated_at"),
    "burial": lambda zone: midnight(plus_days(pl.col("burial_on"), 1), zone),
    "recovery": lambda zone: pl.col("recovered_at"),
}
