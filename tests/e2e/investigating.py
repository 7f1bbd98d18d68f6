"""Add a small outbreak with visits to a filled home. Run as a process: `python investigating.py HOME`. Its hours are
counted back from now, its persons have no names but their numbers, and one place has a name in Latin letters, which
stands in every language as it was recorded."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

NAME = "visits-2026"
CASE, PLAYER, OTHER_CASE, NEWCOMER = (f"{NAME}:{n}" for n in ("001", "002", "003", "004"))


def local(days_ago: int, hour: int, minute: int = 0) -> datetime:
    """A local time of day (UTC+8) so many days ago."""
    day = (datetime.now(UTC) + timedelta(hours=8)).date() - timedelta(days=days_ago)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def fill(home: Path) -> None:
    """Found the outbreak in Beihai's tree of areas: two cases, a player met at a hall, one with nothing told. Of the
    other case one visit is disputed, and one was."""
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


def visit(person: str, place: str, start_at: datetime, hours: float, **more: object) -> dict[str, object]:
    """A visit of so many hours."""
    return {
        "person_id": person,
        "place_id": f"{NAME}:{place}",
        "start_at": start_at,
        "end_at": start_at + timedelta(hours=hours),
        **more,
    }


def frames() -> dict[str, pl.DataFrame]:
    """The facts by table."""
    people = [CASE, PLAYER, OTHER_CASE, NEWCOMER]
    case = {"episode": 1, "case_status": "confirmed", "area_id": "450502"}
    at_table, scanned = {"unit": "6"}, {"visit_source": "check_in"}
    return {
        "persons": pl.DataFrame(
            {
                "person_id": people,
                "list_id": [one.split(":")[1] for one in people],
                "residence_area_id": ["450502"] * 4,
                "present_area_id": ["450502"] * 4,
            }
        ),
        "cases": pl.DataFrame(
            [
                {"person_id": CASE, **case, "found_at": local(1, 8), "specimen_at": local(1, 6)},
                {"person_id": OTHER_CASE, **case, "found_at": local(1, 9), "specimen_at": local(1, 7)},
            ]
        ),
        "places": pl.DataFrame(
            [
                {"place_id": f"{NAME}:hall", "name": "棋牌室", "setting": "leisure", "area_id": "450502"},
                {"place_id": f"{NAME}:market", "name": "农贸市场", "setting": "market", "area_id": "450503"},
                {
                    "place_id": f"{NAME}:clinic",
                    "name": "卫生院",
                    "setting": "health_care",
                    "area_id": "450502",
                },
                {"place_id": f"{NAME}:bus", "name": "Bus 12", "setting": "transport", "area_id": None},
            ]
        ),
        "visits": pl.DataFrame(
            [
                visit(CASE, "bus", local(3, 7, 30), 0.5, **scanned),
                visit(CASE, "hall", local(3, 8, 10), 3, **at_table, **scanned),
                visit(PLAYER, "hall", local(3, 8), 3.5, **at_table, **scanned),
                visit(CASE, "market", local(3, 10, 30), 1, **scanned),
                visit(CASE, "hall", local(2, 15), 2, precision_min=90.0, visit_source="interview"),
                visit(CASE, "market", local(4, 9), 1, **scanned),
                visit(OTHER_CASE, "market", local(5, 10), 1, **scanned),
                visit(OTHER_CASE, "clinic", local(2, 8), 2.5, unit="3", **scanned),
                visit(OTHER_CASE, "market", local(2, 14), 1.5, **scanned),
            ],
            infer_schema_length=None,
        ),
        "objections": objections(),
    }


def objections() -> pl.DataFrame:
    """One that has waited three days and some hours, and one that was rejected."""
    raised = datetime.now(UTC) - timedelta(days=3, hours=5)
    dispute = {"person_id": OTHER_CASE, "about": "visit", "raised_at": raised}
    rows = [
        {
            **dispute,
            "objection_id": "waits",
            "place_id": f"{NAME}:clinic",
            "start_at": local(2, 8),
            "raised_by": "relative",
            "statement": "手机当天借给了同事，本人在家。",
        },
        {
            **dispute,
            "objection_id": "rejected",
            "place_id": f"{NAME}:market",
            "start_at": local(5, 10),
            "raised_by": "person",
            "statement": "没有去过农贸市场。",
            "decided_at": raised + timedelta(days=1),
            "decision": "rejected",
            "decided_by": "Li Wei (450502)",
            "note": "摊主与付款记录均证实到访。",
        },
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
