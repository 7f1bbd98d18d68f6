"""The role that writes takes statistics of the tables it filled, though it owns none of them."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from lastcase.ops.records.stock import take_stock
from lastcase.ops.records.writing import writing
from tests.integration.records.world import found, record, rows

pytestmark = pytest.mark.django_db


def known_to_planner(table: str) -> int:
    """Rows that the planner takes the table to have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table])
        return int(cursor.fetchone()[0])


def test_statistics_tell_what_a_write_filled() -> None:
    outbreak = found(edition="cn-covid-9")
    record(outbreak, rows("persons", *({"person_id": f"p:{number}"} for number in range(40))))
    with writing() as now:
        take_stock(now, ["fact_persons", "records_member"])
        filled = now.one("SELECT count(*) FROM fact_persons")
    assert known_to_planner("fact_persons") == filled >= 40
    assert known_to_planner("records_member") == 40


def test_statistics_are_taken_of_the_record_alone() -> None:
    with pytest.raises(DatabaseError, match="no table of the record"), writing() as now:
        take_stock(now, ["accounts_user"])
