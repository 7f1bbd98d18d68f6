"""What posts sign changes the answers at once: each act by its form, and what follows from it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from lastcase.ops.records import queries
from lastcase.ops.records.models import FACTS, AuditWrite
from tests.integration.acts.conftest import Post, as_owner
from tests.integration.acts.world import CANDIDATE, CASE, HELD, NEIGHBOUR, POSITIVE, ago

pytestmark = pytest.mark.usefixtures("world")
JUDGED_CLOSE = {
    "case_person_id": CASE,
    "person_id": CANDIDATE,
    "judgement": "close_contact",
    "reason": "Sat near",
}


def answers(name: str, person_id: str) -> list[dict[str, Any]]:
    with as_owner():
        frame = getattr(queries.load_answers("trial"), name)
    return frame.filter(pl.col("person_id") == person_id).to_dicts()


def kinds(person_id: str) -> set[str]:
    """Kinds of duties that have not ended by now."""
    duties = answers("duties", person_id)
    return {duty["kind"] for duty in duties if duty["closed_at"] is None or duty["closed_at"] > ago(0)}


def last_audit() -> AuditWrite:
    with as_owner():
        return AuditWrite.objects.order_by("-id")[0]


def test_a_candidate_judged_close_owes_duties(post: Post, signed) -> None:
    client = post("investigator", "A")
    assert kinds(CANDIDATE) == set()
    response = signed(client, "judge", **JUDGED_CLOSE, next=f"/o/trial/person/{CANDIDATE}")
    assert (response.status_code, response.headers["Location"]) == (302, f"/o/trial/person/{CANDIDATE}")
    assert {"test", "quarantine", "transfer", "monitor"} <= {d["kind"] for d in answers("duties", CANDIDATE)}
    page = client.get(f"/o/trial/person/{CANDIDATE}").content.decode()
    assert "The judgement is signed" in page
    assert "Close contact" in page


def test_a_judgement_is_kept_with_who_why_and_in_the_audit(post: Post, signed) -> None:
    signed(post("investigator", "A"), "judge", **JUDGED_CLOSE)
    with as_owner():
        row = FACTS["judgements"].objects.get(person_id=CANDIDATE, retired_at=None)
    assert (row.reason, row.judged_by) == ("Sat near", "Reader (Investigator)")
    noted = last_audit()
    assert (noted.action, noted.counts["judgements"]["added"]) == ("judge_exposure", 1)


def test_a_judgement_may_be_judged_again(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "judge", **JUDGED_CLOSE)
    signed(client, "judge", **{**JUDGED_CLOSE, "judgement": "ruled_out", "reason": "Wrong person"})
    assert kinds(CANDIDATE) == set()
    with as_owner():
        said = FACTS["judgements"].objects.filter(person_id=CANDIDATE).order_by("recorded_at")
        assert [row.judgement for row in said] == ["close_contact", "ruled_out"]


def cap() -> Any:
    return next(order for order in answers("orders", HELD) if order["ordinal"] == 1)["cap_at"]


def test_an_extension_moves_the_latest_end_and_the_last_one_stands(post: Post, signed) -> None:
    client, before = post("duty_officer", "A"), cap()
    for days in (9, 6):
        until = ago(-days * 24)
        local = (until + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")
        assert (
            signed(client, "extend", person_id=HELD, until_at=local, reason="No swab yet").status_code == 302
        )
        assert cap() == until.replace(second=0, microsecond=0)
    assert cap() > before


def test_an_extension_withdrawn_gives_the_editions_cap_back(post: Post, signed) -> None:
    client, before = post("duty_officer", "A"), cap()
    local = (ago(-9 * 24) + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")
    signed(client, "extend", person_id=HELD, until_at=local, reason="No swab yet")
    with as_owner():
        decision = FACTS["decisions"].objects.get(decision_kind="extend_release")
    signed(client, "withdraw", decision_id=decision.decision_id, reason="Signed for the wrong person")
    assert cap() == before
    assert last_audit().details["reason"] == "Signed for the wrong person"


def test_a_release_closes_every_order(post: Post, signed) -> None:
    signed(post("duty_officer", "A"), "release", person_id=HELD, reason="Lawful end reached")
    orders = answers("orders", HELD)
    assert {order["closed_reason"] for order in orders} == {"released"}
    assert kinds(HELD) == set()


def test_an_exemption_from_a_kind_leaves_the_others(post: Post, signed) -> None:
    signed(post("duty_officer", "A"), "exempt", person_id=NEIGHBOUR, duty_kind="transfer", reason="Dialysis")
    post_b = post("duty_officer", "B")
    signed(post_b, "exempt", person_id=NEIGHBOUR, duty_kind="transfer", reason="Dialysis")
    exempt = {duty["kind"] for duty in answers("duties", NEIGHBOUR) if duty["exempt_at"] is not None}
    assert exempt == {"transfer"}


def test_a_positive_swab_is_confirmed_into_one_case(post: Post, signed) -> None:
    values = {"person_id": POSITIVE, "episode": 1, "case_status": "confirmed", "reason": "Re-test positive"}
    assert signed(post("investigator", "A"), "case-status", **values).status_code == 302
    with as_owner():
        rows = FACTS["cases"].objects.filter(person_id=POSITIVE, retired_at=None)
        assert [row.case_status for row in rows] == ["confirmed"]
        why = FACTS["decisions"].objects.get(person_id=POSITIVE)
    assert (why.decision_kind, why.subject, why.reason) == ("case_status", "confirmed", "Re-test positive")
    assert [row["case_status"] for row in answers("detections", POSITIVE)] == ["confirmed"]


def test_a_discarded_case_lets_its_contacts_go_and_comes_back_when_taken_up_again(post: Post, signed) -> None:
    client = post("investigator", "A")
    about = {"person_id": CASE, "episode": 1, "reason": "Laboratory mix-up"}
    signed(client, "case-status", **about, case_status="discarded")
    assert {order["closed_reason"] for order in answers("orders", NEIGHBOUR)} == {"discarded"}
    signed(client, "case-status", **about, case_status="confirmed")
    assert "quarantine" in kinds(NEIGHBOUR)


def test_where_found_is_overridden_and_given_back(post: Post, signed) -> None:
    client = post("duty_officer", "A")
    about = {"person_id": CASE, "episode": 1, "reason": "Found at the gate"}
    derived = answers("detections", CASE)[0]["detection"]
    for detection in ("managed_detected", ""):
        assert signed(client, "detection", **about, detection=detection).status_code == 302
        assert answers("detections", CASE)[0]["detection"] == (detection or derived)


def test_day_0_is_signed_with_its_history(post: Post, signed) -> None:
    client = post("duty_officer", "C")
    for day, reason in ((ago(240).date(), "First case"), (ago(120).date(), "Peak passed")):
        signed(client, "day0", target_set="79144", area_id="C", day0_on=day.isoformat(), reason=reason)
    page = client.get("/o/trial/board/").content.decode()
    assert "2 signatures" in page
    assert page.index("Peak passed") < page.index("First case")


def test_a_county_reads_the_citys_day_0(post: Post, signed) -> None:
    day = ago(120).date().isoformat()
    signed(
        post("duty_officer", "C"), "day0", target_set="79144", area_id="C", day0_on=day, reason="Peak passed"
    )
    assert "Peak passed" in post("cell_worker", "A").get("/o/trial/board/").content.decode()


def test_a_day_is_re_graded_once(post: Post, signed) -> None:
    client, today = post("duty_officer", "C"), (ago(0) + timedelta(hours=8)).date().isoformat()
    values = {"area_id": "C", "day_on": today, "reason": "List of 18:00"}
    assert signed(client, "regrade", **values).status_code == 302
    again = signed(client, "regrade", **values)
    assert again.status_code == 422
    assert "has been signed already" in again.content.decode()
    with as_owner():
        assert FACTS["decisions"].objects.get(decision_kind="regrade").value_on == date.fromisoformat(today)


def people_seen(client) -> str:
    return client.get("/o/trial/line-list/?tab=contacts").content.decode()


def test_the_sender_sees_the_neighbours_contact_until_the_receiver_signs(post: Post, signed) -> None:
    sender, receiver = post("investigator", "A"), post("investigator", "B")
    assert "Name B3" in people_seen(sender)
    signed(sender, "hand-over", person_id=NEIGHBOUR, to_area_id="B")
    with as_owner():
        move = FACTS["moves"].objects.get(person_id=NEIGHBOUR, retired_at=None)
    assert (move.from_area_id, move.to_area_id, move.received_at) == ("A", "B", None)
    assert "Name B3" in people_seen(sender)
    assert "Name B3" in receiver.get("/o/trial/to-decide/").content.decode()
    signed(receiver, "receive", move_id=move.move_id)
    with as_owner():
        move = FACTS["moves"].objects.get(person_id=NEIGHBOUR, retired_at=None)
    assert move.received_by == "Reader (Investigator)"
    assert "Name B3" not in people_seen(sender)
    assert sender.get(f"/o/trial/person/{NEIGHBOUR}").status_code == 404
    assert "Name B3" in people_seen(receiver)


def test_a_receiver_who_is_shown_nothing_else_of_the_person_can_sign(post: Post, signed) -> None:
    sender, receiver = post("investigator", "A"), post("investigator", "B")
    signed(sender, "hand-over", person_id=HELD, to_area_id="B")
    page = receiver.get("/o/trial/to-decide/").content.decode()
    assert "the record opens with your receipt" in page
    assert "Name A4" not in page
    with as_owner():
        move = FACTS["moves"].objects.get(person_id=HELD, retired_at=None)
    assert signed(receiver, "receive", move_id=move.move_id).status_code == 302
    assert receiver.get(f"/o/trial/person/{HELD}").status_code == 200


def test_a_hand_over_request_is_no_source_of_transfers(post: Post, signed) -> None:
    from lastcase.core.duties.coverage import covered_kinds

    signed(post("investigator", "A"), "hand-over", person_id=NEIGHBOUR, to_area_id="B")
    with as_owner():
        assert "transfer" not in covered_kinds(queries.load_facts("trial"))


def test_what_an_act_stores_equals_the_batch(post: Post, signed) -> None:
    from lastcase.ops.records.refresh import check_drift

    signed(post("investigator", "A"), "judge", **JUDGED_CLOSE)
    signed(post("duty_officer", "A"), "release", person_id=HELD, reason="Lawful end reached")
    with as_owner():
        assert check_drift("trial") == {}


BUS = {
    "case_person_id": "A1",
    "description": "Passengers of bus 12",
    "n_exposed": 30,
    "is_estimate": "on",
    "setting": "transport",
    "area_id": "A",
}


def test_a_group_recorded_by_hand_stands_on_the_board_in_both_languages(post: Post, signed) -> None:
    client = post("investigator", "A")
    empty = client.get("/o/trial/board/").content.decode()
    assert "No group is on record" in empty
    assert 'action="/o/trial/acts/group"' in empty
    assert signed(client, "group", **BUS, next="/o/trial/board/").status_code == 302
    board = client.get("/o/trial/board/").content.decode()
    assert "Passengers of bus 12" in board
    assert "about 30" in board
    assert "No group is on record" not in board
    client.cookies["lastcase_language"] = "zh-hans"
    chinese = client.get("/o/trial/board/").content.decode()
    assert "约30人" in chinese
    assert "登记未具名暴露人群" in chinese


def test_a_group_is_kept_with_who_recorded_it(post: Post, signed) -> None:
    signed(post("data_clerk", "A"), "group", **BUS)
    with as_owner():
        row = FACTS["exposed_groups"].objects.get()
    assert (row.case_person_id, row.n_exposed, row.is_estimate) == (CASE, 30, True)
    assert (row.setting, row.area_id, row.exposed_at, row.source) == ("transport", "A", None, "act")
    noted = last_audit()
    assert (noted.action, noted.counts["exposed_groups"]["added"]) == ("record_group", 1)


def test_a_group_is_offered_beside_a_case_and_not_beside_a_contact(post: Post, signed) -> None:
    client = post("data_clerk", "A")
    form = 'action="/o/trial/acts/group"'
    assert form in client.get(f"/o/trial/person/{CASE}").content.decode()
    assert form not in client.get(f"/o/trial/person/{CANDIDATE}").content.decode()


def test_who_may_not_record_is_told_who_does(post: Post) -> None:
    page = post("cell_worker", "A").get("/o/trial/board/").content.decode()
    assert "Duty officers, investigators and data clerks record them." in page
    assert "acts/group" not in page
