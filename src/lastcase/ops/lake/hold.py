"""What the lake may not forget yet: visits on which orders rest that bind somebody now, or that somebody disputes.

Who is bound because of a meeting can dispute it as long as the order stands, and whoever answers looks at the visits of
that time. So the days from the opening of the cases' infectious windows on are kept until the order has ended, but no
longer than `LASTCASE_LAKE_HOLD_DAYS` after its scheduled end: an order that nobody closes keeps nothing for ever.

An objection that nobody has decided keeps the day of the disputed visit and those after it, one about an exposure or an
order the days as above, but no longer than `LASTCASE_LAKE_OBJECTION_DAYS` after it was raised. A
decided one keeps none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.answers import ANSWERS
from lastcase.core.facts import TABLES
from lastcase.core.facts.field import INSTANT
from lastcase.core.objections import first_days, open_at, resting_on
from lastcase.engines.bridge import copy_out
from lastcase.ops.lake.find import case_windows
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.queries import load_outbreak, one_snapshot, read_answers


@dataclass(frozen=True)
class Hold:
    """Days from `first_on` on are kept: orders that bind `n_persons` rest on them. The last of these ends on `ends_on`
    as scheduled; from `goes_on` on the days may go all the same. Days are UTC."""

    first_on: date
    n_persons: int
    ends_on: date
    goes_on: date


@dataclass(frozen=True)
class Disputed:
    """Days from `first_on` on are kept: `n` open objections of `n_persons` look at them. From `goes_on` on the days may
    go all the same. Days are UTC."""

    first_on: date
    n: int
    n_persons: int
    goes_on: date


def open_objections(outbreak: Outbreak, now: datetime) -> pl.DataFrame:
    """Objections open at `now` to which visits matter: columns objection_id, person_id, first_on, goes_at."""
    raised = open_at(_objections(outbreak), now)
    of_others = raised.filter(pl.col("about") != "visit")
    exposures = _exposures(outbreak, of_others["person_id"].unique(), with_ruled_out=True)
    kept_for = pl.duration(days=settings.LASTCASE_LAKE_OBJECTION_DAYS)
    return resting_on(raised, exposures, _opened(outbreak, exposures, now)).select(
        "objection_id", "person_id", "first_on", goes_at=pl.col("raised_at") + kept_for
    )


def disputed_on(objections: pl.DataFrame, day: date, now: datetime) -> Disputed | None:
    """What keeps days before `day` at `now`, of objections as `open_objections` gives them; null where nothing does."""
    resting = objections.filter((pl.col("goes_at") > now) & (pl.col("first_on") < day))
    if resting.is_empty():
        return None
    first, goes = resting.select(pl.col("first_on").min(), pl.col("goes_at").max()).row(0)
    return Disputed(first, resting.height, resting["person_id"].n_unique(), goes.date() + timedelta(days=1))


def open_orders(outbreak: Outbreak, now: datetime) -> pl.DataFrame:
    """Orders open at `now` that rest on exposures: columns key, person_id, first_on (the day from which visits matter
    to it), ends_at, goes_at."""
    orders = _orders(outbreak, now)
    if orders.is_empty():  # as where no edition was adopted, by which windows could be told
        return orders.with_columns(first_on=pl.lit(None, pl.Date))
    exposures = _exposures(outbreak, orders["person_id"].unique())
    first = first_days(exposures, _opened(outbreak, exposures, now))
    return orders.join(first, on="person_id", how="inner")


def hold_on(orders: pl.DataFrame, day: date, now: datetime) -> Hold | None:
    """What keeps days before `day` at `now`, of orders as `open_orders` gives them; null where nothing does."""
    live = orders.filter(pl.col("goes_at") > now)
    resting = live.filter(pl.col("first_on") < day)
    if resting.is_empty():
        return None
    first, ends, goes = resting.select(
        pl.col("first_on").min(), pl.col("ends_at").max(), pl.col("goes_at").max()
    ).row(0)
    return Hold(first, resting["person_id"].n_unique(), ends.date(), goes.date() + timedelta(days=1))


def _orders(outbreak: Outbreak, now: datetime) -> pl.DataFrame:
    kept_for = pl.duration(days=settings.LASTCASE_LAKE_HOLD_DAYS)
    with one_snapshot(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        orders = read_answers(cursor, ANSWERS["orders"], outbreak.pk, DEFAULT_DB_ALIAS)
    is_open = pl.col("closed_at").is_null() | (pl.col("closed_at") > now)
    ends_at = pl.coalesce("ends_at", "cap_at", "last_exposure_at")
    return orders.filter(is_open & pl.col("last_exposure_at").is_not_null()).select(
        "key", "person_id", ends_at=ends_at, goes_at=ends_at + kept_for
    )


def _objections(outbreak: Outbreak) -> pl.DataFrame:
    """Those that stand, under the ids by which their persons are known now."""
    schema = {name: TABLES["objections"].schema[name] for name in _READ}
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        return copy_out(cursor, _STANDING, schema, [outbreak.pk])


_READ = ("objection_id", "about", "start_at", "raised_at", "decided_at", "person_id", "case_person_id")
_STANDING = """SELECT o.objection_id, o.about, o.start_at, o.raised_at, o.decided_at,
        coalesce(m.survivor_id, o.person_id), coalesce(c.survivor_id, o.case_person_id)
    FROM fact_objections o
    LEFT JOIN records_member m ON m.outbreak_id = o.outbreak_id AND m.person_id = o.person_id
    LEFT JOIN records_member c ON c.outbreak_id = o.outbreak_id AND c.person_id = o.case_person_id
    WHERE o.outbreak_id = %s AND o.retired_at IS NULL ORDER BY o.id"""


def _exposures(outbreak: Outbreak, persons: pl.Series, *, with_ruled_out: bool = False) -> pl.DataFrame:
    only = (("person_id",), persons.to_list())
    with one_snapshot(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        found = read_answers(cursor, ANSWERS["exposures"], outbreak.pk, DEFAULT_DB_ALIAS, only=only)
    return found if with_ruled_out else found.filter(pl.col("verdict") != "ruled_out")


def _opened(outbreak: Outbreak, exposures: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """When the infectious window of each case of the exposures opened: columns person_id, window_start_at."""
    cases = exposures["case_person_id"].unique().to_list()
    if not cases:  # as where no edition was adopted, by which windows could be told
        return pl.DataFrame(schema={"person_id": pl.String, "window_start_at": INSTANT})
    governed = load_outbreak(outbreak)
    windows = case_windows(outbreak.name, cases, governed.edition_at(now), governed.time_zone)
    return windows.group_by("person_id").agg(window_start_at=pl.col("window_start_at").min())
