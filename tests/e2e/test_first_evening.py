"""The first evening of a duty officer who has never seen the system, by what a person sees; once in each language.

With `LASTCASE_SCREENSHOTS=1` the pictures of docs/guide/first-evening.md are made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.e2e.conftest import served
from tests.e2e.evening import CITY, OFFICERS, PASSWORD
from tests.e2e.house import PATIENCE_MS, Site, picture
from tests.e2e.test_pages import english

pytestmark = pytest.mark.browser
SCREEN = {"width": 1440, "height": 900}
LAPTOP = {"width": 1280, "height": 800}
EDITION = "cn-covid-20-measures"
FOUND_AT = "2022-09-19T20:30"


@dataclass(frozen=True)
class Words:
    """What the officer reads and types, in one language."""

    language: str
    locale: str
    sign_in: tuple[str, str, str] = ("Username", "Password", "Sign in")
    board: str = "Board"
    not_now: str = "Not now"
    missing: str = "What is missing"
    tested: str = "Tested"
    by_area: str = "By area and hour"
    areas: str = "By area"
    cell: str = "Cell"
    proceed: str = "Continue"
    all_that_match: str = "all that match the filter"
    assign: str = "Assign to a post"
    post: str = "Post"
    town_post: str = "Duty officer · Xinggang Town"
    sign_assignment: str = "Sign the assignment"
    record_by_hand: str = "Record by hand"
    person: tuple[tuple[str, str], ...] = (("Name", "Chen Yu"), ("Age", "34"))
    sex: tuple[str, str] = ("Sex", "Female")
    home: tuple[str, str] = ("Area of residence", "Xinggang Town · cell 204.1 (synthetic)")
    status: tuple[str, str] = ("Status", "Confirmed")
    found: str = "Found"
    record: str = "Record"
    recorded: str = "Recorded."
    cases: str = "of {n} cases"
    new_case: str = "Confirmed · 34 · Female"
    protocol: str = "Protocol"
    try_edition: str = "Try an edition"
    edition: str = "Edition"
    show_impact: str = "Show the impact"
    duties_to_come: str = "Duties to come"
    adopt: str = "Adopt"
    reason: tuple[str, str] = ("Reason", "The ministry's twenty measures are in force")
    sign_adoption: str = "Sign the adoption"
    in_force: str = "The edition is in force"
    since: str = "19 Sep 2022 23:59"
    replay: str = "Replay hour by hour"


WORDS = {
    "en": Words("en", "en-GB"),
    "zh": Words(
        "zh-hans",
        "zh-CN",
        sign_in=("用户名", "密码", "登录"),
        board="看板",
        not_now="暂不",
        missing="还缺什么",
        tested="应检尽检",
        by_area="按区划与时点",
        areas="按区划",
        cell="网格",
        proceed="继续",
        all_that_match="符合筛选的全部",
        assign="派给岗位",
        post="岗位",
        town_post="值班长 · 兴港镇",
        sign_assignment="签署派单",
        record_by_hand="手工登记",
        person=(("姓名", "陈雨"), ("年龄", "34")),
        sex=("性别", "女"),
        home=("居住地区划", "富屋村委会第1网格（合成）"),
        status=("病例状态", "确诊病例"),
        found="发现时间",
        record="登记",
        recorded="已登记。",
        cases="共 {n} 例",
        new_case="确诊病例 · 34 · 女",
        protocol="防控方案",
        try_edition="试算方案",
        edition="版本",
        show_impact="显示影响",
        duties_to_come="未来事项",
        adopt="采用",
        reason=("原因", "国家二十条措施已施行"),
        sign_adoption="签署采用",
        in_force="方案已生效",
        since="2022年9月19日 23:59",
        replay="逐小时回放",
    ),
}
FIGURES: dict[str, dict[str, object]] = {}
"""What each evening showed, by language."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A tiny city for each language, served."""
    with served(tmp_path_factory.mktemp("evening"), "evening.py") as site:
        yield site


class Evening:
    """One officer before one screen, in one language."""

    def __init__(self, page: Page, site: Site, name: str) -> None:
        self.page, self.site, self.name, self.words = page, site, name, WORDS[name]
        self.board_url = f"{site.url}/o/beihai-synthetic-{CITY[name]}/board/"
        self.figures: dict[str, object] = {}

    def reads(self, page: Page | None = None) -> Page:
        """The page as it is read: in Chinese no word of it is English."""
        shown = page or self.page
        if self.words.language == "zh-hans":
            assert english(shown) == []
        return shown

    def picture(self, what: str, page: Page | None = None) -> None:
        """A picture for the guide."""
        shown = self.reads(page)
        picture(shown, f"first-evening-{what}{'' if self.name == 'en' else '-zh'}")

    def press(self, name: str, exact: bool = True) -> None:
        """A button of the page's own content."""
        self.page.get_by_role("main").get_by_role("button", name=name, exact=exact).click()

    def follow(self, name: str) -> None:
        """A link of the page's own content."""
        self.page.get_by_role("main").get_by_role("link", name=name, exact=True).click()

    def turn_to(self, name: str) -> None:
        """A page of the navigation."""
        self.page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()

    def field(self, name: str) -> Locator:
        """A field by its label."""
        return self.page.get_by_role("main").get_by_label(name, exact=True)


def numbers(text: str) -> list[int]:
    """The whole numbers of a text, thousands apart."""
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text)]


def is_clipped(page: Page) -> bool:
    """Whether a table of the page is wider than its place, on the screen of a small laptop."""
    page.set_viewport_size(LAPTOP)
    clipped = page.evaluate(
        "[...document.querySelectorAll('main .table-wrap')].some(one => one.scrollWidth > one.clientWidth)"
    )
    page.set_viewport_size(SCREEN)
    return bool(clipped)


def missing_tests(page: Page, words: Words) -> list[int]:
    """Should, done, missing and overdue of the tests, as the table says."""
    table = page.get_by_role("region", name=words.missing).get_by_role("table")
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=words.tested))
    return [numbers(text)[0] for text in row.get_by_role("cell").all_inner_texts()[:4]]


def n_cases(page: Page, words: Words) -> int:
    """Cases so far, as the Board says beneath the deaths."""
    said = page.get_by_role("link", name=re.compile(words.cases.format(n=r"\d+"))).inner_text()
    return numbers(said)[0]


def sign_in(evening: Evening) -> None:
    page, words = evening.page, evening.words
    page.goto(evening.site.url)
    if words.language == "zh-hans":
        page.get_by_role("button", name="中文").click()
    name, password, button = words.sign_in
    evening.field(name).fill(OFFICERS[evening.name][0])
    evening.field(password).fill(PASSWORD)
    evening.picture("sign-in")
    evening.press(button)
    page.wait_for_url("**/board/")
    if page.url != evening.board_url:  # the home page opens the first outbreak
        page.goto(evening.board_url)


def see_what_is_missing(evening: Evening) -> None:
    page, words = evening.page, evening.words
    expect(page.get_by_role("heading", name=words.board, exact=True)).to_be_visible()
    evening.picture("board")
    evening.press(words.not_now)
    evening.figures["tests"] = missing_tests(page, words)
    evening.figures["cases"] = n_cases(page, words)
    page.evaluate("document.querySelector('[data-part=missing]').scrollIntoView()")
    evening.picture("missing")
    assert not is_clipped(page)


def assign_the_worst_area(evening: Evening) -> None:
    page, words = evening.page, evening.words
    evening.follow(words.by_area)
    evening.follow(words.cell)
    evening.picture("areas")
    worst = page.get_by_role("region", name=words.areas, exact=True).get_by_role("row").nth(1)
    evening.figures["worst"] = numbers(" ".join(worst.get_by_role("cell").all_inner_texts()))
    worst.get_by_role("cell").nth(1).get_by_role("link").click()  # its tests
    page.get_by_role("main").get_by_role("radio").first.check()
    evening.press(words.proceed)
    page.get_by_label(re.compile(re.escape(words.all_that_match))).check()
    evening.picture("worst")
    evening.press(words.assign)
    evening.field(words.post).select_option(label=words.town_post)
    evening.reads()
    evening.press(words.sign_assignment)
    signed = page.get_by_role("status").filter(has_text=re.compile(r"\d"))
    evening.figures["assigned"] = numbers(signed.first.inner_text())
    evening.picture("assigned")
    assert not is_clipped(page)


def record_a_positive(evening: Evening) -> None:
    page, words = evening.page, evening.words
    watching = page.context.new_page()
    watching.goto(evening.board_url)
    expect(watching.locator(".live")).to_have_attribute("data-state", "on")
    before = n_cases(watching, words)
    page.bring_to_front()
    evening.turn_to(words.record_by_hand)
    for label, value in words.person:
        evening.field(label).fill(value)
    for label, value in (words.sex, words.home, words.status):
        evening.field(label).select_option(label=value)
    evening.field(words.found).fill(FOUND_AT)
    evening.picture("record")
    evening.press(words.record)
    expect(page.get_by_text(words.recorded)).to_be_visible()
    evening.reads()
    watching.bring_to_front()
    total = watching.get_by_role("link", name=words.cases.format(n=before + 1))
    expect(total).to_be_visible()
    arrived = watching.get_by_role("link", name=words.new_case)
    expect(arrived).to_be_visible()
    expect(watching.locator(".live")).to_have_attribute("data-state", "on")
    arrived.scroll_into_view_if_needed()
    evening.picture("arrived", watching)
    evening.figures["after the positive"] = missing_tests(watching, words)
    watching.close()


def adopt_an_edition(evening: Evening) -> None:
    page, words = evening.page, evening.words
    evening.turn_to(words.protocol)
    evening.follow(words.try_edition)
    evening.field(words.edition).select_option(EDITION)
    evening.press(words.show_impact)
    told = page.get_by_text(words.duties_to_come)
    expect(told).to_be_visible()
    evening.figures["impact"] = page.get_by_role("definition").locator("a").all_inner_texts()
    evening.picture("impact")
    evening.follow(words.adopt)
    label, reason = words.reason
    evening.field(label).fill(reason)
    evening.reads()
    evening.press(words.sign_adoption)
    expect(page.get_by_text(words.in_force)).to_be_visible()
    adopted = page.get_by_role("row").filter(has_text=CITY[evening.name]).filter(has_text=EDITION)
    expect(adopted.filter(has_text=words.since)).to_have_count(1)  # in the outbreak's own zone
    evening.picture("adopted")
    evening.turn_to(words.board)
    expect(page.get_by_role("link", name=EDITION)).to_be_visible()
    evening.figures["tests after"] = missing_tests(page, words)


def replay_yesterday(evening: Evening) -> None:
    page, words = evening.page, evening.words
    evening.follow(words.replay)
    slider = page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"\d"))  # its keys are listened to
    now = int(slider.input_value())
    slider.press("PageDown")
    expect(page.locator(".replay-at")).to_have_attribute("data-hour", str(now - 24))
    evening.figures["yesterday"] = missing_tests(page, words)
    evening.picture("replay")


@pytest.mark.parametrize("name", ["en", "zh"])
def test_first_evening(town: Site, browser: Browser, name: str) -> None:
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    context = browser.new_context(viewport=SCREEN, locale=WORDS[name].locale, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    context.on("console", listen)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    evening = Evening(context.new_page(), town, name)
    for step in (
        sign_in,
        see_what_is_missing,
        assign_the_worst_area,
        record_a_positive,
        adopt_an_edition,
        replay_yesterday,
    ):
        step(evening)
    FIGURES[name] = evening.figures
    before, after = evening.figures["tests"], evening.figures["tests after"]
    assert after[2] < before[2]  # type: ignore[index]  # the twenty measures ask fewer tests of residents
    assert complaints == []
    context.close()


def test_both_evenings_show_the_same_figures() -> None:
    assert FIGURES["zh"] == FIGURES["en"]
