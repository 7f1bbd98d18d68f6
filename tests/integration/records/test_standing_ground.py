"""The ground of an outbreak is kept by the process and read anew only when areas, risk areas or places have changed."""

from __future__ import annotations

from typing import Any

import pytest

from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.queries import load_facts
from lastcase.ops.records.standing_ground import GROUND, Ground, lay_ground, standing_ground
from lastcase.ops.records.writing import write_alias
from tests.integration.records.test_live_ground import CASE, ZONE, town
from tests.integration.records.world import at, found, record, rows

pytestmark = pytest.mark.django_db


def kept(outbreak: Outbreak) -> Ground:
    return standing_ground(outbreak, write_alias())


def fresh(outbreak: Outbreak) -> Ground:
    facts = load_facts(outbreak, persons=[], tables=GROUND, using=write_alias())
    return lay_ground(facts, write_alias())


def assert_same(one: Ground, other: Ground) -> None:
    for name in GROUND:
        key = one.facts[name].columns
        assert one.facts[name].sort(key).equals(other.facts[name].sort(key)), name
    for mine, theirs in ((one.areas, other.areas), (one.places, other.places)):
        assert mine.sort(mine.columns).equals(theirs.sort(theirs.columns))


def test_it_is_kept_while_only_persons_and_their_facts_change() -> None:
    outbreak = town()
    before = kept(outbreak)
    record(outbreak, rows("persons", {"person_id": "b:3", "residence_place_id": "home"}))
    record(outbreak, rows("cases", CASE | {"person_id": "b:3"}))
    assert kept(outbreak) is before
    assert set(before.places["place_id"]) == {"home"}
    assert set(before.areas["area_id"]) == {"cell-1", "cell-2"}


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("areas", {"area_id": "cell-3", "tier": "cell", "parent_id": "north-1"}),
        ("places", {"place_id": "shop", "area_id": "cell-1", "setting": "dining"}),
        ("places", {"place_id": "home", "area_id": "south"}),
        ("risk_areas", ZONE | {"end_at": at(12)}),
        ("risk_area_extents", {"risk_area_id": "zone", "place_id": "far"}),
    ],
)
def test_it_is_read_anew_when_it_has_changed(table: str, row: dict[str, Any]) -> None:
    outbreak = town()
    before = kept(outbreak)
    record(outbreak, rows(table, row))
    assert kept(outbreak) is not before
    assert_same(kept(outbreak), fresh(outbreak))


def test_a_place_that_another_outbreak_moves_has_moved_here_as_well() -> None:
    outbreak, other = town(), found("elsewhere", area_id=None)
    kept(outbreak)
    record(other, rows("places", {"place_id": "home", "area_id": "south", "setting": "household"}))
    assert kept(outbreak).places.is_empty()
    assert_same(kept(outbreak), fresh(outbreak))


def test_a_rehearsal_leaves_nothing_of_it() -> None:
    outbreak = town()
    record(
        outbreak, rows("places", {"place_id": "shop", "area_id": "cell-1", "setting": "dining"}), dry_run=True
    )
    assert_same(kept(outbreak), fresh(outbreak))
    assert set(kept(outbreak).places["place_id"]) == {"home"}


def test_facts_of_some_persons_are_the_same_with_the_ground_at_hand() -> None:
    outbreak = town(visits=[{"person_id": "b:1", "place_id": "cafe", "start_at": at(8), "end_at": at(8, 1)}])
    record(outbreak, rows("places", {"place_id": "cafe", "area_id": "south", "setting": "dining"}))
    plain = load_facts(outbreak, persons=["b:1", "b:2"], using=write_alias())
    at_hand = kept(outbreak).facts
    found_by = load_facts(outbreak, persons=["b:1", "b:2"], using=write_alias(), at_hand=at_hand)
    assert set(found_by["places"]["place_id"]) == {"home", "cafe"}
    for name, frame in plain.frames.items():
        assert frame.sort(frame.columns).equals(found_by[name].sort(frame.columns)), name
