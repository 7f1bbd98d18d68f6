"""The diary in a person's hand: a phone, no account, both languages; taken under the web's role."""

from __future__ import annotations

import polars as pl
import pytest
from playwright.sync_api import expect

from tests.command import as_json
from tests.e2e.house import PHONE, Open, Site
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.browser

MERS = "mers-korea-2015"


@pytest.mark.parametrize(("language", "person"), [("en", "SK_12"), ("zh-hans", "SK_13")])
def test_a_person_tells_where_they_were(
    open_page: Open, site: Site, complaints: list[str], language: str, person: str
) -> None:
    issued = as_json("lake", "diary-code", "--person", person, "--outbreak", MERS, home=site.home)
    page = open_page("/diary/", language=language, size=PHONE)
    assert violations(page) == []
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".has-errors").first).to_be_visible()
    assert violations(page) == []
    page.fill("#id_code", issued["code"])
    page.fill("#id_visit-0-place", "Hospital, ward 8")
    page.fill("#id_visit-0-day", "2015-06-01")
    page.fill("#id_visit-0-start", "09:00")
    page.fill("#id_visit-0-end", "11:30")
    page.check("#id_consent")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.locator("main form button.btn-primary").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/diary/done")
    assert violations(page) == []
    assert complaints == []
    days = pl.DataFrame(as_json("lake", "show", "--outbreak", MERS, home=site.home)["days"])
    assert days.filter(day="2015-06-01")["visits"].sum() >= 1
