"""Models are the declarations: the same columns, types and obligations, and no migration is missing."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from lastcase.core.answers import ANSWERS
from lastcase.core.facts import TABLES
from lastcase.core.facts.field import VERSION_SCHEMA
from lastcase.ops.records.columns import FIELD_OF, POSITIONS
from lastcase.ops.records.models import ANSWER_MODELS, FACTS

DECLARED = [
    *((FACTS[name], table) for name, table in TABLES.items()),
    *((ANSWER_MODELS[name], table) for name, table in ANSWERS.items()),
]


@pytest.mark.parametrize(("model", "table"), DECLARED, ids=lambda value: getattr(value, "name", ""))
def test_a_model_has_the_declared_columns_and_its_own(model, table):
    columns = {field.name: field for field in model._meta.fields}
    for field in table.fields:
        assert type(columns[field.name]) is FIELD_OF[field.kind], field.name
        assert columns[field.name].null is not field.is_required, field.name
    own = {"id", *POSITIONS} | ({*VERSION_SCHEMA, "recorded_by"} if table.name in TABLES else {"revision"})
    owner = set() if table.is_global else {"outbreak"}
    assert set(columns) == set(table.columns) | own | owner


@pytest.mark.django_db
def test_no_migration_of_the_record_is_missing(capsys):
    call_command("makemigrations", "records", check=True, dry_run=True)
