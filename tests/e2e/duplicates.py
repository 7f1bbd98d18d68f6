"""Add a small outbreak in which persons were entered twice to a filled home. Run as a process:
`python duplicates.py HOME`. Its persons are invented."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

NAME = "twice-2026"
AREA = {"residence_area_id": "450502", "present_area_id": "450502"}


def fill(home: Path) -> None:
    """Found the outbreak in Beihai's tree of areas, with three pairs in it."""
    from lastcase.cli.house import open_house

    by = open_house(home)
    from lastcase.ops.records import actions

    actions.create_outbreak(
        NAME,
        disease="covid-omicron-ba2-2022",
        edition="cn-covid-9",
        by=by,
        time_zone="Asia/Shanghai",
        area_id="450500",
    )
    actions.record_facts(NAME, frames(), by=by, feed="interview")


def pairs() -> list[dict[str, Any]]:
    """Each first entry is followed by the second of the same person."""
    nana = {"name": "欧阳娜娜", "phone": "13800138000", "birth_on": date(2000, 6, 15), "sex": "female"}
    ming = {"name": "李晓明", "phone": "13911112222", "birth_on": date(1977, 1, 2), "sex": "male"}
    wei = {"name": "张伟", "document_id": "E12345678", "age_years": 45.0, "sex": "male"}
    return [
        nana,
        {**nana, "name": "Ouyang Nana", "phone": None, "document_id": "G55501234"},
        ming,
        {**ming, "name": "Xiaoming Li", "birth_on": date(1977, 2, 1)},
        wei,
        {**wei, "document_id": "E12345679", "phone": "13700001111"},
    ]


def frames() -> dict[str, pl.DataFrame]:
    """The facts by table."""
    people = [
        {"person_id": f"{NAME}:{n}", "list_id": str(n), "birth_on": None, "age_years": None, "phone": None,
         "document_id": None, **AREA, **row}
        for n, row in enumerate(pairs(), start=1)
    ]  # fmt: skip
    case = {"episode": 1, "case_status": "confirmed", "area_id": "450502"}
    found_at = datetime.now(UTC) - timedelta(hours=20)
    swab = {"result": "negative", "sampled_at": found_at, "resulted_at": found_at}
    return {
        "persons": pl.DataFrame(people, infer_schema_length=None),
        "cases": pl.DataFrame([{"person_id": f"{NAME}:1", **case, "found_at": found_at}]),
        "specimens": pl.DataFrame([{"specimen_id": "t1", "person_id": f"{NAME}:2", **swab}]),
    }


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
