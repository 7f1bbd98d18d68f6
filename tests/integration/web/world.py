"""A small outbreak with names, tests, stays and risk areas, for the pages that people work on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
from django.test import Client

from lastcase.core.facts import TABLES

AS_OF = "2022-07-20T12:00"
"""Local time at which the tests read the clocks."""


def at(day: int, hour: int = 0) -> datetime:
    """An instant of July 2022, local time of the outbreak (UTC+8)."""
    return datetime.fromisoformat(f"2022-07-{day:02d}T{hour:02d}:00:00+08:00").astimezone(UTC)


def rows(table: str, *items: dict[str, Any]) -> pl.DataFrame:
    """A frame of one table with the columns that the items name."""
    names = list(dict.fromkeys(name for item in items for name in item))
    return pl.DataFrame(list(items), schema={name: TABLES[table].schema[name] for name in names})


def people(n: int, area: str) -> list[dict[str, Any]]:
    """Persons `<area>1` and on who live and are in the area."""
    return [
        {
            "person_id": f"trial:{area}{i}",
            "list_id": f"{area}{i}",
            "name": f"=Name {area}{i}",
            "residence_area_id": area,
            "present_area_id": area,
        }
        for i in range(1, n + 1)
    ]


def fill() -> None:
    """Cases in A (one found in quarantine) and B, contacts of A1, a high-risk area in A."""
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import actions
    from lastcase.ops.records.refresh import derive_outbreak

    case = {"episode": 1, "case_status": "confirmed"}
    contact = {"setting": "household", "relation": "lives_with", "area_id": "A", "named_at": at(18, 12)}
    frames = {
        "persons": rows("persons", *people(6, "A"), *people(2, "B")),
        "cases": rows(
            "cases",
            {"person_id": "trial:A1", **case, "found_at": at(18, 8), "specimen_at": at(18), "area_id": "A"},
            {"person_id": "trial:A2", **case, "found_at": at(20, 8), "specimen_at": at(20), "area_id": "A"},
            {"person_id": "trial:B1", **case, "found_at": at(20, 9), "specimen_at": at(20), "area_id": "B"},
        ),
        "contacts": rows(
            "contacts",
            *(
                {
                    "contact_id": f"c{i}",
                    "case_person_id": "trial:A1",
                    "person_id": f"trial:A{i}",
                    "last_exposure_at": at(18),
                    **contact,
                }
                for i in (3, 4, 5)
            ),
        ),
        "stays": rows(
            "stays",
            {"stay_id": "s2", "person_id": "trial:A2", "stay_kind": "quarantine_central", "start_at": at(18)},
        ),
        "risk_areas": rows(
            "risk_areas",
            {
                "risk_area_id": "R1",
                "name": "Old street",
                "area_id": "A",
                "list_kind": "decided",
                "risk_level": "high",
                "start_at": at(18, 10),
                "lineage": "unknown",
            },
        ),
    }
    actions.record_facts("trial", frames, by=command_line(), feed="test")
    derive_outbreak("trial")  # the test's transaction never commits, so nothing refreshes by itself


def fill_lead() -> None:
    """Beside `fill`: a severe case in hospital, a death, a candidate without a judgement, an unnamed group."""
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import actions
    from lastcase.ops.records.refresh import derive_outbreak

    fill()
    case = {
        "episode": 1,
        "case_status": "confirmed",
        "found_at": at(19),
        "specimen_at": at(19),
        "area_id": "B",
    }
    alike = {"case_person_id": "trial:A1", "area_id": "A", "named_at": at(18, 12), "last_exposure_at": at(18)}
    frames = {
        "persons": rows("persons", *people(4, "B")),
        "cases": rows(
            "cases",
            {"person_id": "trial:B3", **case, "severity": "critical"},
            {"person_id": "trial:B4", **case, "outcome": "died", "death_on": at(20).date()},
        ),
        "contacts": rows("contacts", {"contact_id": "c6", "person_id": "trial:A6", **alike}),
        "stays": rows(
            "stays",
            {
                "stay_id": "h3",
                "person_id": "trial:B3",
                "stay_kind": "isolation_hospital",
                "start_at": at(19, 8),
            },
        ),
        "exposed_groups": rows(
            "exposed_groups",
            {
                "group_id": "g1",
                "case_person_id": "trial:A1",
                "description": "Bus 12, morning",
                "setting": "transport",
                "n_exposed": 30,
                "is_estimate": True,
                "exposed_at": at(18, 7),
                "area_id": "A",
            },
        ),
    }
    actions.record_facts("trial", frames, by=command_line(), feed="test")
    derive_outbreak("trial")


def with_purpose(client: Client) -> Client:
    """The client having stated what it reads persons for."""
    session = client.session
    session["reading_purpose"] = "investigation"
    session.save()
    return client
