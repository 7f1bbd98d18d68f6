"""Facts for tests, written as rows: local times of Beijing in, aware instants out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.store import Facts


def at(text: str) -> datetime:
    """An instant of 2022 from "07-25 09:00", in Beijing time; "09:00" is of 25 July."""
    full = text if " " in text else f"07-25 {text}"
    return datetime.fromisoformat(f"2022-{full}:00+08:00").astimezone(UTC)


def rows(table: str, *given: dict[str, object]) -> pl.DataFrame:
    """A frame of a fact table; texts in instant columns are read by `at`."""
    kinds = {field.name: field.kind for field in TABLES[table].fields}
    read = [
        {
            name: at(value) if kinds[name] == "instant" and isinstance(value, str) else value
            for name, value in row.items()
        }
        for row in given
    ]
    schema = {
        name: dtype for name, dtype in TABLES[table].schema.items() if any(name in row for row in given)
    }
    return pl.DataFrame(read, schema=schema)


def facts(**tables: Sequence[dict[str, object]]) -> Facts:
    return Facts.of(**{name: rows(name, *given) for name, given in tables.items() if given})


def cell(area_id: str = "cell") -> dict[str, object]:
    return {"area_id": area_id, "tier": "cell", "parent_id": None}


def stay(start: str, end: str | None = None, **more: object) -> dict[str, object]:
    """A stay of the risk area "A" over the grid cell "cell", high and decided unless told otherwise."""
    row = {
        "risk_area_id": "A",
        "area_id": "cell",
        "list_kind": "decided",
        "risk_level": "high",
        "start_at": start,
        "end_at": end,
    }
    return {**row, **more}


def person(id: str, area_id: str | None = "cell", **more: object) -> dict[str, object]:
    return {"person_id": id, "residence_area_id": area_id, **more}


def case(id: str, found: str | None = None, **more: object) -> dict[str, object]:
    return {"person_id": id, "episode": 1, "case_status": "confirmed", "found_at": found, **more}


def swab(
    id: str, sampled: str, result: str | None = "negative", resulted: str | None = None, **more: object
) -> dict[str, object]:
    return {
        "specimen_id": f"{id}-{sampled}",
        "person_id": id,
        "sampled_at": sampled,
        "result": result,
        "resulted_at": resulted or (sampled if result else None),
        **more,
    }
