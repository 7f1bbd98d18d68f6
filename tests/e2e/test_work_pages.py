"""The pages people work on, as people use them: from a figure to names, from a name to a clause, on a phone too."""

from __future__ import annotations

import re

import pytest

from tests.e2e.house import PHONE, Open
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.browser

MERS = "/o/mers-korea-2015"
BEIHAI = "/o/beihai-2022"
PAGES = (
    f"{MERS}/line-list/?tab=duties&state=late",
    f"{MERS}/line-list/?tab=contacts",
    f"{MERS}/line-list/?tab=persons",
    f"{MERS}/person/SK_12",
    f"{BEIHAI}/board/?as_of=2022-08-01T18:45",
    f"{BEIHAI}/risk-areas/?as_of=2022-08-01T18:45",
    f"{BEIHAI}/risk-areas/A0018",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_page_is_accessible_with_everything_unfolded(
    open_page: Open, complaints: list[str], path: str, size: dict[str, int] | None, dark: bool
) -> None:
    page = open_page(path, who="officer", size=size, dark=dark)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    assert violations(page) == []
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_a_figure_opens_down_to_names_and_a_name_to_its_clause(open_page: Open) -> None:
    page = open_page(f"{MERS}/board/?as_of=2015-06-16T12:00", who="officer")
    today = page.locator(".lead dd a").first
    n_today = int(today.inner_text())
    today.click()
    assert page.locator("table.list tbody tr").count() == n_today == 8
    assert "as_of=2015-06-16" in page.url
    page.locator("table.list tbody th a").first.click()
    page.locator(".duty details.why > summary").first.click()
    clause = page.locator(".duty .clause a").first
    assert clause.inner_text().startswith("who-mers")
    clause.click()
    assert "/protocol/who-mers" in page.url


def test_beihai_on_8_august(open_page: Open) -> None:
    page = open_page(f"{BEIHAI}/board/?as_of=2022-08-08T09:00", who="officer")
    card = page.locator(".target", has_text="No high-risk area")
    assert card.locator(".figure a").inner_text() == "0"
    assert card.locator(".tag").inner_text() == "met"
    page.goto(page.url.replace("08-08T09:00", "08-07T21:00"))
    assert page.locator(".target", has_text="No high-risk area").locator(".figure a").inner_text() == "53"


def test_a_map_leads_to_the_areas_of_a_county(open_page: Open) -> None:
    page = open_page(f"{BEIHAI}/board/?as_of=2022-08-01T18:45", who="officer")
    link = page.locator(".map a").first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("risk-areas"))
    assert page.locator("table.areas-list tbody tr").count() > 0


def test_a_list_sorts_pages_and_searches(open_page: Open) -> None:
    page = open_page(f"{MERS}/line-list/", who="officer")
    first = page.locator("table.list tbody th a").first.inner_text()
    page.locator("table.list thead a", has_text="Age").click()
    assert page.locator("table.list thead th[aria-sort=ascending]").inner_text().startswith("Age")
    page.locator("a[rel=next]").click()
    assert "page=2" in page.url
    page.fill("input[name=q]", first)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"q={first}"))
    assert first in page.locator("table.list tbody th a").all_inner_texts()


def test_a_file_of_the_list_is_saved(open_page: Open) -> None:
    page = open_page(f"{MERS}/line-list/", who="officer")
    with page.expect_download() as waiting:
        page.locator("a", has_text="CSV").click()
    lines = waiting.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 162


def test_rows_are_cards_on_a_phone(open_page: Open) -> None:
    page = open_page(f"{MERS}/line-list/", who="officer", size=PHONE)
    boxes = [page.locator("table.list tbody tr").nth(i).bounding_box() for i in (0, 1)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["width"] <= PHONE["width"]
    assert boxes[1]["y"] > boxes[0]["y"] + boxes[0]["height"]
