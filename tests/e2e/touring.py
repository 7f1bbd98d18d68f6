"""Add a small made-up outbreak, with a day 0 and its past hours counted, to a filled home. Run as a process:
`python touring.py HOME`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

NAME = "made-up-story"
CASE, CONTACT = f"{NAME}:001", f"{NAME}:002"
DAY0_DAYS_AGO = 5
COUNTY, ZONE = "450502", "Asia/Shanghai"


def fill(home: Path) -> None:
    """Found it in Beihai's tree of areas: a case, its contact who lacks a test, a high-risk area."""
    from lastcase.cli.house import open_house

    by = open_house(home)
    from lastcase.core.facts.field import SYNTHETIC
    from lastcase.ops.records import actions
    from lastcase.ops.records.snapshots import build_snapshots

    found = datetime.now(UTC) - timedelta(days=DAY0_DAYS_AGO + 1)
    actions.create_outbreak(
        NAME,
        disease="covid-omicron-ba2-2022",
        edition="cn-covid-9",
        by=by,
        time_zone=ZONE,
        area_id="450500",
        effective_at=found,
    )
    actions.record_facts(NAME, frames(found), by=by, feed=SYNTHETIC)
    actions.sign_decision(
        NAME,
        "day0",
        by=by,
        reason="the story's",
        signed_at=datetime.now(UTC),
        subject="79144",
        area_id="450500",
        value_on=(found + timedelta(days=1)).astimezone(ZoneInfo(ZONE)).date(),
    )
    build_snapshots(NAME)


def frames(found: datetime) -> dict[str, pl.DataFrame]:
    """The facts by table."""
    person = {"residence_area_id": COUNTY, "present_area_id": COUNTY}
    case = {"person_id": CASE, "episode": 1, "case_status": "confirmed", "area_id": COUNTY}
    met = {"case_person_id": CASE, "person_id": CONTACT, "setting": "household", "relation": "lives_with"}
    times = {"last_exposure_at": found, "named_at": found + timedelta(hours=4)}
    area = {"risk_area_id": "made-up-1", "area_id": COUNTY, "risk_level": "high", "list_kind": "published"}
    return {
        "persons": pl.DataFrame(
            [{"person_id": one, "list_id": one[-3:], **person} for one in (CASE, CONTACT)]
        ),
        "cases": pl.DataFrame([{**case, "found_at": found, "specimen_at": found - timedelta(hours=6)}]),
        "contacts": pl.DataFrame([{"contact_id": "1", **met, **times, "area_id": COUNTY}]),
        "risk_areas": pl.DataFrame([{**area, "start_at": found + timedelta(hours=6)}]),
    }


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
