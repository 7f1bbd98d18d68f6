"""Which of the persons that a search found come first before an investigator, by number."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from lastcase.core.contacts.search import CERTAINTIES
from lastcase.core.contacts.shortlist import Caps, shortlist
from lastcase.core.protocol.model import ContactRule


def mark_left_out(
    pairs: pl.DataFrame, settings: pl.Series, rules: Sequence[ContactRule], caps: Caps
) -> pl.DataFrame:
    """The rows of `engines.lake.search.find_pairs` in their order, with `setting` (of the place of the first meeting,
    as `settings` gives it row by row) and `left_out` (why the person is not on the short list of the case; null: is on
    it, or no candidate)."""
    ids = dict(enumerate(rule.id for rule in rules))
    named = pairs.select(
        "case",
        "person",
        setting=settings,
        certainty=pl.Series(CERTAINTIES).gather(pairs["certainty"]),
        rule=pairs["rule"].replace_strict(ids, default=None, return_dtype=pl.String),
        dose_min="dose",
    )
    return pairs.with_columns(shortlist(named, rules, caps).select("setting", "left_out"))


def left_out_by_all(marked: pl.DataFrame) -> pl.DataFrame:
    """Of the rows of `mark_left_out` those of persons whom every case leaves out, by the pairs that decide a person's
    certainty."""
    best = marked.filter(pl.col("certainty") == pl.col("certainty").min().over("person"))
    return best.filter(pl.col("left_out").is_not_null().all().over("person"))
