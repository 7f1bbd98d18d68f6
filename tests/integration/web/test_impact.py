"""From a copy over its impact to its adoption, on the pages, as the posts may."""

from __future__ import annotations

import re
import time

import pytest
from django.test import Client

from lastcase.ops.records.models import Adoption, AuditRead, EditionDraft
from lastcase.ops.records.queries import load_answers
from lastcase.web.impact import jobs
from tests.integration.web.conftest import SignIn
from tests.integration.web.world import fill, with_purpose

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 60.0
AT = "2022-07-20T12:00"


@pytest.fixture
def officer(tree: None, sign_in: SignIn) -> Client:
    fill()
    return with_purpose(sign_in("duty_officer"))


def copied(client: Client, name: str = "own-9") -> str:
    client.post("/protocol/cn-covid-9/copy", {"edition_id": name, "note": "for a test"})
    return f"/protocol/{name}/draft"


def saved(client: Client, page: str, old: str, new: str):
    last = EditionDraft.objects.order_by("-number").first()
    assert old in last.text
    text = last.text.replace(old, new, 1)
    return client.post(page, {"text": text, "number": last.number, "note": "changed"}, follow=True)


def finish(client: Client, page: str) -> str:
    until = time.monotonic() + PATIENCE_S
    while client.get(f"{page}status").headers.get("HX-Redirect") is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    return client.get(page, follow=True).content.decode()


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def tried(client: Client, edition: str = "own-9") -> str:
    asked = client.post("/o/trial/impact/", {"edition": edition, "effective_at": AT})
    assert asked.status_code == 302, asked.content.decode()
    return asked.headers["Location"]


def test_a_fault_stands_beside_its_line(officer: Client) -> None:
    page = copied(officer)
    told = saved(officer, page, "length_days = 7", "length_days = 0").content.decode()
    number = EditionDraft.objects.get(number=2).text.splitlines().index("length_days = 0") + 1
    assert f'data-line="{number}"' in told
    assert "It has faults" in told
    assert '<option value="own-9"' not in officer.get("/o/trial/impact/").content.decode()
    refused = officer.post("/o/trial/adopt", {"edition": "own-9", "effective_at": AT, "reason": "no"})
    assert refused.status_code == 422
    assert not Adoption.objects.filter(edition_id="own-9").exists()
    shown = plain(officer.get("/protocol/own-9/history").content.decode())
    assert "gone: length_days = 7" in shown
    assert "new: length_days = 0" in shown


def test_a_text_saved_over_anothers_is_not_lost(officer: Client) -> None:
    page = copied(officer)
    saved(officer, page, "length_days = 7", "length_days = 9")
    stale = officer.post(page, {"text": "mine", "number": 1, "note": ""})
    assert stale.status_code == 409
    assert "mine</textarea>" in stale.content.decode()


def test_the_impact_names_who_moves_and_why(officer: Client) -> None:
    saved(officer, copied(officer), "length_days = 7", "length_days = 9")
    page = tried(officer)
    shown = finish(officer, page)
    assert "Name A3" in shown
    assert "7 days → 9 days" in shown
    assert "+2" in plain(shown)
    assert AuditRead.objects.filter(person_id="trial:A3").exists()
    for tab in jobs.FRAMES:
        assert officer.get(page, {"tab": tab, "past": "yes"}).status_code == 200
    none = officer.get(page, {"change": "recalled"}).content.decode()
    assert "Nothing changes here" in none
    assert not Adoption.objects.filter(edition_id="own-9").exists()


def test_it_shows_where_it_is_and_belongs_to_its_session(
    officer: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "WAIT_S", 0.0)
    copied(officer)
    page = tried(officer)
    first = officer.get(page).content.decode()
    assert 'hx-trigger="every 1s"' in first or "By category" in first or "Nothing changes" in first
    assert with_purpose(sign_in("duty_officer")).get(page).status_code == 404
    finish(officer, page)
    job = jobs.look(officer.session, page.rstrip("/").rsplit("/", 1)[1])
    jobs._note(jobs.replace(job, state="running"))
    monkeypatch.setattr(jobs, "PROCESS", "the next server")
    assert "It broke off" in officer.get(page).content.decode()


def test_a_post_is_shown_its_own_persons_only(officer: Client, sign_in: SignIn) -> None:
    saved(officer, copied(officer), "length_days = 7", "length_days = 9")
    birch = with_purpose(sign_in("duty_officer", "B"))
    shown = finish(birch, tried(birch))
    assert "Name A3" not in shown
    assert (
        birch.post("/o/trial/adopt", {"edition": "own-9", "effective_at": AT, "reason": "no"}).status_code
        == 403
    )


def test_adopting_puts_it_in_force_at_once(officer: Client) -> None:
    page = copied(officer)
    saved(officer, page, "length_days = 7", "length_days = 9")
    signed = officer.post(
        "/o/trial/adopt", {"edition": "own-9", "effective_at": AT, "reason": "slower spread"}
    )
    assert signed.status_code == 302
    shown = finish(officer, signed.headers["Location"])
    assert "The edition is in force" in shown
    assert "slower spread" in shown
    assert set(load_answers("trial").orders.filter(person_id="trial:A3")["edition"]) == {"own-9"}
    assert "own-9" in officer.get("/o/trial/board/?as_of=2022-07-21T12:00").content.decode()
    assert officer.get("/protocol/own-9").status_code == 200
    again = officer.post("/o/trial/adopt", {"edition": "own-9", "effective_at": AT, "reason": "twice"})
    assert again.status_code == 422
    assert "takes effect at this instant" in again.content.decode()
    closed = saved(officer, page, "length_days = 9", "length_days = 8").content.decode()
    assert "stays as it was signed" in closed
