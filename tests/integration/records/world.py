"""A small world: a city with two counties, and persons in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import polars as pl
from django.db import connection

from lastcase.core.facts import TABLES
from lastcase.engines.postgres import WEB
from lastcase.ops.accounts.actor import Actor, command_line, powers_of
from lastcase.ops.records.actions import (
    RecordReport,
    create_outbreak,
    merge_pairs,
    record_facts,
    unmerge_persons,
)
from lastcase.ops.records.models import FACTS, Outbreak
from lastcase.ops.records.scope import set_scope

AREAS = [
    {"area_id": "city", "name_en": "City", "tier": "city", "parent_id": None},
    {"area_id": "north", "name_en": "North", "tier": "county", "parent_id": "city"},
    {"area_id": "north-1", "name_en": "North town", "tier": "township", "parent_id": "north"},
    {"area_id": "south", "name_en": "South", "tier": "county", "parent_id": "city"},
]
OPERATOR = command_line()


def at(day: int, hour: int = 0) -> datetime:
    """An instant of July 2022, UTC."""
    return datetime(2022, 7, day, hour, tzinfo=UTC)


def rows(table: str, *items: dict[str, Any]) -> dict[str, pl.DataFrame]:
    """Frames of one table with the columns that the items name, typed as declared."""
    names = list(dict.fromkeys(name for item in items for name in item))
    schema = {name: TABLES[table].schema[name] for name in names}
    return {table: pl.DataFrame(list(items), schema=schema)}


def found(name: str = "beihai", area_id: str | None = "city", edition: str | None = None) -> Outbreak:
    """An outbreak in the city, with its tree of areas."""
    outbreak = create_outbreak(
        name,
        disease="covid-omicron-ba2-2022",
        by=OPERATOR,
        time_zone="Asia/Shanghai",
        area_id=area_id,
        edition=edition,
    )
    record(outbreak, rows("areas", *AREAS))
    return outbreak


def record(outbreak: Outbreak, *frames: dict[str, pl.DataFrame], **more: Any) -> RecordReport:
    """Record frames as the operator, without deriving."""
    merged = {name: frame for given in frames for name, frame in given.items()}
    options: dict[str, Any] = {"by": OPERATOR, "feed": "test", "derive": False, **more}
    return record_facts(outbreak, merged, **options)


def merge(outbreak: Outbreak, one: str, into: str) -> RecordReport:
    """Sign as the operator that both are one person, `into` the survivor."""
    return merge_pairs(outbreak, [(one, into)], reason="the same papers", at=at(20), by=OPERATOR)


def unmerge(outbreak: Outbreak, one: str) -> RecordReport:
    """Take the merge back as the operator."""
    return unmerge_persons(outbreak, [one], reason="another person after all", by=OPERATOR)


def post(area_id: str, kind: str = "duty_officer") -> Actor:
    """Someone who holds a post of that area."""
    from lastcase.ops.records.models import AreaPosition

    area = AreaPosition.objects.get(area_id=area_id)
    return Actor(
        name="somebody",
        post_name=area_id,
        post_kind=kind,
        powers=powers_of(kind),
        area_id=area_id,
        scope=(area.area_lo, area.area_hi),
    )


@contextmanager
def as_web(scope: tuple[int, int] | None) -> Iterator[None]:
    """Act as the web's role under a scope, and let go of it even when the test fails."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {WEB}")
        set_scope(scope)
        try:
            yield
        finally:
            if not connection.needs_rollback:
                set_scope(None)
                cursor.execute("RESET ROLE")


def standing(table: str, column: str = "person_id") -> list[Any]:
    """What a query sees of a column in the rows that stand, sorted."""
    return sorted(FACTS[table].objects.filter(retired_at=None).values_list(column, flat=True))
