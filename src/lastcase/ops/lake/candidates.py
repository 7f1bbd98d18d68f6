"""Which of the persons that a search found come first before an investigator, by number."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from lastcase.core.contacts.search import CERTAINTIES
from lastcase.core.contacts.shortlist import Caps, shortlist
from lastcase.core.protocol.model import ContactRule
from lastcase.ops.lake.view import OutbreakView


def mark_left_out(
    ring: pl.DataFrame, rules: Sequence[ContactRule], caps: Caps, view: OutbreakView
) -> pl.DataFrame:
    """The rows of `engines.lake.ring.find_ring`, in their order, with `setting` (of the place of the first meeting)
    and `left_out` (why the person is not on the short list, null: is on it, or no candidate)."""
    ids = dict(enumerate(rule.id for rule in rules))
    named = ring.select(
        "person",
        case="via",
        setting=view.settings(ring["place"]),
        certainty=pl.Series(CERTAINTIES).gather(ring["certainty"]),
        rule=ring["rule"].replace_strict(ids, default=None, return_dtype=pl.String),
        dose_min="dose",
    )
    return ring.with_columns(shortlist(named, rules, caps).select("setting", "left_out"))
