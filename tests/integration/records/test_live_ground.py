"""Risk areas, their extents, places and merges go the live way: only what stands on their ground is derived."""

from __future__ import annotations

from typing import Any

import pytest

from lastcase.ops.records import actions
from lastcase.ops.records.models import ANSWER_MODELS, Member, Outbreak, Touched
from lastcase.ops.records.refresh import check_drift, derive_outbreak, refresh
from tests.integration.records.world import OPERATOR, at, found, record, rows

pytestmark = pytest.mark.django_db

ZONE = {
    "risk_area_id": "zone",
    "area_id": "cell-1",
    "list_kind": "decided",
    "risk_level": "high",
    "start_at": at(10),
}
OTHER = ZONE | {"risk_area_id": "other", "area_id": "cell-2"}
CASE = {"person_id": "b:1", "episode": 1, "case_status": "confirmed", "found_at": at(9)}


def town(n_others: int = 0, **tables: list[dict[str, Any]]) -> Outbreak:
    """Two risk areas in two cells; a case and a neighbour in the first, so many persons in the second."""
    outbreak = found(edition="cn-covid-8")
    cells = [{"area_id": f"cell-{n}", "tier": "cell", "parent_id": "north-1"} for n in (1, 2)]
    living = [
        {"person_id": "b:1", "residence_area_id": "cell-1"},
        {"person_id": "b:2", "residence_place_id": "home"},
    ]
    living += [{"person_id": f"b:far-{n}", "residence_area_id": "cell-2"} for n in range(n_others)]
    record(
        outbreak,
        rows("areas", *cells),
        rows("places", {"place_id": "home", "area_id": "cell-1", "setting": "household"}),
        rows("persons", *living),
        rows("cases", CASE),
        rows("risk_areas", ZONE, OTHER),
        rows("risk_area_extents", {"risk_area_id": "other", "area_id": "cell-2"}),
        *(rows(name, *items) for name, items in tables.items()),
    )
    derive_outbreak(outbreak)
    return outbreak


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("risk_areas", ZONE | {"risk_level": "medium"}),
        ("risk_areas", ZONE | {"end_at": at(15)}),
        ("risk_areas", ZONE | {"start_at": at(20), "area_id": "cell-2"}),
        ("risk_area_extents", {"risk_area_id": "zone", "place_id": "home"}),
        ("places", {"place_id": "home", "area_id": "cell-2"}),
        ("persons", {"person_id": "b:2", "merged_into_id": "b:1"}),
    ],
)
def test_what_changes_in_one_risk_area_place_or_person_goes_the_live_way(table, row):
    outbreak = town(2)
    record(outbreak, rows(table, row))
    done = refresh(outbreak)
    assert done.is_live
    assert done.n_rows > 0
    assert check_drift(outbreak) == {}


def test_a_new_level_of_one_area_writes_as_much_in_a_crowd_as_without_one():
    written = []
    for n_others in (0, 40):
        outbreak = town(n_others)
        record(outbreak, rows("risk_areas", ZONE | {"risk_level": "medium"}))
        persons = Touched.objects.filter(outbreak=outbreak, kind="person").values_list("ref", flat=True)
        assert set(persons) == {"b:1", "b:2"}
        written.append(refresh(outbreak).n_rows)
    assert written[0] == written[1] > 0


def test_another_list_that_binds_moves_everyone():
    outbreak = town()
    keys = rows(
        "risk_areas", *({k: z[k] for k in ("risk_area_id", "list_kind", "start_at")} for z in (ZONE, OTHER))
    )
    actions.retire_facts(outbreak, keys, by=OPERATOR, reason="never decided", derive=False)
    assert not refresh(outbreak).is_live
    assert check_drift(outbreak) == {}


def test_a_neighbour_who_blocks_again_is_shown_where_he_lives():
    """A case found on the 20th restarts the clock: the negative of the 23rd lies before the new round."""
    swab = {
        "specimen_id": "s",
        "person_id": "b:2",
        "sampled_at": at(23),
        "resulted_at": at(23),
        "result": "negative",
    }
    outbreak = town(specimens=[swab])
    blockers = ANSWER_MODELS["area_blockers"].objects.filter(outbreak=outbreak, person_id="b:2")
    assert not blockers.exists()
    record(outbreak, rows("cases", {"person_id": "b:3", "episode": 1, "case_status": "confirmed", "found_at": at(20)}),
           rows("persons", {"person_id": "b:3", "residence_area_id": "cell-1"}))  # fmt: skip
    assert refresh(outbreak).is_live
    home = Member.objects.get(outbreak=outbreak, person_id="b:2").pos_residence
    assert home is not None
    assert blockers.get().pos_residence == home


def test_who_lives_at_a_place_that_changed_does_not_become_known_to_another_outbreak():
    first = town()
    second = found("second", area_id=None, edition="cn-covid-8")
    record(second, rows("places", {"place_id": "home", "area_id": "cell-2"}))
    assert not Member.objects.filter(outbreak=second).exists()
    refresh(first)
    assert check_drift(first) == {}
