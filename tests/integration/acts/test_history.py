"""The history of a person: every fact and act about them, who recorded it, and what became of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from tests.integration.acts.conftest import Post, as_owner
from tests.integration.acts.test_effects import JUDGED_CLOSE
from tests.integration.acts.world import CANDIDATE, CASE, HELD, NEIGHBOUR

pytestmark = pytest.mark.usefixtures("world")


def history(client: Client, person_id: str, query: str = "") -> list[str]:
    """The versions as they are read, newest first."""
    response = client.get(f"/o/trial/person/{person_id}{query}")
    assert response.status_code == 200
    listed = re.search(r'<ol class="versions">(.*?)</ol>', response.content.decode(), re.S)
    assert listed is not None
    items = re.findall(r"<li>(.*?)</li>", listed.group(1), re.S)
    return [re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", item))).strip() for item in items]


def test_a_judgement_stands_in_the_history_of_both_persons(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "judge", **JUDGED_CLOSE)
    for person_id, other in ((CANDIDATE, "Case trial:A1"), (CASE, "Exposed person trial:A3")):
        newest = history(client, person_id)[0]
        assert newest.startswith("Judgements · first recorded")
        assert other in newest
        assert "act · Reader" in newest
        assert "Judged by Reader (Investigator)" in newest
        assert "Sat near" in newest


def test_a_judgement_changed_says_what_it_was(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "judge", **JUDGED_CLOSE)
    signed(client, "judge", **{**JUDGED_CLOSE, "judgement": "ruled_out", "reason": "Wrong person"})
    newest, before = history(client, CANDIDATE)[:2]
    assert "corrected" in newest
    assert "Close contact → Ruled out" in newest
    assert "replaced" in before


def test_a_hand_over_and_its_receipt_are_two_versions(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "hand-over", person_id=HELD, to_area_id="B")
    newest = history(client, HELD)[0]
    assert newest.startswith("Transfers and hand-overs · first recorded")
    assert "To area Birch" in newest


def test_a_decision_withdrawn_says_by_whom_and_why(post: Post, signed) -> None:
    from lastcase.ops.records.models import FACTS

    client = post("duty_officer", "A")
    signed(client, "exempt", person_id=HELD, duty_kind="test", reason="Dialysis")
    assert history(client, HELD)[0].startswith("Decisions · first recorded")
    with as_owner():
        decision = FACTS["decisions"].objects.get(person_id=HELD)
    signed(client, "withdraw", decision_id=decision.decision_id, reason="Signed for the wrong person")
    newest = history(client, HELD)[0]
    assert re.search(r"withdrawn \d.* Reader \(Duty officer\): Signed for the wrong person", newest)
    assert "replaced" not in newest
    assert "About Test" in newest


def test_a_group_stands_in_the_history_of_its_case_in_chinese(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "group", case_person_id=CASE, description="Bus 12", n_exposed=30, setting="transport")
    client.cookies["lastcase_language"] = "zh-hans"
    newest = history(client, CASE)[0]
    assert newest.startswith("未具名暴露人群 · 首次记录")
    assert "交通工具" in newest
    assert "Transport" not in newest


def test_what_is_recorded_later_is_not_known_yet(post: Post, signed) -> None:
    client = post("investigator", "A")
    before = history(client, CANDIDATE)
    known = datetime.now(UTC)
    signed(client, "judge", **JUDGED_CLOSE)
    local = (known + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.%f")
    assert history(client, CANDIDATE, f"?known_at={local}") == before


def test_a_post_elsewhere_reads_only_what_it_is_shown(post: Post, signed) -> None:
    signed(post("investigator", "A"), "judge", **JUDGED_CLOSE)
    told = " ".join(history(post("investigator", "B"), NEIGHBOUR))
    assert "Named contacts" in told
    assert CANDIDATE not in told
    assert post("investigator", "B").get(f"/o/trial/person/{CANDIDATE}").status_code == 404
