"""A past state of the record, laid into tables of one transaction under the names of those that hold the present
one: what reads lists reads either."""

from __future__ import annotations

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.answers import ANSWERS
from lastcase.engines.bridge import copy_in
from lastcase.ops.records.columns import POSITIONS, STORED_DTYPES, stored_columns
from lastcase.ops.records.person_search import with_search
from lastcase.ops.records.placing import Places, placed
from lastcase.ops.records.situation import Situation
from lastcase.ops.records.terms import UNKNOWN, numbers_of

ANSWER_TABLES = ("detections", "contact_persons", "orders", "duties", "exposures")
FACT_TABLES = ("persons", "cases", "stays")


def lay_replayed(situation: Situation, outbreak_id: int) -> None:
    """Lay what a situation holds into temporary tables, which end with the transaction.

    A situation holds only what the post is shown: so do they, without row security of their own.
    """
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        for name in FACT_TABLES:
            rows = situation.facts[name]
            _lay(cursor, f"fact_{name}", with_search(rows) if name == "persons" else rows)
        _lay(cursor, "records_member", None)
        cursor.execute(_MEMBERS, [outbreak_id])
        numbers = _lay_terms(cursor, situation)
        places = Places(cursor, outbreak_id)
        for name in ANSWER_TABLES:
            rows = placed(getattr(situation.answers, name), ANSWERS[name], places)
            _lay(cursor, f"answer_{name}", _stored(name, rows, numbers))
        for name in (*(f"answer_{one}" for one in ANSWER_TABLES), "fact_cases", "fact_stays"):
            cursor.execute(f"UPDATE pg_temp.{name} SET outbreak_id = %s", [outbreak_id])


_MEMBERS = """INSERT INTO pg_temp.records_member SELECT m.* FROM public.records_member m
    JOIN pg_temp.fact_persons p USING (person_id) WHERE m.outbreak_id = %s"""


def _lay(cursor: object, table: str, rows: pl.DataFrame | None) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")  # type: ignore[attr-defined]
    cursor.execute(  # type: ignore[attr-defined]
        f"CREATE TEMP TABLE {table} ON COMMIT DROP AS SELECT * FROM public.{table} WITH NO DATA"
    )
    if rows is not None:
        copy_in(cursor, table, rows)


def _lay_terms(cursor: object, situation: Situation) -> dict[str, int]:
    """Every recurring text by its number; one that no stored row has gets a negative number of its own."""
    texts = {
        text
        for name in ANSWER_TABLES
        for field in ANSWERS[name].fields
        if field.recurs
        for text in getattr(situation.answers, name)[field.name].unique().drop_nulls()
    }
    numbers = numbers_of(texts, DEFAULT_DB_ALIAS)
    fresh = sorted(text for text, number in numbers.items() if number == UNKNOWN)
    numbers |= {text: UNKNOWN - place for place, text in enumerate(fresh, start=1)}
    rows = pl.DataFrame(
        {"term": list(numbers), "id": list(numbers.values())}, schema={"term": pl.String, "id": pl.Int64}
    )
    _lay(cursor, "records_term", rows)
    return numbers


def _stored(name: str, frame: pl.DataFrame, numbers: dict[str, int]) -> pl.DataFrame:
    table = ANSWERS[name]
    fields = [table.field(column) for column in stored_columns(table)]
    return frame.select(
        *(
            pl.col(field.name).replace_strict(numbers, default=None, return_dtype=pl.Int32)
            if field.recurs
            else pl.col(field.name).cast(STORED_DTYPES.get(field.kind, field.dtype))
            for field in fields
        ),
        *POSITIONS,
    )
