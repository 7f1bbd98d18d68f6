"""Bulk visits given on the import page as people work: under the web's role, by keyboard, on a phone, in Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.command import as_json
from tests.e2e.house import PHONE, Open, Site
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.browser

HEAD = "person_id,place_id,start_at,end_at,visit_source,note\n"
GOOD = (
    "7,metro gate 3,2022-07-20 08:05,2022-07-20 08:25,check_in,x\n"
    "8,metro gate 3,2022-07-20 08:10,2022-07-20 08:40,check_in,\n"
)
WRONG = (
    "9,metro gate 3,2022-07-20 08:05,2022-07-19 08:25,check_in,\n"
    "10,market,20 July,2022-07-20 08:40,check_in,\n"
)


def give(page: Page, folder: Path, text: str, name: str = "gates.csv") -> None:
    path = folder / name
    path.write_text(text)
    page.select_option("#id_outbreak", "beihai-2022")
    page.select_option("#id_kind", "bulk_visits")
    page.set_input_files("#id_file", path)
    page.locator("main form .btn-primary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main form .btn-primary[name=rows]")).to_be_visible()


def test_visits_are_given_and_lie_in_the_lake(
    open_page: Open, site: Site, complaints: list[str], tmp_path: Path
) -> None:
    page = open_page("/import/", who="beihai")
    give(page, tmp_path, HEAD + GOOD)
    expect(page.locator("main")).to_contain_text("Every row can be taken")
    expect(page.locator("main")).to_contain_text("20 Jul 2022 08:05")
    assert violations(page) == []
    page.locator("main form .btn-primary[name=rows]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Loaded")
    assert violations(page) == []
    held = as_json("lake", "show", "--outbreak", "beihai-2022", home=site.home)
    assert (held["persons"], [day["visits"] for day in held["days"]]) == (2, [2])
    assert complaints == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_errors_are_read_on_a_phone(
    open_page: Open, complaints: list[str], tmp_path: Path, language: str
) -> None:
    page = open_page("/import/", who="officer", size=PHONE, language=language)
    give(page, tmp_path, HEAD + GOOD + WRONG)
    expect(page.locator("main table").last).to_contain_text("20 July")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    assert "20 July" in waiting.value.path().read_text(encoding="utf-8-sig")
    assert complaints == []
