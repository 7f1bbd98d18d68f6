"""The tour of a made-up outbreak's Board, by keys, by pointer and on a phone; and the days that its last step opens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import _environment
from tests.e2e.house import HERE, PHONE, Open, Site
from tests.e2e.test_pages import english, violations
from tests.e2e.touring import NAME

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("LASTCASE_LOOK_AT")
BOARD = f"/o/{NAME}/board/"
REPLAY = f"{BOARD}replay/"
STEPS = {
    "Will we make it?": "targets",
    "What is missing?": "missing",
    "Where is it worse?": "where",
    "What is new, and who has it?": "stream",
}


@pytest.fixture(scope="module", autouse=True)
def made_up(site: Site) -> None:
    """The made-up outbreak beside the demo's."""
    command = [sys.executable, str(HERE / "touring.py"), str(site.home)]
    made = subprocess.run(command, env=_environment(site.home), capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-2000:]


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def begin(page: Page) -> None:
    page.get_by_role("button", name="Take the tour").click()


def marked(page: Page) -> str | None:
    """The part that the tour lifts out of the shade."""
    return page.locator(".is-toured").get_attribute("data-part")


def is_in_view(page: Page) -> bool:
    """Whether the head of the marked part is to be seen, and not beneath the tour's window."""
    return bool(
        page.evaluate(
            """() => {
              const part = document.querySelector('.is-toured').getBoundingClientRect();
              const tour = document.querySelector('.tour').getBoundingClientRect();
              const [x, y] = [part.left + 20, Math.max(part.top, 0) + 8];
              const isBeneath = x > tour.left && x < tour.right && y > tour.top && y < tour.bottom;
              return part.top < innerHeight && part.bottom > 0 && !isBeneath
                && tour.left >= 0 && tour.right <= innerWidth && tour.top >= 0 && tour.bottom <= innerHeight + 1;
            }"""
        )
    )


def test_it_is_offered_where_the_outbreak_is_made_up(open_page: Open) -> None:
    page = open_page(BOARD, who="officer")
    expect(page.get_by_role("region", name="Tour of the Board")).to_be_visible()
    expect(page.get_by_text("synthetic: nobody in it exists")).to_be_visible()
    page.goto(page.url.replace(NAME, "mers-korea-2015"))
    expect(page.get_by_role("heading", name="Board")).to_be_visible()
    assert page.locator("[data-tour], [data-tour-offer], [data-tour-again]").count() == 0


@pytest.mark.parametrize(
    ("size", "dark"), [(None, False), (PHONE, True)], ids=["desktop-light", "phone-dark"]
)
def test_each_question_stands_beside_its_part(
    open_page: Open, complaints: list[str], size: dict[str, int] | None, dark: bool
) -> None:
    page = open_page(BOARD, who="officer", size=size, dark=dark)
    page.emulate_media(reduced_motion="reduce")
    name = f"tour-{'phone' if size else 'desktop'}-{'dark' if dark else 'light'}"
    look(page, f"{name}-0")
    assert violations(page) == []
    begin(page)
    for number, (title, part) in enumerate(STEPS.items(), start=1):
        expect(page.get_by_role("dialog", name=title)).to_be_visible()
        expect(page.get_by_role("heading", name=title)).to_be_focused()
        assert marked(page) == part
        assert is_in_view(page)
        assert violations(page) == []
        look(page, f"{name}-{number}")
        page.get_by_role("button", name="Go on").click()
    assert violations(page) == []
    look(page, f"{name}-5")
    page.get_by_role("link", name="Open the replay at day 0").click()
    expect(page.locator(".replay-at")).to_have_attribute("data-day", "0")
    assert complaints == []


def test_keys_go_on_and_back_and_escape_skips(open_page: Open, complaints: list[str]) -> None:
    page = open_page(BOARD, who="officer")
    page.get_by_role("button", name="Take the tour").focus()
    page.keyboard.press("Enter")
    first, second, third = list(STEPS)[:3]
    expect(page.get_by_role("heading", name=first)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=second)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name=third)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name=second)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".is-toured")).to_have_count(0)
    again = page.get_by_role("button", name="Tour of the Board")
    expect(again).to_be_focused()
    page.reload()
    expect(again).to_be_visible()
    expect(page.get_by_role("button", name="Take the tour")).to_be_hidden()
    again.press("Enter")
    expect(page.get_by_role("dialog", name=first)).to_be_visible()
    for _ in STEPS:
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/replay/?day=0")
    assert complaints == []


def test_who_declines_is_not_asked_again(open_page: Open) -> None:
    page = open_page(BOARD, who="officer")
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_role("button", name="Tour of the Board")).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="Tour of the Board")).to_be_visible()
    expect(page.get_by_role("region", name="Tour of the Board")).to_be_hidden()


def test_the_tour_speaks_chinese(open_page: Open) -> None:
    page = open_page(BOARD, who="officer", language="zh-hans", size=PHONE)
    page.get_by_role("button", name="开始导览").click()
    expect(page.get_by_role("heading", name="能否如期达标？")).to_be_focused()
    look(page, "tour-zh-phone")
    assert english(page) == []
    page.goto(page.url + "replay/?day=0")
    assert english(page) == []


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_the_slider_jumps_by_days_from_day_0(
    open_page: Open, complaints: list[str], size: dict[str, int] | None
) -> None:
    page = open_page(f"{REPLAY}?day=0", who="officer", size=size)
    slider, at = page.get_by_role("slider"), page.locator(".replay-at")
    days = page.get_by_role("navigation", name="Days from day 0")
    expect(at).to_have_attribute("data-day", "0")
    expect(days.get_by_role("link", name="day 0", exact=True)).to_have_attribute("aria-current", "true")
    days.get_by_role("link", name="day 3", exact=True).click()
    expect(at).to_have_attribute("data-day", "3")
    expect(at).to_contain_text("00:00")
    expect(days.locator("[aria-current]")).to_have_text("3")
    slider.press("PageDown")
    expect(days.locator("[aria-current]")).to_have_text("2")
    slider.press("ArrowLeft")
    expect(days.locator("[aria-current]")).to_have_text("1")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    look(page, f"tour-replay-{'phone' if size else 'desktop'}")
    page.goto(page.url.split("?")[0] + "?day=99")
    expect(slider).to_have_value(slider.get_attribute("max") or "")
    page.goto(page.url.split("?")[0] + "?day=-99")
    expect(slider).to_have_value("0")
    assert complaints == []
