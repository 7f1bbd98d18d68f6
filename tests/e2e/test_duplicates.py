"""Pairs reviewed and a person entered in a browser: by keys, in both languages, at both widths."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.duplicates import NAME
from tests.e2e.house import HERE, PHONE, Open, Site
from tests.e2e.test_pages import english, violations

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("LASTCASE_LOOK_AT")
"""A folder to which pictures go for somebody to look at."""
PAIRS, ENTRY = f"/o/{NAME}/duplicates/", f"/o/{NAME}/record/"


@pytest.fixture(scope="module", autouse=True)
def entered_twice(site: Site) -> None:
    """An outbreak in which persons were entered twice."""
    environment = os.environ | {"LASTCASE_HOME": str(site.home), "LASTCASE_ROLE": "owner"}
    command = [sys.executable, str(HERE / "duplicates.py"), str(site.home)]
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-2000:]


def look(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", [PAIRS, ENTRY])
def test_pages_are_accessible(
    open_page: Open, complaints: list[str], path: str, size: dict[str, int] | None
) -> None:
    page = open_page(path, who="officer", size=size)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    assert violations(page) == []
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    look(page, f"{path.strip('/').replace('/', '-')}-{'phone' if size else 'desktop'}")


@pytest.mark.parametrize("path", [PAIRS, ENTRY])
def test_pages_speak_chinese(open_page: Open, path: str) -> None:
    page = open_page(path, who="officer", language="zh-hans")
    assert english(page) == []
    look(page, f"{path.strip('/').replace('/', '-')}-zh")


def test_who_may_be_the_same_is_shown_while_typing(open_page: Open, complaints: list[str]) -> None:
    page = open_page(ENTRY, who="officer")
    page.get_by_label("Name", exact=True).press_sequentially("ouyang n")
    page.locator(".suggested").wait_for()
    assert "欧阳娜娜" in page.locator("#suggested").inner_text()
    assert violations(page) == []
    look(page, "entry-suggested")
    page.get_by_label("Name", exact=True).fill("王小二")
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_url("**/person/**")
    assert "王小二" in page.locator("h1").inner_text()
    assert complaints == []


def test_a_pair_is_stepped_to_by_keys_merged_and_taken_back(open_page: Open, complaints: list[str]) -> None:
    page = open_page(PAIRS, who="officer")
    n_pairs = page.locator(".pairs li").count()
    assert n_pairs >= 2
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**at=1")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.search") == "?at=0"
    page.keyboard.press("Enter")
    page.wait_for_url("**at=0")
    form = page.locator("form[action$='/acts/merge']")
    form.get_by_label("Reason").fill("The same telephone and date of birth")
    form.get_by_role("button", name="Sign the merge").click()
    page.locator(".message-success").wait_for()
    assert page.locator(".pairs li").count() == n_pairs - 1
    look(page, "duplicates-merged")
    undo = page.locator("section", has=page.get_by_role("heading", name="Merged lately"))
    undo.locator("summary").first.click()
    undo.get_by_label("Reason").first.fill("Two persons after all")
    undo.get_by_role("button", name="Sign the un-merge").first.click()
    page.locator(".message-success").filter(has_text="every fact is again").wait_for()
    assert page.locator(".pairs li").count() == n_pairs
    assert complaints == []
