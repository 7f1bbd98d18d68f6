"""Steps of a random sequence: a change by its action, as the pages and the command line do it."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import strategies as st

from lastcase.core.facts import TABLES
from lastcase.ops.records import actions
from lastcase.ops.records.errors import RecordsError
from lastcase.ops.records.models import FACTS, Outbreak
from tests.integration.records.world import OPERATOR, merge, record, rows, unmerge
from tests.property.drawn_acts import sign, signed
from tests.property.drawn_facts import facts, persons

RETIRED = (
    "cases",
    "contacts",
    "visits",
    "specimens",
    "stays",
    "risk_areas",
    "risk_area_extents",
    "judgements",
)

steps = st.one_of(
    st.tuples(st.just("record"), facts),
    st.tuples(st.just("record"), facts),
    st.tuples(st.just("sign"), signed),
    st.tuples(st.just("sign"), signed),
    st.tuples(st.just("merge"), persons, persons),
    st.tuples(st.just("unmerge"), persons),
    st.tuples(st.just("retire"), st.sampled_from(RETIRED)),
    st.tuples(st.just("erase"), persons),
)
"""A fact recorded or corrected, an act signed, a merge made or taken back, a row retired, a person erased."""


def apply(outbreak: Outbreak, step: tuple[Any, ...]) -> None:
    """Do the step; what the record refuses changes nothing."""
    try:
        _apply(outbreak, step)
    except RecordsError:
        return


def _apply(outbreak: Outbreak, step: tuple[Any, ...]) -> None:
    match step:
        case ("record", (table, item)):
            record(outbreak, rows(table, item))
        case ("sign", (name, given)):
            sign(outbreak, name, given)
        case ("merge", one, other):
            merge(outbreak, one, other)
        case ("unmerge", one):
            unmerge(outbreak, one)
        case ("retire", table):
            _retire_last(outbreak, table)
        case ("erase", one):
            actions.erase_person(outbreak, one, by=OPERATOR, reason="asked for it")


def _retire_last(outbreak: Outbreak, table: str) -> None:
    """Retire the row recorded last in a table, if any stands."""
    last = FACTS[table].objects.filter(retired_at=None).order_by("id").values(*TABLES[table].key).last()
    if last is not None:
        schema = {column: TABLES[table].schema[column] for column in TABLES[table].key}
        keys = {table: pl.DataFrame([last], schema=schema)}
        actions.retire_facts(outbreak, keys, by=OPERATOR, reason="entered in error", derive=False)
