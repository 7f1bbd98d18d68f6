"""The gaps in a browser: names in the order to close, groups, paper, and a batch signed by the keyboard and undone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.deciding import NAME
from tests.e2e.house import HERE, PHONE, Open, Site
from tests.e2e.test_pages import english, violations

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("LASTCASE_LOOK_AT")
"""A folder to which pictures go for somebody to look at."""
GAPS = f"/o/{NAME}/gaps/"
PAGES = (GAPS, f"{GAPS}groups/", f"{GAPS}print/", f"{GAPS}?state=postponed&q=nobody")


@pytest.fixture(scope="module", autouse=True)
def deciding(site: Site) -> None:
    """The running outbreak beside the demo's."""
    environment = os.environ | {"LASTCASE_HOME": str(site.home), "LASTCASE_ROLE": "owner"}
    command = [sys.executable, str(HERE / "deciding.py"), str(site.home)]
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-2000:]


def look(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_pages_are_accessible(
    open_page: Open, complaints: list[str], path: str, size: dict[str, int] | None
) -> None:
    page = open_page(path, who="officer", size=size)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    look(page, f"{re.sub('[^a-z0-9]+', '-', path).strip('-')}-{'phone' if size else 'desktop'}")
    assert violations(page) == []
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("path", PAGES)
def test_pages_speak_chinese(open_page: Open, path: str) -> None:
    page = open_page(path, who="officer", language="zh-hans")
    look(page, f"{re.sub('[^a-z0-9]+', '-', path).strip('-')}-zh")
    assert english(page) == []


def test_a_batch_is_signed_by_the_keyboard_and_undone(open_page: Open, complaints: list[str]) -> None:
    page = open_page(f"{GAPS}?kind=quarantine", who="officer")  # no cap bears on it
    n_before = page.locator(".gap-list tbody tr").count()
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert "(1)" in page.locator(".gap-ticked").inner_text()
    page.get_by_role("button", name="Postpone").click()
    assert "about 1 duty" in page.locator("main").inner_text()
    page.get_by_label("Until, local time").fill("2030-01-01T09:00")
    page.get_by_label("Reason").fill("No swabs left in the county")
    look(page, "gaps-confirm")
    assert violations(page) == []
    page.get_by_role("button", name="Sign the postponement").click()
    assert "Signed for 1 duty" in page.locator(".messages").inner_text()
    look(page, "gaps-after")
    assert page.locator(".gap-list tbody tr").count() == n_before - 1
    page.get_by_role("button", name="Undo").first.click()
    assert "undone" in page.locator(".messages").inner_text()
    assert page.locator(".gap-list tbody tr").count() == n_before
    assert complaints == []
