"""Orders and duties before and after: which came, went, or changed place or dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from lastcase.core.answers import answer_schema
from lastcase.core.facts.field import INSTANT
from lastcase.core.impact.worlds import WHO, Worlds

IDENTITY = [*WHO, "what", "kind", "ordinal", "is_release", "episode", "slot", "turn"]
"""By what a row of one side is known again on the other: never by a date, nor by the edition."""
SIDES = ("before", "after")
VALUES: dict[str, pl.DataType] = {
    "place_kind": pl.String(),
    "specimen_kinds": pl.String(),
    "opens_at": INSTANT,
    "due_at": INSTANT,
    "fulfilled_at": INSTANT,
    "closed_at": INSTANT,
}
"""What is compared of a row. Of an order `opens_at` is its start, `due_at` its scheduled end, `fulfilled_at` when
the conditions of its release were met."""
SCHEMA: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "category": pl.String(),
    "area_id": pl.String(),
    "what": pl.String(),
    "kind": pl.String(),
    "ordinal": pl.Int64(),
    "is_release": pl.Boolean(),
    "change": pl.String(),
    "is_past": pl.Boolean(),
    "days_moved": pl.Float64(),
    **{f"{side}_{name}": dtype for name, dtype in VALUES.items() for side in SIDES},
    **{f"{side}_rule": pl.String() for side in SIDES},
}
_KEPT = (*VALUES, "rule", "area_id", "is_there")
_SHARED = ("category", "what", "kind", "slot", "rule", "place_kind", "specimen_kinds")
"""Texts that many rows share: they are compared as numbers."""


def changed_rows(worlds: Worlds, effective_at: datetime) -> pl.DataFrame:
    """Orders and duties that differ, columns `SCHEMA`, sorted.

    `what` is order or duty, `change` gained, dropped or changed. `days_moved`: by how many days the due instant
    (of an order its end) moves. `is_past`: both sides had come due or ended by the adoption.
    """
    stable = _stable_rules(worlds)
    before, after = (_side(worlds, side, stable) for side in SIDES)
    joined = before.join(after, on=IDENTITY, how="full", coalesce=True, nulls_equal=True)
    told = joined.filter(_differs()).with_columns(
        area_id=pl.coalesce("after_area_id", "before_area_id"),
        change=_change(),
        days_moved=(pl.col("after_due_at") - pl.col("before_due_at")).dt.total_microseconds() / 86_400e6,
        is_past=_is_past(effective_at),
    )
    order = ("person_id", "category", "what", "kind", "ordinal", "is_release", "episode", "slot", "turn")
    texts = told.with_columns(pl.col(pl.Categorical).cast(pl.String))
    return texts.sort(order).select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())


def _stable_rules(worlds: Worlds) -> list[str]:
    """Rules that every edition has: of the others a row is known by what it asks, not by the rule's name."""
    ids = [set(adoption.edition.rules) for adoption in worlds.after.adoptions]
    return sorted(set.intersection(*ids))


def _side(worlds: Worlds, side: str, stable: list[str]) -> pl.DataFrame:
    orders = worlds.passed_rows("orders", side, list(answer_schema("orders")))
    duties = worlds.passed_rows("duties", side, [name for name in _ROW if name != "what"])
    rows = pl.concat([_orders(orders), _duties(duties)])
    slot = pl.when(pl.col("rule").is_in(stable)).then("rule").otherwise(pl.lit(""))
    named = rows.with_columns(slot=slot, is_there=pl.lit(True)).with_columns(
        pl.col(_SHARED).cast(pl.Categorical)
    )
    return pl.concat(_in_turn(named)).select(
        *IDENTITY, *(pl.col(name).alias(f"{side}_{name}") for name in _KEPT)
    )


def _in_turn(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows with `turn`, their number among those that are alike; most are alone."""
    alone = pl.len().over(IDENTITY[:-1]) == 1
    marked = rows.with_columns(is_alone=alone)
    yield marked.filter("is_alone").with_columns(turn=pl.lit(1, pl.Int64))
    several = marked.filter(~pl.col("is_alone"))
    yield several.with_columns(turn=pl.col("key").rank("ordinal").over(IDENTITY[:-1]).cast(pl.Int64))


def _orders(orders: pl.DataFrame) -> pl.DataFrame:
    return orders.select(
        *WHO,
        "key",
        "rule",
        "area_id",
        "episode",
        "ordinal",
        "place_kind",
        "closed_at",
        what=pl.lit("order"),
        kind=pl.lit(None, pl.String),
        is_release=pl.lit(None, pl.Boolean),
        specimen_kinds=pl.lit(None, pl.String),
        opens_at="starts_at",
        due_at="ends_at",
        fulfilled_at="released_at",
    ).select(*_ROW)


def _duties(duties: pl.DataFrame) -> pl.DataFrame:
    return duties.with_columns(what=pl.lit("duty")).select(*_ROW)


_ROW = ("key", "rule", "area_id", *(name for name in IDENTITY if name not in ("slot", "turn")), *VALUES)


def _differs() -> pl.Expr:
    apart = [pl.col(f"before_{name}").ne_missing(pl.col(f"after_{name}")) for name in VALUES]
    return pl.any_horizontal(pl.col("before_is_there").is_null(), pl.col("after_is_there").is_null(), *apart)


def _change() -> pl.Expr:
    return (
        pl.when(pl.col("before_is_there").is_null())
        .then(pl.lit("gained"))
        .when(pl.col("after_is_there").is_null())
        .then(pl.lit("dropped"))
        .otherwise(pl.lit("changed"))
    )


def _is_past(effective_at: datetime) -> pl.Expr:
    sides = [
        pl.col(f"{side}_is_there").is_null()
        | (pl.min_horizontal(f"{side}_due_at", f"{side}_closed_at") <= effective_at).fill_null(False)
        for side in SIDES
    ]
    return pl.all_horizontal(sides)
