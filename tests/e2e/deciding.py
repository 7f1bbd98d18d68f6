"""Add a small running outbreak to a filled home, in which there is something to decide. Run as a process:
`python deciding.py HOME`. Its hours are counted back from now; its persons have no names but their numbers."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

NAME = "running-2026"
CASE, CANDIDATE, HELD, POSITIVE, OTHER_CANDIDATE = (
    f"{NAME}:{n}" for n in ("001", "002", "003", "004", "005")
)


def ago(hours: float) -> datetime:
    """So many hours before now."""
    return datetime.now(UTC) - timedelta(hours=hours)


def fill(home: Path) -> None:
    """Found the outbreak in Beihai's tree of areas: a case, two candidates, one held past end, one positive swab."""
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


def frames() -> dict[str, pl.DataFrame]:
    """The facts by table."""
    people = [CASE, CANDIDATE, HELD, POSITIVE, OTHER_CANDIDATE, f"{NAME}:000"]
    case = {"episode": 1, "case_status": "confirmed", "area_id": "450502"}
    met = {"area_id": "450502", "is_unseparated": False}
    return {
        "persons": pl.DataFrame(
            {
                "person_id": people,
                "list_id": [one.split(":")[1] for one in people],
                "residence_area_id": ["450502"] * 6,
                "present_area_id": ["450502"] * 6,
            }
        ),
        "cases": pl.DataFrame(
            [
                {"person_id": CASE, **case, "found_at": ago(24), "specimen_at": ago(30)},
                {"person_id": f"{NAME}:000", **case, "found_at": ago(216), "specimen_at": ago(222)},
            ]
        ),
        "contacts": pl.DataFrame(
            [
                {
                    "contact_id": "1",
                    "case_person_id": CASE,
                    "person_id": CANDIDATE,
                    "setting": "market",
                    "relation": "passer",
                    "last_exposure_at": ago(30),
                    "named_at": ago(20),
                    **met,
                },
                {
                    "contact_id": "3",
                    "case_person_id": CASE,
                    "person_id": OTHER_CANDIDATE,
                    "setting": "market",
                    "relation": "passer",
                    "last_exposure_at": ago(29),
                    "named_at": ago(20),
                    **met,
                },
                {
                    "contact_id": "2",
                    "case_person_id": f"{NAME}:000",
                    "person_id": HELD,
                    "setting": "household",
                    "relation": "lives_with",
                    "last_exposure_at": ago(216),
                    "named_at": ago(215),
                    **met,
                },
            ]
        ),
        "specimens": pl.DataFrame(
            [
                {
                    "specimen_id": "4",
                    "person_id": POSITIVE,
                    "result": "positive",
                    "sampled_at": ago(10),
                    "resulted_at": ago(4),
                }
            ]
        ),
    }


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
