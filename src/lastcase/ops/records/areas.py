"""What the page of risk areas shows: what stands, its clocks, what is between it and its release. Reads
only."""

from __future__ import annotations

from typing import Any

import polars as pl

from lastcase.core.days import local_date
from lastcase.core.risk_areas.exits import StayLengths, early_exits, stay_lengths
from lastcase.core.risk_areas.standing import standing_at
from lastcase.core.risk_areas.tree import within
from lastcase.core.screening.counts import rounds_at
from lastcase.ops.records.situation import Situation

PAGE_ROWS = 30
EARLY_ROWS = 100
LEVELS = ("high", "medium", "low")
NAMES_SHOWN = 12
ROUNDS_SHOWN = 30
LISTS = ("decided", "published")
DIFFERENCES_SHOWN = 60
COMMITTEES_SHOWN = 24
CELLS_SHOWN = 200


def clocks(situation: Situation, list_kind: str | None = None) -> pl.DataFrame:
    """Clocks of stays inside the area looked at that had begun by `as_of`, of one list or of both."""
    rows = situation.answers.risk_area_clocks.filter(pl.col("start_at") <= situation.as_of)
    if list_kind is not None:
        rows = rows.filter(pl.col("list_kind") == list_kind)
    if situation.is_whole:
        return rows
    return rows.filter(pl.col("area_id").is_in(within(situation.facts["areas"], situation.area_id).implode()))


def list_kinds(situation: Situation) -> list[str]:
    """Lists on record: decided, published."""
    return clocks(situation)["list_kind"].drop_nulls().unique().sort().to_list()


def binding_list(situation: Situation) -> str | None:
    """The list that binds: the decided one where there is any, else the published one; None without
    either."""
    kinds = list_kinds(situation)
    return kinds[0] if kinds else None


def standing(
    situation: Situation, list_kind: str, level: str = "", area: str = "", page: int = 1
) -> tuple[list[dict[str, Any]], int]:
    """One page of the areas that stand at `as_of`, those nearest to their release first; and how many in all.

    Each row has `blockers` (the first names that stand before its release) and `n_left_days`, days of 24
    hours until its clean days end (negative: over).
    """
    rows = standing_at(clocks(situation, list_kind), situation.as_of).filter(
        pl.col("risk_level").is_in(LEVELS)
    )
    if level:
        rows = rows.filter(pl.col("risk_level") == level)
    if area:
        rows = rows.filter(pl.col("area_id").is_in(within(situation.facts["areas"], area).implode()))
    left = (pl.col("clean_at") - pl.lit(situation.as_of)).dt.total_seconds() / 86_400
    ordered = rows.with_columns(n_left_days=left).sort("clean_at", "risk_area_id", nulls_last=True)
    shown = ordered.slice((page - 1) * PAGE_ROWS, PAGE_ROWS).to_dicts()
    return _with_blockers(situation, shown), rows.height


def _with_blockers(situation: Situation, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [row["risk_area_id"] for row in rows]
    names = situation.persons.select("person_id", "list_id", "name")
    blockers = situation.answers.area_blockers.filter(pl.col("risk_area_id").is_in(ids)).join(
        names, on="person_id", how="left"
    )
    by_area = {key[0]: frame.head(NAMES_SHOWN).to_dicts() for key, frame in blockers.group_by("risk_area_id")}
    return [{**row, "blockers": by_area.get(row["risk_area_id"], [])} for row in rows]


def level_counts(situation: Situation, list_kind: str) -> dict[str, int | None]:
    """How many areas of each level stand; None before the list's first entry, when nobody can tell."""
    rows = clocks(situation, list_kind)
    if rows.is_empty():
        return dict.fromkeys(LEVELS)
    now = standing_at(rows, situation.as_of)
    return {level: now.filter(pl.col("risk_level") == level)["risk_area_id"].n_unique() for level in LEVELS}


def by_area(situation: Situation, list_kind: str) -> list[dict[str, Any]]:
    """Standing areas by the area of the tree they lie in: `high`, `medium`, `low`, next end of clean days."""
    now = standing_at(clocks(situation, list_kind), situation.as_of)
    counted = now.group_by("area_id").agg(
        *((pl.col("risk_level") == level).sum().alias(level) for level in LEVELS),
        next_at=pl.col("clean_at").filter(pl.col("clean_at") > situation.as_of).min(),
    )
    return counted.sort("area_id").to_dicts()


def by_day(situation: Situation, list_kind: str) -> list[dict[str, Any]]:
    """Areas standing at the end of each local day since the list began: `on`, `high`, `medium`."""
    rows = clocks(situation, list_kind)
    if rows.is_empty():
        return []
    zone = situation.outbreak.time_zone
    first = rows.select(local_date(pl.col("start_at").min(), zone)).item()
    last = situation.as_of.astimezone(situation.outbreak.zone).date()
    days = pl.DataFrame({"on": pl.date_range(first, last, "1d", eager=True)})
    ends = days.with_columns(
        at=pl.min_horizontal(
            (pl.col("on") + pl.duration(days=1))
            .cast(pl.Datetime("us"))
            .dt.replace_time_zone(zone)
            .dt.convert_time_zone("UTC")
            - pl.duration(microseconds=1),
            pl.lit(situation.as_of),
        )
    )
    over = ends.join_where(
        rows.select("risk_area_id", "risk_level", "start_at", far=pl.col("end_at")),
        pl.col("start_at") <= pl.col("at"),
    ).filter(pl.col("far").is_null() | (pl.col("far") > pl.col("at")))
    counted = over.group_by("on").agg(
        (pl.col("risk_level") == level).sum().alias(level) for level in LEVELS[:2]
    )
    return days.join(counted, on="on", how="left").fill_null(0).sort("on").to_dicts()


def history(situation: Situation, risk_area_id: str) -> list[dict[str, Any]]:
    """Every stay of one risk area, oldest first, on whichever list."""
    rows = clocks(situation).filter(pl.col("risk_area_id") == risk_area_id)
    return rows.sort("start_at", "list_kind").to_dicts()


def left_early(situation: Situation, list_kind: str) -> tuple[list[dict[str, Any]], StayLengths]:
    """Stays from high to medium that ended before their clock, shortest first, and the lengths of all of
    them.

    Listed without an explanation: the record does not hold why.
    """
    ended = clocks(situation, list_kind).filter(pl.col("end_at") <= situation.as_of)
    return (
        early_exits(ended, "high", "medium").head(EARLY_ROWS).to_dicts(),
        stay_lengths(ended, "high", "medium"),
    )


def differences(situation: Situation) -> list[dict[str, Any]]:
    """Risk areas that the decided and the published list hold at different levels at `as_of`, longest first.

    Each with `decided`, `published` (a level; null: not on that list) and `since_at`, when the two last parted: the
    later of the changes that led to what each list says. Empty where one of the lists is not on record.
    """
    if len(list_kinds(situation)) < len(LISTS):
        return []
    now = [_levels(situation, kind) for kind in LISTS]
    ids = ["risk_area_id", "name", "area_id"]
    both = pl.concat([frame.select(ids) for frame in now]).unique(
        "risk_area_id", keep="first", maintain_order=True
    )
    for kind, frame in zip(LISTS, now, strict=True):
        told = frame.select("risk_area_id", pl.col("level").alias(kind), pl.col("at").alias(f"{kind}_at"))
        both = both.join(told, on="risk_area_id", how="left")
    apart = both.filter(pl.col("decided").ne_missing(pl.col("published")))
    since = apart.with_columns(since_at=pl.max_horizontal("decided_at", "published_at"))
    return since.sort("since_at", "risk_area_id").head(DIFFERENCES_SHOWN).to_dicts()


def _levels(situation: Situation, list_kind: str) -> pl.DataFrame:
    """Of every risk area ever on a list its level at `as_of` (null: gone), and since when that holds."""
    last = (
        clocks(situation, list_kind).sort("start_at").unique("risk_area_id", keep="last", maintain_order=True)
    )
    is_over = (pl.col("end_at") <= situation.as_of).fill_null(False)
    return last.select(
        "risk_area_id",
        "name",
        "area_id",
        level=pl.when(~is_over).then("risk_level"),
        at=pl.when(is_over).then("end_at").otherwise("start_at"),
    )


def to_lower(situation: Situation, list_kind: str) -> list[dict[str, Any]]:
    """Standing areas whose clean days are over, those that may be released first; `blockers` are the first names of
    who still stands before it, `n_blocking` and `n_roster` how many of how many (null: no roster on record)."""
    rows = standing_at(clocks(situation, list_kind), situation.as_of).filter(
        (pl.col("clean_at") <= situation.as_of) & pl.col("risk_level").is_in(LEVELS[:2])
    )
    may = (pl.col("release_at") <= situation.as_of).fill_null(False)
    shown = rows.with_columns(may_release=may).sort(
        "may_release", "clean_at", "risk_area_id", descending=[True, False, False]
    )
    return _with_blockers(situation, shown.head(PAGE_ROWS).to_dicts())


def cells(situation: Situation, list_kind: str) -> list[dict[str, Any]]:
    """Committees in which a cell has a risk area standing: `area_id`, and all their `cells` with level and clock.

    A cell carries the highest level standing in it (null: none) and the last end of clean days among those.
    """
    areas = situation.facts["areas"]
    mine = areas.filter((pl.col("tier") == "cell") & pl.col("parent_id").is_not_null())
    now = standing_at(clocks(situation, list_kind), situation.as_of).filter(
        pl.col("risk_level").is_in(LEVELS)
    )
    rank = pl.col("risk_level").replace_strict(
        {level: n for n, level in enumerate(LEVELS)}, return_dtype=pl.Int8
    )
    by_cell = (
        now.with_columns(rank=rank)
        .sort("rank")
        .group_by("area_id", maintain_order=True)
        .agg(
            level=pl.col("risk_level").first(),
            clean_at=pl.col("clean_at").filter(pl.col("rank") == pl.col("rank").min()).max(),
        )
    )
    held = mine.join(by_cell, on="area_id", how="left")
    parents = held.filter(pl.col("level").is_not_null())["parent_id"].unique().sort().head(COMMITTEES_SHOWN)
    inside = held.filter(pl.col("parent_id").is_in(parents.implode())).sort("area_id")
    return [
        {
            "area_id": parent,
            "cells": inside.filter(pl.col("parent_id") == parent).head(CELLS_SHOWN).to_dicts(),
        }
        for parent in parents.to_list()
    ]


def proposals(situation: Situation) -> list[dict[str, Any]]:
    """Areas proposed by cases and not yet decided, newest first."""
    rows = situation.answers.area_proposals.filter(pl.col("proposed_at") <= situation.as_of)
    return situation.inside(rows).sort("proposed_at", "key", descending=[True, False]).head(30).to_dicts()


def test_rounds(situation: Situation) -> list[dict[str, Any]]:
    """Test rounds of areas inside the one looked at, with their state at `as_of`, the latest first."""
    rows = rounds_at(situation.answers.test_rounds, situation.as_of)
    if not situation.is_whole:
        inside = within(situation.facts["areas"], situation.area_id)
        rows = rows.filter(pl.col("area_id").is_in(inside.implode()))
    return rows.head(ROUNDS_SHOWN).to_dicts()
