"""The editions of an outbreak as periods: which rules stood when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from lastcase.core.outbreak import Outbreak
from lastcase.core.protocol.model import Protocol


def periods(outbreak: Outbreak) -> Iterator[tuple[Protocol, datetime | None, datetime | None]]:
    """Each edition with the half-open interval it was in force.

    The first holds for what came before it, too.
    """
    adoptions = outbreak.adoptions
    for index, adoption in enumerate(adoptions):
        start = adoption.effective_at if index else None
        end = adoptions[index + 1].effective_at if index + 1 < len(adoptions) else None
        yield adoption.edition, start, end


def inside(instant: pl.Expr, start: datetime | None, end: datetime | None) -> pl.Expr:
    """Whether the instant lies in `[start, end)`; None leaves a side open."""
    after = pl.lit(True) if start is None else instant >= start
    before = pl.lit(True) if end is None else instant < end
    return after & before
