"""From when until when a duty is open, missing or done: its states in order, and not at one instant.

The same as `clocks.states_at` at every instant, for duties whose end leaves nothing missed (those of the four alls); a
law of the tests holds the two equal.
"""

from __future__ import annotations

import polars as pl

INSTANTS = (
    "issued_at",
    "due_at",
    "fulfilled_at",
    "sampled_at",
    "inconclusive_at",
    "attempted_at",
    "exempt_at",
    "handed_over_at",
    "closed_at",
    "postponed_at",
    "postponed_until_at",
)
"""The columns that spans are made of."""


SPANS = pl.Enum(["open", "missing", "done"])


def duty_spans(duties: pl.DataFrame, *kept: str) -> pl.DataFrame:
    """Rows of a duty and span, as many as it has: the columns `kept`, `span`, `from_at` and `until_at`.

    A null start is the beginning, a null end never comes; nothing stands before `issued_at`. Open is what is due or to
    be due, postponed included. A span that would end before it begins is given all the same.
    """
    issued, put, until = (pl.col(name) for name in ("issued_at", "postponed_at", "postponed_until_at"))
    ended = pl.min_horizontal("fulfilled_at", "closed_at", "exempt_at", "handed_over_at")
    missing = pl.min_horizontal("attempted_at", _overdue_from(pl.col("due_at")))
    missing_then = pl.min_horizontal("attempted_at", _overdue_from(pl.max_horizontal("due_at", until)))
    first_from = pl.when(missing.is_not_null()).then(pl.max_horizontal(missing, issued))
    first_until = pl.min_horizontal(ended, put)
    then_from = pl.when(missing_then.is_not_null()).then(pl.max_horizontal(missing_then, put, until, issued))
    known = duties.select(
        *kept, "issued_at", "fulfilled_at", "postponed_at",
        ended=ended, first_from=first_from, first_until=first_until, then_from=then_from,
    )  # fmt: skip
    put_off = known.filter(put.is_not_null())
    return pl.concat(
        [
            _span(known, kept, "open", issued, pl.min_horizontal("first_from", "first_until")),
            _span(_has(known, "first_from"), kept, "missing", pl.col("first_from"), pl.col("first_until")),
            _span(
                put_off, kept, "open", pl.max_horizontal(put, issued), pl.min_horizontal("then_from", "ended")
            ),
            _span(_has(put_off, "then_from"), kept, "missing", pl.col("then_from"), pl.col("ended")),
            _span(_has(known, "fulfilled_at"), kept, "done", pl.max_horizontal("fulfilled_at", issued), None),
        ]
    )


def _overdue_from(limit: pl.Expr) -> pl.Expr:
    """From when a duty with this limit is overdue: a test sampled before it is so only once that is inconclusive."""
    unclear = pl.when(pl.col("inconclusive_at").is_not_null()).then(
        pl.max_horizontal(limit, "inconclusive_at")
    )
    overdue = pl.when(pl.col("sampled_at") < limit).then(unclear).otherwise(limit)
    return pl.when(pl.col("due_at").is_not_null()).then(overdue)


def _has(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    return rows.filter(pl.col(name).is_not_null())


def _span(
    rows: pl.DataFrame, kept: tuple[str, ...], span: str, from_at: pl.Expr, until_at: pl.Expr | None
) -> pl.DataFrame:
    end = pl.lit(None, rows.schema["issued_at"]) if until_at is None else until_at
    return rows.select(*kept, span=pl.lit(span, SPANS), from_at=from_at, until_at=end)
