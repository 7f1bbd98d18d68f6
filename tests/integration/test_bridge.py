"""Frames go into the database and come out the same, whatever their values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastcase.core.facts.field import INSTANT
from lastcase.engines import bridge
from lastcase.engines.bridge import Few, array_text, columns_out, copy_in, copy_out, few_in, few_out

pytestmark = pytest.mark.django_db

TYPES: dict[str, tuple[pl.DataType, str]] = {
    "small": (pl.Int16(), "smallint"),
    "middle": (pl.Int32(), "integer"),
    "large": (pl.Int64(), "bigint"),
    "real": (pl.Float64(), "double precision"),
    "flag": (pl.Boolean(), "boolean"),
    "day": (pl.Date(), "date"),
    "moment": (INSTANT, "timestamptz"),
    "words": (pl.String(), "text"),
}
SCHEMA = {name: dtype for name, (dtype, _) in TYPES.items()}
rows = st.lists(
    st.fixed_dictionaries(
        {
            "small": st.none() | st.integers(-(2**15), 2**15 - 1),
            "middle": st.none() | st.integers(-(2**31), 2**31 - 1),
            "large": st.none() | st.integers(-(2**63) + 2, 2**63 - 1),
            "real": st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32),
            "flag": st.none() | st.booleans(),
            "day": st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
            "moment": st.none()
            | st.integers(-(10**15), 10**16).map(
                lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
            ),
            "words": st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40),
        }
    ),
    max_size=12,
)


@given(rows)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_goes_in_comes_out(rows: list[dict[str, object]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA)
    columns = ", ".join(f"{name} {sql}" for name, (_, sql) in TYPES.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE travels ({columns})")
        copy_in(cursor, "travels", frame)
        back = copy_out(cursor, "SELECT * FROM travels", SCHEMA)
        cursor.execute("DROP TABLE travels")
    assert back.rows() == frame.rows()


@given(rows, st.integers(1, 5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whole_columns_are_the_rows(rows: list[dict[str, object]], n_a_part: int) -> None:
    """In the order of their numbers, whatever the order on disk, however many parts it takes."""
    frame = pl.DataFrame(rows, schema=SCHEMA).with_row_index("id").cast({"id": pl.Int64}).reverse()
    columns = ", ".join(f"{name} {sql}" for name, (_, sql) in TYPES.items())
    with connection.cursor() as cursor, pytest.MonkeyPatch.context() as patch:
        patch.setattr(bridge, "PART_ROWS", n_a_part)
        cursor.execute(f"CREATE TEMP TABLE travels (id bigint, {columns})")
        copy_in(cursor, "travels", frame)
        asked = {name: f"t.{name}" for name in SCHEMA}
        back = columns_out(cursor, asked, "travels t WHERE t.id >= %s", SCHEMA, [1])
        cursor.execute("DROP TABLE travels")
    assert back.schema == pl.Schema(SCHEMA)
    assert back.rows() == frame.reverse().drop("id").slice(1).rows()


@given(rows, st.integers(0, 12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_few_rows_of_several_queries(rows: list[dict[str, object]], first: int) -> None:
    """Each in its order, with nulls for what was not asked."""
    frame = pl.DataFrame(rows, schema=SCHEMA).with_row_index("id").cast({"id": pl.Int64}).reverse()
    columns = ", ".join(f"{name} {sql}" for name, (_, sql) in TYPES.items())
    wanted = {"words": pl.String(), "real": pl.Float64()}
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE travels (id bigint, {columns})")
        copy_in(cursor, "travels", frame)
        asked = {name: f"t.{name}" for name in SCHEMA}
        every, some, none = few_out(
            cursor,
            [
                Few(asked, "travels t", SCHEMA, number="t.id"),
                Few({"words": "t.words"}, "travels t WHERE t.id >= %s", wanted, [first], number="t.id"),
                Few({"words": "t.words"}, "travels t WHERE t.id < 0", wanted),
            ],
        )
        cursor.execute("DROP TABLE travels")
    told = frame.reverse()
    assert every.schema == pl.Schema(SCHEMA)
    assert every.rows() == told.drop("id").rows()
    assert some.rows() == [(words, None) for words in told["words"][first:]]
    assert none.is_empty()
    assert none.schema == pl.Schema(wanted)


@given(rows)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_few_rows_go_in_as_the_table_takes_them(rows: list[dict[str, object]]) -> None:
    endless = [dict.fromkeys(TYPES) | {"real": value} for value in (float("inf"), float("-inf"))]
    frame = pl.DataFrame([*rows, *endless], schema=SCHEMA)
    columns = ", ".join(f"{name} {sql}" for name, (_, sql) in TYPES.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE travels ({columns})")
        source, params = few_in(frame, "travels")
        cursor.execute(f"INSERT INTO travels SELECT * FROM {source} r", params)
        back = copy_out(cursor, "SELECT * FROM travels", SCHEMA)
        cursor.execute("DROP TABLE travels")
    assert back.rows() == frame.rows()


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12), max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_texts_as_an_array(texts: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [array_text(texts)])
        assert cursor.fetchone() == (texts,)


def test_a_long_text_travels_in_blocks() -> None:
    frame = pl.DataFrame({"words": ["长" * 20_000 + str(number) for number in range(900)] + [None]})
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE travels (words text)")
        copy_in(cursor, "travels", frame)
        back = copy_out(cursor, "SELECT * FROM travels", {"words": pl.String()})
        cursor.execute("DROP TABLE travels")
    assert back["words"].to_list() == frame["words"].to_list()


def test_a_type_that_no_table_has_is_refused() -> None:
    frame = pl.DataFrame({"spans": [1]}, schema={"spans": pl.Duration("us")})
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE travels (spans interval)")
        with pytest.raises(TypeError, match="spans"):
            copy_in(cursor, "travels", frame)
