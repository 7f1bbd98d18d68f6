"""Signed acts, drawn at random: whom an act is about is the n-th of those it could be about, so that most are allowed.

An act that the record refuses changes nothing, and is a step all the same.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.actions import (
    acts,
    adopt_edition,
    objections,
    postpone_duties,
    record_done,
    sign_decision,
    undo_batch,
)
from lastcase.ops.records.chosen import Selection
from lastcase.ops.records.gaps import duty_key
from lastcase.ops.records.models import ANSWER_MODELS, FACTS, Batch, Outbreak
from tests.integration.records.world import OPERATOR, at, post
from tests.property.drawn_facts import cells, instants, persons
from tests.property.world import CELLS, SEATED

STATUSES = ["suspected", "confirmed", "asymptomatic_infection", "re_positive", "discarded"]
nth = st.integers(0, 5)
late = st.builds(at, st.integers(10, 30), st.sampled_from([0, 9, 15]))
maybe_late = st.none() | late
days = st.builds(date, st.just(2022), st.just(7), st.integers(8, 30))
areas = st.sampled_from(["town", *CELLS, None])


def _act(name: str, **inputs: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.fixed_dictionaries(inputs).map(lambda given: (name, given))


signed = st.one_of(
    _act(
        "judge_exposure",
        nth=nth,
        judgement=st.sampled_from(["close_contact", "copresent_person", "ruled_out"]),
        at=late,
    ),
    _act("decide_case_status", nth=nth, case_status=st.sampled_from(STATUSES), at=late),
    _act(
        "override_detection",
        nth=nth,
        detection=st.sampled_from(["community_detected", "managed_detected", None]),
        at=late,
    ),
    _act("extend_release", nth=nth, until_at=late, at=late),
    _act("release_now", nth=nth, at=late),
    _act(
        "exempt_person",
        nth=nth,
        duty_kind=st.sampled_from(["", "test", "monitor", "quarantine"]),
        until_at=maybe_late,
        at=late,
    ),
    _act("withdraw_decision", nth=nth),
    _act("request_hand_over", nth=nth, from_id=cells, to_area_id=cells, at=late),
    _act("receive_hand_over", nth=nth, at=late),
    _act("withdraw_hand_over", nth=nth),
    _act("sign_day0", day0_on=days, area_id=areas, at=late),
    _act("sign_regrade", day_on=days, area_id=areas, at=late),
    _act("postpone_duties", nth=nth, until_at=late, at=late),
    _act("record_done", nth=nth, at=late),
    _act("undo_batch", nth=nth),
    _act("raise_objection", nth=nth, about=st.sampled_from(["visit", "contact", "order"]), at=late),
    _act("decide_objection", nth=nth, decision=st.sampled_from(["upheld", "rejected"]), at=late),
    _act("take_back_objection", nth=nth, at=late),
    _act("sign_decision", person_id=persons, until_at=maybe_late, signed_at=instants),
    _act("adopt_edition", edition=st.sampled_from([SEATED, "cn-covid-9"]), effective_at=instants),
)
"""Every act of `actions.acts` and on objections, a plain decision, and the adoption of another edition."""


def sign(outbreak: Outbreak, name: str, given: dict[str, Any]) -> None:
    """Sign the act as the post whose it is. Raises what the act raises."""
    inputs = dict(given)
    by = OPERATOR
    match name:
        case "judge_exposure":
            inputs |= _nth_answer(outbreak, "exposures", inputs.pop("nth"), "case_person_id", "person_id")
        case "decide_case_status" | "override_detection":
            inputs |= _nth_answer(outbreak, "detections", inputs.pop("nth"), "person_id", "episode")
        case "extend_release" | "release_now":
            inputs |= _nth_order(outbreak, inputs.pop("nth"), inputs["at"])
        case "exempt_person":
            inputs |= _nth_answer(outbreak, "duties", inputs.pop("nth"), "person_id")
        case "request_hand_over":
            by = post(inputs.pop("from_id"))
            inputs |= _nth_answer(outbreak, "contact_persons", inputs.pop("nth"), "person_id")
        case "receive_hand_over" | "withdraw_hand_over":
            inputs |= _nth_move(outbreak, inputs.pop("nth"))
        case "postpone_duties" | "record_done":
            inputs |= {"selection": _nth_duty(outbreak, inputs.pop("nth"))}
        case "undo_batch":
            found = list(Batch.objects.filter(outbreak=outbreak).order_by("at").values("id"))
            inputs |= {"batch_id": _nth(found, inputs.pop("nth"), ("id",))["id"]}
        case "raise_objection":
            inputs |= _nth_disputed(outbreak, inputs["about"], inputs.pop("nth"))
        case "decide_objection" | "take_back_objection":
            waiting = FACTS["objections"].objects.filter(outbreak=outbreak, retired_at=None, decided_at=None)
            listed = list(waiting.order_by("id").values("objection_id"))
            inputs |= _nth(listed, inputs.pop("nth"), ("objection_id",))
        case "withdraw_decision":
            inputs |= _nth_decision(outbreak, inputs.pop("nth"))
        case "sign_day0":
            inputs |= {"target_set": "79144"}
    _do(outbreak, name, inputs, by)


def _do(outbreak: Outbreak, name: str, inputs: dict[str, Any], by: Actor) -> None:
    match name:
        case "sign_decision":
            sign_decision(outbreak, "exempt", by=by, reason="signed", **inputs)
        case "adopt_edition":
            adopt_edition(outbreak, inputs.pop("edition"), by=by, reason="adopted", **inputs)
        case "request_hand_over" | "receive_hand_over" | "withdraw_hand_over":
            getattr(acts, name)(outbreak, by=by, **inputs)
        case "postpone_duties":
            postpone_duties(outbreak, by=by, reason="signed", **inputs)
        case "record_done":
            record_done(outbreak, by=by, note="seen", done_at=inputs["at"], **inputs)
        case "undo_batch":
            undo_batch(outbreak, by=by, at=at(30), **inputs)
        case "raise_objection":
            objections.raise_objection(outbreak, by=by, raised_by="person", statement="not so", **inputs)
        case "decide_objection" | "take_back_objection":
            getattr(objections, name)(outbreak, by=by, note="heard", **inputs)
        case _:
            getattr(acts, name)(outbreak, by=by, reason="signed", **inputs)


def _nth_answer(outbreak: Outbreak, table: str, nth: int, *columns: str) -> dict[str, Any]:
    found = ANSWER_MODELS[table].objects.filter(outbreak=outbreak).order_by(*columns).distinct()
    return _nth(list(found.values(*columns)), nth, columns)


def _nth_disputed(outbreak: Outbreak, about: str, nth: int) -> dict[str, Any]:
    """A visit, an exposure or an order that can be disputed."""
    if about == "visit":
        columns = ("person_id", "place_id", "start_at")
        found = FACTS["visits"].objects.filter(outbreak=outbreak, retired_at=None).order_by("id")
        visits = list(found.values(*columns))
        return visits[nth % len(visits)] if visits else {"person_id": "none"}
    if about == "contact":
        return _nth_answer(outbreak, "exposures", nth, "case_person_id", "person_id")
    order = _nth_answer(outbreak, "orders", nth, "person_id", "rule", "episode", "edition")
    return {
        "person_id": order["person_id"],
        "order_key": f"{order['rule']}|{order['episode']}|{order['edition']}",
    }


def _nth_duty(outbreak: Outbreak, nth: int) -> Selection:
    """One duty still to be done."""
    columns = ("person_id", "kind", "rule", "episode", "ordinal", "edition")
    found = ANSWER_MODELS["duties"].objects.filter(outbreak=outbreak, fulfilled_at=None)
    rows = list(found.order_by("person_id", "rule", "episode", "ordinal").values(*columns))
    return Selection(keys=[duty_key(rows[nth % len(rows)])] if rows else [])


def _nth_order(outbreak: Outbreak, nth: int, at: datetime) -> dict[str, Any]:
    """Whom an order binds, those who wait for a release test first."""
    found = ANSWER_MODELS["orders"].objects.filter(outbreak=outbreak).exclude(closed_at__lte=at)
    ordered = found.order_by("-needs_release_test", "person_id", "rule", "episode").values("person_id")
    return _nth(list(ordered), nth, ("person_id",))


def _nth_move(outbreak: Outbreak, nth: int) -> dict[str, Any]:
    found = FACTS["moves"].objects.filter(outbreak=outbreak, retired_at=None, received_at=None)
    return _nth(list(found.order_by("id").values("move_id")), nth, ("move_id",))


def _nth_decision(outbreak: Outbreak, nth: int) -> dict[str, Any]:
    found = FACTS["decisions"].objects.filter(outbreak=outbreak, retired_at=None)
    return _nth(list(found.order_by("-id").values("decision_id")), nth, ("decision_id",))


def _nth(found: list[dict[str, Any]], nth: int, columns: tuple[str, ...]) -> dict[str, Any]:
    """The n-th, counted round; an id that nobody has where there is none."""
    return (
        found[nth % len(found)]
        if found
        else dict.fromkeys(columns, "none") | ({"episode": 1} if "episode" in columns else {})
    )
