"""Facts read while others write are those of one instant, however many queries the reading takes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from lastcase.ops.records import queries
from lastcase.ops.records.models import Outbreak
from tests.integration.records.world import at, found, record, rows

CASE = {"person_id": "b:1", "episode": 1, "case_status": "confirmed", "found_at": at(10)}


def write_beside(outbreak: Outbreak) -> None:
    """Record another person with a case, over a connection of its own."""

    def write() -> None:
        record(
            outbreak,
            rows("persons", {"person_id": "b:2", "age_years": 40}),
            rows("cases", {**CASE, "person_id": "b:2"}),
        )
        connections.close_all()

    with ThreadPoolExecutor(1) as another:
        another.submit(write).result()


@pytest.mark.django_db(transaction=True)
def test_what_is_written_during_a_reading_is_in_none_of_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    outbreak = found()
    record(outbreak, rows("persons", {"person_id": "b:1"}), rows("cases", CASE))
    fetch_columns, written = queries.fetch_columns, []

    def fetch_and_write(*args: Any, **more: Any) -> Any:
        sent = fetch_columns(*args, **more)
        if not written:
            written.append(outbreak)
            write_beside(outbreak)
        return sent

    monkeypatch.setattr(queries, "fetch_columns", fetch_and_write)
    during = queries.load_facts(outbreak, tables=("persons", "cases"))
    after = queries.load_facts(outbreak, tables=("persons", "cases"))
    assert written
    assert during["persons"]["person_id"].to_list() == during["cases"]["person_id"].to_list() == ["b:1"]
    assert after["persons"]["person_id"].to_list() == after["cases"]["person_id"].to_list() == ["b:1", "b:2"]
