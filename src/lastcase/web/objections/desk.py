"""The objections of a person as a page lists them, each with the acts that the reading post may sign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lastcase.core.objections import ORDER_PARTS
from lastcase.ops.records.objections import OPEN
from lastcase.ops.records.person import PersonRecord
from lastcase.web.acts.forms import ActForm, Choices
from lastcase.web.acts.panel import Desk
from lastcase.web.objections.forms import SUBJECT, DecideObjectionForm, ObjectForm, TakeBackForm
from lastcase.web.objections.words import open_for
from lastcase.web.templatetags.lastcase import code_name, local_short
from lastcase.web.templatetags.work import person_name

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """One objection: its row, how long it has been open in words, and its forms, where it is open and the post may."""

    row: Row
    age: str
    decide: ActForm | None
    take_back: ActForm | None


def items(desk: Desk, rows: Iterable[Row], *, may_act: bool) -> list[Item]:
    """The objections of a page."""
    return [_item(desk, number, row, may_act) for number, row in enumerate(rows)]


def _item(desk: Desk, number: int, row: Row, may_act: bool) -> Item:
    if row["state"] != OPEN:
        return Item(row, "", None, None)
    judges, records = (may_act and desk.actor.may(power) for power in ("judge", "record"))
    given = {"objection_id": row["objection_id"]}
    decide = desk.offer(DecideObjectionForm, number, **given) if judges else None
    if decide is not None and row["about"] == "order" and not desk.actor.may("sign"):
        decide.narrow("decision", ["rejected"])
    take_back = desk.offer(TakeBackForm, number, **given) if records else None
    return Item(row, open_for(row["open_days"]), decide, take_back)


def raise_form(desk: Desk, record: PersonRecord, rows: Iterable[Row], *, may_act: bool) -> ActForm | None:
    """The form that objects to an exposure or an order; None for who may not, or where there is nothing to object to.
    What is disputed already is not offered."""
    disputed = {_subject_of(row) for row in rows if row["state"] == OPEN}
    subjects = [one for one in _subjects(record) if one[0] not in disputed]
    if not (may_act and subjects and desk.actor.may("record")):
        return None
    return ObjectForm(
        subjects=subjects,
        initial={"person_id": record.person["person_id"], "next": desk.here},
        auto_id="act_object-0-%s",
    )


def _subject_of(row: Row) -> str:
    return SUBJECT.join((row["about"], row["order_key"] or row["case_person_id"] or ""))


def _subjects(record: PersonRecord) -> Choices:
    """Orders, the last to begin first, then cases to whom the person was exposed, each once."""
    orders = {
        SUBJECT.join(("order", *(str(order[part]) for part in ORDER_PARTS))): _("Order: %(what)s")
        % {"what": order_words(order)}
        for order in reversed(record.orders)
    }
    cases = {
        SUBJECT.join(("contact", row["case_person_id"])): _("Exposure to %(case)s")
        % {"case": person_name(row, "other_")}
        for row in record.exposed_to
    }
    return [*orders.items(), *cases.items()]


def order_words(order: Row) -> str:
    """An order in a few words: for what, where, since when."""
    told = [code_name(order["category"], "CATEGORIES"), code_name(order["place_kind"], "place_kind")]
    since = _("from %(at)s") % {"at": _text(local_short(order["starts_at"]))} if order["starts_at"] else ""
    return " · ".join([*told, *([since] if since else [])])


def _text(drawn: str) -> str:
    """What is drawn as a time element, as plain text: a choice of a list holds no markup."""
    return drawn.partition(">")[2].partition("<")[0] if drawn.startswith("<") else drawn
