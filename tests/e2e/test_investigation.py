"""An investigator reads a case, records an answer, withdraws a wrong check-in and takes that back: in a browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.house import HERE, PHONE, Open, Site
from tests.e2e.investigating import CASE, NAME, NEWCOMER, OTHER_CASE, PLAYER
from tests.e2e.test_pages import english, violations

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("LASTCASE_LOOK_AT")
"""A folder to which pictures go for somebody to look at."""
URL = f"/o/{NAME}/investigation/"
DISPUTED = f"{URL}{OTHER_CASE}?visit=2"
PAGES = (
    f"{URL}{CASE}",
    f"{URL}{CASE}?visit=2",
    f"{URL}{NEWCOMER}",
    DISPUTED,
    f"/o/{NAME}/person/{OTHER_CASE}",
    f"/o/{NAME}/person/{PLAYER}",
)


@pytest.fixture(scope="module", autouse=True)
def investigating(site: Site) -> None:
    """The outbreak with visits beside the demo's."""
    environment = os.environ | {"LASTCASE_HOME": str(site.home), "LASTCASE_ROLE": "owner"}
    command = [sys.executable, str(HERE / "investigating.py"), str(site.home)]
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-2000:]


def look(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def named(path: str) -> str:
    return re.sub("[^a-z0-9]+", "-", path).strip("-")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_pages_are_accessible(
    open_page: Open, complaints: list[str], path: str, size: dict[str, int] | None
) -> None:
    page = open_page(path, who="officer", size=size)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    look(page, f"{named(path)}-{'phone' if size else 'desktop'}")
    assert violations(page) == []
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_the_page_is_accessible_in_the_dark(open_page: Open) -> None:
    page = open_page(PAGES[0], who="officer", dark=True)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    look(page, "investigation-dark")
    assert violations(page) == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_pages_speak_chinese(open_page: Open, path: str, size: dict[str, int] | None) -> None:
    page = open_page(path, who="officer", language="zh-hans", size=size)
    look(page, f"{named(path)}-zh-{'phone' if size else 'desktop'}")
    assert english(page) == []


def test_what_is_drawn_is_what_is_listed(open_page: Open) -> None:
    page = open_page(PAGES[0], who="officer")
    drawn = page.locator("svg.lanes.wide g title").all_inner_texts()
    assert len(drawn) == 5
    page.locator("#list > summary").click()
    assert page.locator("#list .order").count() == 5
    expect(page.locator("svg.lanes.narrow")).to_be_hidden()
    expect(page.locator("svg.map")).to_be_visible()


def test_an_answer_is_recorded_withdrawn_and_restored_by_the_keyboard(
    open_page: Open, complaints: list[str]
) -> None:
    page = open_page(f"/o/{NAME}/person/{CASE}", who="officer")
    page.get_by_role("link", name="Investigation").press("Enter")
    page.wait_for_url(f"**{URL}{CASE}*")
    n_questions = page.locator(".questions li").count()
    page.get_by_role("link", name="Record the answer").first.press("Enter")
    form = page.locator("#add-visit")
    expect(form.get_by_label("From, local time")).not_to_have_value("")
    form.get_by_label("Place", exact=True).fill("Grandmother's home")
    form.get_by_label("how many").fill("3")
    form.get_by_label("who may know them").fill("Cousins; ask the grandmother")
    look(page, "investigation-answer")
    form.get_by_role("button", name="Record the visit").press("Enter")
    expect(page.locator(".messages")).to_contain_text("The visit is recorded")
    assert page.locator(".questions li").count() == n_questions - 1
    page.locator("#list > summary").press("Enter")
    row = page.locator("#list tr", has_text="Grandmother's home")
    row.get_by_role("link").press("Enter")
    expect(page.locator("#on-visit")).to_contain_text("Grandmother's home")
    page.locator("#on-visit").get_by_label("Reason").first.fill("It was another week")
    page.get_by_role("button", name="Withdraw the visit").press("Enter")
    expect(page.locator(".messages")).to_contain_text("The visit is withdrawn")
    assert page.locator(".questions li").count() == n_questions
    page.locator("#withdrawn > summary").press("Enter")
    page.get_by_role("button", name="Restore").press("Enter")
    expect(page.locator(".messages")).to_contain_text("The visit stands again")
    assert page.locator(".questions li").count() == n_questions - 1
    assert complaints == []


def test_a_disputed_visit_is_marked_and_decided_by_the_keyboard(
    open_page: Open, complaints: list[str]
) -> None:
    page = open_page(f"{URL}{OTHER_CASE}", who="officer")
    expect(page.locator("svg.lanes.wide rect.disputed")).to_have_count(1)
    assert any("disputed" in one for one in page.locator("svg.lanes.wide title").all_text_contents())
    page.locator("#list > summary").press("Enter")
    page.get_by_role("link", name="disputed, open for 3 days").press("Enter")
    waiting = page.locator("#objection-waits")
    expect(waiting).to_be_in_viewport()
    waiting.get_by_text("Decide the objection").press("Enter")
    waiting.get_by_label("Rejected").check()
    waiting.get_by_label("Reason, as the person is told it").fill("The nurse remembers the visit")
    waiting.get_by_role("button", name="Sign the decision").press("Enter")
    expect(page.locator(".messages")).to_contain_text("The objection is decided")
    expect(page.locator("#objection-waits")).to_contain_text("The nurse remembers the visit")
    expect(page.locator("svg.lanes.wide rect.disputed")).to_have_count(0)
    page.locator("#list > summary").press("Enter")
    page.get_by_role("link", name="Correct, withdraw or dispute visit 2").press("Enter")
    page.locator("#on-visit").get_by_text("Dispute this visit").press("Enter")
    page.locator("#on-visit").get_by_label("What is disputed, and why").fill(
        "Here is the ticket of another bus"
    )
    page.get_by_role("button", name="Record the objection").press("Enter")
    expect(page.locator(".messages")).to_contain_text("The objection is recorded")
    again = page.locator(".objections li", has_text="open for less than a day")
    again.get_by_text("Decide the objection").press("Enter")
    again.get_by_label("Upheld").check()
    again.get_by_label("Reason, as the person is told it").fill("The ticket is genuine")
    again.get_by_role("button", name="Sign the decision").press("Enter")
    expect(page.locator("#withdrawn")).to_be_attached()
    page.locator("#withdrawn > summary").press("Enter")
    expect(page.locator("#withdrawn")).to_contain_text("an objection was upheld")
    assert page.locator("#list .order").count() == 2
    assert complaints == []
