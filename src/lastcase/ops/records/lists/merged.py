"""What a merged history adds to rows that are shown: the gaps of the survivor's own rows, filled from the other's."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.ops.records import models
from lastcase.ops.records.lists.tabs import ABOUT_PERSONS, OF_CASES, OF_PERSONS
from lastcase.ops.records.plan import BY_KEY, planned
from lastcase.ops.records.queries import load_facts

Pair = tuple[str, str]
"""Who was merged, and into whom."""


def merged_pairs(outbreak_id: int, persons: Iterable[str]) -> list[Pair]:
    """Whoever was merged into one of these persons."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor, planned(cursor, *BY_KEY):
        cursor.execute(_MERGED, [outbreak_id, list(persons)])
        return list(cursor.fetchall())


_MERGED = """SELECT person_id, survivor_id FROM records_member
    WHERE outbreak_id = %s AND survivor_id = ANY(%s) AND person_id <> survivor_id"""


def fill_merged(outbreak_id: int, rows: pl.DataFrame, pairs: Iterable[Pair]) -> pl.DataFrame:
    """The rows as the facts say that are read with their merges resolved (`core.facts.merge`)."""
    facts = load_facts(
        models.Outbreak.objects.get(pk=outbreak_id),
        persons=sorted({one for pair in pairs for one in pair}),
        tables=("persons", "cases"),
    )
    persons = facts["persons"].unique("person_id", keep="last")
    filled = _filled(rows, persons, ["person_id"], (*ABOUT_PERSONS, *OF_PERSONS))
    return _filled(filled, facts["cases"], ["person_id", "episode"], OF_CASES)


def _filled(rows: pl.DataFrame, facts: pl.DataFrame, key: list[str], names: tuple[str, ...]) -> pl.DataFrame:
    shown = [name for name in names if name in rows.columns]
    if not shown or not set(key) <= set(rows.columns):
        return rows
    whole = facts.select(*key, *(pl.col(name).alias(f"whole_{name}") for name in shown))
    joined = rows.join(whole, on=key, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(name, f"whole_{name}").alias(name) for name in shown).select(
        rows.columns
    )
