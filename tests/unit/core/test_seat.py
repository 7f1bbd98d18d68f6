"""Whose figures are meant where no area is named."""

from __future__ import annotations

import pytest

from lastcase.core.seat import seat_of
from tests.spec.facts import facts, stay
from tests.spec.protocols import COUNTED, outbreak

TREE = [
    {"area_id": "region", "tier": "region", "parent_id": None},
    {"area_id": "city", "tier": "city", "parent_id": "region"},
    {"area_id": "west", "tier": "county", "parent_id": "city"},
    {"area_id": "east", "tier": "county", "parent_id": "city"},
    {"area_id": "far", "tier": "city", "parent_id": None},
]


@pytest.mark.parametrize(
    ("areas", "seat"),
    [
        (["west", "east"], "city"),
        (["west"], "west"),
        (["city", "east"], "city"),
        (["west", "far"], None),
        ([], None),
    ],
)
def test_the_smallest_area_that_holds_all_risk_areas(areas: list[str], seat: str | None) -> None:
    stays = [stay("07-01 00:00", risk_area_id=f"r{n}", area_id=area) for n, area in enumerate(areas)]
    assert seat_of(facts(areas=TREE, risk_areas=stays), outbreak(*COUNTED)) == seat


def test_the_stated_area_goes_first() -> None:
    stays = [stay("07-01 00:00", area_id="west")]
    assert seat_of(facts(areas=TREE, risk_areas=stays), outbreak(*COUNTED, area_id="region")) == "region"
