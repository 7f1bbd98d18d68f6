"""A list of duties is filtered by states that the database works out: the same as those read off the instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from lastcase.core.answers import DUTIES, answer_schema
from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import MISSING_STATES
from lastcase.core.facts.vocabulary import DUTY_KINDS, DUTY_STATES, values
from lastcase.ops.records.lists.states import is_in_state, state_of

pytestmark = pytest.mark.django_db

AS_OF = datetime(2022, 8, 1, 12, tzinfo=UTC)
INSTANTS = tuple(field.name for field in DUTIES.fields if field.kind == "instant")
REASONS = ("became_case", "merged", "lapsed", "discarded", "exposure_removed")
OUTCOMES = ("not_found", "refused", "lost", "other")
KINDS = values(DUTY_KINDS)
NUMBERS = {code: number for number, code in enumerate([*KINDS, *REASONS, *OUTCOMES], start=1)}

instants = st.one_of(st.none(), st.integers(-2, 2).map(lambda hours: AS_OF + timedelta(hours=hours)))
duties = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "closed_reason": st.one_of(st.none(), st.sampled_from(REASONS)),
        "attempt_outcome": st.one_of(st.none(), st.sampled_from(OUTCOMES)),
        **dict.fromkeys(INSTANTS, instants),
        "issued_at": st.none(),
    }
)


def asked(rows: list[dict[str, Any]], expression: str) -> list[Any]:
    """What the database says of each row."""
    texts = ("kind", "closed_reason", "attempt_outcome")
    columns = ", ".join(["place", *texts, *INSTANTS])
    one = ", ".join(["%s::int", *["%s::int"] * len(texts), *["%s::timestamptz"] * len(INSTANTS)])
    values = [
        value
        for place, row in enumerate(rows)
        for value in (place, *(NUMBERS.get(row[name]) for name in texts), *(row[name] for name in INSTANTS))
    ]
    query = (
        f"SELECT {expression} FROM (VALUES {', '.join([f'({one})'] * len(rows))}) t({columns}) ORDER BY place"
    )
    with connection.cursor() as cursor:
        cursor.execute(query.replace("%(as_of)s", f"'{AS_OF.isoformat()}'::timestamptz"), values)
        return [value for (value,) in cursor.fetchall()]


def told(rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = answer_schema("duties")
    return states_at(pl.DataFrame(rows, schema={name: schema[name] for name in rows[0]}), AS_OF)


@given(rows=st.lists(duties, min_size=20, max_size=60))
def test_the_database_reads_the_clocks_as_core_does(rows: list[dict[str, Any]]) -> None:
    assert asked(rows, state_of(NUMBERS)) == told(rows)["state"].to_list()


@given(rows=st.lists(duties, min_size=20, max_size=60), covered=st.sets(st.sampled_from(KINDS)))
def test_groups_of_states_hold_the_same_duties(rows: list[dict[str, Any]], covered: set[str]) -> None:
    state, kind = pl.col("state"), pl.col("kind")
    missing = state.is_in(MISSING_STATES) & kind.is_in(list(covered))
    late = missing & (pl.col("due_at") <= AS_OF).fill_null(False)
    should = state.is_in([*MISSING_STATES, "done"])
    groups = {"missing": missing, "late": late, "should": should}
    groups |= {code.value: state == code.value for code in DUTY_STATES}
    for name, expected in groups.items():
        found = asked(rows, f"coalesce({is_in_state(name, NUMBERS, covered)}, false)")
        assert found == told(rows).select(expected).to_series().to_list()
