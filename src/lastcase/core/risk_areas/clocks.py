"""The clock of every stay of a risk area: from when it runs, what restarts it, when its clean days end.

Reading of the protocol: a day of the clock is 24 hours from the instant it runs from, not a calendar day; the
published record of Beihai, with a median of 7.17 days against the rule's 7, was kept that way.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.protocol.model import Protocol, RiskLevel
from lastcase.core.remember import remembered
from lastcase.core.risk_areas.lineage import RANK, with_lineage
from lastcase.core.risk_areas.location import case_spots, locate
from lastcase.core.risk_areas.periods import inside, periods

LEVEL: dict[str, pl.DataType] = {
    "edition": pl.String(),
    "risk_level": pl.String(),
    "prior_level": pl.String(),
    "rule": pl.String(),
    "clean_days": pl.Int64(),
    "counted_from": pl.String(),
    "restarts_on": pl.List(pl.String()),
    "is_restarted_by_managed": pl.Boolean(),
    "has_closing_round": pl.Boolean(),
    "closing_round_hours": pl.Float64(),
    "rule_next_level": pl.String(),
}


def clocked_stays(facts: Facts, outbreak: Outbreak, cases: pl.DataFrame) -> pl.DataFrame:
    """Stays of every list with their rule, lineage and clock.

    `cases` are counted episodes with `control` (see `detection`). Adds `key`, the rule's columns, those of
    `with_lineage`, `clock_from_at`, `clock_case` (the case that restarted it), `clean_at`, `round_from_at`. A
    stay at a level for which the edition has no rule has null clocks.
    """
    ruled = pl.concat(
        [
            _ruled(facts["risk_areas"], protocol).filter(inside(pl.col("start_at"), start, end))
            for protocol, start, end in periods(outbreak)
        ]
    )
    timed = ruled.join(_restarts(ruled, facts, cases), on="key", how="left")
    hours = pl.col("closing_round_hours")
    return (
        timed.with_columns(clock_from_at=_clock_from())
        .with_columns(clean_at=pl.col("clock_from_at") + pl.duration(days=pl.col("clean_days")))
        .with_columns(
            round_from_at=pl.when("has_closing_round").then(
                pl.col("clean_at") - pl.duration(seconds=(hours * 3600).cast(pl.Int64))
            )
        )
    )


@remembered
def _ruled(risk_areas: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    """Stays with lineage, the rule of their level under the edition, and what is left of higher levels."""
    start = pl.col("start_at").dt.strftime("%Y-%m-%dT%H:%MZ")
    key = pl.format("{}:{}:{}", "risk_area_id", "list_kind", start)
    stays = with_lineage(risk_areas.with_columns(key=key))
    ruled = stays.join(
        _level_rules(protocol), on=["risk_level", "prior_level"], how="left", nulls_equal=True
    ).with_columns(pl.col("has_closing_round").fill_null(False))
    return ruled.join(_higher_gone(ruled), on="key", how="left")


def _clock_from() -> pl.Expr:
    """Null without a rule, and where the rule waits for higher levels nearby that still stand."""
    waits = (pl.col("counted_from") == "no_higher") & pl.col("is_higher_left").fill_null(False)
    begun = pl.max_horizontal("origin_at", "restarted_at", "higher_gone_at")
    return pl.when(pl.col("rule").is_not_null() & ~waits).then(begun)


def _higher_gone(stays: pl.DataFrame) -> pl.DataFrame:
    """For rules that wait for it: whether a higher level is left in the area, and when the last one went."""
    rank = pl.col("risk_level").replace_strict(RANK, return_dtype=pl.Int64)
    waits = pl.col("counted_from") == "no_higher"
    waiting = stays.filter(waits).select("key", "list_kind", "area_id", rank=rank)
    others = stays.select("list_kind", "area_id", "end_at", other_rank=rank)
    higher = waiting.join(others, on=["list_kind", "area_id"]).filter(pl.col("other_rank") > pl.col("rank"))
    return higher.group_by("key").agg(
        is_higher_left=pl.col("end_at").is_null().any(), higher_gone_at=pl.col("end_at").max()
    )


def _level_rules(protocol: Protocol) -> pl.DataFrame:
    """Which rule speaks for each level, by the level before (null: none known); columns `LEVEL`.

    A rule for areas that came down from the level before goes before the level's plain rule.
    """
    rules = protocol.of_kind(RiskLevel)
    rows = []
    for level in dict.fromkeys(rule.risk_level for rule in rules):
        of_level = [rule for rule in rules if rule.risk_level == level]
        for prior in (None, *RANK):
            own = [rule for rule in of_level if rule.came_from == prior]
            plain = [rule for rule in of_level if rule.came_from is None]
            rows += [(protocol.id, level, prior, *_cells(rule)) for rule in own or plain]
    return pl.DataFrame(rows, schema=LEVEL, orient="row")


def _cells(rule: RiskLevel) -> tuple[object, ...]:
    return (
        rule.id,
        rule.clean_days,
        rule.counted_from,
        list(rule.restarts_on),
        rule.is_restarted_by_managed,
        rule.has_closing_round,
        rule.closing_round_hours,
        rule.next_level,
    )


_RESTARTING = ("restarts_on", "is_restarted_by_managed")


def _restarts(stays: pl.DataFrame, facts: Facts, cases: pl.DataFrame) -> pl.DataFrame:
    """Columns `key`, `restarted_at`, `clock_case`: the last case in the area that the rule lets count."""
    spots = locate(case_spots(facts, cases), facts).join(
        cases.select("person_id", "episode", "found_at", "isolated_at", "control"),
        on=["person_id", "episode"],
    )
    fits = pl.col("restarts_on").list.contains(pl.col("fact"))
    is_quarantined = pl.col("control").fill_null("").str.starts_with("stays:")
    from_last = pl.col("counted_from") == "last_case"
    at = pl.when(from_last).then(pl.coalesce("isolated_at", "found_at")).otherwise("found_at")
    counting = (
        stays.select("key", "risk_area_id", "end_at", "origin_at", "counted_from", *_RESTARTING)
        .join(spots, on="risk_area_id")
        .filter(
            fits
            & (pl.col("is_restarted_by_managed") | ~is_quarantined)
            & (at >= pl.col("origin_at"))
            & (pl.col("end_at").is_null() | (pl.col("found_at") < pl.col("end_at")))
        )
        .with_columns(at=at)
    )
    return (
        counting.sort("at", "person_id")
        .group_by("key", maintain_order=True)
        .agg(
            restarted_at=pl.col("at").last().cast(INSTANT),
            clock_case=pl.format("cases:{}:{}", "person_id", pl.col("episode").cast(pl.String)).last(),
        )
    )
