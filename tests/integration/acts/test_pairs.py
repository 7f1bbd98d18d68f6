"""The page of pairs and entering by hand, as posts use them: under the role of the web, over the addresses."""

from __future__ import annotations

from datetime import date
from time import perf_counter

import pytest

from lastcase.ops.records.models import FACTS, AuditRead
from tests.integration.acts.conftest import Post, as_owner
from tests.integration.acts.world import ago
from tests.integration.web.world import rows

pytestmark = pytest.mark.usefixtures("world")
NANA = {
    "name": "欧阳娜娜", "phone": "13800138000", "birth_on": date(2000, 6, 15), "sex": "female",
    "residence_area_id": "A", "present_area_id": "A",
}  # fmt: skip


@pytest.fixture
def twice(world: None) -> None:
    """One person entered twice in county A."""
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import actions

    second = {**NANA, "name": "Ouyang Nana"}
    people = rows("persons", {"person_id": "trial:n1", **NANA}, {"person_id": "trial:n2", **second})
    case = {
        "person_id": "trial:n1",
        "episode": 1,
        "case_status": "suspected",
        "area_id": "A",
        "found_at": ago(20),
    }
    actions.record_facts(
        "trial", {"persons": people, "cases": rows("cases", case)}, by=command_line(), feed="test"
    )


def merged() -> dict[str, str]:
    with as_owner():
        found = FACTS["persons"].objects.filter(retired_at=None, merged_into_id__isnull=False)
        return dict(found.values_list("person_id", "merged_into_id"))


PAIR = {"left_id": "trial:n1", "right_id": "trial:n2", "reason": "one passport"}


def test_the_page_lists_the_pair_and_notes_who_was_shown(twice: None, post: Post) -> None:
    text = post("investigator", "A").get("/o/trial/duplicates/").content.decode()
    assert "欧阳娜娜" in text
    assert "Ouyang Nana" in text
    assert "sounds the same (pinyin)" in text
    assert "&lt;" not in text
    with as_owner():
        assert set(AuditRead.objects.values_list("person_id", flat=True)) >= {"trial:n1", "trial:n2"}


def test_another_county_sees_no_pair_and_signs_nothing(twice: None, post: Post, signed) -> None:
    other = post("investigator", "B")
    assert "No pair waits" in other.get("/o/trial/duplicates/").content.decode()
    assert signed(other, "merge", into_id="trial:n1", **PAIR).status_code == 404
    assert merged() == {}


def test_a_pair_is_merged_shown_on_the_person_and_taken_back(twice: None, post: Post, signed) -> None:
    who = post("investigator", "A")
    assert signed(who, "merge", into_id="trial:n1", **PAIR).status_code == 302
    assert merged() == {"trial:n2": "trial:n1"}
    assert "No pair waits" in who.get("/o/trial/duplicates/").content.decode()
    page = who.get("/o/trial/person/trial:n1").content.decode()
    assert "Merged from" in page
    assert "trial:n2" in page
    assert signed(who, "unmerge", person_ids="trial:n2", reason="two passports").status_code == 302
    assert merged() == {}
    assert "Ouyang Nana" in who.get("/o/trial/duplicates/").content.decode()


def test_a_pair_told_apart_is_not_listed_again(twice: None, post: Post, signed) -> None:
    who = post("investigator", "A")
    assert signed(who, "apart", **PAIR).status_code == 302
    text = who.get("/o/trial/duplicates/").content.decode()
    assert "No pair waits" in text
    assert "Told apart" in text
    assert signed(who, "withdraw-apart", **PAIR).status_code == 302
    assert "Perhaps one person" in who.get("/o/trial/duplicates/").content.decode()


def test_all_pairs_above_a_score_are_accepted_and_undone_together(twice: None, post: Post, signed) -> None:
    who = post("investigator", "A")
    assert signed(who, "merge-bulk", at_least="99", reason="checked the list").status_code == 302
    assert merged() == {"trial:n2": "trial:n1"}
    assert "checked the list" in who.get("/o/trial/duplicates/").content.decode()
    assert signed(who, "unmerge", person_ids="trial:n2", reason="undo").status_code == 302
    assert merged() == {}


def test_a_merge_without_a_reason_is_refused_beside_its_field(twice: None, post: Post, signed) -> None:
    answer = signed(post("investigator", "A"), "merge", into_id="trial:n1", **{**PAIR, "reason": " "})
    assert answer.status_code == 422
    assert merged() == {}


ENTRY = {"entry": "11111111-1111-4111-8111-111111111111", "name": "王芳", "residence_area_id": "A"}


def test_a_person_with_a_case_is_recorded_once_however_often_it_is_sent(post: Post) -> None:
    clerk = post("data_clerk", "A")
    sent = {**ENTRY, "case_status": "suspected", "found_at": "2022-07-20T10:00"}
    for _ in range(2):
        answer = clerk.post("/o/trial/record/", sent)
        assert answer.status_code == 302
    with as_owner():
        assert FACTS["persons"].objects.filter(name="王芳").count() == 1
        cases = FACTS["cases"].objects.filter(person_id="trial:111111111111")
        assert list(cases.values_list("case_status", "area_id")) == [("suspected", "A")]
    assert "王芳" in clerk.get(answer.headers["Location"]).content.decode()
    assert "王芳" in clerk.get("/o/trial/line-list/?tab=persons&q=wang+fang").content.decode()


def test_nothing_and_nowhere_are_refused(post: Post) -> None:
    clerk = post("data_clerk", "A")
    assert clerk.post("/o/trial/record/", {**ENTRY, "name": ""}).status_code == 422
    assert clerk.post("/o/trial/record/", {**ENTRY, "residence_area_id": "B"}).status_code == 422


def test_likely_same_persons_are_shown_while_typing_within_the_post(twice: None, post: Post) -> None:
    clerk = post("data_clerk", "A")
    clerk.post("/o/trial/record/suggest", {"name": "o"})
    began = perf_counter()
    text = clerk.post("/o/trial/record/suggest", {"name": "欧阳", "phone": "138 0013 8000"}).content.decode()
    assert perf_counter() - began < 3
    assert "trial:n1" in text
    assert "same telephone" in text
    other = post("data_clerk", "B").post("/o/trial/record/suggest", {"name": "欧阳"}).content.decode()
    assert "trial:n1" not in other


def test_a_case_goes_to_a_person_on_record_unless_there_is_one(twice: None, post: Post) -> None:
    clerk = post("data_clerk", "A")
    sent = {**ENTRY, "case_status": "suspected", "known_id": "trial:n2"}
    assert clerk.post("/o/trial/record/", sent).status_code == 302
    assert clerk.post("/o/trial/record/", sent).status_code == 422
    with as_owner():
        assert FACTS["cases"].objects.filter(person_id="trial:n2").count() == 1
        assert not FACTS["persons"].objects.filter(name="王芳").exists()
