"""A small running outbreak, its hours counted back from now, in which there is something to decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.web.world import rows

CANDIDATE, CASE, NEIGHBOUR, HELD, POSITIVE = (f"trial:{name}" for name in ("A3", "A1", "B3", "A4", "A5"))
"""A named contact in a market, the case, a contact who lives in the other county, one held past end, and one
with a positive swab alone."""


def ago(hours: float) -> datetime:
    """So many hours before now."""
    return datetime.now(UTC) - timedelta(hours=hours)


def living(name: str, area: str) -> dict[str, Any]:
    """A person who lives and is in the area."""
    return {
        "person_id": f"trial:{name}",
        "list_id": name,
        "name": f"Name {name}",
        "residence_area_id": area,
        "present_area_id": area,
    }


def exposed(name: str, case: str, hours: float, **more: Any) -> dict[str, Any]:
    """Named by county A as exposed so many hours ago."""
    return {
        "contact_id": f"{name}-{case}",
        "case_person_id": f"trial:{case}",
        "person_id": f"trial:{name}",
        "setting": "household",
        "relation": "lives_with",
        "last_exposure_at": ago(hours),
        "named_at": ago(20),
        "area_id": "A",
        **more,
    }


def running() -> None:
    """Record it."""
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import actions

    people = [living(name, "A") for name in ("A0", "A1", "A3", "A4", "A5")] + [living("B3", "B")]
    case = {"episode": 1, "case_status": "confirmed", "area_id": "A"}
    swab = {"specimen_id": "s5", "person_id": POSITIVE, "result": "positive"}
    frames = {
        "persons": rows("persons", *people),
        "cases": rows(
            "cases",
            {"person_id": "trial:A0", **case, "found_at": ago(9 * 24), "specimen_at": ago(9 * 24 + 6)},
            {"person_id": CASE, **case, "found_at": ago(24), "specimen_at": ago(30)},
        ),
        "contacts": rows(
            "contacts",
            exposed("A3", "A1", 30, setting="market", relation="passer"),
            exposed("B3", "A1", 30),
            exposed("A4", "A0", 9 * 24, named_at=ago(9 * 24 - 1)),
        ),
        "specimens": rows("specimens", {**swab, "sampled_at": ago(10), "resulted_at": ago(4)}),
    }
    actions.record_facts("trial", frames, by=command_line(), feed="test")
