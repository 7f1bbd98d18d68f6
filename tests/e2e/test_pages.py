"""Every page in a real browser: accessible at both widths, without a complaint, in Chinese without
English."""

from __future__ import annotations

import re
from collections import Counter, deque
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.house import PHONE, ROOT, Open, Site

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PUBLIC = ("/accounts/login/", "/link/spent-or-invented", "/diary/", "/diary/done")
OF_OFFICER = (
    "/o/mers-korea-2015/board/",
    "/o/beihai-2022/board/",
    "/o/mers-korea-2015/line-list/",
    "/o/beihai-2022/risk-areas/",
    "/protocol/",
    "/protocol/cn-covid-9",
    "/protocol/who-mers",
    "/protocol/diff?a=cn-covid-8&b=cn-covid-9",
    "/import/",
    "/accounts/",
    "/purpose",
    "/accounts/2fa/",
    "/nowhere",
)
OF_KEEPER = ("/administration/accounts",)
PAGES = (
    [("", path) for path in PUBLIC]
    + [("officer", path) for path in OF_OFFICER]
    + [("keeper", path) for path in OF_KEEPER]
)


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page, each with the first element it is about."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {one['help']} {one['nodes'][0]['html'][:160]}" for one in found["violations"]]


@pytest.mark.parametrize(("who", "path"), PAGES)
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_page_is_accessible(
    open_page: Open, complaints: list[str], who: str, path: str, size: dict[str, int] | None
) -> None:
    page = open_page(path, who=who, size=size)
    assert violations(page) == []
    assert complaints == []
    widest = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert widest <= 0, "the page scrolls sideways"


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_page_is_accessible_in_the_dark(open_page: Open, who: str, path: str) -> None:
    page = open_page(path, who=who, dark=True)
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert violations(page) == []


ALLOWED = re.compile(
    r"""(?ix) (?<![a-z])(?: lastcase | en | csv | xlsx | parquet | gz | mib | utc | id | covid-?19 | covid |
    mers |
    who
    | cdc | ebola | sars(?:-cov-2)? | mers-cov | ct | hcw | rna | ba | km | min | ms
    | officer | keeper | keyholder | beihai | worker | clerk | [a-z]+/[a-z_]+ )(?![a-z])"""
)
"""Names, codes and units that stand in Chinese texts as they are."""
IDS = re.compile(r"[a-z_]+(?:\.[a-z_0-9]+)+|\b[\w.:+-]*[\d_][\w.:+-]*\b|[a-z]+(?:-[a-z0-9]+)+")
LATIN = re.compile(r"[A-Za-z]{2,}(?:[ -][A-Za-z]+)*")
READ_TEXT = """() => {
  const copy = document.body.cloneNode(true);
  const names = '[translate=no], code, [lang=en], script, style, noscript, time, svg title';
  const named = document.querySelector('h1 [translate=no]')?.textContent ?? '';
  copy.querySelectorAll(names).forEach(n => n.remove());
  const said = ['aria-label', 'title', 'placeholder'];
  const labelled = [...copy.querySelectorAll(said.map(name => `[${name}]`).join(','))];
  const spoken = labelled.flatMap(n => said.map(name => n.getAttribute(name) || ''));
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) words.push(walker.currentNode.textContent.trim());
  return [...words, ...spoken, document.title.replace(named, '')].filter(Boolean);
}"""


@cache
def proper_names() -> list[str]:
    """Ids and issuers of the editions, longest first: names that stand in Chinese texts as they are."""
    from lastcase.editions import editions, load_edition

    issuers = {load_edition(name).issuer for name in editions()}
    return sorted({*issuers, *editions()}, key=len, reverse=True)


def english(page: Page) -> list[str]:
    """Texts of the page that are English and not names: words left over once names and ids are taken out."""
    left = []
    for text in page.evaluate(READ_TEXT):
        rest = IDS.sub(" ", text)
        for name in proper_names():
            rest = rest.replace(name, " ")
        if LATIN.search(ALLOWED.sub(" ", rest)):
            left.append(text[:120])
    return left


def crawl(page: Page, site: Site, start: str) -> dict[str, list[str]]:
    """Follow every link of the site from `start`, three of a kind at most; English texts by address."""
    waiting, seen, kinds = deque([start]), {start}, Counter[str]()
    found: dict[str, list[str]] = {}
    while waiting:
        path = waiting.popleft()
        response = page.goto(site.url + path)
        assert response is not None
        assert response.status < 500, path
        found[path] = english(page)
        for href in page.eval_on_selector_all("a[href]", "links => links.map(a => a.getAttribute('href'))"):
            target = _within(href, path)
            kind = re.sub(
                r"[0-9a-f-]{36}|\d+", "#", re.sub(r"/person/[^?]*", "/person/#", target.split("?")[0])
            )
            if target and target not in seen and kinds[kind] < 3:
                seen.add(target)
                kinds[kind] += 1
                waiting.append(target)
    return found


def _within(href: str, path: str) -> str:
    """The address within the site; empty for other sites, places on the same page, and files to save."""
    target = href.split("#")[0]
    if target.startswith("?"):
        target = path.split("?")[0] + target
    is_file = re.search(r"\.(csv|toml|xlsx)$", target.split("?")[0])
    return target if target.startswith("/") and not target.startswith("//") and not is_file else ""


@pytest.mark.parametrize("who", ["officer", "keeper"])
def test_chinese_pages_hold_no_english(open_page: Open, site: Site, who: str) -> None:
    page = open_page("/", who=who, language="zh-hans")
    found = crawl(page, site, "/")
    assert len(found) > 3
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_the_crawl_notices_english(open_page: Open) -> None:
    page = open_page("/protocol/", who="officer", language="en")
    assert english(page)


def test_keyboard_reaches_content_and_navigation(open_page: Open) -> None:
    page = open_page("/protocol/", who="officer")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_menus_open_and_close_by_keyboard(open_page: Open) -> None:
    page = open_page("/protocol/", who="officer")
    summary = page.locator("details.menu > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.menu[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0


def test_navigation_folds_on_a_phone(open_page: Open) -> None:
    page = open_page("/protocol/", who="officer", size=PHONE)
    assert not page.locator(".side nav").is_visible()
    page.locator(".side-toggle").click()
    assert page.locator(".side nav").is_visible()
    assert page.locator(".side-toggle").get_attribute("aria-expanded") == "true"


def test_language_switch_holds(open_page: Open) -> None:
    page = open_page("/protocol/", who="clerk")
    page.locator("button[value=zh-hans]").click()
    assert page.locator("h1").inner_text() == "防控方案"
    page.goto(page.url)
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.locator("button[value=en]").click()
    assert page.locator("h1").inner_text() == "Protocol"


def test_csv_goes_in_by_preview_and_confirmation(open_page: Open, tmp_path: Path) -> None:
    source = tmp_path / "cases.csv"
    source.write_text(
        "person_id,case_status,found_at,sex\nw1,confirmed,2022-07-20,f\nw2,confirmed,2022-07-32,m\n"
    )
    page = open_page("/import/?outbreak=beihai-2022", who="officer")
    page.select_option("#id_kind", "cases")
    page.set_input_files("#id_file", str(source))
    page.locator("main .btn-primary").click()
    assert "1 error" in page.locator("main").inner_text()
    page.locator("button[value=valid]").click()
    page.get_by_text("Loaded", exact=True).wait_for()
    assert "1 left out" in page.locator("main").inner_text()
    page.goto(page.url.split("/import")[0] + "/import/?outbreak=beihai-2022")
    page.select_option("#id_kind", "cases")
    page.set_input_files("#id_file", str(source))
    page.locator("main .btn-primary").click()
    page.locator("button[value=valid]").click()
    page.get_by_text("Loaded", exact=True).wait_for()
    cells = page.locator("main table tbody tr").filter(has_text="Cases").first.locator("td").all_inner_texts()
    assert cells[0] == "0", "the same file twice adds nothing"
