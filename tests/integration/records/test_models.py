"""Models are the declarations: the same columns, types and obligations, and no migration is missing."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from lastcase.core.answers import ANSWERS, identity_of
from lastcase.core.facts import TABLES
from lastcase.core.facts.field import VERSION_SCHEMA
from lastcase.ops.records.columns import FIELD_OF, POSITIONS, stored_columns
from lastcase.ops.records.models import ANSWER_MODELS, FACTS, SEARCH_COLUMNS
from lastcase.ops.records.terms import TermField


@pytest.mark.parametrize("name", TABLES)
def test_a_model_of_facts_has_the_declared_columns_and_its_own(name):
    table, columns = TABLES[name], {field.name: field for field in FACTS[name]._meta.fields}
    for field in table.fields:
        assert type(columns[field.name]) is FIELD_OF[field.kind], field.name
        assert columns[field.name].null is not field.is_required, field.name
    owner = set() if table.is_global else {"outbreak"}
    own = {"id", *POSITIONS, *VERSION_SCHEMA, "recorded_by", *(SEARCH_COLUMNS if name == "persons" else ())}
    assert set(columns) == set(table.columns) | own | owner


@pytest.mark.parametrize("name", ANSWERS)
def test_a_model_of_answers_has_the_columns_that_are_kept_and_its_own(name):
    table, columns = ANSWERS[name], {field.name: field for field in ANSWER_MODELS[name]._meta.fields}
    kept = stored_columns(table)
    for column in kept:
        field = table.field(column)
        assert isinstance(columns[column], TermField) is field.recurs, column
        identifies = column in identity_of(name)
        assert columns[column].null is not (field.is_required or identifies), column
    assert set(columns) == {*kept, "pk", "outbreak", "revision", *POSITIONS}


@pytest.mark.django_db
def test_no_migration_of_the_record_is_missing(capsys):
    call_command("makemigrations", "records", check=True, dry_run=True)
