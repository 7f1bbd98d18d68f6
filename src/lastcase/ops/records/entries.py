"""The entries of a person, its own and those merged into it, and which fact tables say anything of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from lastcase.core.facts import TABLES, Table
from lastcase.engines.bridge import copy_out
from lastcase.ops.records.models import Outbreak

NAMING = {name: table for name, table in TABLES.items() if table.person_fields}
"""Fact tables that name persons."""


@dataclass(frozen=True)
class Entries:
    """`ids`: the person's own and those merged into it, in order; `tables`: of `NAMING`, those with any version that
    names one of them, or (decisions) nobody."""

    person_id: str
    ids: tuple[str, ...]
    tables: frozenset[str]

    @property
    def is_merged(self) -> bool:
        """Whether another entry was merged into the person's own."""
        return len(self.ids) > 1


ENTRIES: dict[str, pl.DataType] = {"entry_id": pl.String(), "person_id": pl.String()}
"""The other ids (`entry_id`) under which a person (`person_id`) is on record, by merges."""

MERGED = (
    "SELECT person_id, survivor_id FROM records_member WHERE outbreak_id = %s AND person_id <> survivor_id"
)
"""SQL: every entry of an outbreak that was merged, and the person it is of."""


def merged_entries(record: Outbreak) -> pl.DataFrame:
    """All of an outbreak, columns `ENTRIES`, as the reader is shown them."""
    with transaction.atomic(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        return copy_out(cursor, MERGED, ENTRIES, [record.pk])


def entries_of(record: Outbreak, person_id: str) -> Entries:
    """The entries of the person in the outbreak, in two queries."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_MERGED_INTO, [record.pk, person_id, person_id])
        ids = (person_id, *(merged for (merged,) in cursor.fetchall()))
        return Entries(person_id, ids, _tables(cursor, record.pk, ids))


_MERGED_INTO = """SELECT person_id FROM records_member WHERE outbreak_id = %s AND survivor_id = %s AND person_id <> %s
    ORDER BY person_id"""


def _tables(cursor: Any, outbreak_id: int, ids: Iterable[str]) -> frozenset[str]:
    asked = [name for name in NAMING if name != "persons"]
    exist = ", ".join(f"EXISTS (SELECT 1 FROM fact_{name} WHERE {_names(NAMING[name])})" for name in asked)
    cursor.execute(f"SELECT {exist}", {"outbreak": outbreak_id, "persons": list(ids)})
    told = {name for name, is_there in zip(asked, cursor.fetchone(), strict=True) if is_there}
    return frozenset({"persons", *told})


def _names(table: Table) -> str:
    nobody = " OR person_id IS NULL" if table.name == "decisions" else ""
    return (
        f"{about(table)}{nobody}"
        if table.is_global
        else f"outbreak_id = %(outbreak)s AND ({about(table)}{nobody})"
    )


def about(table: Table) -> str:
    """SQL: the row names one of `%(persons)s`."""
    return " OR ".join(f"{column} = ANY(%(persons)s)" for column in table.person_fields)
