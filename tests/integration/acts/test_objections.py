"""Objections over the pages' addresses: by whom, about what, what follows when they are decided, and what does not
before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from django.test import TestCase

from lastcase.ops.accounts.actor import command_line
from lastcase.ops.accounts.powers import POWERS_OF
from lastcase.ops.records import actions, queries
from lastcase.ops.records.actions.objections import POWER_OF_OBJECTIONS
from lastcase.ops.records.models import ANSWER_MODELS, FACTS, AuditWrite, Revision, Touched
from lastcase.ops.records.refresh import check_drift
from tests.integration.acts.conftest import Post, as_owner, world
from tests.integration.acts.world import CANDIDATE, CASE, HELD, NEIGHBOUR, ago
from tests.integration.web.world import rows
from tests.kept import kept

pytestmark = pytest.mark.usefixtures("hall")
KINDS = ("duty_officer", "investigator", "data_clerk", "cell_worker", "administrator")
URL = f"/o/trial/investigation/{CASE}"
PLACE, START, END = "trial:hall", ago(50), ago(47)


@kept(on=world)
def hall() -> None:
    """The case and the neighbour checked in at a hall at the same hours."""
    visit = {"place_id": PLACE, "start_at": START, "end_at": END, "visit_source": "check_in"}
    frames = {
        "places": rows(
            "places", {"place_id": PLACE, "name": "Mah-jong hall", "setting": "leisure", "area_id": "A"}
        ),
        "visits": rows("visits", {"person_id": CASE, **visit}, {"person_id": NEIGHBOUR, **visit}),
    }
    with TestCase.captureOnCommitCallbacks(execute=True):
        actions.record_facts("trial", frames, by=command_line(), feed="test")


def standing(table: str = "objections", **which: Any) -> list[dict[str, Any]]:
    with as_owner():
        return list(FACTS[table].objects.filter(retired_at=None, **which).order_by("id").values())


def disputed(**more: Any) -> dict[str, Any]:
    return {
        "person_id": CASE,
        "place_id": PLACE,
        "start_at": START.isoformat(),
        "raised_by": "relative",
        "statement": "My brother used the phone",
        **more,
    }


def about(subject: str, person: str = CANDIDATE, **more: Any) -> dict[str, Any]:
    return {
        "person_id": person,
        "subject": subject,
        "raised_by": "person",
        "statement": "I was at work",
        **more,
    }


def decided(decision: str = "upheld", **more: Any) -> dict[str, Any]:
    (row,) = standing(decided_at=None)
    return {"objection_id": row["objection_id"], "decision": decision, "note": "The till shows it", **more}


def met() -> list[str]:
    with as_owner():
        frame = queries.load_answers("trial").exposures
    return frame.filter(pl.col("exposure_source") == "visit")["person_id"].to_list()


def order_of(person: str) -> str:
    with as_owner():
        orders = queries.load_answers("trial").orders.filter(pl.col("person_id") == person)
    row = orders.row(0, named=True)
    return f"order|{row['rule']}|{row['episode']}|{row['edition']}"


def answers() -> dict[str, list[Any]]:
    with as_owner():
        return {
            name: sorted(model.objects.values_list("pk", "revision")) for name, model in ANSWER_MODELS.items()
        }


def test_an_objection_alters_no_answer_and_queues_nothing(post: Post, signed) -> None:
    before = answers()
    assert signed(post("investigator", "A"), "dispute-visit", **disputed()).status_code == 302
    (row,) = standing()
    assert (row["about"], row["raised_by"], row["decided_at"]) == ("visit", "relative", None)
    assert met() == [NEIGHBOUR]
    assert answers() == before
    with as_owner():
        assert not Touched.objects.exists()
        revision = Revision.objects.get(outbreak__name="trial")
        assert revision.number == revision.derived_number
        assert check_drift("trial") == {}
        assert AuditWrite.objects.order_by("-id")[0].action == "raise_objection"


def test_an_upheld_objection_withdraws_the_visit_in_the_same_act(post: Post, signed) -> None:
    client = post("investigator", "C")
    signed(client, "dispute-visit", **disputed())
    assert signed(client, "decide-objection", **decided()).status_code == 302
    (row,) = standing()
    assert (row["decision"], row["note"], row["statement"]) == (
        "upheld",
        "The till shows it",
        "My brother used the phone",
    )
    assert row["decided_by"] == "Reader (Investigator)"
    assert [visit["person_id"] for visit in standing("visits")] == [NEIGHBOUR]
    assert met() == []
    key = {name: disputed()[name] for name in ("person_id", "place_id", "start_at")}
    refused = signed(client, "restore-visit", **key)
    assert refused.status_code == 422
    assert "an objection was upheld" in refused.content.decode()
    page = client.get(URL).content.decode()
    assert "The till shows it" in page
    assert "acts/restore-visit" not in page


def test_a_rejected_objection_leaves_the_visit_and_keeps_the_reason(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "dispute-visit", **disputed())
    assert signed(client, "decide-objection", **decided("rejected")).status_code == 302
    assert len(standing("visits", person_id=CASE)) == 1
    page = client.get(URL).content.decode()
    assert "The till shows it" in page
    assert "Rejected" in page
    assert signed(client, "dispute-visit", **disputed()).status_code == 302  # with something new to say


def test_an_objection_is_taken_back_and_decided_once(post: Post, signed) -> None:
    client = post("data_clerk", "A")
    signed(client, "dispute-visit", **disputed())
    values = decided()
    taken = {"objection_id": values["objection_id"], "note": "It was me after all"}
    assert signed(client, "take-back-objection", **taken).status_code == 302
    assert standing()[0]["decision"] == "taken_back"
    officer = post("duty_officer", "A")
    assert signed(officer, "decide-objection", **values).status_code == 422
    assert signed(client, "take-back-objection", **taken).status_code == 422
    assert len(standing("visits", person_id=CASE)) == 1


def test_a_disputed_visit_is_not_withdrawn_beside_the_objection(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "dispute-visit", **disputed())
    key = {name: disputed()[name] for name in ("person_id", "place_id", "start_at")}
    refused = signed(client, "withdraw-visit", **key, reason="wrong")
    assert refused.status_code == 422
    assert "This visit is disputed" in refused.content.decode()
    assert len(standing("visits", person_id=CASE)) == 1


def test_an_objection_follows_its_visit_through_a_correction(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "dispute-visit", **disputed())
    times = [(ago(hours) + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M") for hours in (49, 47)]
    changed = {
        "person_id": CASE, "place_id": PLACE, "was_start_at": START.isoformat(),
        "start_at": times[0], "end_at": times[1], "reason": "Came later",
    }  # fmt: skip
    assert signed(client, "correct-visit", **changed).status_code == 302
    (visit,) = standing("visits", person_id=CASE)
    (row,) = standing()
    assert row["start_at"] == visit["start_at"] != START
    assert row["statement"] == disputed()["statement"]
    assert signed(client, "decide-objection", **decided()).status_code == 302
    assert standing("visits", person_id=CASE) == []


def test_upheld_about_a_visit_that_is_gone_closes_it(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "dispute-visit", **disputed())
    with as_owner():
        key = rows("visits", {"person_id": CASE, "place_id": PLACE, "start_at": START})
        actions.retire_facts(
            "trial",
            {"visits": key.select("person_id", "place_id", "start_at")},
            by=command_line(),
            reason="r",
        )
    assert signed(client, "decide-objection", **decided()).status_code == 302
    assert standing()[0]["decision"] == "upheld"


def test_an_upheld_objection_rules_an_exposure_out(post: Post, signed) -> None:
    client = post("investigator", "A")
    assert signed(client, "object", **about(f"contact|{CASE}")).status_code == 302
    assert standing()[0]["case_person_id"] == CASE
    assert standing("judgements") == []
    assert signed(client, "decide-objection", **decided()).status_code == 302
    (judged,) = standing("judgements")
    assert (judged["judgement"], judged["reason"]) == ("ruled_out", "The till shows it")


def test_an_upheld_objection_to_an_order_takes_who_signs_and_releases(post: Post, signed) -> None:
    subject = order_of(HELD)
    assert signed(post("investigator", "A"), "object", **about(subject, HELD)).status_code == 302
    assert f"order|{standing()[0]['order_key']}" == subject
    refused = signed(post("investigator", "A"), "decide-objection", **decided())
    assert refused.status_code == 422
    assert "a post that signs releases" in refused.content.decode()
    assert standing(decided_at=None)
    assert signed(post("duty_officer", "A"), "decide-objection", **decided()).status_code == 302
    (decision,) = standing("decisions")
    assert (decision["decision_kind"], decision["person_id"]) == ("release_now", HELD)


def test_an_investigator_rejects_an_objection_to_an_order(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "object", **about(order_of(HELD), HELD))
    page = client.get(f"/o/trial/person/{HELD}").content.decode()
    assert 'value="rejected"' in page
    assert 'value="upheld"' not in page
    assert signed(client, "decide-objection", **decided("rejected")).status_code == 302
    assert standing("decisions") == []


@pytest.mark.parametrize(
    ("act", "values", "said"),
    [
        ("dispute-visit", disputed(statement="   "), "This field is required"),
        ("dispute-visit", disputed(raised_by="nobody"), "Select a valid choice"),
        ("dispute-visit", disputed(start_at=ago(51).isoformat()), "No such visit"),
        ("dispute-visit", disputed(start_at="yesterday"), "This is no instant"),
        ("object", about("contact|trial:A0"), "No exposure"),
        ("object", about("order|none|1|none"), "No such order"),
        ("object", about("spaceship|1"), "Choose what is disputed"),
        ("object", about(""), "This field is required"),
        ("decide-objection", {"objection_id": "x", "decision": "upheld", "note": "n"}, "No such objection"),
        (
            "decide-objection",
            {"objection_id": "x", "decision": "taken_back", "note": "n"},
            "Select a valid choice",
        ),
        ("take-back-objection", {"objection_id": "x", "note": " "}, "This field is required"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    post: Post, signed, act: str, values: dict[str, Any], said: str
) -> None:
    response = signed(post("duty_officer", "A"), act, **values)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert standing() == []


def test_one_thing_is_disputed_once_at_a_time(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "dispute-visit", **disputed())
    again = signed(client, "dispute-visit", **disputed(raised_by="person"))
    assert again.status_code == 422
    assert "open already" in again.content.decode()
    assert signed(client, "object", **about(f"contact|{CASE}")).status_code == 302
    assert len(standing()) == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("area", ["A", "B"])
def test_who_may_does_so_in_the_own_area_only(post: Post, signed, kind: str, area: str) -> None:
    def status(act: str) -> int:
        return (302 if area == "A" else 404) if POWER_OF_OBJECTIONS[act] in POWERS_OF[kind] else 403

    assert signed(post(kind, area), "dispute-visit", **disputed()).status_code == status("raise_objection")
    contact = about(f"contact|{CASE}")
    assert signed(post(kind, area), "object", **contact).status_code == status("raise_objection")
    if not standing():
        officer = post("duty_officer", "C")
        signed(officer, "dispute-visit", **disputed())
        signed(officer, "object", **contact)
    first, second = (
        {"objection_id": row["objection_id"], "decision": "upheld", "note": "n"} for row in standing()
    )
    assert signed(post(kind, area), "decide-objection", **first).status_code == status("decide_objection")
    taken = signed(post(kind, area), "take-back-objection", **second)
    assert taken.status_code == status("take_back_objection")
    expected = {status("decide_objection") == 302, status("take_back_objection") == 302}
    assert {row["decided_at"] is not None for row in standing()} == expected


def test_a_disputed_visit_is_marked_with_its_age_and_counts_as_before(
    post: Post, signed, django_capture_on_commit_callbacks: Any
) -> None:
    raised = {"objection_id": "o1", "about": "visit", "raised_at": ago(75), "start_at": START}
    with as_owner(), django_capture_on_commit_callbacks(execute=True):
        row = {**disputed(), **raised}
        actions.record_facts("trial", {"objections": rows("objections", row)}, by=command_line(), feed="test")
    page = post("investigator", "A").get(f"{URL}?visit=1").content.decode()
    assert "open for 3 days" in page
    assert "My brother used the phone" in page
    assert 'class="disputed"' in page
    assert "counts until" in page
    assert "acts/dispute-visit" not in page
    assert "acts/decide-objection" in page
    worker = post("cell_worker", "A").get(URL).content.decode()
    assert "open for 3 days" in worker
    assert "acts/decide-objection" not in worker
    clerk = post("data_clerk", "A").get(URL).content.decode()
    assert "acts/take-back-objection" in clerk
    assert "acts/decide-objection" not in clerk
    assert (
        "My brother used the phone"
        not in post("investigator", "A").get(f"{URL}?as_of={_local(ago(80))}").content.decode()
    )


def test_the_page_of_the_person_lists_objections_and_offers_to_raise_one(post: Post, signed) -> None:
    client = post("investigator", "A")
    page = client.get(f"/o/trial/person/{CANDIDATE}").content.decode()
    assert "acts/object" in page
    assert f'value="contact|{CASE}"' in page
    signed(client, "object", **about(f"contact|{CASE}"))
    page = client.get(f"/o/trial/person/{CANDIDATE}").content.decode()
    assert "I was at work" in page
    assert f'value="contact|{CASE}"' not in page
    assert "acts/decide-objection" in page
    past = client.get(f"/o/trial/person/{CANDIDATE}?as_of={_local(ago(1))}").content.decode()
    assert "I was at work" not in past.split("History:")[0]
    assert "I was at work" not in client.get(f"/o/trial/person/{CASE}").content.decode().split("History:")[0]


def test_a_clerk_imports_no_decision(post: Post) -> None:
    """A list of objections may say that they are decided: to write it takes whoever may decide."""
    from lastcase.ops.records.errors import NotPermitted
    from tests.integration.records.world import post as at_post

    row = {**disputed(), "objection_id": "o", "about": "visit", "raised_at": ago(1), "start_at": START}
    with as_owner(), pytest.raises(NotPermitted):
        actions.record_facts(
            "trial", {"objections": rows("objections", row)}, by=at_post("A", "data_clerk"), feed="test"
        )


def _local(instant: datetime) -> str:
    return (instant + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")
