"""Objections: raised by or for a person, decided with a reason, or taken back.

What is disputed counts until it is decided. To uphold an objection does in the same transaction what it asks for: the
visit is withdrawn, the exposure ruled out, or the orders of the person are ended. All raise NotPermitted, OutOfScope,
PersonNotFound and ActRefused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.receipts import ACT_FEED
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.powers import Power
from lastcase.ops.records import policies
from lastcase.ops.records.actions.acts import judge_exposure, release_now
from lastcase.ops.records.actions.facts import RecordReport, check_power, record_facts, retire_facts
from lastcase.ops.records.actions.visits import standing_visit
from lastcase.ops.records.errors import ActRefused
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.objections import OF_PERSON, OPEN, UNDECIDED
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.transitions import OBJECTION_STEPS
from lastcase.ops.records.writing import Writing, writing

POWER_OF_OBJECTIONS: Mapping[str, Power] = {
    "raise_objection": "record",
    "decide_objection": "judge",
    "take_back_objection": "record",
}
"""The power that each act takes; pages and tests read it here. To uphold one about an order takes `sign` as well."""
Row = Mapping[str, Any]


def raise_objection(
    outbreak: str | Outbreak,
    *,
    person_id: str,
    about: str,
    raised_by: str,
    statement: str,
    at: datetime,
    by: Actor,
    place_id: str | None = None,
    start_at: datetime | None = None,
    case_person_id: str | None = None,
    order_key: str | None = None,
) -> RecordReport:
    """Record that somebody disputes a visit (`place_id`, `start_at`), an exposure to a case (`case_person_id`) or an
    order (`order_key`) of the person. What is disputed must be on record, and no other objection about it open."""
    check_power(by, POWER_OF_OBJECTIONS["raise_objection"])
    home = get_outbreak(outbreak)
    row = {
        "objection_id": uuid4().hex,
        "person_id": person_id,
        "about": about,
        "place_id": place_id,
        "start_at": start_at,
        "case_person_id": case_person_id,
        "order_key": order_key,
        "raised_at": at,
        "raised_by": raised_by,
        "statement": _said(statement, "statement_missing", "statement"),
    }
    with writing(home.pk, is_global=True) as now:
        policies.check_person(now, home, person_id, by)
        _check_on_record(now, home, row)
        _check_not_open(now, home, row)
        return _record(home, "raise_objection", by, row)


def decide_objection(
    outbreak: str | Outbreak, *, objection_id: str, decision: str, note: str, at: datetime, by: Actor
) -> RecordReport:
    """Uphold or reject an objection, with the reason. Upheld, what it asks for is done in the same transaction, as far
    as it is not done yet."""
    check_power(by, POWER_OF_OBJECTIONS["decide_objection"])
    home = get_outbreak(outbreak)
    with writing(home.pk, is_global=True) as now:
        found = _open(now, home, objection_id, by)
        report = _close(home, "decide_objection", found, decision, note, at, by)
        if decision == "upheld":
            _uphold(now, home, found, note.strip(), at, by)
        return report


def take_back_objection(
    outbreak: str | Outbreak, *, objection_id: str, note: str, at: datetime, by: Actor
) -> RecordReport:
    """Record that an objection was taken back, by whom it came from or in error, with the reason."""
    check_power(by, POWER_OF_OBJECTIONS["take_back_objection"])
    home = get_outbreak(outbreak)
    with writing(home.pk, is_global=True) as now:
        found = _open(now, home, objection_id, by)
        return _close(home, "take_back_objection", found, "taken_back", note, at, by)


def _check_on_record(now: Writing, home: Outbreak, row: Row) -> None:
    person = row["person_id"]
    if row["about"] == "visit" and row["place_id"] and row["start_at"]:
        if standing_visit(now, home, person, row["place_id"], row["start_at"]) is None:
            raise ActRefused("no_such_visit", "statement")
    elif row["about"] == "contact" and row["case_person_id"]:
        if not _exposed(now, home, person, row["case_person_id"]):
            raise ActRefused("not_exposed", "statement")
    elif row["about"] == "order" and row["order_key"]:
        if not now.one(_ORDER.format(""), _of_order(home, person, row["order_key"])):
            raise ActRefused("no_such_order", "statement")
    else:
        raise ActRefused("nothing_disputed", "statement")


def _check_not_open(now: Writing, home: Outbreak, row: Row) -> None:
    """One open objection about one thing."""
    columns = ("about", "place_id", "start_at", "case_person_id", "order_key")
    same = " AND ".join(f"{name} IS NOT DISTINCT FROM %({name})s" for name in columns)
    if now.one(
        f"""SELECT count(*) FROM fact_objections WHERE outbreak_id = %(outbreak)s AND retired_at IS NULL
            AND {UNDECIDED} AND {same} AND {OF_PERSON}""",
        {**{name: row[name] for name in columns}, "outbreak": home.pk, "person": row["person_id"]},
    ):
        raise ActRefused("already_disputed", "statement")


def _open(now: Writing, home: Outbreak, objection_id: str, by: Actor) -> Row:
    """The open objection, its persons under the ids by which they are known now; it must be shown to the post."""
    columns = ("objection_id", "about", "place_id", "start_at", "order_key")
    rows = now.all(
        f"""SELECT {", ".join(columns)}, coalesce(m.survivor_id, o.person_id),
                coalesce(c.survivor_id, o.case_person_id)
            FROM fact_objections o
            LEFT JOIN records_member m ON m.outbreak_id = o.outbreak_id AND m.person_id = o.person_id
            LEFT JOIN records_member c ON c.outbreak_id = o.outbreak_id AND c.person_id = o.case_person_id
            WHERE o.outbreak_id = %s AND objection_id = %s AND o.retired_at IS NULL AND {UNDECIDED}""",
        [home.pk, objection_id],
    )
    if not rows:
        raise ActRefused("no_open_objection", "note")
    found = dict(zip((*columns, "person_id", "case_person_id"), rows[0], strict=True))
    policies.check_person(now, home, found["person_id"], by)
    return found


def _close(
    home: Outbreak, name: str, found: Row, decision: str, note: str, at: datetime, by: Actor
) -> RecordReport:
    policies.check_step(OBJECTION_STEPS, OPEN, decision, "decision")
    decided = {
        "objection_id": found["objection_id"],
        "decided_at": at,
        "decision": decision,
        "decided_by": f"{by.name} ({by.post_name})",
        "note": _said(note, "reason_missing", "note"),
    }
    return _record(home, name, by, decided)


def _uphold(now: Writing, home: Outbreak, found: Row, note: str, at: datetime, by: Actor) -> None:
    person = found["person_id"]
    if found["about"] == "visit":
        told_of = standing_visit(now, home, person, found["place_id"], found["start_at"])
        if told_of is not None:
            key = {"person_id": told_of, "place_id": found["place_id"], "start_at": found["start_at"]}
            power = POWER_OF_OBJECTIONS["decide_objection"]
            retire_facts(home, {"visits": _frame("visits", key)}, by=by, reason=note, power=power)
    elif found["about"] == "contact":
        if _may_rule_out(now, home, person, found["case_person_id"]):
            judge_exposure(
                home,
                case_person_id=found["case_person_id"],
                person_id=person,
                judgement="ruled_out",
                reason=note,
                at=at,
                by=by,
            )
    elif now.one(_ORDER.format(_BINDS), _of_order(home, person, found["order_key"]) | {"at": at}):
        if not by.may("sign"):
            raise ActRefused("decision_unsigned", "decision")
        release_now(home, person_id=person, reason=note, at=at, by=by)


def _may_rule_out(now: Writing, home: Outbreak, person_id: str, case_person_id: str) -> bool:
    """Whether an exposure counts that a judgement can decide, and none has ruled it out yet."""
    try:
        policies.check_judgement(now, home, case_person_id, person_id, "ruled_out")
    except ActRefused:
        return False
    return True


def _exposed(now: Writing, home: Outbreak, person_id: str, case_person_id: str) -> bool:
    query = "SELECT count(*) FROM answer_exposures WHERE outbreak_id = %s AND person_id = %s AND case_person_id = %s"
    return bool(now.one(query, [home.pk, person_id, case_person_id]))


_ORDER = """SELECT count(*) FROM answer_orders o
    JOIN records_term rule ON rule.id = o.rule JOIN records_term edition ON edition.id = o.edition
    WHERE o.outbreak_id = %(outbreak)s AND o.person_id = %(person)s
        AND concat_ws('|', rule.term, o.episode, edition.term) = %(order)s {}"""
_BINDS = "AND (o.closed_at IS NULL OR o.closed_at > %(at)s)"


def _of_order(home: Outbreak, person_id: str, order_key: str) -> dict[str, object]:
    return {"outbreak": home.pk, "person": person_id, "order": order_key}


def _record(home: Outbreak, name: str, by: Actor, row: Row) -> RecordReport:
    frames = {"objections": _frame("objections", row)}
    return record_facts(home, frames, by=by, feed=ACT_FEED, power=POWER_OF_OBJECTIONS[name], action=name)


def _frame(table: str, row: Row) -> pl.DataFrame:
    return pl.DataFrame([row], schema={column: TABLES[table].schema[column] for column in row})


def _said(text: str, missing: str, field: str) -> str:
    """The text; an act without a reason is none."""
    if not text.strip():
        raise ActRefused(missing, field)
    return text.strip()
