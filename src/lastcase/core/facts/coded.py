"""Persons by number: ids as categories of one enumeration, so that joins and sorts compare numbers and not texts.

The categories stand in the order of the texts: sorted by number is sorted by id.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.store import Facts

PERSON = "person_id"


def person_codes(facts: Facts, frames: Iterable[pl.DataFrame]) -> pl.Enum:
    """The enumeration of everybody whom the facts or the frames name in `person_id`."""
    named = [frame[PERSON] for frame in (*facts.frames.values(), *frames) if PERSON in frame.columns]
    everybody = pl.concat([ids.unique() for ids in named]) if named else pl.Series([], dtype=pl.String)
    return pl.Enum(everybody.drop_nulls().unique().sort())


def coded(frame: pl.DataFrame, codes: pl.Enum) -> pl.DataFrame:
    """The frame with `person_id` as a category; without that column as it is."""
    return frame.with_columns(pl.col(PERSON).cast(codes)) if PERSON in frame.columns else frame


def coded_facts(facts: Facts, codes: pl.Enum) -> Facts:
    """Facts whose `person_id` is a category; other references to persons stay texts."""
    return Facts({name: coded(facts[name], codes) for name in TABLES})
