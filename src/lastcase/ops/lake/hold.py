"""What the lake may not forget yet: visits on which orders rest that bind somebody now.

Who is bound because of a meeting can dispute it as long as the order stands, and whoever answers looks at the visits of
that time. So the days from the opening of the cases' infectious windows on are kept until the order has ended, but no
longer than `LASTCASE_LAKE_HOLD_DAYS` after its scheduled end: an order that nobody closes keeps nothing for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.answers import ANSWERS
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


def open_orders(outbreak: Outbreak, now: datetime) -> pl.DataFrame:
    """Orders open at `now` that rest on exposures: columns key, person_id, first_on (the day from which visits matter
    to it), ends_at, goes_at."""
    orders = _orders(outbreak, now)
    if orders.is_empty():  # as where no edition was adopted, by which windows could be told
        return orders.with_columns(first_on=pl.lit(None, pl.Date))
    exposures = _exposures(outbreak, orders["person_id"].unique())
    cases = exposures["case_person_id"].unique().to_list()
    governed = load_outbreak(outbreak)
    windows = case_windows(outbreak.name, cases, governed.edition_at(now), governed.time_zone)
    opened = windows.group_by("person_id").agg(window_start_at=pl.col("window_start_at").min())
    first = (
        exposures.join(opened, left_on="case_person_id", right_on="person_id", how="left")
        .group_by("person_id")
        .agg(first_on=pl.min_horizontal("start_at", "window_start_at").min().dt.date())
    )
    return orders.join(first.drop_nulls(), on="person_id", how="inner")


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


def _exposures(outbreak: Outbreak, persons: pl.Series) -> pl.DataFrame:
    only = (("person_id",), persons.to_list())
    with one_snapshot(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        found = read_answers(cursor, ANSWERS["exposures"], outbreak.pk, DEFAULT_DB_ALIAS, only=only)
    return found.filter(pl.col("verdict") != "ruled_out")
