"""Persons by number: ids as categories of one enumeration, so that joins and sorts compare numbers and not texts.

The categories stand in the order of the texts: sorted by number is sorted by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.store import Facts

PERSON = "person_id"
NOT_CODED = ("contacts", "judgements")
"""Tables of which no duty is made: their persons stay texts."""


def coded(facts: Facts, *frames: pl.DataFrame) -> tuple[Facts, list[pl.DataFrame]]:
    """Facts and frames whose `person_id` is a category; other references to persons stay texts."""
    tables = {name: facts[name] for name in TABLES if name not in NOT_CODED}
    made = _coded([*tables.values(), *frames])
    left = {name: facts[name] for name in NOT_CODED}
    return Facts({**left, **dict(zip(tables, made, strict=False))}), made[len(tables) :]


def _coded(frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """All at once: a cast reads the whole enumeration, however few its rows are."""
    named = [frame[PERSON] for frame in frames if PERSON in frame.columns]
    if not named:
        return list(frames)
    codes = pl.concat(named).cast(_everybody(named))
    starts = iter([0, *accumulate(ids.len() for ids in named)])
    return [
        frame.with_columns(codes.slice(next(starts), frame.height)) if PERSON in frame.columns else frame
        for frame in frames
    ]


def _everybody(named: Sequence[pl.Series]) -> pl.Enum:
    met = pl.concat([ids.unique() for ids in named])
    return pl.Enum(met.drop_nulls().unique().sort())
