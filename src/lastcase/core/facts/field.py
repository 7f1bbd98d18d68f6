"""What a column of a fact table is: declared once, used by models, imports, forms, exports and the reference.

A `Field` names the column, its kind, its unit, the headings under which files of the field call it (both
languages), and its personal-data class. A `Table` is a list of fields with a natural key. Nothing here knows
a database or a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import polars as pl

Kind = Literal["text", "integer", "number", "boolean", "instant", "date", "code", "codes", "reference"]
Personal = Literal["none", "quasi", "direct", "sensitive"]
Retention = Literal["outbreak", "trajectory", "permanent"]
DateOnly = Literal["start", "end"]

INSTANT = pl.Datetime("us", "UTC")

DTYPES: Mapping[Kind, pl.DataType] = MappingProxyType(
    {
        "text": pl.String(),
        "integer": pl.Int64(),
        "number": pl.Float64(),
        "boolean": pl.Boolean(),
        "instant": INSTANT,
        "date": pl.Date(),
        "code": pl.String(),
        "codes": pl.String(),
        "reference": pl.String(),
    }
)


@dataclass(frozen=True)
class Code:
    """One permitted value of a code field, with its name in both languages and the words files use for it."""

    value: str
    en: str
    zh: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One column.

    `kind` "codes" is a set of codes, stored as their values sorted and joined by one space. `date_only` says
    what a bare date means in an instant column: the local midnight that starts the day, or the one that ends
    it (the end of a half-open interval). `personal` "direct" identifies by itself, "quasi" with others,
    "sensitive" is health or protection data. `is_recurring`: a text that many rows share.
    """

    name: str
    kind: Kind
    en: str
    zh: str
    unit: str | None = None
    synonyms: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    reference: str | None = None
    is_required: bool = False
    personal: Personal = "none"
    date_only: DateOnly = "start"
    low: float | None = None
    high: float | None = None
    is_recurring: bool = False

    @property
    def recurs(self) -> bool:
        """Whether few texts stand in many rows: codes, areas, and texts declared so. Answers keep these by number."""
        return self.is_recurring or self.kind == "code" or self.reference == "areas"

    @property
    def dtype(self) -> pl.DataType:
        """Polars type of the column."""
        return DTYPES[self.kind]

    @property
    def values(self) -> tuple[str, ...]:
        """Permitted code values, in the order declared."""
        return tuple(code.value for code in self.codes)


@dataclass(frozen=True)
class Table:
    """A fact table: one row states one fact; `key` names the columns that make its identity within an outbreak."""

    name: str
    en: str
    zh: str
    about_en: str
    about_zh: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    import_kind: str | None = None
    retention: Retention = "outbreak"
    is_global: bool = False
    person_fields: tuple[str, ...] = ()
    area_fields: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        """The field of that name; KeyError names the table."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.name} has no field {name}")

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in the order declared."""
        return tuple(field.name for field in self.fields)

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Polars schema of the declared columns and of the version columns."""
        return {field.name: field.dtype for field in self.fields} | VERSION_SCHEMA

    def empty(self) -> pl.DataFrame:
        """An empty frame of this table."""
        return pl.DataFrame(schema=self.schema)


VERSION_SCHEMA: dict[str, pl.DataType] = {
    "recorded_at": INSTANT,
    "retired_at": INSTANT,
    "known_from": INSTANT,
    "source": pl.String(),
}
"""Columns every fact carries: when it was recorded, when a correction retired it (null: current), the
instant from which a source says it was known (null: not stated), and the feed it came by."""

SYNTHETIC = "synthetic"
"""The `source` of rows that were made up: nobody in them exists."""


def text(name: str, en: str, zh: str, *synonyms: str, **more: object) -> Field:
    """A text column."""
    return Field(name, "text", en, zh, synonyms=synonyms, **more)  # type: ignore[arg-type]


def reference(name: str, table: str, en: str, zh: str, *synonyms: str, **more: object) -> Field:
    """A column that holds the id of a row of another table."""
    return Field(name, "reference", en, zh, synonyms=synonyms, reference=table, **more)  # type: ignore[arg-type]


def instant(name: str, en: str, zh: str, *synonyms: str, **more: object) -> Field:
    """An aware UTC instant."""
    return Field(name, "instant", en, zh, synonyms=synonyms, **more)  # type: ignore[arg-type]


def date(name: str, en: str, zh: str, *synonyms: str, **more: object) -> Field:
    """A local civil date."""
    return Field(name, "date", en, zh, synonyms=synonyms, **more)  # type: ignore[arg-type]


def integer(name: str, en: str, zh: str, *synonyms: str, **more: object) -> Field:
    """A whole number."""
    return Field(name, "integer", en, zh, synonyms=synonyms, **more)  # type: ignore[arg-type]


def number(name: str, en: str, zh: str, *synonyms: str, **more: object) -> Field:
    """A real number."""
    return Field(name, "number", en, zh, synonyms=synonyms, **more)  # type: ignore[arg-type]


def boolean(name: str, en: str, zh: str, *synonyms: str, **more: object) -> Field:
    """Yes, no or not known."""
    return Field(name, "boolean", en, zh, synonyms=synonyms, **more)  # type: ignore[arg-type]


def code(name: str, en: str, zh: str, codes: Iterable[Code], *synonyms: str, **more: object) -> Field:
    """One of a closed list of codes."""
    return Field(name, "code", en, zh, synonyms=synonyms, codes=tuple(codes), **more)  # type: ignore[arg-type]


def codes(name: str, en: str, zh: str, permitted: Iterable[Code], *synonyms: str, **more: object) -> Field:
    """A set of codes."""
    return Field(name, "codes", en, zh, synonyms=synonyms, codes=tuple(permitted), **more)  # type: ignore[arg-type]
