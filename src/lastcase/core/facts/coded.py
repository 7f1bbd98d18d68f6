"""Persons by number: ids as categories of one enumeration, so that joins and sorts compare numbers and not texts.

The categories stand in the order of the texts: sorted by number is sorted by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.store import Facts
from lastcase.core.remember import remembered

PERSON = "person_id"
NOT_CODED = ("contacts", "judgements", "objections")
"""Tables of which no duty is made: their persons stay texts."""


def coded(facts: Facts, *frames: pl.DataFrame) -> tuple[Facts, list[pl.DataFrame]]:
    """Facts and frames whose `person_id` is a category; other references to persons stay texts.

    The frames name persons of the facts alone. Facts are coded once, however many editions read them.
    """
    persons, whole = _coded_facts(facts)
    return whole, [frame.with_columns(pl.col(PERSON).cast(persons)) for frame in frames]


@remembered
def _coded_facts(facts: Facts) -> tuple[pl.Enum, Facts]:
    """The enumeration of everybody whom a fact names, and the facts in it."""
    named = [facts[name][column] for name, column in _naming() if facts[name].height]
    persons = pl.Enum(_everybody(named))
    tables = {name: facts[name] for name in TABLES if name not in NOT_CODED and PERSON in facts[name].columns}
    return persons, Facts({**facts.frames, **_coded(tables, persons)})


def _naming() -> list[tuple[str, str]]:
    """Tables and their columns that name a person."""
    return [
        (name, field.name)
        for name, table in TABLES.items()
        for field in table.fields
        if field.name == PERSON or field.reference == "persons"
    ]


def _coded(tables: dict[str, pl.DataFrame], persons: pl.Enum) -> dict[str, pl.DataFrame]:
    """All at once: a cast reads the whole enumeration, however few its rows are."""
    codes = pl.concat([frame[PERSON] for frame in tables.values()]).cast(persons)
    starts = accumulate((frame.height for frame in tables.values()), initial=0)
    return {
        name: _with_codes(frame, codes.slice(start, frame.height))
        for (name, frame), start in zip(tables.items(), starts, strict=False)
    }


def _with_codes(frame: pl.DataFrame, codes: pl.Series) -> pl.DataFrame:
    return frame.clone().replace_column(frame.columns.index(PERSON), codes)


def _everybody(named: Sequence[pl.Series]) -> pl.Series:
    return pl.concat([*named, pl.Series(dtype=pl.String)]).drop_nulls().unique().sort()
