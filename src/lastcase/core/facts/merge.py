"""Persons found to be the same: every fact of a merged person is read as a fact of the survivor."""

from __future__ import annotations

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.store import Facts


def resolve_merges(facts: Facts) -> Facts:
    """Facts in which a merged person's id is replaced by the survivor's; the merged person's own row is left
    out.

    Chains of merges are followed to their end. The stored facts keep both histories; this is how they are
    read.
    """
    persons = facts["persons"]
    merged = persons.filter(pl.col("merged_into_id").is_not_null())
    if merged.is_empty():
        return facts
    survivor = _survivors(dict(merged.select("person_id", "merged_into_id").iter_rows()))
    frames = {
        name: _renamed(frame, TABLES[name].person_fields, survivor) for name, frame in facts.frames.items()
    }
    frames["persons"] = persons.filter(pl.col("merged_into_id").is_null())
    return Facts(frames)


def _survivors(merged: dict[str, str]) -> dict[str, str]:
    def follow(person: str) -> str:
        seen = {person}
        while person in merged and merged[person] not in seen:
            person = merged[person]
            seen.add(person)
        return person

    return {person: follow(person) for person in merged}


def _renamed(frame: pl.DataFrame, columns: tuple[str, ...], survivor: dict[str, str]) -> pl.DataFrame:
    return frame.with_columns(pl.col(column).replace(survivor) for column in columns)
