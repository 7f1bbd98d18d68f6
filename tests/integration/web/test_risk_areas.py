"""The page of risk areas: clocks, unknown lineage said so, and history."""

from __future__ import annotations

import pytest

from lastcase.web.charts.map import draw_map
from tests.integration.web.conftest import SignIn
from tests.integration.web.test_board import text_of, with_role_reset
from tests.integration.web.world import AS_OF, at, fill, rows

URL = f"/o/trial/risk-areas/?as_of={AS_OF}"


def test_a_standing_area_tells_its_clock(filled: None, sign_in: SignIn, as_web: None) -> None:
    text = text_of(sign_in("duty_officer", "C"), URL)
    assert "Old street" in text
    assert "lineage unknown" in text
    assert "High 1" in text
    assert "Clean days end" in text


def test_a_county_sees_its_own_areas(filled: None, sign_in: SignIn, as_web: None) -> None:
    assert "Old street" not in text_of(sign_in("duty_officer", "B"), URL)


@pytest.mark.parametrize(
    "query", ["&level=high&area=A", "&level=none", "&page=999&list=invented", "&area=nowhere"]
)
def test_whatever_a_link_says_a_page_comes(filled: None, sign_in: SignIn, as_web: None, query: str) -> None:
    assert sign_in("duty_officer", "C").get(URL + query).status_code == 200


def test_test_rounds_say_whom_they_reached_and_what_follows(
    filled: None, sign_in: SignIn, as_web: None
) -> None:
    shown = text_of(sign_in("duty_officer", "C"), URL)
    assert "Test rounds" in shown
    assert "Running" in shown
    assert "the rounds stop" not in shown  # of what is planned only the next round of an area is shown
    assert "Birch" not in text_of(sign_in("duty_officer", "A"), URL).partition("Test rounds")[2]


def test_history_of_one_area(filled: None, sign_in: SignIn, as_web: None) -> None:
    client = sign_in("duty_officer", "C")
    assert "Old street" in text_of(client, f"/o/trial/risk-areas/R1?as_of={AS_OF}")
    assert client.get("/o/trial/risk-areas/R2").status_code == 404


def test_islands_are_brought_near_and_labels_apart() -> None:
    square = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    island = [(0.4, -3.0), (0.65, -3.0), (0.65, -2.75), (0.4, -2.75), (0.4, -3.0)]
    drawn = draw_map({"a": [square, island], "b": [[(x + 0.01, y) for x, y in square]]})
    assert drawn is not None
    assert drawn.frame is not None
    assert drawn.height < 700
    first, second = drawn.shapes
    assert abs(first.label_y - second.label_y) >= 34
    assert draw_map({}) is None


def test_lists_that_differ_stand_side_by_side_since_when(tree: None, sign_in: SignIn, as_web: None) -> None:
    with_role_reset(lambda: (fill(), publish()))
    text = text_of(sign_in("duty_officer", "C"), URL)
    apart = text.partition("Decided and published differ")[2].partition("Standing, nearest")[0]
    assert "Old street" in apart
    assert "High" in apart
    assert "Medium" in apart
    assert "19 Jul" in apart  # since the published list said medium, a day after the decision
    assert "Same lane" not in apart
    assert "Gone yard" in apart
    assert "not on the list" in apart


def publish() -> None:
    """The published list: old street lower than decided, the same lane as decided, the yard there and not decided."""
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import actions
    from lastcase.ops.records.refresh import derive_outbreak

    area = {"area_id": "A", "lineage": "unknown"}
    published, decided = {**area, "list_kind": "published"}, {**area, "list_kind": "decided"}
    frame = rows(
        "risk_areas",
        {"risk_area_id": "R1", "name": "Old street", "risk_level": "medium", "start_at": at(19), **published},
        {"risk_area_id": "R2", "name": "Same lane", "risk_level": "high", "start_at": at(19), **published},
        {"risk_area_id": "R2", "name": "Same lane", "risk_level": "high", "start_at": at(18), **decided},
        {"risk_area_id": "R3", "name": "Gone yard", "risk_level": "high", "start_at": at(17), **published},
    )
    actions.record_facts("trial", {"risk_areas": frame}, by=command_line(), feed="test")
    derive_outbreak("trial")


def test_clean_days_that_are_over_are_proposed_for_lowering_with_what_is_missing(
    filled: None, sign_in: SignIn, as_web: None
) -> None:
    text = text_of(sign_in("duty_officer", "C"), "/o/trial/risk-areas/?as_of=2022-08-20T12:00")
    lowering = text.partition("Clean days over")[2].partition("Standing, nearest")[0]
    assert "Old street" in lowering
    assert "Why" in lowering
    assert "a post decides" in text


def test_cells_without_an_outline_stand_as_squares_in_their_committee(
    tree: None, sign_in: SignIn, as_web: None
) -> None:
    with_role_reset(lambda: (fill(), cells()))
    client = sign_in("duty_officer", "C")
    page = client.get(URL).content.decode()
    assert page.count('class="plain cell cell-high"') == 1
    assert "Cell 1: High" in " ".join(page.split())
    assert page.count('<span class="cell">') == 1


def cells() -> None:
    """A committee of two cells in A, one of them high."""
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import actions
    from lastcase.ops.records.refresh import derive_outbreak

    tree = rows(
        "areas",
        {"area_id": "A1", "name_en": "Mill committee", "tier": "committee", "parent_id": "A"},
        {"area_id": "A11", "name_en": "Cell 1", "tier": "cell", "parent_id": "A1"},
        {"area_id": "A12", "name_en": "Cell 2", "tier": "cell", "parent_id": "A1"},
    )
    stay = {
        "risk_area_id": "K1",
        "area_id": "A11",
        "list_kind": "decided",
        "risk_level": "high",
        "start_at": at(19),
    }
    facts = {"areas": tree, "risk_areas": rows("risk_areas", {**stay, "lineage": "unknown"})}
    actions.record_facts("trial", facts, by=command_line(), feed="test")
    derive_outbreak("trial")
