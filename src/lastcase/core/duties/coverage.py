"""Coverage of the four alls: tested, transferred, isolated, treated, against those who should be.

Duties due by the instant count; what is not yet due stands apart. Where no feed covers a kind the share is
null: no source, never 100 %.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from lastcase.core.facts.receipts import ACT_FEED
from lastcase.core.facts.store import Facts
from lastcase.core.remember import remembered

FOUR_ALLS: dict[str, tuple[str, ...]] = {
    "test": ("test",),
    "transfer": ("transfer",),
    "isolate": ("quarantine", "isolate"),
    "treat": ("treat",),
}
MISSING_STATES = ("overdue", "attempted", "refused", "lost")
OPEN_STATES = ("due", "not_yet_due", "postponed")


@dataclass(frozen=True)
class Evidence:
    """What the record holds that could show a duty done: tables with rows or receipts (`held`, `received`), kinds
    of duty among checks, whether any move is more than a hand-over, any case has its admission or its report."""

    held: Collection[str]
    received: Collection[str]
    checks: Collection[str]
    has_moved: bool
    has_admitted: bool
    has_reported: bool


EVIDENCE_TABLES = ("specimens", "moves", "stays", "checks")
"""Tables whose rows alone tell that a feed delivers."""
EVIDENCE_COLUMNS = {"specimens": (), "moves": ("move_kind",), "checks": ("duty_kind",)}
"""Of large tables, the columns that are evidence of a feed: `covered_kinds` needs no others, and no row twice."""


@remembered
def covered_kinds(facts: Facts) -> frozenset[str]:
    """Duty kinds for which some feed delivers evidence, by what the record holds and what was received."""
    fed = facts["receipts"].filter((pl.col("feed") != ACT_FEED).fill_null(True))
    received = set(fed["table_name"].to_list())
    admitted, reported = (
        bool(facts["cases"][name].is_not_null().any()) for name in ("admitted_at", "reported_at")
    )
    return kinds_covered(
        Evidence(
            held={name for name in EVIDENCE_TABLES if not facts[name].is_empty()},
            received=received,
            checks=set(facts["checks"]["duty_kind"].unique().to_list()),
            has_moved=not facts["moves"].filter(pl.col("move_kind") != "hand_over").is_empty(),
            has_admitted=admitted,
            has_reported=reported,
        )
    )


def kinds_covered(evidence: Evidence) -> frozenset[str]:
    """Duty kinds of which the evidence can tell whether they were done."""
    held, checks = {*evidence.held, *evidence.received}, evidence.checks
    kinds = {
        "test": "specimens" in held,
        "transfer": evidence.has_moved or "moves" in evidence.received or "stays" in held,
        "quarantine": "stays" in held,
        "isolate": "stays" in held or evidence.has_admitted,
        "treat": "stays" in held or evidence.has_admitted,
        "monitor": "monitor" in checks or "checks" in evidence.received,
        "interview": "interview" in checks,
        "report": evidence.has_reported,
        "hand_over": "moves" in held,
        **{kind: kind in checks for kind in ("vaccinate", "give_globulin", "exclude")},
    }
    return frozenset(kind for kind, is_covered in kinds.items() if is_covered)


def n_duties(duties: pl.DataFrame | pl.LazyFrame) -> pl.Expr:
    """How many duties the rows are: each one, or as many as its `n` says."""
    is_alike = "n" in duties.collect_schema()
    return pl.col("n").sum() if is_alike else pl.len().cast(pl.Int64)


def coverage(duties: pl.DataFrame, covered: Collection[str], by: Sequence[str] = ()) -> pl.DataFrame:
    """The four alls of duties that carry a `state` (see `clocks.states_at`), in groups of the columns `by`.

    Where the frame has a column `n`, each row stands for so many duties.

    Columns: `by`, `alls` (test, transfer, isolate, treat), `n_should` (due by now and neither ended nor
    exempt), `n_done`, `n_missing` (past due, whatever was attempted), `n_not_yet_due`, `has_source`, `share`
    (null where nothing was due or no feed covers the kind).
    """
    names = {kind: alls for alls, kinds in FOUR_ALLS.items() for kind in kinds}
    alike = duties.group_by([*by, "kind", "state"]).agg(n=n_duties(duties))
    four = alike.filter(pl.col("kind").is_in(list(names))).with_columns(
        alls=pl.col("kind").replace_strict(names, return_dtype=pl.String),
        has_source=pl.col("kind").is_in(list(covered)),
    )
    state, n = pl.col("state"), pl.col("n")
    counted = four.group_by([*by, "alls"]).agg(
        n_done=n.filter(state == "done").sum(),
        n_missing=n.filter(state.is_in(MISSING_STATES)).sum(),
        n_not_yet_due=n.filter(state.is_in(OPEN_STATES)).sum(),
        has_source=pl.col("has_source").any(),
    )
    if not by:
        every = pl.DataFrame({"alls": list(FOUR_ALLS)})
        has_source = {name: any(kind in covered for kind in kinds) for name, kinds in FOUR_ALLS.items()}
        counted = every.join(counted, on="alls", how="left", maintain_order="left").with_columns(
            pl.col("n_done", "n_missing", "n_not_yet_due").fill_null(0),
            has_source=pl.col("alls").replace_strict(has_source, return_dtype=pl.Boolean),
        )
    should = pl.col("n_done") + pl.col("n_missing")
    share = pl.when(pl.col("has_source") & (should > 0)).then(pl.col("n_done") / should)
    return counted.with_columns(n_should=should, share=share)
