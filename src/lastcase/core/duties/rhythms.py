"""Repeated tests: of residents of risk areas and of risk occupations, by the edition's rhythm.

In a risk area a rhythm runs from the designation to its end or, while the area stands, to the end of the clean days
of its level. In an occupation it rolls: each test says by when the next is due, so that what a person owes follows
from the person's own tests alone.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from lastcase.core.days import last_date, local_date, midnight, plus_days
from lastcase.core.duties.owed import conform_owed
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Protocol, Rhythm, RiskLevel
from lastcase.core.remember import remembered
from lastcase.core.risk_areas.standing import list_in_force

MOST_DAYS = 400


def rhythm_duties(
    facts: Facts, living: pl.DataFrame, protocol: Protocol, since: datetime, zone: str
) -> pl.DataFrame:
    """Test duties of every rhythm, columns `owed.SCHEMA`.

    `living`: who is to be found in which risk area (`residents_of_risk_areas`). `since` (aware): from when the
    edition is in force.
    """
    rules = _rhythms(protocol)
    return pl.concat([_of_areas(facts, living, rules, zone), _of_occupations(facts, rules, since, zone)])


@remembered
def _rhythms(protocol: Protocol) -> pl.DataFrame:
    """Rhythms as a table. `clean_days`: those of the risk level, where the rhythm is of one."""
    levels = protocol.of_kind(RiskLevel)
    return pl.DataFrame(
        [
            (
                rule.id,
                rule.risk_level,
                rule.occupation,
                rule.every_days,
                rule.first_days,
                " ".join(sorted(rule.specimen_kinds)) or None,
                max((r.clean_days for r in levels if r.risk_level == rule.risk_level), default=0),
            )
            for rule in protocol.of_kind(Rhythm)
        ],
        schema={
            "rule": pl.String,
            "risk_level": pl.String,
            "occupation": pl.String,
            "every_days": pl.Int64,
            "first_days": pl.Int64,
            "specimen_kinds": pl.String,
            "clean_days": pl.Int64,
        },
        orient="row",
    )


def _of_areas(facts: Facts, living: pl.DataFrame, rules: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Of residents of risk areas of a rhythm's level."""
    first_on = local_date(pl.col("start_at"), zone)
    last_on = pl.coalesce(last_date(pl.col("end_at"), zone), plus_days(first_on, pl.col("clean_days")))
    stays = list_in_force(facts).join(rules, on="risk_level")
    spans = stays.join(living, on="risk_area_id").select(
        "person_id",
        "rule",
        "area_id",
        "every_days",
        "first_days",
        "specimen_kinds",
        first_on=first_on,
        n_days=(last_on - first_on).dt.total_days() + 1,
        issued_at="start_at",
        closes_at="end_at",
        grounds=pl.format(
            "risk_areas:{}:{}:{}",
            "risk_area_id",
            "list_kind",
            pl.col("start_at").dt.strftime("%Y-%m-%dT%H:%MZ"),
        ),
    )
    # The n-th stay of a person under a rhythm is its episode, so that keys hold no date. Of two that begin on a
    # day the first by instant, then by name, is the first.
    in_order = spans.sort("person_id", "rule", "first_on", "issued_at", "grounds").with_row_index("place")
    day = pl.col("day_index")
    each = (
        in_order.with_columns(
            episode=pl.col("place") - pl.col("place").min().over("person_id", "rule") + 1,
            day_index=pl.int_ranges(0, pl.min_horizontal("n_days", MOST_DAYS)),
        )
        .explode("day_index")
        .filter((day < pl.col("first_days")) | ((day - pl.col("first_days")) % pl.col("every_days") == 0))
    )
    day_on = plus_days(pl.col("first_on"), day)
    return conform_owed(
        each.with_columns(
            kind=pl.lit("test"),
            category=pl.lit("area_resident"),
            ordinal=day + 1,
            day_on=day_on,
            opens_at=midnight(day_on, zone),
            due_at=midnight(plus_days(day_on, 1), zone),
            closed_reason=pl.lit("released"),
        )
    )


def _of_occupations(facts: Facts, rules: pl.DataFrame, since: datetime, zone: str) -> pl.DataFrame:
    """One test by the end of every `every_days` days after the last one, the first counted from `since`."""
    staff = (
        facts["persons"]
        .join(rules, on="occupation")
        .select(
            "person_id",
            "rule",
            "every_days",
            "specimen_kinds",
            area_id=pl.coalesce("present_area_id", "residence_area_id"),
            kind=pl.lit("test"),
        )
    )
    if staff.is_empty():
        return conform_owed(staff)
    starts = staff.with_columns(last_on=plus_days(local_date(pl.lit(since), zone), -1))
    sampled = facts["specimens"].filter(pl.col("sampled_at") >= since)
    tests = sampled.select("person_id", last_on=local_date(pl.col("sampled_at"), zone))
    turns = pl.concat([starts, staff.join(tests, on="person_id")]).unique()
    opens_at = midnight(plus_days(pl.col("last_on"), 1), zone)
    day_on = plus_days(pl.col("last_on"), pl.col("every_days"))
    return conform_owed(
        turns.with_columns(
            category=pl.lit("occupation"),
            episode=pl.lit(0),
            ordinal=pl.col("last_on").rank("ordinal").over("person_id", "rule"),
            issued_at=opens_at,
            opens_at=opens_at,
            day_on=day_on,
            due_at=midnight(plus_days(day_on, 1), zone),
            grounds=pl.format("persons:{}", "person_id"),
        )
    )
