"""What a target counts: a number of one area for one local day, or at one instant.

Never another area's or day's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from lastcase.core.answers import Answers
from lastcase.core.civil import end_of, midnight_of
from lastcase.core.days import local_date
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.risk_areas.standing import count_at
from lastcase.core.risk_areas.tree import within


@dataclass(frozen=True)
class Reading:
    """A value with what it rests on: `basis` is list, published, line_list, decisions or none.

    `value` None: not known. `at_least` marks a line list whose cases are not all told apart: the value is a
    floor.
    """

    value: float | None
    basis: str
    facts: tuple[str, ...] = ()
    at_least: bool = False


NOT_KNOWN = Reading(None, "none")


def read_stock(facts: Facts, instant: datetime, area_id: str | None) -> Reading:
    """High-risk areas standing in the area at the instant."""
    value = count_at(facts, "high", instant, area_id)
    return NOT_KNOWN if value is None else Reading(float(value), "list")


def read_flow(
    facts: Facts, outbreak: Outbreak, answers: Answers | None, indicator: str, day: date, area_id: str | None
) -> Reading:
    """The published number of exactly that area and day; where none was published, counted in the line list."""
    published = _published(facts, indicator, day, area_id)
    if published.value is not None:
        return published
    return _counted(facts, outbreak, answers, indicator, day, area_id)


def read_missing_regrades(
    facts: Facts, outbreak: Outbreak, first: date, last: date, area_id: str | None
) -> Reading:
    """Local days from `first` to `last`, both included, on which no re-grading was signed for the area.

    Not known where the outbreak has no signed re-grading at all: there is then no feed of that evidence.
    """
    signed = facts["decisions"].filter(pl.col("decision_kind") == "regrade")
    if signed.is_empty():
        return NOT_KNOWN
    inside = pl.col("area_id").is_null()
    if area_id is not None:
        inside = inside | pl.col("area_id").is_in(within(facts["areas"], area_id).implode())
    else:
        inside = pl.lit(True)
    day = pl.coalesce("value_on", local_date(pl.col("signed_at"), outbreak.time_zone))
    days = signed.filter(inside).with_columns(day=day).filter(pl.col("day").is_between(first, last))
    missing = (last - first).days + 1 - days["day"].n_unique()
    cited = tuple(f"decisions:{key}" for key in sorted(days["decision_id"]))
    return Reading(float(missing), "decisions", cited)


def _published(facts: Facts, indicator: str, day: date, area_id: str | None) -> Reading:
    rows = facts["counts"].filter(
        (pl.col("indicator") == indicator)
        & (pl.col("counted_on") == day)
        & pl.col("area_id").eq_missing(pl.lit(area_id))
    )
    if rows.is_empty() or rows["value"][0] is None:
        return NOT_KNOWN
    return Reading(float(rows["value"][0]), "published", (f"counts:{area_id}:{indicator}:{day}",))


def _counted(
    facts: Facts, outbreak: Outbreak, answers: Answers | None, indicator: str, day: date, area_id: str | None
) -> Reading:
    if answers is None or answers.detections.is_empty() or not _reaches_back(facts, outbreak, answers, day):
        return NOT_KNOWN
    start, end = midnight_of(day, outbreak.zone), midnight_of(day + timedelta(days=1), outbreak.zone)
    found = answers.detections.filter((pl.col("found_at") >= start) & (pl.col("found_at") < end))
    if area_id is not None and area_id != outbreak.area_id:
        found = found.filter(pl.col("area_id").is_in(within(facts["areas"], area_id).implode()))
    if indicator == "new_infections_net":
        return Reading(float(found.height), "line_list", _cases(found))
    community = found.filter(pl.col("detection") == "community_detected")
    is_floor = found["detection"].null_count() > 0
    return Reading(float(community.height), "line_list", _cases(community), is_floor)


def _cases(found: pl.DataFrame) -> tuple[str, ...]:
    keys = found.select(pl.format("cases:{}:{}", "person_id", pl.col("episode").cast(pl.String))).to_series()
    return tuple(sorted(keys))


def _reaches_back(facts: Facts, outbreak: Outbreak, answers: Answers, day: date) -> bool:
    """Whether the line list speaks of the day.

    Not before its first case, not after what its feeds delivered.
    """
    first = answers.detections["found_at"].min()
    if not isinstance(first, datetime) or day < first.astimezone(outbreak.zone).date():
        return False
    until = facts["receipts"].filter(pl.col("table_name") == "cases")["data_until_at"].max()
    return not isinstance(until, datetime) or until >= end_of(day, outbreak.zone)
