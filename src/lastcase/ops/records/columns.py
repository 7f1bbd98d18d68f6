"""Django fields from the declarations of facts and answers: the one place that knows both."""

from __future__ import annotations

from django.db import models

from lastcase.core.facts.field import Field, Kind

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
POSITIONS = ("pos_naming", "pos_present", "pos_residence")
"""Depth-first positions of the areas to which a row is shown: the one that names the person, the one where
the person is, the one of residence."""


def model_field(field: Field) -> models.Field:
    """The Django field of a declared column."""
    return FIELD_OF[field.kind](
        verbose_name=field.en, null=not field.is_required, blank=not field.is_required
    )


def position_fields() -> dict[str, models.Field]:
    """The three columns that row-level security reads."""
    return {name: models.IntegerField(null=True, editable=False) for name in POSITIONS}


def class_name(prefix: str, table: str) -> str:
    """`risk_areas` of facts is `FactRiskAreas`."""
    return prefix + "".join(word.capitalize() for word in table.split("_"))
