"""The clocks: what a duty is at an instant, read off its stored instants."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import polars as pl

from lastcase.core.days import at

SUPERSEDED = ["became_case", "merged"]
TIMELY = ["monitor", "vaccinate", "give_globulin"]
VOID = ["discarded", "exposure_removed"]
ATTEMPTS = {"not_found": "attempted", "refused": "refused", "lost": "lost"}


Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)


def states_at(duties: Rows, as_of: datetime | pl.Expr) -> Rows:
    """Duties issued by `as_of` (aware; an expression: each row at its own instant), with `state` and `progress`.

    States are the codes DUTY_STATES. A day's health check or a dose after exposure that was missed can't be
    made up: it stays overdue after its time has ended, unless its ground fell away.

    In order: done, ended (superseded by a case status, else lapsed), exempt, handed over outside, postponed,
    the outcome of an attempt, overdue, due, not yet due. What was postponed is overdue from the later of its
    limit and the instant until which it was postponed. A test sampled in time whose result is still awaited is
    not overdue; its `progress` says sampled. `progress` of a test is offered, sampled, inconclusive (a new
    one is owed), resulted or null.
    """
    now = as_of if isinstance(as_of, pl.Expr) else at(as_of)
    missed = (
        pl.col("kind").is_in(TIMELY)
        & (pl.col("due_at") <= pl.col("closed_at"))
        & ~pl.col("closed_reason").is_in(VOID)
    )
    ended = (pl.col("closed_at") <= now).fill_null(False) & ~missed.fill_null(False)
    unclear = (pl.col("inconclusive_at") <= now).fill_null(False)
    is_postponed = (pl.col("postponed_at") <= now).fill_null(False)
    moves = is_postponed & (pl.col("postponed_until_at") > pl.col("due_at"))
    limit_at = pl.when(moves).then("postponed_until_at").otherwise("due_at")
    sampled_in_time = ((pl.col("sampled_at") <= now) & (pl.col("sampled_at") < limit_at)).fill_null(
        False
    ) & ~unclear
    attempt = pl.col("attempt_outcome").replace_strict(ATTEMPTS, default="attempted", return_dtype=pl.String)
    state = (
        pl.when((pl.col("fulfilled_at") <= now).fill_null(False))
        .then(pl.lit("done"))
        .when(ended & pl.col("closed_reason").is_in(SUPERSEDED).fill_null(False))
        .then(pl.lit("superseded"))
        .when(ended)
        .then(pl.lit("lapsed"))
        .when((pl.col("exempt_at") <= now).fill_null(False))
        .then(pl.lit("exempt"))
        .when((pl.col("handed_over_at") <= now).fill_null(False))
        .then(pl.lit("handed_over"))
        .when(is_postponed & (pl.col("postponed_until_at") > now))
        .then(pl.lit("postponed"))
        .when((pl.col("attempted_at") <= now).fill_null(False))
        .then(attempt)
        .when((limit_at <= now).fill_null(False) & ~sampled_in_time)
        .then(pl.lit("overdue"))
        .when((pl.col("opens_at") <= now).fill_null(False))
        .then(pl.lit("due"))
        .otherwise(pl.lit("not_yet_due"))
    )
    progress = (
        pl.when((pl.col("fulfilled_at") <= now).fill_null(False))
        .then(pl.lit("resulted"))
        .when(unclear)
        .then(pl.lit("inconclusive"))
        .when((pl.col("sampled_at") <= now).fill_null(False))
        .then(pl.lit("sampled"))
        .when((pl.col("offered_at") <= now).fill_null(False))
        .then(pl.lit("offered"))
    )
    issued = duties.filter((pl.col("issued_at") <= now).fill_null(True))
    return issued.with_columns(state=state, progress=pl.when(pl.col("kind") == "test").then(progress))
