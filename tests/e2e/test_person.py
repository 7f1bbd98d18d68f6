"""The page of a case that exposed many: what matters is seen first, on a phone too, and the rest opens without a
script."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.house import PHONE, Open
from tests.e2e.test_pages import english, violations

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("LASTCASE_LOOK_AT")
"""A folder to which pictures go for somebody to look at."""
SPREADER = "/o/mers-korea-2015/person/SK_14"
CONTACT = "/o/mers-korea-2015/person/SK_35"
TALLEST_PX = 9_000
"""A phone shows the page of whoever exposed dozens in no more than this."""


def look(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_the_first_exposures_are_seen_and_the_others_open(
    open_page: Open, complaints: list[str], size: dict[str, int] | None, language: str
) -> None:
    page = open_page(SPREADER, who="officer", size=size, language=language)
    look(page, f"spreader-{language}-{'phone' if size else 'desktop'}")
    card = page.locator("#exposed_others")
    n_all = int(card.locator("h2 .soft").inner_text())
    rows = card.locator("tbody tr")
    assert rows.count() == n_all > 30
    expect(rows.locator("visible=true")).to_have_count(10)
    if size:
        assert page.evaluate("document.documentElement.scrollHeight") < TALLEST_PX
    if language != "en":
        assert english(page) == []
    card.locator("details.more > summary").focus()
    page.keyboard.press("Enter")
    expect(rows.locator("visible=true")).to_have_count(n_all)
    assert violations(page) == []
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_orders_are_cards_on_a_phone(open_page: Open, size: dict[str, int] | None, language: str) -> None:
    page = open_page(CONTACT, who="officer", size=size, language=language)
    look(page, f"orders-{language}-{'phone' if size else 'desktop'}")
    table = page.locator("table.orders")
    boxes = [table.locator("tbody tr").first.locator("th, td").nth(at).bounding_box() for at in range(3)]
    tops = [box["y"] for box in boxes if box]
    assert len(tops) == 3
    assert (len(set(tops)) == 3) == bool(size)  # one beneath the other
    assert violations(page) == []
