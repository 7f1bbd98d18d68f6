"""The page of risk areas: clocks, unknown lineage said so, and history."""

from __future__ import annotations

import pytest

from lastcase.web.charts.map import draw_map
from tests.integration.web.conftest import SignIn
from tests.integration.web.test_board import text_of, with_role_reset
from tests.integration.web.world import AS_OF, fill

URL = f"/o/trial/risk-areas/?as_of={AS_OF}"


def test_a_standing_area_tells_its_clock(tree: None, sign_in: SignIn, as_web: None) -> None:
    with_role_reset(fill)
    text = text_of(sign_in("duty_officer", "C"), URL)
    assert "Old street" in text
    assert "lineage unknown" in text
    assert "High 1" in text
    assert "Clean days end" in text


def test_a_county_sees_its_own_areas(tree: None, sign_in: SignIn, as_web: None) -> None:
    with_role_reset(fill)
    assert "Old street" not in text_of(sign_in("duty_officer", "B"), URL)


@pytest.mark.parametrize(
    "query", ["&level=high&area=A", "&level=none", "&page=999&list=invented", "&area=nowhere"]
)
def test_whatever_a_link_says_a_page_comes(tree: None, sign_in: SignIn, as_web: None, query: str) -> None:
    with_role_reset(fill)
    assert sign_in("duty_officer", "C").get(URL + query).status_code == 200


def test_test_rounds_say_whom_they_reached_and_what_follows(
    tree: None, sign_in: SignIn, as_web: None
) -> None:
    with_role_reset(fill)
    shown = text_of(sign_in("duty_officer", "C"), URL)
    assert "Test rounds" in shown
    assert "Running" in shown
    assert "the rounds stop" not in shown  # of what is planned only the next round of an area is shown
    assert "Birch" not in text_of(sign_in("duty_officer", "A"), URL).partition("Test rounds")[2]


def test_history_of_one_area(tree: None, sign_in: SignIn, as_web: None) -> None:
    with_role_reset(fill)
    client = sign_in("duty_officer", "C")
    assert "Old street" in text_of(client, f"/o/trial/risk-areas/R1?as_of={AS_OF}")
    assert client.get("/o/trial/risk-areas/R2").status_code == 404


def test_islands_are_brought_near_and_labels_apart() -> None:
    square = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    island = [(0.4, -3.0), (0.45, -3.0), (0.45, -2.95), (0.4, -2.95), (0.4, -3.0)]
    drawn = draw_map({"a": [square, island], "b": [[(x + 0.01, y) for x, y in square]]})
    assert drawn is not None
    assert drawn.frame is not None
    assert drawn.height < 700
    first, second = drawn.shapes
    assert abs(first.label_y - second.label_y) >= 34
    assert draw_map({}) is None
