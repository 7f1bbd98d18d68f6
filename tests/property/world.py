"""The world in which the laws are tried: two homes and a market in two cells, and seven persons."""

from __future__ import annotations

from datetime import UTC, datetime

from lastcase.editions import edition_text
from lastcase.ops.records import actions
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.refresh import derive_outbreak
from tests.integration.records.world import OPERATOR, at, record, rows

PERSONS = [f"b:{number}" for number in range(1, 8)]
PLACES = ["home-1", "home-2", "market"]
CELLS = ["cell-1", "cell-2"]
SEATED = "cn-covid-8-seated"
"""The eighth edition with a rule of near rows, made for these laws, that makes close contacts at once."""
_NEAR = """
[contact.near_rows]
clause_en = "Near rows of one part of a market."
clause_zh = "市场同一分区邻近排。"
source = "made for a test"
assumed = true
category = "close_contact"
order = 1
settings = ["market"]
min_minutes = 15
max_rows_apart = 1
is_automatic = true
priority = 7
"""


def begin() -> Outbreak:
    """Two homes and a market in two cells of one county, which cases by counts propose for a level and whose city
    is tested in rounds; persons three to a home; a source for every table."""
    outbreak = actions.create_outbreak(
        "b",
        disease="covid-omicron-ba2-2022",
        by=OPERATOR,
        time_zone="Asia/Shanghai",
        area_id="town",
    )
    actions.adopt_edition(
        outbreak,
        SEATED,
        effective_at=datetime(1900, 1, 1, tzinfo=UTC),
        by=OPERATOR,
        reason="founded",
        text=edition_text("cn-covid-8").replace('id = "cn-covid-8"', f'id = "{SEATED}"', 1) + _NEAR,
        derive=False,
    )
    tree = [
        {"area_id": "city", "tier": "city", "parent_id": None},
        {"area_id": "county", "tier": "county", "parent_id": "city"},
        {"area_id": "town", "tier": "township", "parent_id": "county"},
    ]
    tree += [{"area_id": cell, "tier": "cell", "parent_id": "town"} for cell in CELLS]
    lying = [
        {
            "place_id": place,
            "area_id": CELLS[number % 2],
            "setting": "market" if place == "market" else "household",
        }
        for number, place in enumerate(PLACES)
    ]
    record(
        outbreak,
        rows("areas", *tree),
        rows("places", *lying),
        rows(
            "persons", *({"person_id": p, "residence_place_id": PLACES[n % 3]} for n, p in enumerate(PERSONS))
        ),
        rows("cases", {"person_id": "b:1", "episode": 1, "case_status": "confirmed", "found_at": at(10)}),
        rows(
            "visits",
            {"person_id": "b:1", "place_id": "market", "start_at": at(8), "end_at": at(9)},
            {"person_id": "b:5", "place_id": "market", "start_at": at(8), "end_at": at(9)},
        ),
        rows(
            "stays",
            {"stay_id": "q0", "person_id": "b:1", "stay_kind": "isolation_hospital", "start_at": at(10)},
        ),
        rows(
            "risk_areas",
            {
                "risk_area_id": "zone",
                "area_id": "cell-1",
                "list_kind": "decided",
                "risk_level": "high",
                "start_at": at(10),
            },
        ),
        rows("specimens", {"specimen_id": "s0", "person_id": "b:4", "sampled_at": at(12)}),
        rows("contacts", {"contact_id": "k0", "case_person_id": "b:1", "person_id": "b:6"}),
        rows(
            "checks",
            {
                "check_id": "c0",
                "person_id": "b:6",
                "duty_kind": "monitor",
                "checked_at": at(11),
                "check_outcome": "done",
            },
        ),
        rows("moves", {"move_id": "m0", "person_id": "b:6", "move_kind": "to_quarantine"}),
        rows("arrivals", {"arrival_id": "a0", "person_id": "b:7", "origin": "high", "arrived_at": at(9)}),
        rows(
            "judgements",
            {"case_person_id": "b:1", "person_id": "b:2", "judgement": "close_contact", "judged_at": at(11)},
        ),
        rows("risk_area_extents", {"risk_area_id": "zone-2", "area_id": "cell-2"}),
        rows("pools", {"pool_id": "tube", "result": "negative", "resulted_at": at(12)}),
    )
    derive_outbreak(outbreak)
    return outbreak
