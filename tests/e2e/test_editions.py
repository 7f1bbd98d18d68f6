"""An edition is copied, written, tried and adopted in a real browser, at both widths and in both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import _environment
from tests.e2e.house import HERE, PHONE, Open, Site
from tests.e2e.test_pages import english, violations

pytestmark = pytest.mark.browser

RUNNING = "/o/running-2026"
DRAFT = "beihai-9-long"


@pytest.fixture(scope="module")
def deciding(site: Site) -> None:
    """The small running outbreak, once."""
    subprocess.run(
        [sys.executable, str(HERE / "deciding.py"), str(site.home)], env=_environment(site.home), check=True
    )


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def shot(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def is_well(page: Page, complaints: list[str]) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    assert violations(page) == []
    assert complaints == []
    assert sideways(page) <= 0


def write(page: Page, old: str, new: str) -> None:
    text = page.locator("#id_text").input_value()
    assert old in text
    page.locator("#id_text").fill(text.replace(old, new, 1))
    page.get_by_role("button", name=re.compile("Check and save|检查并保存")).click()


def test_an_edition_is_copied_written_tried_and_adopted(
    deciding: None, open_page: Open, complaints: list[str], tmp_path: Path
) -> None:
    page = open_page("/protocol/", who="officer")
    page.get_by_role("link", name="Copy cn-covid-9").click()
    page.fill("#id_edition_id", DRAFT)
    page.fill("#id_note", "Longer while it spreads")
    page.locator("main button.btn-primary").click()

    write(page, "length_days = 7", "length_days = 0")
    expect(page.locator(".faults li").first).to_contain_text("length_days = 0")
    page.locator(".to-line").first.click()
    chosen = page.locator("#id_text").evaluate("f => f.value.slice(f.selectionStart, f.selectionEnd)")
    assert chosen == "length_days = 0"
    is_well(page, complaints)
    shot(page, tmp_path, "draft-with-fault")

    write(page, "length_days = 0", "length_days = 9")
    expect(page.locator("main")).to_contain_text("Nothing wrong")
    shot(page, tmp_path, "draft-sound")
    is_well(page, complaints)

    page.goto(page.url.split("/protocol/")[0] + f"{RUNNING}/impact/?edition={DRAFT}")
    page.locator("main button.btn-primary").click()
    expect(page.locator(".lead dl")).to_be_visible(timeout=60_000)
    impact = page.url
    is_well(page, complaints)
    shot(page, tmp_path, "impact")
    for tab in ("duties", "areas", "targets"):
        page.goto(f"{impact}?tab={tab}")
        is_well(page, complaints)
        shot(page, tmp_path, f"impact-{tab}")

    page.goto(page.url.split("/o/")[0] + f"{RUNNING}/adopt?edition={DRAFT}")
    page.fill("#id_reason", "It spreads faster")
    is_well(page, complaints)
    shot(page, tmp_path, "adopt")
    page.locator("main button.btn-primary").click()
    expect(page.locator("main")).to_contain_text("It spreads faster", timeout=60_000)
    is_well(page, complaints)
    shot(page, tmp_path, "protocol")


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_pages_of_editions_are_well_in_chinese_and_in_the_dark(
    deciding: None, open_page: Open, complaints: list[str], tmp_path: Path, size: dict[str, int] | None
) -> None:
    page = open_page("/protocol/cn-covid-9/copy", who="officer", language="zh-hans", size=size, dark=True)
    name = "own-phone" if size else "own-desktop"
    page.fill("#id_edition_id", name)
    page.fill("#id_note", "一")
    page.locator("main button.btn-primary").click()
    base = page.url.split("/protocol/")[0]
    for number, path in enumerate(
        (
            f"/protocol/{name}/draft",
            f"/protocol/{name}/history",
            "/protocol/",
            f"{RUNNING}/adopt",
            f"{RUNNING}/impact/",
        )
    ):
        page.goto(base + path)
        is_well(page, complaints)
        assert english(page) == []
        shot(page, tmp_path, f"zh-{number}")
    day = page.locator("#id_effective_at").input_value()[:10]
    page.fill(
        "#id_effective_at", f"{day}T23:59"
    )  # another instant than that of an adoption made beside this test
    page.locator("main button.btn-primary").click()
    expect(page.locator(".lead dl")).to_be_visible(timeout=60_000)
    is_well(page, complaints)
    assert english(page) == []
    shot(page, tmp_path, "zh-impact")
