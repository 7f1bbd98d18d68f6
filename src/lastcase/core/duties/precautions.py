"""Precautions after an exposure: doses within their hours, and staff kept off work.

Both hang on the first order of the category: what ends the follow-up ends them. A recorded check of their
kind fulfils them.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.days import local_date, midnight, plus_days
from lastcase.core.duties.orders import has_exemption
from lastcase.core.duties.owed import conform_owed
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Exclusion, Prophylaxis, Protocol


def precaution_duties(facts: Facts, orders: pl.DataFrame, protocol: Protocol, zone: str) -> pl.DataFrame:
    """Duties of every rule of prophylaxis and exclusion, columns `owed.SCHEMA`."""
    persons = facts["persons"].select("person_id", "exemptions", "occupation")
    first = orders.filter((pl.col("ordinal") == 1) & (pl.col("closed_reason") != "exempt").fill_null(True))
    known = first.join(persons, on="person_id", how="left")
    doses = [_doses(known, rule) for rule in protocol.of_kind(Prophylaxis)]
    off_work = [_off_work(known, rule, zone) for rule in protocol.of_kind(Exclusion)]
    none = persons.clear().select("person_id", kind=pl.lit("vaccinate"))
    return pl.concat([conform_owed(frame) for frame in (none, *doses, *off_work)])


def _doses(orders: pl.DataFrame, rule: Prophylaxis) -> pl.DataFrame:
    """Open from the exposure on; whoever became known too late for the due hour has until the last day."""
    exposed_at = pl.col(f"{rule.counted_from}_at")
    by = exposed_at + pl.duration(minutes=round(rule.within_hours * 60))
    latest = by if rule.until_days is None else exposed_at + pl.duration(days=rule.until_days)
    entitled = has_exemption(_texts(rule.only_for)) if rule.only_for else pl.lit(True)
    rows = orders.filter(
        (pl.col("category") == rule.category)
        & entitled
        & ~has_exemption(_texts(rule.not_for))
        & (pl.col("issued_at") < latest)
    )
    return _hung_on(rows, rule.id, rule.duty, rule.responsible).with_columns(
        opens_at=exposed_at,
        due_at=pl.when(pl.col("issued_at") < by).then(by).otherwise(latest),
        closes_at=pl.min_horizontal("closes_at", latest),
        closed_reason=pl.when(latest < pl.col("closes_at").fill_null(latest + pl.duration(days=1)))
        .then(pl.lit("lapsed"))
        .otherwise("closed_reason"),
    )


def _off_work(orders: pl.DataFrame, rule: Exclusion, zone: str) -> pl.DataFrame:
    """Due at the midnight that starts the first day off; open, and to be confirmed, from the naming on."""
    rows = orders.filter(
        (pl.col("category") == rule.category)
        & pl.col("occupation").is_in(list(rule.occupations)).fill_null(False)
        & ~has_exemption(_texts(rule.not_for))
    )
    starts = midnight(plus_days(local_date(pl.col("first_exposure_at"), zone), rule.first_day), zone)
    return _hung_on(rows, rule.id, "exclude", rule.responsible).with_columns(
        opens_at="issued_at", due_at=pl.max_horizontal(starts, "issued_at")
    )


def _texts(kinds: tuple[str, ...]) -> pl.Expr:
    return pl.lit(list(kinds), pl.List(pl.String()))


def _hung_on(orders: pl.DataFrame, rule_id: str, kind: str, responsible: str) -> pl.DataFrame:
    return orders.with_columns(
        kind=pl.lit(kind),
        ordinal=pl.lit(1, pl.Int64),
        responsible=pl.lit(responsible),
        order_rule="rule",
        closes_at="closed_at",
        grounds=pl.lit(None, pl.String),
    ).with_columns(rule=pl.lit(rule_id))
