"""How far a change reaches: no further than meetings that an edition can count, and to the ground of the changed
alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.queries import load_outbreak
from lastcase.ops.records.reach import Reach, find_reach
from lastcase.ops.records.refresh import derive_outbreak
from lastcase.ops.records.standing_ground import standing_ground
from lastcase.ops.records.writing import writing
from tests.integration.records.world import at, found, merge, record, rows

pytestmark = pytest.mark.django_db

SHOP, MESS = "b:shop", "b:mess"
FOUND = at(20, 4)
"""When the case `b:case` is sampled without symptoms: meeting it counts from the midnight two days before."""


def reached(outbreak: Outbreak, *touched: str) -> Reach:
    """The reach of a change of the facts of these persons, as the record stands."""
    with writing(outbreak.pk) as now:
        reach = find_reach(
            now,
            outbreak.pk,
            list(touched),
            [],
            standing_ground(outbreak, now.alias),
            load_outbreak(outbreak),
        )
    assert reach is not None
    return reach


def visit(person: str, start, minutes: int = 60, place: str = SHOP):
    return {
        "person_id": person,
        "place_id": place,
        "start_at": start,
        "end_at": start + timedelta(minutes=minutes),
    }


def with_case(*visits, **case):
    """A case that was at the shop on four days, and whoever else came by."""
    outbreak = found(edition="cn-covid-9")
    own = [visit("b:case", at(day, 2)) for day in (12, 15, 18, 19)]
    record(
        outbreak,
        rows("places", {"place_id": SHOP, "setting": "market", "area_id": "north"}),
        rows("persons", {"person_id": "b:case", "residence_area_id": "south"}),
        rows("visits", *own, *visits),
        rows(
            "cases",
            {"person_id": "b:case", "episode": 1, "case_status": "confirmed", "specimen_at": FOUND} | case,
        ),
    )
    derive_outbreak(outbreak)
    return outbreak


def met_on(*days: int):
    return [visit(f"b:met-{day}", at(day, 2)) for day in days]


def test_who_met_a_case_before_it_could_infect_is_not_reached():
    outbreak = with_case(*met_on(12, 15, 18, 19))
    assert reached(outbreak, "b:case").part.persons == ["b:case", "b:met-18", "b:met-19"]


def test_an_onset_counts_from_its_own_day():
    outbreak = with_case(*met_on(12, 15, 18), symptom_onset_on=at(17).date())
    assert reached(outbreak, "b:case").part.persons == ["b:case", "b:met-15", "b:met-18"]


def test_every_version_of_a_sign_counts():
    outbreak = with_case(*met_on(12, 15, 18), symptom_onset_on=at(14).date())
    case = {"person_id": "b:case", "episode": 1, "case_status": "confirmed", "specimen_at": FOUND}
    record(outbreak, rows("cases", case | {"symptom_onset_on": None}))
    assert reached(outbreak, "b:case").part.persons == ["b:case", "b:met-12", "b:met-15", "b:met-18"]


def test_a_positive_specimen_is_a_sign():
    outbreak = found(edition="cn-covid-9")
    record(
        outbreak,
        rows("places", {"place_id": SHOP, "setting": "market"}),
        rows("visits", *[visit("b:case", at(day, 2)) for day in (15, 18)], *met_on(15, 18)),
        rows(
            "specimens",
            {"specimen_id": "s", "person_id": "b:case", "sampled_at": FOUND, "result": "positive"},
        ),
    )
    derive_outbreak(outbreak)
    assert reached(outbreak, "b:case").part.persons == ["b:case", "b:met-18"]


def test_who_is_no_case_and_no_contact_reaches_nobody_by_visits():
    outbreak = with_case(visit("b:passer", at(10, 2)), visit("b:other", at(10, 2)))
    assert reached(outbreak, "b:passer").part.persons == ["b:passer"]


def test_a_household_passes_on_what_it_may_have_caught():
    """Who lives with the case is a close contact from the beginning of the case's window on, and meets others then."""
    outbreak = with_case(
        visit("b:mate", at(19, 8), place=MESS),
        visit("b:table", at(19, 8), place=MESS),
        visit("b:mate", at(10, 8), place=MESS),
        visit("b:long-ago", at(10, 8), place=MESS),
    )
    home = {"residence_place_id": "b:home", "residence_area_id": "south"}
    record(
        outbreak,
        rows("places", {"place_id": MESS, "setting": "dining"}, {"place_id": "b:home"}),
        rows("persons", {"person_id": "b:case"} | home, {"person_id": "b:mate"} | home),
    )
    derive_outbreak(outbreak)
    persons = reached(outbreak, "b:case").part.persons
    assert {"b:mate", "b:table"} <= set(persons)
    assert "b:long-ago" not in persons


def test_entries_of_one_person_reach_as_one():
    outbreak = with_case(visit("b:entry", at(19, 9)), visit("b:by-entry", at(19, 9)))
    merge(outbreak, "b:entry", "b:case")
    derive_outbreak(outbreak)
    assert reached(outbreak, "b:case").part.persons == ["b:by-entry", "b:case", "b:entry"]


def test_clocks_are_altered_where_the_changed_are_and_not_where_those_they_met_live():
    outbreak = with_case(*met_on(19))
    record(
        outbreak,
        rows("persons", {"person_id": "b:met-19", "residence_area_id": "north-1"}),
        rows(
            "risk_areas",
            *(
                {
                    "risk_area_id": f"r:{area}",
                    "area_id": area,
                    "risk_level": "high",
                    "list_kind": "decided",
                    "start_at": at(18),
                }
                for area in ("south", "north-1")
            ),
        ),
        rows(
            "risk_area_extents",
            *({"risk_area_id": f"r:{area}", "area_id": area} for area in ("south", "north-1")),
        ),
    )
    derive_outbreak(outbreak)
    reach = reached(outbreak, "b:case")
    assert "b:met-19" in reach.part.persons
    assert [*reach.part.risk_area_ids, *reach.great] == ["r:south"]
