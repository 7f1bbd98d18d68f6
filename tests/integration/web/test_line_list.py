"""The line list: filters that a link carries, pages, and files that run nothing."""

from __future__ import annotations

import csv
import io

import pytest

from lastcase.ops.records.export import neutral
from lastcase.ops.records.models import AuditRead
from tests.integration.web.conftest import SignIn
from tests.integration.web.world import AS_OF, with_purpose

LIST = "/o/trial/line-list/"


def names(client, **query: str) -> set[str]:
    response = client.get("/o/trial/line-list.csv", {"as_of": AS_OF, **query})
    assert response.status_code == 200
    table = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    return {row[0].rsplit(" ", 1)[-1] for row in table[1:]}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"tab": "cases", "q": "name"}, {"A1", "A2", "B1"}),
        ({"tab": "cases", "on": "2022-07-20"}, {"A2", "B1"}),
        ({"tab": "cases", "on": "no day"}, set()),
        ({"tab": "cases", "found": "managed_detected"}, {"A2"}),
        ({"tab": "cases", "area": "B", "q": "b"}, {"B1"}),
        ({"tab": "cases", "q": "a1"}, {"A1"}),
        ({"tab": "cases", "q": "%' OR 1=1"}, set()),
        ({"tab": "contacts"}, {"A3", "A4", "A5"}),
        ({"tab": "contacts", "category": "secondary_contact"}, set()),
        ({"tab": "duties", "kind": "test", "q": "a3"}, {"A3"}),
    ],
)
def test_filters(filled: None, sign_in: SignIn, as_web: None, query: dict[str, str], found: set[str]) -> None:
    assert names(with_purpose(sign_in("duty_officer", "C")), **query) == found


@pytest.mark.parametrize("tab", ["cases", "contacts", "duties", "nonsense"])
@pytest.mark.parametrize(
    "query", ["", "&sort=area_id&dir=desc", "&sort=drop table&page=99999999", "&page=-1&q=x"]
)
def test_whatever_a_link_says_a_page_comes(
    filled: None, sign_in: SignIn, as_web: None, tab: str, query: str
) -> None:
    client = with_purpose(sign_in("duty_officer", "C"))
    assert client.get(f"{LIST}?as_of={AS_OF}&tab={tab}{query}").status_code == 200


def test_every_name_shown_is_noted(filled: None, sign_in: SignIn, as_web: None) -> None:
    client = with_purpose(sign_in("duty_officer", "C"))
    client.get(f"{LIST}?as_of={AS_OF}&tab=cases&q=b1")
    noted = AuditRead.objects.filter(person_id="trial:B1")
    assert [(entry.purpose, entry.outbreak) for entry in noted] == [("investigation", "trial")]


def test_formulas_in_a_file_are_text(filled: None, sign_in: SignIn, as_web: None) -> None:
    client = with_purpose(sign_in("duty_officer", "C"))
    response = client.get("/o/trial/line-list.csv", {"as_of": AS_OF, "tab": "contacts"})
    table = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert table[1][0].startswith("'=Name")


def test_a_spreadsheet_holds_the_same_rows(filled: None, sign_in: SignIn, as_web: None) -> None:
    from python_calamine import CalamineWorkbook

    client = with_purpose(sign_in("duty_officer", "C"))
    body = client.get("/o/trial/line-list.xlsx", {"as_of": AS_OF, "tab": "contacts"}).content
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    assert {row[0] for row in sheet[1:]} == {"=Name A3", "=Name A4", "=Name A5"}


def test_no_other_format(tree: None, sign_in: SignIn, as_web: None) -> None:
    assert with_purpose(sign_in("duty_officer", "C")).get("/o/trial/line-list.exe").status_code == 404


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_marked(value: str) -> None:
    assert neutral(value) == f"'{value}"


def test_a_post_exports_its_own_area_only(filled: None, sign_in: SignIn, as_web: None) -> None:
    assert names(with_purpose(sign_in("duty_officer", "B")), tab="cases", q="name") == {"B1"}
