"""What posts decide, each signed with a reason: judgements, decisions on a person, hand-overs, day 0; and groups
of exposed persons, entered by hand.

Every act asks permission (may this post, for this person or area?), then policy (does the state allow it?),
and writes facts and audit in the same transaction; the answers are derived once it stands. `at`: the instant
to which the act is dated (aware), now for a running outbreak; when it was recorded is never stated but noted.
All raise NotPermitted, OutOfScope, PersonNotFound and ActRefused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from uuid import uuid4

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.receipts import ACT_FEED
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.powers import Power
from lastcase.ops.records import policies
from lastcase.ops.records.actions.facts import RecordReport, check_power, record_facts, retire_facts
from lastcase.ops.records.errors import ActRefused
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.writing import Writing, writing

POWER_OF_ACT: Mapping[str, Power] = {
    "judge_exposure": "judge",
    "decide_case_status": "judge",
    "override_detection": "sign",
    "extend_release": "sign",
    "release_now": "sign",
    "exempt_person": "sign",
    "withdraw_decision": "sign",
    "request_hand_over": "hand_over",
    "receive_hand_over": "hand_over",
    "withdraw_hand_over": "hand_over",
    "sign_day0": "sign",
    "sign_regrade": "sign",
    "record_group": "record",
}
"""The power that each act takes; pages and tests read it here."""


def judge_exposure(
    outbreak: str | Outbreak,
    *,
    case_person_id: str,
    person_id: str,
    judgement: str,
    reason: str,
    at: datetime,
    by: Actor,
) -> RecordReport:
    """Judge what an exposure of the person to the case was; a later judgement replaces an earlier one."""
    row = {
        "case_person_id": case_person_id,
        "person_id": person_id,
        "judgement": judgement,
        "judged_at": at,
        "reason": _reason(reason),
        "judged_by": _signature(by),
    }
    with _act(outbreak, "judge_exposure", by) as (now, home):
        policies.check_person(now, home, person_id, by)
        policies.check_judgement(now, home, case_person_id, person_id, judgement)
        return _record(home, "judge_exposure", by, judgements=row)


def decide_case_status(
    outbreak: str | Outbreak,
    *,
    person_id: str,
    episode: int,
    case_status: str,
    reason: str,
    at: datetime,
    by: Actor,
) -> RecordReport:
    """Confirm, reclassify, discard or take up an episode again: a new version of the case, with its reason
    signed. A presumptive episode by specimen alone becomes a recorded case."""
    is_void = case_status == "discarded"
    case = {
        "person_id": person_id,
        "episode": episode,
        "case_status": case_status,
        "discarded_at": at if is_void else None,
    }
    with _act(outbreak, "decide_case_status", by) as (now, home):
        policies.check_person(now, home, person_id, by)
        policies.check_status(home, person_id, episode, case_status, at, now.alias)
        decision = _decision("case_status", by, reason, at, person_id=person_id, subject=case_status)
        return _record(home, "decide_case_status", by, cases=case, decisions=decision)


def override_detection(
    outbreak: str | Outbreak,
    *,
    person_id: str,
    episode: int,
    detection: str | None,
    reason: str,
    at: datetime,
    by: Actor,
) -> RecordReport:
    """Sign where a case was found against what is derived; None goes back to what is derived."""
    case = {"person_id": person_id, "episode": episode, "detection_override": detection}
    with _act(outbreak, "override_detection", by) as (now, home):
        policies.check_person(now, home, person_id, by)
        policies.check_override(now, home, person_id, episode, detection)
        about = detection or "derived"
        decision = _decision("override_detection", by, reason, at, person_id=person_id, subject=about)
        return _record(home, "override_detection", by, cases=case, decisions=decision)


def extend_release(
    outbreak: str | Outbreak, *, person_id: str, until_at: datetime, reason: str, at: datetime, by: Actor
) -> RecordReport:
    """Let the orders that wait for a release test bind until `until_at` at the latest. The last one signed
    stands."""
    with _act(outbreak, "extend_release", by) as (now, home):
        policies.check_person(now, home, person_id, by)
        policies.check_extension(now, home, person_id, until_at, at)
        decision = _decision("extend_release", by, reason, at, person_id=person_id, until_at=until_at)
        return _record(home, "extend_release", by, decisions=decision)


def release_now(
    outbreak: str | Outbreak, *, person_id: str, reason: str, at: datetime, by: Actor
) -> RecordReport:
    """End every order that binds the person at `at`."""
    with _act(outbreak, "release_now", by) as (now, home):
        policies.check_person(now, home, person_id, by)
        policies.check_bound(now, home, person_id, at)
        decision = _decision("release_now", by, reason, at, person_id=person_id)
        return _record(home, "release_now", by, decisions=decision)


def exempt_person(
    outbreak: str | Outbreak,
    *,
    person_id: str,
    duty_kind: str,
    until_at: datetime | None,
    reason: str,
    at: datetime,
    by: Actor,
) -> RecordReport:
    """Exempt the person from duties of a kind (empty: all) that fall due by `until_at` (None: for good)."""
    with _act(outbreak, "exempt_person", by) as (now, home):
        policies.check_person(now, home, person_id, by)
        policies.check_exemption(now, home, person_id, duty_kind, until_at, at)
        decision = _decision(
            "exempt", by, reason, at, person_id=person_id, subject=duty_kind or None, until_at=until_at
        )
        return _record(home, "exempt_person", by, decisions=decision)


def withdraw_decision(outbreak: str | Outbreak, *, decision_id: str, reason: str, by: Actor) -> RecordReport:
    """Take back an extension, a release or an exemption, as if it had not been signed; its version is kept."""
    with _act(outbreak, "withdraw_decision", by) as (now, home):
        policies.check_withdrawal(now, home, decision_id, by)
        keys = {"decisions": pl.DataFrame({"decision_id": [decision_id]})}
        return retire_facts(home, keys, by=by, reason=_reason(reason))


def request_hand_over(
    outbreak: str | Outbreak, *, person_id: str, to_area_id: str, at: datetime, by: Actor
) -> RecordReport:
    """Ask another area to take a person over; the duties stay with the sender until it signs."""
    move = {
        "move_id": uuid4().hex,
        "person_id": person_id,
        "move_kind": "hand_over",
        "from_area_id": by.area_id,
        "to_area_id": to_area_id,
        "requested_at": at,
    }
    with _act(outbreak, "request_hand_over", by) as (now, home):
        policies.check_person(now, home, person_id, by)
        policies.check_request(now, home, person_id, to_area_id, by.area_id)
        return _record(home, "request_hand_over", by, moves=move)


def receive_hand_over(outbreak: str | Outbreak, *, move_id: str, at: datetime, by: Actor) -> RecordReport:
    """Sign for a person handed over: from now on the duties are the receiver's, and so is the sight."""
    move = {"move_id": move_id, "received_at": at, "received_by": _signature(by)}
    with _act(outbreak, "receive_hand_over", by) as (now, home):
        _person_id, to_area_id = policies.open_hand_over(now, home, move_id)
        policies.check_area(now, to_area_id, by)
        return _record(home, "receive_hand_over", by, moves=move)


def withdraw_hand_over(outbreak: str | Outbreak, *, move_id: str, by: Actor) -> RecordReport:
    """Take back a request that nobody has signed for."""
    with _act(outbreak, "withdraw_hand_over", by) as (now, home):
        person_id, _to_area_id = policies.open_hand_over(now, home, move_id)
        policies.check_person(now, home, person_id, by)
        keys = {"moves": pl.DataFrame({"move_id": [move_id]})}
        return retire_facts(home, keys, by=by, reason="hand-over withdrawn")


def sign_day0(
    outbreak: str | Outbreak,
    *,
    target_set: str,
    day0_on: date,
    area_id: str | None,
    reason: str,
    at: datetime,
    by: Actor,
) -> RecordReport:
    """Sign the day 0 of a set of targets for an area and all beneath it; those signed before are kept."""
    with _act(outbreak, "sign_day0", by) as (now, home):
        policies.check_area(now, area_id, by)
        policies.check_day0(home, target_set, day0_on, area_id, at, now.alias)
        decision = _decision("day0", by, reason, at, subject=target_set, area_id=area_id, value_on=day0_on)
        return _record(home, "sign_day0", by, decisions=decision)


def sign_regrade(
    outbreak: str | Outbreak, *, area_id: str | None, day_on: date, reason: str, at: datetime, by: Actor
) -> RecordReport:
    """Sign that the risk areas were graded anew on a local day."""
    with _act(outbreak, "sign_regrade", by) as (now, home):
        policies.check_area(now, area_id, by)
        policies.check_regrade(now, home, area_id, day_on, at)
        decision = _decision("regrade", by, reason, at, area_id=area_id, value_on=day_on)
        return _record(home, "sign_regrade", by, decisions=decision)


def record_group(
    outbreak: str | Outbreak,
    *,
    case_person_id: str,
    description: str,
    setting: str | None,
    n_exposed: int,
    is_estimate: bool,
    exposed_at: datetime | None,
    area_id: str | None,
    at: datetime,
    by: Actor,
) -> RecordReport:
    """Record people whom a case exposed and who are known by number only.

    `case_person_id` may be the case's id without the outbreak's namespace, as a list prints it.
    """
    with _act(outbreak, "record_group", by) as (now, home):
        case_id = policies.check_case(now, home, case_person_id, at, by)
        policies.check_group(now, home, case_id, description.strip(), exposed_at, area_id, at)
        group = {
            "group_id": uuid4().hex,
            "case_person_id": case_id,
            "description": description,
            "setting": setting,
            "n_exposed": n_exposed,
            "is_estimate": is_estimate,
            "exposed_at": exposed_at,
            "area_id": area_id,
        }
        return _record(home, "record_group", by, exposed_groups=group)


@contextmanager
def _act(outbreak: str | Outbreak, name: str, by: Actor) -> Iterator[tuple[Writing, Outbreak]]:
    """Permission of the post, then one transaction for policy and writing."""
    check_power(by, POWER_OF_ACT[name])
    home = get_outbreak(outbreak)
    with writing(home.pk, is_global=True) as now:
        yield now, home


def _record(home: Outbreak, name: str, by: Actor, **rows: Mapping[str, object]) -> RecordReport:
    frames = {
        table: pl.DataFrame([row], schema={column: TABLES[table].schema[column] for column in row})
        for table, row in rows.items()
    }
    return record_facts(home, frames, by=by, feed=ACT_FEED, power=POWER_OF_ACT[name], action=name)


def _decision(kind: str, by: Actor, reason: str, at: datetime, **about: object) -> dict[str, object]:
    return {
        "decision_id": uuid4().hex,
        "decision_kind": kind,
        **about,
        "signed_at": at,
        "signed_by": _signature(by),
        "reason": _reason(reason),
    }


def _signature(by: Actor) -> str:
    return f"{by.name} ({by.post_name})"


def _reason(text: str) -> str:
    """An act without a reason is none."""
    if not text.strip():
        raise ActRefused("reason_missing", "reason")
    return text.strip()
