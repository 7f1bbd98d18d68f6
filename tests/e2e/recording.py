"""Record a case in an outbreak of a filled home. Run as a process: `python recording.py HOME OUTBREAK PERSON`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl


def record(home: Path, outbreak: str, person: str) -> None:
    """A confirmed case found now, as the command line records it."""
    from lastcase.cli.house import open_house

    by = open_house(home)
    from lastcase.ops.records import actions

    persons = pl.DataFrame({"person_id": [person], "list_id": [person], "residence_area_id": ["450502"]})
    now = datetime.now(UTC)
    case = {"person_id": person, "episode": 1, "case_status": "confirmed", "area_id": "450502"}
    cases = pl.DataFrame([{**case, "found_at": now, "specimen_at": now}])
    actions.record_facts(outbreak, {"persons": persons, "cases": cases}, by=by, feed="interview")


if __name__ == "__main__":
    record(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
