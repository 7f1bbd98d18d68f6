"""The guide's walk, as a new user takes it; with `LASTCASE_SCREENSHOTS=1` its pictures are made anew."""

from __future__ import annotations

import pytest

from tests.e2e.house import PHONE, ROOT, Open, Site, picture
from tests.e2e.world import PASSWORD

pytestmark = pytest.mark.browser
MERS_LIST = ROOT / "src" / "lastcase" / "ops" / "imports" / "demo" / "mers_korea_2015" / "linelist.csv"


def test_pictures_of_the_pages(open_page: Open) -> None:
    """Every page of the guide opens with its heading and keeps its picture."""
    for name, path, heading in (
        ("board", "/o/beihai-2022/board/", "Board"),
        ("board-mers", "/o/mers-korea-2015/board/", "Board"),
        ("line-list", "/o/mers-korea-2015/line-list/", "Line list"),
        ("risk-areas", "/o/beihai-2022/risk-areas/", "Risk areas"),
        ("protocol", "/protocol/cn-covid-9", "China COVID-19 control plan, ninth edition"),
        ("protocol-difference", "/protocol/diff?a=cn-covid-8&b=cn-covid-9", "Difference of two editions"),
    ):
        page = open_page(path, who="officer")
        assert page.locator("h1").inner_text() == heading
        picture(page, name)


def test_person_is_reached_from_the_line_list(open_page: Open) -> None:
    page = open_page("/o/mers-korea-2015/line-list/", who="officer")
    page.locator("main a[href*='/person/']").first.click()
    assert "/person/" in page.url
    assert page.locator("h1").inner_text()
    picture(page, "person")


def test_pictures_in_chinese_and_on_a_phone(open_page: Open) -> None:
    page = open_page("/o/beihai-2022/board/", who="officer", language="zh-hans")
    assert page.locator("h1").inner_text() == "看板"
    picture(page, "board-zh")
    page = open_page("/o/beihai-2022/board/", who="officer", size=PHONE)
    assert page.locator("h1").inner_text() == "Board"
    picture(page, "board-phone")
    page = open_page("/o/beihai-2022/board/", who="officer", dark=True)
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    picture(page, "board-dark")


def test_import_shows_the_ready_map_and_the_rows(open_page: Open) -> None:
    page = open_page("/import/?outbreak=mers-korea-2015", who="officer")
    page.select_option("#id_kind", "cases")
    page.select_option("#id_map", "mers_korea_2015")
    page.set_input_files("#id_file", str(MERS_LIST))
    picture(page, "import")
    page.locator("main .btn-primary").click()
    assert "162 rows" in page.locator("main").inner_text()
    picture(page, "import-preview")
    page.locator("main button[name=rows]").click()
    page.get_by_text("Loaded", exact=True).wait_for()
    report = page.locator("main").inner_text()
    assert "162 rows read" in report
    picture(page, "import-report")


def test_a_column_is_given_another_field(open_page: Open, tmp_path_factory: pytest.TempPathFactory) -> None:
    source = tmp_path_factory.mktemp("file") / "list.csv"
    source.write_text("person_id,strange,case_status\nz1,Nurse,confirmed\n")
    page = open_page("/import/?outbreak=beihai-2022", who="officer")
    page.select_option("#id_kind", "cases")
    page.set_input_files("#id_file", str(source))
    page.locator("main .btn-primary").click()
    select = page.get_by_label("strange")
    assert select.input_value() == ""
    select.select_option("persons.occupation")
    page.get_by_role("button", name="Show the preview anew").click()
    assert page.get_by_label("strange").input_value() == "persons.occupation"
    assert "Nurse" in page.locator("main").inner_text()


def test_setup_link_makes_the_first_administrator_and_works_once(open_page: Open, site: Site) -> None:
    """The world's keeper is an administrator already, so this link is refused when it is used: nobody
    becomes a
    second first administrator."""
    page = open_page(f"/link/{site.setup_token}")
    picture(page, "setup")
    page.fill("#id_username", "intruder")
    page.fill("#id_display_name", "Intruder")
    page.fill("#id_password", PASSWORD)
    page.fill("#id_repeated", PASSWORD)
    page.locator("main .btn-primary").click()
    assert page.locator("[role=alert]").first.is_visible()
    page.goto(f"{site.url}/accounts/login/")
    picture(page, "sign-in")
    page.fill("#id_login", "intruder")
    page.fill("#id_password", PASSWORD)
    page.locator("main button[type=submit].btn-primary").click()
    assert "/login" in page.url
