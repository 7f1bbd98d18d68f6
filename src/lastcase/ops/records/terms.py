"""Terms: texts that millions of rows share (codes, rules, areas), kept once and named by number.

A term is never changed and never removed, so every process may remember those it has met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from django.db import connections, models

from lastcase.core.facts import Table
from lastcase.ops.records.writing import Writing, write_alias

UNKNOWN = -1
"""The number of a text that no row has."""

_met: dict[tuple[str, int], str] = {}
"""Texts by database and number. A number is never given twice, so what was met stays true."""


def number_of(term: str, using: str) -> int:
    """The number of a text, `UNKNOWN` where no row has it."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT id FROM records_term WHERE term = %s", [term])
        row = cursor.fetchone()
    return UNKNOWN if row is None else int(row[0])


def numbers_of(terms: Iterable[str], using: str) -> dict[str, int]:
    """The numbers of several texts, `UNKNOWN` where no row has one."""
    wanted = list(terms)
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT term, id FROM records_term WHERE term = ANY(%s)", [wanted])
        return dict.fromkeys(wanted, UNKNOWN) | dict(cursor.fetchall())


def term_of(number: int, using: str) -> str:
    """The text of a number. Raises KeyError for a number that was never given."""
    return texts_of([number], using)[number]


def texts_of(numbers: Iterable[int], using: str) -> dict[int, str]:
    """The texts of these numbers; one that was never given is left out."""
    database = str(connections[using].settings_dict["NAME"])
    wanted = set(numbers)
    missing = sorted(number for number in wanted if (database, number) not in _met)
    found = _read_texts(missing, using) if missing else {}
    # A negative number is of one transaction alone (`lists.replayed`).
    _met.update({(database, number): term for number, term in found.items() if number > 0})
    return found | {number: _met[database, number] for number in wanted if (database, number) in _met}


def _read_texts(numbers: list[int], using: str) -> dict[int, str]:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT id, term FROM records_term WHERE id = ANY(%s)", [numbers])
        return dict(cursor.fetchall())


def numbered(
    writing: Writing, frames: Mapping[str, pl.DataFrame], tables: Mapping[str, Table]
) -> dict[str, pl.DataFrame]:
    """The frames by table name with their recurring texts as numbers; texts not met before are given theirs."""
    recurring = {
        name: [field.name for field in tables[name].fields if field.recurs and field.name in frame.columns]
        for name, frame in frames.items()
    }
    texts = [frames[name][column].unique() for name, columns in recurring.items() for column in columns]
    met = pl.concat(texts).drop_nulls().unique().to_list() if texts else []
    numbers = _numbered(writing, met) if met else {}
    told = pl.Series(list(numbers), dtype=pl.String), pl.Series(list(numbers.values()), dtype=pl.Int32)
    return {
        name: frame.with_columns(
            pl.col(column).replace_strict(*told, default=None, return_dtype=pl.Int32)
            for column in recurring[name]
        )
        for name, frame in frames.items()
    }


def _numbered(writing: Writing, terms: list[str]) -> dict[str, int]:
    known = _numbers(writing, terms)
    fresh = sorted(set(terms) - known.keys())
    if fresh:
        writing.run(
            "INSERT INTO records_term (term) SELECT unnest(%s::text[]) ON CONFLICT (term) DO NOTHING", [fresh]
        )
        known |= _numbers(writing, fresh)
    return known


def _numbers(writing: Writing, terms: list[str]) -> dict[str, int]:
    return dict(writing.all("SELECT term, id FROM records_term WHERE term = ANY(%s)", [terms]))


def spelled(table: Table, frame: pl.DataFrame, using: str) -> pl.DataFrame:
    """The frame with the table's recurring texts spelled out again."""
    recurring = [field.name for field in table.fields if field.recurs and field.name in frame.columns]
    if not recurring:
        return frame
    numbers = pl.concat([frame[name].rename("") for name in recurring]).unique().drop_nulls()
    texts = texts_of(set(numbers), using)
    return frame.with_columns(
        pl.col(name).replace_strict(texts, default=None, return_dtype=pl.String) for name in recurring
    )


class TermField(models.IntegerField):
    """A recurring text: its number in the database, the text in Python."""

    def get_prep_value(self, value: Any) -> Any:
        """The number of a text."""
        return number_of(value, write_alias()) if isinstance(value, str) else super().get_prep_value(value)

    def from_db_value(self, value: int | None, expression: object, connection: Any) -> str | None:
        """The text of a number."""
        return None if value is None else term_of(value, connection.alias)
