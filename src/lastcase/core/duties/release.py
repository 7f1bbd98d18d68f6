"""Release tests: when the conditions of a release were met.

A test counts from the first instant of the release window; sampled on the last day and resulted the next it
fulfils the condition; inconclusive, it owes a new one.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Discharge, Protocol, Stage

SCHEMA: dict[str, pl.DataType] = {
    "order_row": pl.UInt32(),
    "tests_met_at": INSTANT,
    "release_sampled_at": pl.List(INSTANT),
    "release_met_at": pl.List(INSTANT),
    "release_specimens": pl.List(pl.String()),
}


def release_instants(orders: pl.DataFrame, facts: Facts, protocol: Protocol) -> pl.DataFrame:
    """For each order that needs release tests: when the last needed result came, and the tests that count,
    in order.

    Columns `SCHEMA`; `tests_met_at` is null while some are missing.
    """
    rules: tuple[Stage | Discharge, ...] = (*protocol.of_kind(Stage), *protocol.of_kind(Discharge))
    needs = {rule.id: _Needs.of(rule) for rule in rules}
    given = set(orders["rule"].unique())
    found = [
        _of_rule(orders.filter(pl.col("rule") == rule_id), facts, need)
        for rule_id, need in needs.items()
        if need.n_tests > 0 and rule_id in given
    ]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *found])


class _Needs:
    """What a rule asks of its release tests."""

    def __init__(self, n_tests: int, gap_hours: float, kinds: tuple[str, ...], min_ct: float | None) -> None:
        self.n_tests, self.gap_hours, self.kinds, self.min_ct = n_tests, gap_hours, kinds, min_ct

    @classmethod
    def of(cls, rule: Stage | Discharge) -> _Needs:
        if isinstance(rule, Stage):
            return cls(rule.n_release_tests, rule.release_gap_hours, rule.specimen_kinds, rule.min_ct_value)
        return cls(rule.n_tests, rule.gap_hours, (), rule.min_ct_value)

    def clears(self) -> pl.Expr:
        negative = pl.col("result") == "negative"
        weak = pl.lit(False) if self.min_ct is None else (pl.col("ct_value") >= self.min_ct).fill_null(False)
        fits = pl.lit(True)
        if self.kinds:
            fits = pl.col("specimen_kind").is_in(self.kinds).fill_null(True)
        return (negative | weak) & fits & pl.col("sampled_at").is_not_null()


def _of_rule(orders: pl.DataFrame, facts: Facts, needs: _Needs) -> pl.DataFrame:
    clear = (
        facts["specimens"]
        .filter(needs.clears())
        .select("person_id", "specimen_id", "sampled_at", met_at=pl.coalesce("resulted_at", "sampled_at"))
    )
    left = (
        orders.select("order_row", "person_id", "test_from_at")
        .join(clear, on="person_id")
        .filter(pl.col("sampled_at") >= pl.col("test_from_at"))
    )
    taken: list[pl.DataFrame] = []
    for _ in range(needs.n_tests):
        first = left.sort("sampled_at", "met_at").unique("order_row", keep="first", maintain_order=True)
        taken.append(first)
        after = first.select(
            "order_row", next_from_at=pl.col("sampled_at") + pl.duration(minutes=round(needs.gap_hours * 60))
        )
        later = left.join(after, on="order_row").filter(pl.col("sampled_at") >= pl.col("next_from_at"))
        left = later.join(
            first.select("order_row", "specimen_id"), on=["order_row", "specimen_id"], how="anti"
        ).drop("next_from_at")
    tests = pl.concat(taken).sort("order_row", "sampled_at")
    return (
        tests.group_by("order_row", maintain_order=True)
        .agg(
            tests_met_at=pl.when(pl.len() == needs.n_tests).then(pl.col("met_at").max()),
            release_sampled_at=pl.col("sampled_at"),
            release_met_at=pl.col("met_at"),
            release_specimens=pl.format("specimens:{}", "specimen_id"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())
    )
