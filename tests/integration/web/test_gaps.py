"""The gaps on the page: what a link asks for, whom a post is shown, files, and acts on many with their undo."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client

from lastcase.ops.records.models import FACTS, AuditRead, Batch
from tests.integration.web.conftest import SignIn
from tests.integration.web.world import AS_OF, with_purpose

GAPS = "/o/trial/gaps/"


@pytest.fixture
def officer(filled: None, sign_in: SignIn, as_web: None) -> Client:
    return with_purpose(sign_in("duty_officer", "C"))


def names(client: Client, **query: str) -> set[str]:
    response = client.get("/o/trial/gaps.csv", {"as_of": AS_OF, **query})
    assert response.status_code == 200
    table = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    return {row[0].rsplit(" ", 1)[-1] for row in table[1:]}


def test_the_list_names_who_is_missing_and_notes_the_read(officer: Client) -> None:
    page = officer.get(GAPS, {"as_of": AS_OF})
    assert page.status_code == 200
    shown = {
        name.rsplit(" ", 1)[-1]
        for name in re.findall(r"<th scope=\"row\".*?>([^<>]+)</a></th>", page.content.decode())
    }
    assert shown == names(officer)
    assert {"A3", "A4", "A5"} <= shown
    assert AuditRead.objects.filter(person_id="trial:A3").exists()


def test_a_county_sees_its_own_gaps_only(officer: Client, sign_in: SignIn) -> None:
    birch = with_purpose(sign_in("duty_officer", "B"))
    assert names(birch) <= {"B1", "B2"}
    assert names(birch)
    assert birch.get(GAPS, {"area": "A"}).status_code == 404
    assert names(officer, area="B") == names(birch)


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense&page=99999999",
        "after=x&page=-1",
        "hour=never&post=x&q=%25' OR 1=1",
        "area=none",
        "kind=test&alls=test",
    ],
)
def test_whatever_a_link_says_a_page_comes(officer: Client, query: str) -> None:
    for path in (GAPS, "/o/trial/gaps/groups/", "/o/trial/gaps/print/"):
        assert officer.get(f"{path}?as_of={AS_OF}&{query}").status_code in (200, 404)


@pytest.mark.parametrize("tier", ["", "county", "cell", "nonsense"])
def test_groups_come_by_every_tier(officer: Client, tier: str) -> None:
    page = officer.get("/o/trial/gaps/groups/", {"as_of": AS_OF, "tier": tier})
    assert page.status_code == 200
    assert ("Alder" in page.content.decode()) == (tier != "cell")


def test_all_that_match_are_postponed_after_the_count_and_undone(officer: Client) -> None:
    query = "alls=test&q=A3"
    asked = officer.post("/o/trial/gaps/postpone", {"which": "filter", "query": query})
    assert asked.status_code == 200
    n_asked = int(re.search(r"<b>(\d+)</b> dut", asked.content.decode()).group(1))  # type: ignore[union-attr]
    assert n_asked > 0
    form = {
        "which": "filter",
        "query": query,
        "signed": "1",
        "until_at": "2022-07-22T09:00",
        "reason": "No swabs",
    }
    signed = officer.post("/o/trial/gaps/postpone", form)
    assert signed.status_code == 302
    assert "alls=test&q=A3" in signed.headers["Location"]
    batch = Batch.objects.get()
    assert batch.n_duties == n_asked == FACTS["postponements"].objects.filter(retired_at=None).count()
    officer.post("/o/trial/gaps/undo", {"batch_id": batch.id})
    assert FACTS["postponements"].objects.filter(retired_at=None).count() == 0


def test_a_form_without_a_reason_says_so(officer: Client) -> None:
    form = {
        "which": "filter",
        "query": "alls=test",
        "signed": "1",
        "until_at": "2022-07-22T09:00",
        "reason": " ",
    }
    page = officer.post("/o/trial/gaps/postpone", form)
    assert page.status_code == 422
    assert "required" in page.content.decode()
    assert not Batch.objects.exists()
