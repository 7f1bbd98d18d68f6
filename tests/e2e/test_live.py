"""Two people at two screens: what one records the other sees, without touching anything. And the past, by a slider."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import _environment, _free_port, _wait_for
from tests.e2e.deciding import NAME, OTHER_CANDIDATE
from tests.e2e.house import HERE, PHONE, SERVE, STATES, Open, Site
from tests.e2e.test_acts import deciding
from tests.e2e.test_pages import english, violations

__all__ = ["deciding"]
pytestmark = pytest.mark.browser
SHOTS = os.environ.get("LASTCASE_LOOK_AT")
BOARD = f"/o/{NAME}/board/"
BEIHAI = "/o/beihai-2022/board/replay/"
BACKSTOP_MS = 60_000


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def is_live(page: Page) -> None:
    expect(page.locator(".live")).to_have_attribute("data-state", "on", timeout=BACKSTOP_MS)


def record(site: Site, person: str) -> None:
    command = [sys.executable, str(HERE / "recording.py"), str(site.home), NAME, person]
    done = subprocess.run(command, env=_environment(site.home), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_judgement_signed_on_one_screen_moves_the_board_on_another(
    open_page: Open, complaints: list[str]
) -> None:
    watching = open_page(BOARD, who="officer")
    is_live(watching)
    pending = watching.locator(".lead div", has_text="Contacts pending").locator("dd").first
    before = int(pending.inner_text())
    watching.locator("[data-part=sources] summary").click()
    link = watching.locator("[data-part=stream] a").first
    link.focus()
    watching.evaluate("window.scrollTo(0, 120)")
    acting = open_page(f"/o/{NAME}/person/{OTHER_CANDIDATE}", who="officer")
    form = acting.locator(".act-form").filter(has_text="Sign the judgement")
    form.get_by_label("Close contact", exact=True).check()
    form.get_by_label("Reason").fill("Stood together at the stall, no masks")
    form.get_by_role("button").click()
    acting.locator(".message-success").wait_for(timeout=BACKSTOP_MS)
    expect(pending).to_have_text(str(before - 1), timeout=BACKSTOP_MS)
    assert watching.locator("[data-part=sources] details").get_attribute("open") is not None
    assert watching.evaluate("window.scrollY") == 120
    assert watching.evaluate("document.activeElement.closest('[data-part]')?.dataset.part") == "stream"
    assert complaints == []
    look(watching, "board-live")


def test_another_page_offers_to_refresh_and_does_not_move(site: Site, open_page: Open) -> None:
    page = open_page(f"/o/{NAME}/line-list/?tab=cases", who="officer")
    is_live(page)
    n_rows = page.locator("table.list tbody tr").count()
    record(site, f"{NAME}:live1")
    moved = page.locator(".live-moved")
    expect(moved).to_be_visible(timeout=BACKSTOP_MS)
    assert page.locator("table.list tbody tr").count() == n_rows
    assert violations(page) == []
    look(page, "line-list-moved")
    moved.get_by_role("link").click()
    assert page.locator("table.list tbody tr").count() == n_rows + 1


def test_a_board_that_was_cut_off_catches_up(site: Site, open_page: Open) -> None:
    page = open_page(BOARD, who="officer")
    is_live(page)
    total = page.locator(".lead div", has_text="Deaths").locator(".sub")
    before = int(re.search(r"\d+", total.inner_text())[0])  # type: ignore[index]
    page.context.set_offline(True)
    record(site, f"{NAME}:live2")
    page.context.set_offline(False)
    expect(total).to_have_text(re.compile(rf"\b{before + 1}\b"), timeout=BACKSTOP_MS)


def test_signing_out_in_one_tab_ends_the_stream_of_the_other(site: Site, open_page: Open) -> None:
    page = open_page(BOARD, who="beihai")
    is_live(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator(".side-foot form button").click()
    expect(page.locator(".live")).to_have_attribute("data-state", "ended", timeout=BACKSTOP_MS)
    del STATES[site.url, "beihai"]  # kept by the tests of this session, and over


def test_the_server_stops_within_its_grace_while_a_board_is_open(site: Site, open_page: Open) -> None:
    kept = open_page(BOARD, who="officer").context.storage_state()
    port = _free_port()
    command = [sys.executable, "-c", SERVE, str(site.home), str(port)]
    second = subprocess.Popen(command, env=_environment(site.home))
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", second)
        context = open_page("/health").context.browser.new_context(storage_state=kept)  # type: ignore[union-attr]
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}{BOARD}")
        is_live(page)
        second.send_signal(signal.SIGINT)
        second.wait(timeout=30)  # an open stream alone would hold it for ever
        context.close()
    finally:
        second.kill()


def test_the_past_hours_are_counted_when_an_officer_asks(open_page: Open, complaints: list[str]) -> None:
    page = open_page(f"/o/{NAME}/board/replay/", who="officer")
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    page.get_by_role("button", name="Count the past hours").click()
    look(page, "replay-counting")
    expect(page.locator("progress")).to_have_count(
        0, timeout=3 * BACKSTOP_MS
    )  # it yields to whoever else works
    expect(page.locator("#replay-hour")).to_be_visible(timeout=BACKSTOP_MS)
    assert complaints == []


@pytest.fixture(scope="module")
def counted(site: Site) -> None:
    """Beihai's hours, counted by the command."""
    command = [
        sys.executable,
        "-m",
        "lastcase.cli",
        "snapshots",
        "--outbreak",
        "beihai-2022",
        "--home",
        str(site.home),
    ]
    for _ in range(60):
        done = subprocess.run(
            command, env=_environment(site.home), capture_output=True, text=True, check=False
        )
        if "Another process" not in done.stderr:
            break
        time.sleep(2)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_the_slider_moves_by_hour_and_day_and_leads_into_the_record_of_then(
    counted: None, open_page: Open, complaints: list[str], size: dict[str, int] | None
) -> None:
    page = open_page(f"{BEIHAI}?hour=480", who="officer", size=size)
    slider, at = page.locator("#replay-hour"), page.locator(".replay-at")
    expect(slider).to_be_focused()
    slider.press("ArrowRight")
    expect(at).to_have_attribute("data-hour", "481")
    slider.press("PageUp")
    expect(at).to_have_attribute("data-hour", "505")
    slider.press("PageDown")
    slider.press("ArrowLeft")
    expect(at).to_have_attribute("data-hour", "480")
    assert "hour=480" in page.url
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    look(page, f"replay-{'phone' if size else 'desktop'}")
    page.get_by_role("button", name="Play").click()
    expect(at).not_to_have_attribute("data-hour", "480")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("link", name="Risk areas as known then").click()
    assert "as_of=" in page.url
    page.go_back()
    page.get_by_role("link", name="Back to now").click()
    assert page.url.endswith("/board/")
    assert complaints == []


def test_the_replay_speaks_chinese(counted: None, open_page: Open) -> None:
    page = open_page(f"{BEIHAI}?hour=480", who="officer", language="zh-hans")
    assert english(page) == []


def test_the_slider_shows_the_hours_of_beihai_as_they_were(counted: None, open_page: Open) -> None:
    then = open_page("/o/beihai-2022/board/?as_of=2022-08-01T18:00", who="officer")
    high = re.search(r"high (\d+)", then.locator("[data-part=where] .legend").inner_text())
    page = open_page(BEIHAI, who="officer")
    first = page.locator("#replay").get_attribute("data-first")
    hour = page.evaluate(
        "first => (new Date('2022-08-01T18:00:00+08:00') - new Date(first)) / 3600000", first
    )
    page.goto(f"{page.url}?hour={int(hour)}")
    assert high is not None
    assert f"high {high[1]}" in page.locator(".legend").first.inner_text()
