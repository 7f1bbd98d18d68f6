"""Repeated tests: of residents of risk areas and of risk occupations, by the edition's rhythm.

In a risk area a rhythm runs from the designation to its end or, while the area stands, to the end of the clean days
of its level. In an occupation it rolls: each test says by when the next is due, so that what a person owes follows
from the person's own tests alone.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from lastcase.core.days import last_date, local_date, midnight
from lastcase.core.duties.owed import conform_owed
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Protocol, Rhythm, RiskLevel
from lastcase.core.risk_areas.location import locate, present_spots
from lastcase.core.risk_areas.standing import list_in_force

MOST_DAYS = 400


def rhythm_duties(facts: Facts, protocol: Protocol, since: datetime, zone: str) -> pl.DataFrame:
    """Test duties of every rhythm, columns `owed.SCHEMA`. `since` (aware): from when the edition is in force."""
    rules = protocol.of_kind(Rhythm)
    living = locate(present_spots(facts), facts).select("person_id", "risk_area_id").unique()
    made = [_of_area(facts, rule, living, protocol, zone) for rule in rules if rule.risk_level]
    made.append(_of_occupations(facts, [rule for rule in rules if not rule.risk_level], since, zone))
    nobody = facts["persons"].clear().select("person_id", kind=pl.lit("test"))
    return pl.concat([conform_owed(nobody), *made])


def _of_area(facts: Facts, rule: Rhythm, living: pl.DataFrame, protocol: Protocol, zone: str) -> pl.DataFrame:
    """Of residents of areas of the rule's level; `living`: who is to be found in which risk area."""
    days = max(
        (r.clean_days for r in protocol.of_kind(RiskLevel) if r.risk_level == rule.risk_level), default=0
    )
    stays = list_in_force(facts).filter(pl.col("risk_level") == rule.risk_level)
    spans = stays.join(living, on="risk_area_id").select(
        "person_id",
        "area_id",
        first_on=local_date(pl.col("start_at"), zone),
        last_on=pl.coalesce(
            last_date(pl.col("end_at"), zone), local_date(pl.col("start_at"), zone) + pl.duration(days=days)
        ),
        issued_at="start_at",
        closes_at="end_at",
        category=pl.lit("area_resident"),
        grounds=pl.format(
            "risk_areas:{}:{}:{}",
            "risk_area_id",
            "list_kind",
            pl.col("start_at").dt.strftime("%Y-%m-%dT%H:%MZ"),
        ),
    )
    return _tests(spans, rule, zone)


def _of_occupations(facts: Facts, rules: list[Rhythm], since: datetime, zone: str) -> pl.DataFrame:
    """One test by the end of every `every_days` days after the last one, the first counted from `since`."""
    asked = pl.DataFrame(
        [(rule.id, rule.occupation, rule.every_days, _specimens(rule)) for rule in rules],
        schema={
            "rule": pl.String,
            "occupation": pl.String,
            "every_days": pl.Int64,
            "specimen_kinds": pl.String,
        },
        orient="row",
    )
    staff = facts["persons"].join(asked, on="occupation")
    starts = staff.select("person_id", "rule", last_on=local_date(pl.lit(since), zone) - pl.duration(days=1))
    sampled = facts["specimens"].filter(pl.col("sampled_at") >= since)
    tests = sampled.select("person_id", last_on=local_date(pl.col("sampled_at"), zone))
    of_staff = tests.join(staff.select("person_id", "rule"), on="person_id").select(starts.columns)
    turns = pl.concat([starts, of_staff]).unique().sort("person_id", "rule", "last_on")
    due = turns.join(staff, on=["person_id", "rule"]).select(
        "person_id",
        "rule",
        "specimen_kinds",
        area_id=pl.coalesce("present_area_id", "residence_area_id"),
        kind=pl.lit("test"),
        category=pl.lit("occupation"),
        episode=pl.lit(0),
        ordinal=pl.col("last_on").rank("ordinal").over("person_id", "rule"),
        opens_at=midnight(pl.col("last_on") + pl.duration(days=1), zone),
        day_on=pl.col("last_on") + pl.duration(days=pl.col("every_days")),
        grounds=pl.format("persons:{}", "person_id"),
    )
    timed = due.with_columns(
        issued_at="opens_at", due_at=midnight(pl.col("day_on") + pl.duration(days=1), zone)
    )
    return conform_owed(timed)


def _specimens(rule: Rhythm) -> str | None:
    return " ".join(sorted(rule.specimen_kinds)) or None


def _tests(spans: pl.DataFrame, rule: Rhythm, zone: str) -> pl.DataFrame:
    on_days = [
        n for n in range(MOST_DAYS) if n < rule.first_days or (n - rule.first_days) % rule.every_days == 0
    ]
    numbered = pl.DataFrame({"day_index": on_days}, schema={"day_index": pl.Int64})
    # The n-th stay of a person under a rhythm is its episode, so that keys hold no date. Of two that begin on a
    # day the first by instant, then by name, is the first.
    in_order = spans.sort("person_id", "first_on", "issued_at", "grounds")
    counted = in_order.with_columns(
        episode=pl.col("first_on").rank("ordinal").over("person_id").cast(pl.Int64),
        n_days=(pl.col("last_on") - pl.col("first_on")).dt.total_days() + 1,
    )
    each = counted.join_where(numbered, pl.col("day_index") < pl.col("n_days"))
    dated = each.with_columns(
        kind=pl.lit("test"),
        rule=pl.lit(rule.id),
        ordinal=pl.col("day_index") + 1,
        day_on=pl.col("first_on") + pl.duration(days=pl.col("day_index")),
        specimen_kinds=pl.lit(_specimens(rule), pl.String),
    )
    return conform_owed(
        dated.with_columns(
            opens_at=midnight(pl.col("day_on"), zone),
            due_at=midnight(pl.col("day_on") + pl.duration(days=1), zone),
            closed_reason=pl.lit("released"),
        )
    )
