"""Django fields from the declarations of facts and answers: the one place that knows both."""

from __future__ import annotations

import polars as pl
from django.db import models

from lastcase.core.answers import IDENTITY
from lastcase.core.facts import Table
from lastcase.core.facts.field import Field, Kind
from lastcase.ops.records.terms import TermField

FIELD_OF: dict[Kind, type[models.Field]] = {
    "text": models.TextField,
    "integer": models.BigIntegerField,
    "number": models.FloatField,
    "boolean": models.BooleanField,
    "instant": models.DateTimeField,
    "date": models.DateField,
    "code": models.TextField,
    "codes": models.TextField,
    "reference": models.TextField,
}
SQL_TYPE_OF: dict[Kind, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "double precision",
    "boolean": "boolean",
    "instant": "timestamptz",
    "date": "date",
    "code": "text",
    "codes": "text",
    "reference": "text",
}
STORED_DTYPES: dict[Kind, pl.DataType] = {"integer": pl.Int32()}
"""Types in which answers are kept, where narrower than declared: counts and ordinals are small."""
POSITIONS = ("pos_naming", "pos_present", "pos_residence")
"""Depth-first positions of the areas to which a row is shown: the one that names the person, the one where
the person is, the one of residence."""


def model_field(field: Field) -> models.Field:
    """The Django field of a declared column."""
    return FIELD_OF[field.kind](
        verbose_name=field.en, null=not field.is_required, blank=not field.is_required
    )


def stored_columns(table: Table) -> tuple[str, ...]:
    """The columns of a table of answers that are kept; a key made of others is put together when it is read."""
    return tuple(name for name in table.columns if name != "key" or table.name not in IDENTITY)


def answer_field(field: Field, *, is_identity: bool) -> models.Field:
    """The Django field of a column of answers: recurring texts by number."""
    kind = (
        TermField if field.recurs else {"integer": models.IntegerField}.get(field.kind, FIELD_OF[field.kind])
    )
    may_be_null = not (field.is_required or is_identity)
    return kind(verbose_name=field.en, null=may_be_null, blank=may_be_null)


def position_fields() -> dict[str, models.Field]:
    """The three columns that row-level security reads."""
    return {name: models.IntegerField(null=True, editable=False) for name in POSITIONS}


def class_name(prefix: str, table: str) -> str:
    """`risk_areas` of facts is `FactRiskAreas`."""
    return prefix + "".join(word.capitalize() for word in table.split("_"))
