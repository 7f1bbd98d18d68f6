"""Objections as a table: which are open at an instant, and from which day on the visits matter to each.

An objection is open from when it was raised until it is decided. What it disputes counts meanwhile, so that no answer
is made from it; but whoever decides looks at visits, and those must still be there.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

ORDER_PARTS = ("rule", "episode", "edition")
"""What tells the orders of one person apart, joined by `|` in `order_key`."""


def order_key() -> pl.Expr:
    """The text by which an objection names a row of `orders`, beside its person."""
    return pl.concat_str(*ORDER_PARTS, separator="|")


def open_at(objections: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """Those raised by the instant and not decided by then."""
    is_decided = (pl.col("decided_at") <= at).fill_null(False)
    return objections.filter((pl.col("raised_at") <= at) & ~is_decided)


def resting_on(objections: pl.DataFrame, exposures: pl.DataFrame, opened: pl.DataFrame) -> pl.DataFrame:
    """The objections with `first_on`, the first day (UTC) whose visits matter to them; others are left out.

    To an objection about a visit the day matters on which the visit began; to one about an exposure the days from that
    exposure on, or from the opening of the case's infectious window, whichever is earlier; to one about an order those
    of all exposures of the person. `exposures`: columns case_person_id, person_id, start_at; `opened`: columns
    person_id, window_start_at, one row a case. Rows that name a person by a merged id match none.
    """
    began = _began(exposures, opened)
    days = (
        _of(objections, "visit").with_columns(first_on=pl.col("start_at").dt.date()),
        _joined(_of(objections, "contact"), began, ["person_id", "case_person_id"]),
        _joined(_of(objections, "order"), began, ["person_id"]),
    )
    return pl.concat(days).filter(pl.col("first_on").is_not_null())


def first_days(exposures: pl.DataFrame, opened: pl.DataFrame) -> pl.DataFrame:
    """The first day (UTC) of all that each person was exposed to: columns person_id, first_on."""
    return _began(exposures, opened).group_by("person_id").agg(pl.col("first_on").min()).drop_nulls()


def _began(exposures: pl.DataFrame, opened: pl.DataFrame) -> pl.DataFrame:
    """The first day of each exposure: columns person_id, case_person_id, first_on."""
    by_case = opened.rename({"person_id": "case_person_id"})
    return exposures.join(by_case, on="case_person_id", how="left").select(
        "person_id",
        "case_person_id",
        first_on=pl.min_horizontal("start_at", "window_start_at").dt.date(),
    )


def _of(objections: pl.DataFrame, about: str) -> pl.DataFrame:
    return objections.filter(pl.col("about") == about)


def _joined(objections: pl.DataFrame, began: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    first = began.group_by(keys).agg(pl.col("first_on").min())
    return objections.join(first, on=keys, how="left")
