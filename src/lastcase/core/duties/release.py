"""Release tests: when the conditions of a release were met.

A test counts from the first instant of the release window; sampled on the last day and resulted the next it
fulfils the condition; inconclusive, it owes a new one.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.columns import columns_of
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Discharge, Protocol, Stage
from lastcase.core.remember import remembered

SCHEMA: dict[str, pl.DataType] = {
    "order_row": pl.UInt32(),
    "tests_met_at": INSTANT,
    "release_sampled_at": pl.List(INSTANT),
    "release_met_at": pl.List(INSTANT),
    "release_specimens": pl.List(pl.String()),
}


NEEDS: dict[str, pl.DataType] = {
    "rule": pl.String(),
    "n_tests": pl.Int64(),
    "gap_min": pl.Int64(),
    "kinds": pl.List(pl.String()),
    "min_ct": pl.Float64(),
}
"""What a rule asks of its release tests: how many, minutes apart, of which specimens (none named: any), and the least
Ct value that clears as a negative result does (null: none does)."""


@remembered
def release_needs(protocol: Protocol) -> pl.DataFrame:
    """What the rules that end by release tests ask of these, columns `NEEDS`."""
    rules: tuple[Stage | Discharge, ...] = (*protocol.of_kind(Stage), *protocol.of_kind(Discharge))
    needs = pl.DataFrame([_needs(rule) for rule in rules], schema=NEEDS, orient="row")
    return needs.filter(pl.col("n_tests") > 0)


def release_instants(orders: pl.DataFrame, facts: Facts, protocol: Protocol) -> pl.DataFrame:
    """For each order that needs release tests: when the last needed result came, and the tests that count,
    in order.

    Columns `SCHEMA`; `tests_met_at` is null while some are missing. Of tests sampled and resulted at the same
    instants the one of the lower id counts first.
    """
    asking = orders.select("order_row", "person_id", "rule", "test_from_at").join(
        release_needs(protocol), on="rule"
    )
    left = (
        asking.join(facts["specimens"].select(*_READ), on="person_id")
        .filter(_clears() & (pl.col("sampled_at") >= pl.col("test_from_at")))
        .with_columns(met_at=pl.coalesce("resulted_at", "sampled_at"))
        .sort("order_row", "sampled_at", "met_at", "specimen_id")
    )
    taken = [left.clear()]
    while left.height:
        taken.append(left.unique("order_row", keep="first", maintain_order=True))
        since = pl.col("sampled_at") + pl.duration(minutes=pl.col("gap_min"))
        left = left.filter(
            (pl.col("n_tests") > len(taken) - 1)
            & (pl.col("sampled_at") >= since.first().over("order_row"))
            & (pl.col("specimen_id") != pl.col("specimen_id").first().over("order_row"))
        )
    return (
        pl.concat(taken)
        .sort("order_row", "sampled_at", maintain_order=True)
        .group_by("order_row", maintain_order=True)
        .agg(
            tests_met_at=pl.when(pl.len() == pl.col("n_tests").first()).then(pl.col("met_at").max()),
            release_sampled_at=pl.col("sampled_at"),
            release_met_at=pl.col("met_at"),
            release_specimens=pl.format("specimens:{}", "specimen_id"),
        )
        .select(columns_of(SCHEMA))
    )


_READ = ("person_id", "specimen_id", "specimen_kind", "sampled_at", "resulted_at", "result", "ct_value")


def _needs(rule: Stage | Discharge) -> tuple[object, ...]:
    if isinstance(rule, Stage):
        n_tests, gap_hours, kinds = rule.n_release_tests, rule.release_gap_hours, rule.specimen_kinds
    else:
        n_tests, gap_hours, kinds = rule.n_tests, rule.gap_hours, ()
    return rule.id, n_tests, round(gap_hours * 60), list(kinds), rule.min_ct_value


def _clears() -> pl.Expr:
    """Whether a specimen clears by its rule; one of no kind on record fits any."""
    is_weak = (pl.col("ct_value") >= pl.col("min_ct")).fill_null(False)
    is_any = (pl.col("kinds").list.len() == 0) | pl.col("specimen_kind").is_null()
    return ((pl.col("result") == "negative") | is_weak) & (
        is_any | pl.col("kinds").list.contains(pl.col("specimen_kind"))
    )
