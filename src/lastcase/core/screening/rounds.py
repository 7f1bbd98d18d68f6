"""Test rounds of a whole area: which are due, from which case on, and when they stop.

Everything follows from the cases found: a case begins the rounds, a case found while one runs takes the row of
clean rounds back to none, a case found in a gap ends the gap. A case counts to the round during which it was
found, whenever it was sampled. The plan does not ask whether a round was held: one that sampled nobody found
nobody, and the number sampled says so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from lastcase.core.civil import midnight_of
from lastcase.core.facts.field import INSTANT
from lastcase.core.protocol.model import Protocol, RoundRule
from lastcase.core.remember import remembered
from lastcase.core.risk_areas.tree import descents

PLAN: dict[str, pl.DataType] = {
    "rule": pl.String(),
    "area_id": pl.String(),
    "series": pl.Int64(),
    "ordinal": pl.Int64(),
    "start_at": INSTANT,
    "due_at": INSTANT,
    "n_found": pl.Int64(),
    "n_clean": pl.Int64(),
    "is_further": pl.Boolean(),
    "next_at": INSTANT,
}
"""One row a round. `n_found`: cases of the rule's kind found while it ran. `n_clean`: rounds in a row without
one, this one included. `is_further`: it comes after a gap. `next_at` null: the rounds stop with it."""


class Round(NamedTuple):
    """One round of an area; fields as in `PLAN` from `series` on."""

    series: int
    ordinal: int
    start_at: datetime
    due_at: datetime
    n_found: int
    n_clean: int
    is_further: bool
    next_at: datetime | None


@remembered
def plan_rounds(areas: pl.DataFrame, detections: pl.DataFrame, protocol: Protocol, zone: str) -> pl.DataFrame:
    """Every round that the detections ask for, as if the edition had governed from the first day.

    `detections` as the answer of that name, of every case of the outbreak. Columns `PLAN`.
    """
    rows = [
        (rule.id, area_id, *one)
        for rule in protocol.of_kind(RoundRule)
        for area_id, found in _found_by_area(areas, detections, rule)
        for one in rounds_after(found, rule, ZoneInfo(zone))
    ]
    return pl.DataFrame(rows, schema=PLAN, orient="row")


def rounds_after(found: Sequence[datetime], rule: RoundRule, zone: ZoneInfo) -> Iterator[Round]:
    """The rounds of one area; `found`: instants at which cases of the rule's kind were found, in order."""
    series, n_past, earliest = 0, 0, date.min
    while n_past < len(found):
        series += 1
        for one in _one_series(found, n_past, series, rule, zone, earliest):
            yield one
            n_past = bisect_left(found, one.due_at)
            earliest = _day(one.start_at, zone) + timedelta(days=rule.every_days)


def _one_series(
    found: Sequence[datetime], begun_by: int, series: int, rule: RoundRule, zone: ZoneInfo, earliest: date
) -> Iterator[Round]:
    """Rounds from the case at the place `begun_by` on until they stop."""
    ordinal, n_before = 0, 0
    start_on: date | None = max(_begins(found[begun_by], rule, zone), earliest)
    while start_on is not None:
        start = midnight_of(start_on, zone)
        due = start + timedelta(hours=rule.within_hours)
        n_past = bisect_left(found, due)
        n_found = n_past - bisect_left(found, start)
        ordinal, n_clean = ordinal + 1, 0 if n_found else n_before + 1
        is_further = n_before >= rule.clean_rounds
        next_on, n_before = _next_on(start_on, n_clean, rule), n_clean
        if next_on and n_past < len(found) and found[n_past] < midnight_of(next_on, zone):
            soonest = start_on + timedelta(days=rule.every_days)
            next_on, n_before = min(next_on, max(_begins(found[n_past], rule, zone), soonest)), 0
        next_at = midnight_of(next_on, zone) if next_on else None
        yield Round(series, ordinal, start, due, n_found, n_clean, is_further, next_at)
        start_on = next_on


def _next_on(start_on: date, n_clean: int, rule: RoundRule) -> date | None:
    """When the next round starts if nobody is found before it; None: the rounds stop."""
    if n_clean >= rule.clean_rounds + rule.further_rounds:
        return None
    gap = rule.gap_days if n_clean >= rule.clean_rounds else 0
    return start_on + timedelta(days=rule.every_days + gap)


def _begins(found_at: datetime, rule: RoundRule, zone: ZoneInfo) -> date:
    return _day(found_at, zone) + timedelta(days=rule.first_after_days)


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def _found_by_area(
    areas: pl.DataFrame, detections: pl.DataFrame, rule: RoundRule
) -> Iterator[tuple[str, list[datetime]]]:
    counted = detections.filter(pl.col("found_at").is_not_null())
    if rule.trigger == "community_case":
        counted = counted.filter(pl.col("detection") == "community_detected")
    covered = areas.filter((pl.col("tier") == rule.tier) & _fits(rule)).select(ancestor_id="area_id")
    found = counted.join(descents(areas), on="area_id").join(covered, on="ancestor_id")
    grouped = found.group_by("ancestor_id").agg(pl.col("found_at").sort()).sort("ancestor_id")
    yield from grouped.iter_rows()


def _fits(rule: RoundRule) -> pl.Expr:
    """Whether the population lies in the rule's band; one not on record fits the rule without a lower end."""
    above, below = rule.population_from, rule.population_below
    least = pl.lit(True) if above is None else (pl.col("population") >= above).fill_null(False)
    return least & (pl.lit(True) if below is None else (pl.col("population") < below).fill_null(True))
