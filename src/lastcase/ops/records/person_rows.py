"""The rows that the page of one person stands on, as they stand now: few, so they are taken as they come, and not as
files of whole tables are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import nullcontext
from functools import cache
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.answers import ANSWERS, Answers, answer_schema, identity_of, key_of
from lastcase.core.facts import TABLES, Table
from lastcase.core.facts.merge import resolve_merges
from lastcase.core.facts.store import Facts
from lastcase.ops.records import queries
from lastcase.ops.records.columns import stored_columns
from lastcase.ops.records.entries import Entries, about
from lastcase.ops.records.plan import BY_KEY, planned
from lastcase.ops.records.terms import texts_of

ABOUT_A_PERSON = (
    "persons",
    "cases",
    "specimens",
    "pools",
    "stays",
    "moves",
    "checks",
    "arrivals",
    "visits",
    "judgements",
    "decisions",
    "exposed_groups",
    "objections",
)
"""Facts that the page of a person shows, or offers acts by."""
ANSWERS_OF_A_PERSON = ("exposures", "contact_persons", "orders", "duties", "detections")
MANY = "exposures"
CALLED = ("person_id", "list_id", "name", "merged_into_id", "recorded_at")
"""Columns that say what others are called, whichever entry of theirs says so."""


def tables_held(entries: Entries) -> list[str]:
    """Of `ABOUT_A_PERSON`, the tables that say anything of the person."""
    told = {*entries.tables, *(["pools"] if "specimens" in entries.tables else [])}
    return [name for name in ABOUT_A_PERSON if name in told]


def answers_of(outbreak_id: int, person_id: str) -> Answers:
    """The stored answers about the person, each table as `derive` gives it. Exposures may be thousands: they come as a
    file does."""
    found = {
        name: few_answers(name, outbreak_id, [person_id]) for name in ANSWERS_OF_A_PERSON if name != MANY
    }
    exposures = ANSWERS[MANY]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        only = (exposures.person_fields, [person_id])
        found[MANY] = queries.read_answers(cursor, exposures, outbreak_id, DEFAULT_DB_ALIAS, only=only)
    return Answers(**{**no_answers(), **found})


def few_answers(
    name: str, outbreak_id: int, persons: list[str], using: str = DEFAULT_DB_ALIAS
) -> pl.DataFrame:
    """The stored answers of one table that name one of a few persons."""
    table = ANSWERS[name]
    columns, quoted = stored_columns(table), ", ".join(f'"{column}"' for column in stored_columns(table))
    query = f"SELECT {quoted} FROM answer_{name} WHERE outbreak_id = %(outbreak)s AND ({about(table)})"
    with connections[using].cursor() as cursor:
        cursor.execute(query, {"outbreak": outbreak_id, "persons": persons})
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return _frame(name, rows, using) if rows else no_answers()[name]


def _frame(name: str, rows: list[dict[str, Any]], using: str) -> pl.DataFrame:
    """The rows with texts spelled and keys put together, sorted."""
    recurring = [field.name for field in ANSWERS[name].fields if field.recurs]
    texts = texts_of({row[column] for row in rows for column in recurring} - {None}, using)
    spelled = [{**row, **{column: texts.get(row[column]) for column in recurring}} for row in rows]
    schema = answer_schema(name)
    frame = pl.DataFrame(
        [tuple([row.get(column) for column in schema]) for row in spelled], schema, orient="row"
    )
    keyed = frame if "key" in rows[0] else frame.with_columns(key=key_of(name))
    return keyed.sort(identity_of(name))


@cache
def no_answers() -> Mapping[str, pl.DataFrame]:
    """Every table of answers, empty."""
    return {name: pl.DataFrame(schema=answer_schema(name)) for name in ANSWERS}


@cache
def _no_facts() -> Mapping[str, pl.DataFrame]:
    return {name: table.empty() for name, table in TABLES.items()}


def facts_of(outbreak_id: int, entries: Entries) -> Facts:
    """The standing facts about the person, merges resolved."""
    params = {"outbreak": outbreak_id, "persons": list(entries.ids)}
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        frames = {
            name: _facts(cursor, TABLES[name], params, TABLES[name].schema) for name in tables_held(entries)
        }
    return resolve_merges(Facts({**_no_facts(), **frames}))


def persons_called(outbreak_id: int, persons: Iterable[str]) -> pl.DataFrame:
    """The standing rows of some persons, merges resolved; only what they are called is told."""
    params = {"outbreak": outbreak_id, "persons": list(persons)}
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        found = _facts(cursor, TABLES["persons"], params, CALLED)
    return resolve_merges(Facts.of(persons=found))["persons"]


def _facts(cursor: Any, table: Table, params: Mapping[str, Any], asked: Collection[str]) -> pl.DataFrame:
    columns = ", ".join(f"t.{name}" for name in asked)
    query = f"SELECT {columns} FROM fact_{table.name} t WHERE t.retired_at IS NULL AND {_which(table)} ORDER BY t.id"
    with planned(cursor, *BY_KEY) if table.is_global else nullcontext():
        cursor.execute(query, params)
        rows = cursor.fetchall()
    schema = {name: table.schema[name] for name in asked}
    return pl.DataFrame(rows, schema, orient="row") if rows else _no_facts()[table.name]


def _which(table: Table) -> str:
    if table.name == "persons":
        return """t.person_id = ANY(ARRAY(
            SELECT m.person_id FROM records_member m
                WHERE m.outbreak_id = %(outbreak)s AND m.person_id = ANY(%(persons)s)
            UNION SELECT m.person_id FROM records_member m
                WHERE m.outbreak_id = %(outbreak)s AND m.survivor_id = ANY(%(persons)s)))"""
    if table.name == "pools":
        return """t.outbreak_id = %(outbreak)s AND t.pool_id IN (SELECT s.pool_id FROM fact_specimens s
            WHERE s.outbreak_id = %(outbreak)s AND s.person_id = ANY(%(persons)s))"""
    nobody = " OR person_id IS NULL" if table.name == "decisions" else ""
    return f"t.outbreak_id = %(outbreak)s AND ({about(table)}{nobody})"
