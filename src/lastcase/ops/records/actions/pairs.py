"""Two entries: one person or two. Merged, un-merged and told apart in sets, each signed with its reason.

A merge states which id survives and is kept as a decision about the survivor (`subject`: the other id); nothing
that was recorded is rewritten. An un-merge withdraws that decision, and every fact is its own entry's again. To
tell two entries apart keeps the pair from being proposed. Signing again what stands writes nothing.
All raise NotPermitted, PersonNotFound, MergeRefused and ActRefused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.receipts import ACT_FEED
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.powers import Power
from lastcase.ops.records import policies
from lastcase.ops.records.actions.facts import RecordReport, check_power, record_facts, retire_facts
from lastcase.ops.records.errors import ActRefused, MergeRefused
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.writing import Writing, writing

Pair = tuple[str, str]
"""Two ids: of a merge the one that goes and the one that survives."""

POWER_OF_PAIRS: Mapping[str, Power] = {
    "merge_pairs": "judge",
    "unmerge_persons": "judge",
    "mark_apart": "judge",
    "withdraw_apart": "judge",
}
"""The power that each act takes; pages and tests read it here."""


def merge_pairs(
    outbreak: str | Outbreak, pairs: Sequence[Pair], *, reason: str, at: datetime, by: Actor
) -> RecordReport:
    """State of each pair that its first person is the same as its second, who survives.

    Chains within the set end at one survivor. A pair that is merged so already is left.
    """
    signed, home = _reason(reason), get_outbreak(outbreak)
    check_power(by, POWER_OF_PAIRS["merge_pairs"])
    with writing(home.pk, is_global=True) as now:
        ends = plan_merges(pairs)
        policies.check_persons(now, home, {*ends, *ends.values()}, by)
        _check_not_apart(now, home, ends)
        fresh = _not_yet_merged(now, ends)
        return _record(
            home,
            "merge_pairs",
            by,
            persons=[{"person_id": one, "merged_into_id": into} for one, into in fresh.items()],
            decisions=[
                _decision("same_person", into, one, by, signed, at) for one, into in sorted(fresh.items())
            ],
        )


def plan_merges(pairs: Iterable[Pair]) -> dict[str, str]:
    """Who goes into whom, every chain followed to its end. Raises MergeRefused where one goes into oneself, into
    two persons, or round in a circle."""
    into: dict[str, str] = {}
    for one, other in pairs:
        if one == other or into.get(one, other) != other:
            raise MergeRefused(person_id=one, into_id=other)
        into[one] = other
    return {one: _end_of(one, into) for one in into}


def _end_of(one: str, into: Mapping[str, str]) -> str:
    at, seen = one, {one}
    while at in into:
        at = into[at]
        if at in seen:
            raise MergeRefused(person_id=one, into_id=into[one])
        seen.add(at)
    return at


def _check_not_apart(now: Writing, home: Outbreak, ends: Mapping[str, str]) -> None:
    """Whom somebody signed to be two is not merged before that is withdrawn."""
    told = set(_told_apart(now, home))
    if told & {_ordered(pair) for pair in ends.items()}:
        raise ActRefused("told_apart", "into_id")


def _told_apart(now: Writing, home: Outbreak) -> list[Pair]:
    found = now.all(
        """SELECT person_id, subject FROM fact_decisions WHERE outbreak_id = %s
           AND decision_kind = 'not_same_person' AND retired_at IS NULL""",
        [home.pk],
    )
    return [(one, other) for one, other in found]


def _not_yet_merged(now: Writing, ends: Mapping[str, str]) -> dict[str, str]:
    """The merges that do not stand yet. A person merged elsewhere already is refused, as is such a survivor."""
    standing = dict(
        now.all(
            """SELECT person_id, merged_into_id FROM fact_persons
               WHERE person_id = ANY(%s) AND retired_at IS NULL AND merged_into_id IS NOT NULL""",
            [[*ends, *ends.values()]],
        )
    )
    for one, into in ends.items():
        if into in standing or standing.get(one, into) != into:
            raise MergeRefused(person_id=one, into_id=into)
    return {one: into for one, into in ends.items() if one not in standing}


def unmerge_persons(
    outbreak: str | Outbreak, person_ids: Iterable[str], *, reason: str, by: Actor
) -> RecordReport:
    """Take merges back: each person stands alone again, with the history recorded under this id. Who is not
    merged is left."""
    ids, signed, home = sorted(set(person_ids)), _reason(reason), get_outbreak(outbreak)
    check_power(by, POWER_OF_PAIRS["unmerge_persons"])
    with writing(home.pk, is_global=True) as now:
        policies.check_persons(now, home, ids, by)
        _withdraw(now, home, "same_person", "subject = ANY(%(ids)s)", {"ids": ids}, by, signed)
        rows = [{"person_id": one, "merged_into_id": None} for one in ids]
        return _record(home, "unmerge_persons", by, persons=rows)


def mark_apart(
    outbreak: str | Outbreak, pairs: Iterable[Pair], *, reason: str, at: datetime, by: Actor
) -> RecordReport:
    """Sign of each pair that its two entries are two persons: it is not proposed again."""
    ordered, signed, home = (
        sorted({_ordered(pair) for pair in pairs}),
        _reason(reason),
        get_outbreak(outbreak),
    )
    check_power(by, POWER_OF_PAIRS["mark_apart"])
    with writing(home.pk, is_global=True) as now:
        policies.check_persons(now, home, {one for pair in ordered for one in pair}, by)
        told = set(_told_apart(now, home))
        rows = [
            _decision("not_same_person", one, other, by, signed, at)
            for one, other in ordered
            if (one, other) not in told
        ]
        return _record(home, "mark_apart", by, decisions=rows)


def withdraw_apart(
    outbreak: str | Outbreak, pairs: Iterable[Pair], *, reason: str, by: Actor
) -> RecordReport:
    """Take back that two entries are two persons: the pair may be proposed again."""
    ordered, signed, home = (
        sorted({_ordered(pair) for pair in pairs}),
        _reason(reason),
        get_outbreak(outbreak),
    )
    check_power(by, POWER_OF_PAIRS["withdraw_apart"])
    with writing(home.pk, is_global=True) as now:
        policies.check_persons(now, home, {one for pair in ordered for one in pair}, by)
        which = """(person_id, subject) IN (SELECT * FROM unnest(%(left)s::text[], %(right)s::text[]))"""
        sides = {"left": [one for one, _ in ordered], "right": [other for _, other in ordered]}
        return _withdraw(now, home, "not_same_person", which, sides, by, signed)


def _ordered(pair: Pair) -> Pair:
    one, other = sorted(pair)
    if one == other:
        raise MergeRefused(person_id=one, into_id=other)
    return one, other


def _withdraw(
    now: Writing,
    home: Outbreak,
    kind: str,
    which: str,
    params: Mapping[str, object],
    by: Actor,
    reason: str,
) -> RecordReport:
    found = now.all(
        f"""SELECT decision_id FROM fact_decisions WHERE outbreak_id = %(outbreak)s
            AND decision_kind = %(kind)s AND retired_at IS NULL AND {which} ORDER BY decision_id""",
        {**params, "outbreak": home.pk, "kind": kind},
    )
    if not found:
        return RecordReport()
    keys = pl.DataFrame({"decision_id": [one for (one,) in found]})
    return retire_facts(
        home, {"decisions": keys}, by=by, reason=reason, power=POWER_OF_PAIRS["withdraw_apart"]
    )


def _record(home: Outbreak, name: str, by: Actor, **rows: Sequence[Mapping[str, object]]) -> RecordReport:
    frames = {
        table: pl.DataFrame(some, schema={column: TABLES[table].schema[column] for column in some[0]})
        for table, some in rows.items()
        if some
    }
    if not frames:
        return RecordReport()
    return record_facts(home, frames, by=by, feed=ACT_FEED, power=POWER_OF_PAIRS[name], action=name)


def _decision(
    kind: str, person_id: str, subject: str, by: Actor, reason: str, at: datetime
) -> dict[str, object]:
    return {
        "decision_id": uuid4().hex,
        "decision_kind": kind,
        "person_id": person_id,
        "subject": subject,
        "signed_at": at,
        "signed_by": f"{by.name} ({by.post_name})",
        "reason": reason,
    }


def _reason(text: str) -> str:
    """An act without a reason is none."""
    if not text.strip():
        raise ActRefused("reason_missing", "reason")
    return text.strip()
