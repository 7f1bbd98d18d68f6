"""Who may not sign, and what may not be signed: by post, by place, and by the state of the record."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from lastcase.ops.accounts.powers import POWERS_OF
from lastcase.ops.records.actions.acts import POWER_OF_ACT
from lastcase.ops.records.models import FACTS
from lastcase.ops.records.transitions import CASE_STATUS_STEPS, JUDGEMENT_STEPS
from lastcase.web.acts.forms import FORMS
from tests.integration.acts.conftest import Post, as_owner
from tests.integration.acts.world import CANDIDATE, CASE, HELD, NEIGHBOUR, ago

pytestmark = pytest.mark.usefixtures("world")


def local(hours_ahead: float) -> str:
    return (ago(-hours_ahead) + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")


YESTERDAY = ago(24).date().isoformat()
ACTS: dict[str, dict[str, object]] = {
    "judge": {"case_person_id": CASE, "person_id": CANDIDATE, "judgement": "ruled_out", "reason": "r"},
    "case-status": {"person_id": CASE, "episode": 1, "case_status": "discarded", "reason": "r"},
    "detection": {"person_id": CASE, "episode": 1, "detection": "managed_detected", "reason": "r"},
    "extend": {"person_id": HELD, "until_at": local(200), "reason": "r"},
    "release": {"person_id": HELD, "reason": "r"},
    "exempt": {"person_id": HELD, "duty_kind": "test", "reason": "r"},
    "hand-over": {"person_id": HELD, "to_area_id": "B"},
    "day0": {"target_set": "79144", "area_id": "A", "day0_on": YESTERDAY, "reason": "r"},
    "regrade": {"area_id": "A", "day_on": YESTERDAY, "reason": "r"},
    "group": {"case_person_id": CASE, "description": "Bus 12", "n_exposed": 30, "area_id": "A"},
}
"""A lawful filling of each form about county A."""
POWER_OF_URL = {
    form.url_name.removeprefix("act_").replace("_", "-"): POWER_OF_ACT[form.act_name()] for form in FORMS
}
OUTSIDE = {"day0": 403, "regrade": 403, "group": 422}
"""Answers to a post of the other county: persons outside are not found, areas outside are refused; a case whose id
is typed is said not to be shown."""


def n_rows() -> int:
    with as_owner():
        written = ("judgements", "decisions", "moves", "cases", "exposed_groups")
        return sum(FACTS[name].objects.count() for name in written)


KINDS = ("duty_officer", "investigator", "data_clerk", "cell_worker", "administrator")
LAWFUL = [
    (act, kind, area)
    for act in ACTS
    for kind, area in [
        ("investigator", "A"),
        ("duty_officer", "A"),
        ("duty_officer", "C"),
        ("duty_officer", ""),
        ("data_clerk", "A"),
    ]
    if POWER_OF_URL[act] in POWERS_OF[kind]
]


@pytest.mark.parametrize(("act", "kind", "area"), LAWFUL)
def test_a_post_with_the_power_signs_in_its_area(post: Post, signed, act: str, kind: str, area: str) -> None:
    before = n_rows()
    assert signed(post(kind, area), act, **ACTS[act]).status_code == 302
    assert n_rows() > before


@pytest.mark.parametrize("act", sorted(ACTS))
def test_no_other_post_signs(post: Post, signed, act: str) -> None:
    before = n_rows()
    for kind in KINDS:
        if POWER_OF_URL[act] in POWERS_OF[kind]:
            assert signed(post(kind, "B"), act, **ACTS[act]).status_code == OUTSIDE.get(act, 404)
        else:
            assert {signed(post(kind, area), act, **ACTS[act]).status_code for area in "AC"} == {403}
    assert n_rows() == before


@pytest.mark.parametrize(
    ("act", "values", "field", "said"),
    [
        ("judge", {"reason": "   "}, "reason", "This field is required"),
        ("judge", {"judgement": "nonsense"}, "judgement", "Select a valid choice"),
        ("judge", {"case_person_id": NEIGHBOUR}, "judgement", "No exposure of this person"),
        ("extend", {"until_at": local(-1)}, "until_at", "must lie ahead"),
        ("extend", {"person_id": CASE}, "until_at", "waits for a release test"),
        ("extend", {"until_at": "soon"}, "until_at", "Enter a valid date"),
        ("release", {"person_id": CANDIDATE}, "reason", "No order binds"),
        ("exempt", {"person_id": CANDIDATE}, "duty_kind", "Nothing of this kind is owed"),
        ("exempt", {"until_at": local(-1)}, "until_at", "must lie ahead"),
        ("case-status", {"case_status": "re_positive"}, "case_status", "does not follow"),
        ("case-status", {"episode": 7}, "case_status", "No such episode"),
        ("detection", {"detection": ""}, "detection", "does not follow"),
        ("detection", {"person_id": CANDIDATE}, "detection", "No such episode"),
        ("hand-over", {"to_area_id": "A"}, "to_area_id", "another area"),
        ("hand-over", {"to_area_id": "nowhere"}, "to_area_id", "No such area"),
        ("day0", {"day0_on": "2999-01-01"}, "day0_on", "has not begun"),
        ("day0", {"target_set": "nonsense"}, "day0_on", "no such set"),
        ("regrade", {"day_on": "2999-01-01"}, "day_on", "has not begun"),
        ("group", {"case_person_id": CANDIDATE}, "case_person_id", "No case is shown"),
        ("group", {"case_person_id": "nobody"}, "case_person_id", "No case is shown"),
        ("group", {"n_exposed": "0"}, "n_exposed", "greater than or equal to 1"),
        ("group", {"exposed_at": local(1)}, "exposed_at", "cannot lie after"),
        ("group", {"area_id": "nowhere"}, "area_id", "No such area"),
        ("group", {"setting": "spaceship"}, "setting", "Select a valid choice"),
    ],
)
def test_what_the_state_does_not_allow_is_said_beside_its_field(
    post: Post, signed, act: str, values: dict[str, object], field: str, said: str
) -> None:
    before = n_rows()
    response = signed(post("duty_officer", "A"), act, **{**ACTS[act], **values})
    page = response.content.decode()
    assert response.status_code == 422
    beside = re.search(rf'id="[^"]*{field}_error">(.*?)</div>', page, re.S)
    assert beside is not None
    assert said in beside.group(1)
    assert "autofocus" in page
    assert n_rows() == before


@pytest.mark.parametrize("act", ["judge", "detection", "group"])
def test_the_same_act_twice_is_refused(post: Post, signed, act: str) -> None:
    client = post("duty_officer", "A")
    assert signed(client, act, **ACTS[act]).status_code == 302
    assert signed(client, act, **ACTS[act]).status_code == 422


def test_the_same_day_0_again_is_refused_and_another_is_not(post: Post, signed) -> None:
    client = post("duty_officer", "A")
    assert signed(client, "day0", **ACTS["day0"]).status_code == 302
    assert signed(client, "day0", **ACTS["day0"]).status_code == 422
    other = {**ACTS["day0"], "day0_on": ago(72).date().isoformat()}
    assert signed(client, "day0", **other).status_code == 302


def move_of(person_id: str) -> str:
    with as_owner():
        return str(FACTS["moves"].objects.get(person_id=person_id, retired_at=None).move_id)


def test_only_the_receiver_signs_and_only_once(post: Post, signed) -> None:
    sender, receiver = post("investigator", "A"), post("investigator", "B")
    signed(sender, "hand-over", person_id=HELD, to_area_id="B")
    move = {"move_id": move_of(HELD)}
    assert signed(sender, "receive", **move).status_code == 403
    assert signed(post("cell_worker", "B"), "receive", **move).status_code == 403
    assert signed(receiver, "receive", **move).status_code == 302
    assert signed(receiver, "receive", **move).status_code == 422


def test_a_second_request_waits_for_the_first_and_a_request_may_be_withdrawn(post: Post, signed) -> None:
    sender = post("investigator", "A")
    request = {"person_id": HELD, "to_area_id": "B"}
    signed(sender, "hand-over", **request)
    assert signed(sender, "hand-over", **request).status_code == 422
    assert signed(sender, "withdraw-hand-over", move_id=move_of(HELD)).status_code == 302
    assert signed(sender, "hand-over", **request).status_code == 302


def test_a_decision_that_is_replaced_by_signing_anew_cannot_be_withdrawn(post: Post, signed) -> None:
    client = post("duty_officer", "A")
    signed(client, "case-status", **ACTS["case-status"])
    with as_owner():
        decision = FACTS["decisions"].objects.get(decision_kind="case_status").decision_id
    assert signed(client, "withdraw", decision_id=decision, reason="r").status_code == 422
    assert signed(client, "withdraw", decision_id="invented", reason="r").status_code == 422


def test_nothing_is_signed_while_looking_at_another_time(post: Post) -> None:
    before = n_rows()
    response = post("duty_officer", "A").post("/o/trial/acts/release?as_of=2022-07-01", ACTS["release"])
    assert response.status_code == 422
    assert "signed in the present" in response.content.decode()
    assert n_rows() == before


def test_the_return_address_stays_within_the_site(post: Post, signed) -> None:
    response = signed(post("duty_officer", "A"), "release", **ACTS["release"], next="https://example.org/")
    assert response.headers["Location"] == "/o/trial/board/"


def test_no_step_leads_back_to_where_it_stands() -> None:
    for steps in (CASE_STATUS_STEPS, JUDGEMENT_STEPS):
        assert [state for state, following in steps.items() if state in following] == []


def test_forms_are_offered_to_who_may_sign_only(post: Post) -> None:
    url = f"/o/trial/person/{HELD}"
    assert "Sign the release" in post("duty_officer", "A").get(url).content.decode()
    page = post("investigator", "A").get(url).content.decode()
    assert "Sign the release" not in page
    assert "Request the hand-over" in page
    assert "act-form" not in post("cell_worker", "A").get(url).content.decode()
