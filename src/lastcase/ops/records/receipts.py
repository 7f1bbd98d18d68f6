"""Receipts: that a feed delivered, how many rows of which table, and up to when its data reach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from lastcase.ops.records.versions import Written

_INSTANT = pl.Datetime("us", "UTC")


def receipt_rows(
    feed: str,
    frames: Mapping[str, pl.DataFrame],
    tables: Mapping[str, Written],
    revision: int,
    at: datetime,
    data_until_at: datetime | None,
) -> pl.DataFrame:
    """One receipt a table that changed. Where the sender does not say how far the data reach, the latest
    instant does."""
    rows = [
        {
            "receipt_id": f"{feed}:{name}:{revision}",
            "feed": feed,
            "table_name": name,
            "received_at": at,
            "data_until_at": data_until_at or latest_instant(frames[name], at),
            "n_rows": frames[name].height,
            "known_from": None,
        }
        for name, written in tables.items()
        if written.is_change
    ]
    instants = dict.fromkeys(("received_at", "data_until_at", "known_from"), _INSTANT)
    types: dict[str, pl.DataType] = {**instants, "n_rows": pl.Int64()}
    return pl.DataFrame(rows, schema_overrides=types)


def latest_instant(frame: pl.DataFrame, not_after: datetime) -> datetime | None:
    """The latest instant that the frame states and that is not in the future."""
    columns = [name for name, dtype in frame.schema.items() if dtype == _INSTANT and name != "known_from"]
    found = [frame[name].filter(frame[name] <= not_after).max() for name in columns]
    stated = [value for value in found if isinstance(value, datetime)]
    return max(stated, default=None)
