"""Which acts a page offers to the post that reads it, by what the record allows now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from lastcase.core.facts.vocabulary import TIERS
from lastcase.core.targets import Day0, day0_history, target_sets
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.area_names import AreaNames, areas_of_tiers
from lastcase.ops.records.person import PersonRecord
from lastcase.ops.records.policies import UNJUDGEABLE, episodes_of
from lastcase.ops.records.situation import Situation
from lastcase.ops.records.transitions import (
    CASE_STATUS_STEPS,
    JUDGEMENT_STEPS,
    WITHDRAWABLE,
    next_steps,
)
from lastcase.web.acts.forms import (
    ActForm,
    CaseStatusForm,
    Choices,
    Day0Form,
    DetectionForm,
    ExemptForm,
    ExtendForm,
    GroupForm,
    JudgeForm,
    ReceiveForm,
    RegradeForm,
    ReleaseForm,
    RequestHandOverForm,
    WithdrawDecisionForm,
    WithdrawHandOverForm,
)
from lastcase.web.templatetags.lastcase import name_of

EXPOSURE_FORMS = 20
AREA_CHOICES = 400
OWED_STATES = ("overdue", "attempted", "refused", "lost", "due", "not_yet_due")
RECEIVING_TIERS = tuple(code.value for code in TIERS if code.value not in ("committee", "cell"))
"""Areas that a list of receivers names; a smaller one is reached by its county or township."""


@dataclass(frozen=True)
class Offer:
    """One act offered: its form, and the row of the record that it is about, which words it."""

    form: ActForm
    row: Mapping[str, Any] | None = None
    is_open: bool = False


@dataclass(frozen=True)
class Desk:
    """Who acts on which page: what every offer is made from. `here` is where the act returns to."""

    situation: Situation
    actor: Actor
    here: str

    def offer(self, form: type[ActForm], number: int = 0, **initial: Any) -> ActForm:
        """A fresh form, its ids apart from all others of the page."""
        return form(initial={**initial, "next": self.here}, auto_id=f"{form.url_name}-{number}-%s")


def offers_on_person(desk: Desk, record: PersonRecord) -> list[Offer]:
    """The acts that the post may sign about a person."""
    person_id = record.person["person_id"]
    found: list[Offer] = []
    if desk.actor.may("judge"):
        found += [*_judgements(desk, record, person_id), *_statuses(desk, person_id)]
    if desk.actor.may("sign"):
        found += [*_overrides(desk, person_id), *_of_orders(desk, record, person_id)]
    if desk.actor.may("hand_over"):
        found += _hand_over(desk, person_id)
    if desk.actor.may("record") and record.cases:
        found.append(Offer(group_form(desk, person_id)))
    return found


def group_form(desk: Desk, case_person_id: str = "") -> ActForm:
    """The form that records an unnamed group; without a case its id is asked for."""
    return GroupForm(
        areas=areas_listed(desk),
        initial={"case_person_id": case_person_id, "next": desk.here},
        auto_id="act_group-0-%s",
    )


def _judgements(desk: Desk, record: PersonRecord, person_id: str) -> Iterator[Offer]:
    given = desk.situation.facts["judgements"].filter(pl.col("person_id") == person_id)
    said = {row["case_person_id"]: row["judgement"] for row in given.to_dicts()}
    rows = [row for row in record.exposed_to if row["reason"] not in UNJUDGEABLE]
    pairs = {row["case_person_id"]: row for row in sorted(rows, key=lambda row: row["verdict"] == "pending")}
    waiting_first = sorted(pairs.values(), key=lambda row: row["verdict"] != "pending")
    for number, row in enumerate(waiting_first[:EXPOSURE_FORMS]):
        case_id = row["case_person_id"]
        form = desk.offer(JudgeForm, number, person_id=person_id, case_person_id=case_id)
        form.narrow("judgement", next_steps(JUDGEMENT_STEPS, said.get(case_id, "")))
        yield Offer(form, {**row, "judgement": said.get(case_id)}, row["verdict"] == "pending")


def _statuses(desk: Desk, person_id: str) -> Iterator[Offer]:
    situation = desk.situation
    for row in episodes_of(situation.facts, situation.outbreak, person_id, situation.as_of).to_dicts():
        steps = next_steps(CASE_STATUS_STEPS, row["case_status"])
        form = desk.offer(CaseStatusForm, row["episode"], person_id=person_id, episode=row["episode"])
        form.narrow("case_status", ("", *steps))
        yield Offer(form, row, row["case_status"] == "presumptive_positive")


def _overrides(desk: Desk, person_id: str) -> Iterator[Offer]:
    recorded = desk.situation.facts["cases"].filter(pl.col("person_id") == person_id)
    found = desk.situation.answers.detections.join(
        recorded.select("person_id", "episode", "detection_override"), on=["person_id", "episode"]
    )
    for row in found.to_dicts():
        form = desk.offer(DetectionForm, row["episode"], person_id=person_id, episode=row["episode"])
        values = {"", "community_detected", "managed_detected"} - {row["detection_override"] or ""}
        form.narrow("detection", values)
        yield Offer(form, row)


def _of_orders(desk: Desk, record: PersonRecord, person_id: str) -> Iterator[Offer]:
    as_of = desk.situation.as_of
    bound = [order for order in record.orders if order["closed_at"] is None or order["closed_at"] > as_of]
    waits = [order for order in bound if order["needs_release_test"] and order["cap_at"] is not None]
    if waits:
        yield Offer(desk.offer(ExtendForm, person_id=person_id), waits[-1], bool(record.held))
    if bound:
        yield Offer(desk.offer(ReleaseForm, person_id=person_id), bound[-1])
    owed = {duty["kind"] for duty in record.duties if duty["state"] in OWED_STATES}
    if owed:
        form = desk.offer(ExemptForm, person_id=person_id)
        form.narrow("duty_kind", ("", *owed))
        yield Offer(form)


def _hand_over(desk: Desk, person_id: str) -> Iterator[Offer]:
    from lastcase.ops.records.waiting import hand_overs

    asked = [row for row in hand_overs(desk.situation, desk.actor) if row["person_id"] == person_id]
    for row in asked:
        if row["is_ours"]:
            yield Offer(desk.offer(ReceiveForm, move_id=row["move_id"]), row, True)
        if row["from_area_id"] == desk.actor.area_id or not row["is_ours"]:
            yield Offer(desk.offer(WithdrawHandOverForm, move_id=row["move_id"]), row)
    if not asked:
        form = RequestHandOverForm(
            areas=_receivers(desk),
            initial={"person_id": person_id, "next": desk.here},
            auto_id="act_hand_over-0-%s",
        )
        yield Offer(form)


def areas_listed(desk: Desk) -> Choices | None:
    """Areas by name; None where they are too many for a list, and the code is typed."""
    found = areas_of_tiers(desk.situation.outbreak.area_id, RECEIVING_TIERS, AREA_CHOICES + 1)
    if not 0 < len(found) <= AREA_CHOICES:
        return None
    names = AreaNames()
    names.learn(found)
    return [(area_id, name_of(names[area_id]) or area_id) for area_id in found if area_id in names]


def _receivers(desk: Desk) -> Choices | None:
    """The areas other than the post's own."""
    areas = areas_listed(desk)
    return None if areas is None else [one for one in areas if one[0] != desk.actor.area_id]


def decisions_on(desk: Desk, person_id: str, may_act: bool) -> list[tuple[dict[str, Any], ActForm | None]]:
    """Decisions that stand about a person, the newest first, each with the form that withdraws it."""
    signed = desk.situation.facts["decisions"].filter(pl.col("person_id") == person_id)
    may_withdraw = may_act and desk.actor.may("sign")
    rows = signed.sort("signed_at", "decision_id", descending=True).to_dicts()
    return [
        (
            row,
            desk.offer(WithdrawDecisionForm, number, decision_id=row["decision_id"])
            if may_withdraw and row["decision_kind"] in WITHDRAWABLE
            else None,
        )
        for number, row in enumerate(rows)
    ]


@dataclass(frozen=True)
class Day0Desk:
    """A set of targets with its signed days 0, oldest first, and the form to sign another."""

    target_set: str
    history: list[Day0]
    form: ActForm | None

    @property
    def standing(self) -> Day0 | None:
        """The one signed last."""
        return self.history[-1] if self.history else None


def day0_desks(desk: Desk, may_act: bool) -> list[Day0Desk]:
    """The sets of targets of the edition in force."""
    situation = desk.situation
    may_sign = may_act and _may_sign_here(desk)
    return [
        Day0Desk(
            name,
            day0_history(situation.facts, name, situation.area_id),
            desk.offer(Day0Form, number, target_set=name, area_id=situation.area_id) if may_sign else None,
        )
        for number, name in enumerate(target_sets(situation.outbreak.edition_at(situation.as_of)))
    ]


def regrade_form(desk: Desk, may_act: bool, at: datetime) -> ActForm | None:
    """The form that signs the re-grading of the day, for who may sign here."""
    if not (may_act and _may_sign_here(desk)):
        return None
    today = at.astimezone(desk.situation.outbreak.zone).date()
    return desk.offer(RegradeForm, area_id=desk.situation.area_id, day_on=today)


def _may_sign_here(desk: Desk) -> bool:
    """An outbreak without an area is signed for by a post of the whole tree only."""
    return desk.actor.may("sign") and (desk.situation.area_id is not None or desk.actor.covers(0))
