"""Persons for whom an adoption changes something: released, recalled, or with other dates or duties."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from lastcase.core.facts.field import INSTANT
from lastcase.core.impact.rows import SIDES
from lastcase.core.impact.worlds import WHO, Worlds

CHANGES = ("released", "recalled", "shifted", "moved", "duties")
"""What becomes of a person under a category, the gravest first.

released: bound before, free after. recalled: the other way. shifted: no longer (or newly) bound under this category
while another binds the person. moved: the end of what binds them moves. duties: only duties change.
"""
SCHEMA: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "category": pl.String(),
    "area_id": pl.String(),
    "change": pl.String(),
    "before_is_bound": pl.Boolean(),
    "after_is_bound": pl.Boolean(),
    "before_until_at": INSTANT,
    "after_until_at": INSTANT,
    "days_moved": pl.Float64(),
    "n_gained": pl.Int64(),
    "n_dropped": pl.Int64(),
    "n_changed": pl.Int64(),
    "because": pl.String(),
}


def changed_persons(worlds: Worlds, rows: pl.DataFrame, effective_at: datetime) -> pl.DataFrame:
    """One row a person and category that `rows` (changed orders and duties, with `because`) name; columns `SCHEMA`.

    Somebody is bound by an order that stands at the adoption or begins after it. `until_at` is when the last of
    the orders ends, or ended (null: none, or no end is set). The counts are of duties that were not past.
    """
    tally = _tally(rows, effective_at)
    persons = tally.select("person_id").unique()
    joined = tally
    for side in SIDES:
        bound = _bound(worlds.rows_of("orders", side, persons), effective_at)
        anyhow = bound.group_by("person_id").agg(pl.col("is_bound").any())
        joined = joined.join(
            bound.rename({"is_bound": f"{side}_is_bound", "until_at": f"{side}_until_at"}),
            on=WHO,
            how="left",
        ).join(anyhow.rename({"is_bound": f"{side}_anyhow"}), on="person_id", how="left")
    flags = [f"{side}_{name}" for side in SIDES for name in ("is_bound", "anyhow")]
    told = joined.with_columns(pl.col(flags).fill_null(False)).with_columns(
        change=_change(),
        days_moved=(pl.col("after_until_at") - pl.col("before_until_at")).dt.total_microseconds() / 86_400e6,
    )
    return told.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()).sort(WHO)


def _tally(rows: pl.DataFrame, effective_at: datetime) -> pl.DataFrame:
    """The counts, and the reason of the row that weighs most.

    That is an order that stands at the adoption on either side, then another order, then a duty; among alike the
    later one.
    """
    coming = (pl.col("what") == "duty") & ~pl.col("is_past")
    is_order = pl.col("what") == "order"
    stands = pl.any_horizontal(_stands(side, effective_at) for side in SIDES)
    weighed = rows.with_columns(
        last_at=pl.max_horizontal("before_due_at", "after_due_at"),
        weight=is_order.cast(pl.Int8) + (is_order & stands).cast(pl.Int8),
    ).sort(
        *WHO, "weight", "last_at", descending=[False, False, True, True], nulls_last=True, maintain_order=True
    )
    return weighed.group_by(WHO, maintain_order=True).agg(
        pl.col("area_id").drop_nulls().first(),
        pl.col("because").first(),
        *((coming & (pl.col("change") == name)).sum().alias(f"n_{name}") for name in _COUNTED),
    )


def _stands(side: str, effective_at: datetime) -> pl.Expr:
    begun = pl.col(f"{side}_opens_at") <= effective_at
    ended = pl.coalesce(f"{side}_closed_at", f"{side}_due_at") <= effective_at
    return (begun & ~ended.fill_null(False)).fill_null(False)


_COUNTED = ("gained", "dropped", "changed")


def _bound(orders: pl.DataFrame, effective_at: datetime) -> pl.DataFrame:
    until = pl.coalesce("closed_at", "ends_at")
    return orders.group_by(WHO).agg(
        is_bound=(pl.col("closed_at").is_null() | (pl.col("closed_at") > effective_at)).any(),
        until_at=pl.when(until.is_not_null().all()).then(until.max()),
    )


def _change() -> pl.Expr:
    before, after = pl.col("before_is_bound"), pl.col("after_is_bound")
    return (
        pl.when(before & ~pl.col("after_anyhow"))
        .then(pl.lit("released"))
        .when(after & ~pl.col("before_anyhow"))
        .then(pl.lit("recalled"))
        .when(before != after)
        .then(pl.lit("shifted"))
        .when((before | after) & pl.col("before_until_at").ne_missing(pl.col("after_until_at")))
        .then(pl.lit("moved"))
        .otherwise(pl.lit("duties"))
    )
