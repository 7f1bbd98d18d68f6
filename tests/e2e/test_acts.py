"""An investigator and a duty officer at work in a browser: a signature, and what follows from it at once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.deciding import CANDIDATE, HELD, NAME
from tests.e2e.house import HERE, PHONE, Open, Site
from tests.e2e.test_pages import english, violations

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("LASTCASE_LOOK_AT")
"""A folder to which pictures go for somebody to look at."""


@pytest.fixture(scope="module", autouse=True)
def deciding(site: Site) -> None:
    """The running outbreak beside the demo's."""
    environment = os.environ | {"LASTCASE_HOME": str(site.home), "LASTCASE_ROLE": "owner"}
    command = [sys.executable, str(HERE / "deciding.py"), str(site.home)]
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-2000:]


def person(person_id: str) -> str:
    return f"/o/{NAME}/person/{person_id}"


def look(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize(
    "path", [person(CANDIDATE), person(HELD), f"/o/{NAME}/to-decide/", f"/o/{NAME}/board/"]
)
def test_pages_with_forms_are_accessible(
    open_page: Open, complaints: list[str], path: str, size: dict[str, int] | None
) -> None:
    page = open_page(path, who="officer", size=size)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    assert violations(page) == []
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    look(page, f"{path.strip('/').replace('/', '-').replace(':', '-')}-{'phone' if size else 'desktop'}")


@pytest.mark.parametrize("path", [person(HELD), f"/o/{NAME}/to-decide/", f"/o/{NAME}/board/"])
def test_forms_speak_chinese(open_page: Open, path: str) -> None:
    page = open_page(path, who="officer", language="zh-hans")
    assert english(page) == []


def test_a_candidate_is_judged_and_the_duty_appears(open_page: Open, complaints: list[str]) -> None:
    page = open_page(f"/o/{NAME}/to-decide/", who="officer")
    page.get_by_role("link", name=re.compile("Judge.*002")).click()
    assert "Nothing is owed" in page.locator(".person-main").inner_text()
    look(page, "judge-before")
    form = page.locator(".act-form").filter(has_text="Sign the judgement")
    form.get_by_label("Close contact", exact=True).check()
    form.evaluate("form => form.noValidate = true")
    form.get_by_role("button").click()
    error = page.locator(".act-form .field-errors")
    error.wait_for()
    assert "required" in error.inner_text()
    assert page.evaluate("document.activeElement.name") == "reason"
    assert violations(page) == []
    look(page, "judge-error")
    page.keyboard.type("Stood together at the stall for half an hour, no masks")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".message-success").wait_for()
    duties = page.locator(".person-main").inner_text()
    assert "Quarantine" in duties
    assert "Test" in duties
    assert "Close contact" in page.locator(".badges").inner_text()
    assert complaints == []
    look(page, "judge-after")


def test_day_0_is_signed_on_the_board_and_dates_the_targets(open_page: Open) -> None:
    page = open_page(f"/o/{NAME}/board/", who="officer")
    assert "No day 0 is signed" in page.locator("main").inner_text()
    strip = page.locator("details.day0").filter(has_text="day 0").first
    strip.locator("summary").click()
    strip.get_by_label("Day 0, local date").fill("2026-11-20")
    strip.get_by_label("Reason").fill("First day without a case outside quarantine")
    strip.get_by_role("button", name="Sign day 0").click()
    page.locator(".message-success").wait_for()
    assert "Day 0: 20 Nov 2026" in page.locator("details.day0").first.inner_text()
    look(page, "day0-after")


def test_without_scripts_a_form_still_works(site: Site, browser, open_page: Open) -> None:
    kept = open_page(person(HELD), who="officer").context.storage_state()
    context = browser.new_context(storage_state=kept, java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url + person(HELD))
    act = page.locator("details.act").filter(has_text="Sign the exemption")
    act.locator("summary").first.click()
    act.get_by_label("Duty").select_option("test")
    act.get_by_label("Reason").fill("Bleeding disorder, swabs not possible")
    act.get_by_role("button", name="Sign the exemption").click()
    assert "The exemption is signed" in page.locator(".messages").inner_text()
    assert "Bleeding disorder" in page.locator("#decide").inner_text()
    context.close()
