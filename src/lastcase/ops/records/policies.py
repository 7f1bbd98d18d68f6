"""Does the state of the record allow an act? Apart from permissions, which ask who and where.

Each check reads the record inside the act's own transaction and raises ActRefused, which names the input to
mend; what lies outside the post's area is not found.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import polars as pl

from lastcase.core.contacts.episodes import find_episodes
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak as CoreOutbreak
from lastcase.core.targets import day0_of, target_sets
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.models import Post
from lastcase.ops.accounts.queries import posts, scope_of
from lastcase.ops.records.errors import ActRefused, OutOfScope, PersonNotFound
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.queries import load_facts, load_outbreak
from lastcase.ops.records.transitions import (
    CASE_STATUS_STEPS,
    HAND_OVER_STEPS,
    JUDGEMENT_STEPS,
    WITHDRAWABLE,
    Steps,
    next_steps,
)
from lastcase.ops.records.writing import Writing

UNJUDGEABLE = ("outside_window", "no_window", "already_case")
"""Reasons of the edition that no judgement overrules: the exposure does not count whatever is said of it."""


def check_step(steps: Steps, state: str, step: str, field: str) -> None:
    """The step must be one that the table allows after the state."""
    if step not in next_steps(steps, state):
        raise ActRefused("no_such_step", field)


def check_person(now: Writing, home: Outbreak, person_id: str, by: Actor) -> None:
    """The person must be shown to the post in this outbreak; one shown elsewhere is not told from none."""
    lo, hi = by.scope or (0, 0)
    shown = now.one(_SHOWN, {"outbreak": home.pk, "person": person_id, "lo": lo, "hi": hi})
    if not shown:
        raise PersonNotFound(person_id=person_id)


_SHOWN = """
    SELECT count(*) FROM records_member WHERE outbreak_id = %(outbreak)s AND person_id = %(person)s AND (
        pos_naming >= %(lo)s AND pos_naming < %(hi)s OR pos_present >= %(lo)s AND pos_present < %(hi)s
        OR pos_residence >= %(lo)s AND pos_residence < %(hi)s)
"""


def check_persons(now: Writing, home: Outbreak, person_ids: Iterable[str], by: Actor) -> None:
    """Every one of the persons must be shown to the post in this outbreak, as `check_person` asks of one."""
    ids = sorted(set(person_ids))
    lo, hi = by.scope or (0, 0)
    params = {"outbreak": home.pk, "persons": ids, "lo": lo, "hi": hi}
    shown = {person for (person,) in now.all(_ALL_SHOWN, params)}
    for person_id in ids:
        if person_id not in shown:
            raise PersonNotFound(person_id=person_id)


_ALL_SHOWN = """
    SELECT person_id FROM records_member WHERE outbreak_id = %(outbreak)s AND person_id = ANY(%(persons)s) AND (
        pos_naming >= %(lo)s AND pos_naming < %(hi)s OR pos_present >= %(lo)s AND pos_present < %(hi)s
        OR pos_residence >= %(lo)s AND pos_residence < %(hi)s)
"""


def check_area(now: Writing, area_id: str | None, by: Actor) -> None:
    """The area must lie in the post's; None is the outbreak without an area, which the whole tree holds."""
    position = 0
    if area_id is not None:
        found = now.one("SELECT area_lo FROM records_areaposition WHERE area_id = %s", [area_id])
        if found is None:
            raise ActRefused("area_unknown", "area_id")
        position = found
    if not by.covers(position):
        raise OutOfScope(table="areas", n_rows=1)


def check_case(now: Writing, home: Outbreak, said_id: str, at: datetime, by: Actor) -> str:
    """The id on record of a case shown to the post, under the outbreak's namespace or without it."""
    lo, hi = by.scope or (0, 0)
    for person_id in (said_id.strip(), f"{home.name}:{said_id.strip()}"):
        shown = now.one(_SHOWN, {"outbreak": home.pk, "person": person_id, "lo": lo, "hi": hi})
        facts = load_facts(home, persons=[person_id], using=now.alias) if shown else Facts({})
        if shown and not episodes_of(facts, load_outbreak(home), person_id, at).is_empty():
            return person_id
    raise ActRefused("no_such_case", "case_person_id")


def check_group(
    now: Writing,
    home: Outbreak,
    case_id: str,
    description: str,
    exposed_at: datetime | None,
    area_id: str | None,
    at: datetime,
) -> None:
    """The exposure must not lie ahead, the area must be known, and the group must not stand already."""
    if exposed_at is not None and exposed_at > at:
        raise ActRefused("exposure_ahead", "exposed_at")
    known = now.one("SELECT count(*) FROM records_areaposition WHERE area_id = %s", [area_id])
    if area_id is not None and not known:
        raise ActRefused("area_unknown", "area_id")
    if now.one(
        """SELECT count(*) FROM fact_exposed_groups WHERE outbreak_id = %s AND case_person_id = %s
           AND description = %s AND exposed_at IS NOT DISTINCT FROM %s AND retired_at IS NULL""",
        [home.pk, case_id, description, exposed_at],
    ):
        raise ActRefused("same_group", "description")


def check_judgement(
    now: Writing, home: Outbreak, case_person_id: str, person_id: str, judgement: str
) -> None:
    """There must be an exposure of the person to the case that a judgement can decide, and a new judgement."""
    pair = [home.pk, case_person_id, person_id]
    where = "outbreak_id = %s AND case_person_id = %s AND person_id = %s"
    reasons = {reason for (reason,) in now.all(f"SELECT reason FROM answer_exposures WHERE {where}", pair)}
    if not reasons:
        raise ActRefused("not_exposed", "judgement")
    if reasons <= set(UNJUDGEABLE):
        raise ActRefused("outside_window", "judgement")
    standing = f"SELECT judgement FROM fact_judgements WHERE {where} AND retired_at IS NULL"
    check_step(JUDGEMENT_STEPS, now.one(standing, pair) or "", judgement, "judgement")


def check_extension(now: Writing, home: Outbreak, person_id: str, until_at: datetime, at: datetime) -> None:
    """An order must wait for a release test, and the new end must lie after its scheduled one and after now."""
    waiting = now.one(
        _BOUND.format("max(ends_at)", "AND needs_release_test AND cap_at IS NOT NULL"),
        _bound(home, person_id, at),
    )
    if waiting is None:
        raise ActRefused("nothing_to_extend", "until_at")
    if until_at <= max(waiting, at):
        raise ActRefused("until_too_early", "until_at")


def check_bound(now: Writing, home: Outbreak, person_id: str, at: datetime) -> None:
    """Some order must bind the person."""
    if not now.one(_BOUND.format("count(*)", ""), _bound(home, person_id, at)):
        raise ActRefused("not_bound", "reason")


_BOUND = """
    SELECT {} FROM answer_orders WHERE outbreak_id = %(outbreak)s AND person_id = %(person)s
    AND (issued_at IS NULL OR issued_at <= %(at)s) AND (closed_at IS NULL OR closed_at > %(at)s) {}
"""


def _bound(home: Outbreak, person_id: str, at: datetime) -> dict[str, object]:
    return {"outbreak": home.pk, "person": person_id, "at": at}


def check_exemption(
    now: Writing, home: Outbreak, person_id: str, kind: str, until_at: datetime | None, at: datetime
) -> None:
    """Something of the kind (empty: anything) must be owed, and an end must lie ahead."""
    params = {"outbreak": home.pk, "person": person_id, "kind": kind, "at": at}
    if not now.one(_OWED, params):
        raise ActRefused("nothing_owed", "duty_kind")
    if until_at is not None and until_at <= at:
        raise ActRefused("until_too_early", "until_at")


_OWED = """
    SELECT count(*) FROM answer_duties WHERE outbreak_id = %(outbreak)s AND person_id = %(person)s
    AND (%(kind)s = '' OR kind = (SELECT id FROM records_term WHERE term = %(kind)s)) AND fulfilled_at IS NULL
    AND (closed_at IS NULL OR closed_at > %(at)s)
"""


def check_withdrawal(now: Writing, home: Outbreak, decision_id: str, by: Actor) -> None:
    """The decision must stand, be of a kind that may be withdrawn, and be about a person shown to the post."""
    found = now.all(
        """SELECT decision_kind, person_id FROM fact_decisions
           WHERE outbreak_id = %s AND decision_id = %s AND retired_at IS NULL""",
        [home.pk, decision_id],
    )
    if not found or found[0][0] not in WITHDRAWABLE:
        raise ActRefused("no_such_decision", "reason")
    check_person(now, home, found[0][1], by)


def hand_over_state(now: Writing, home: Outbreak, person_id: str) -> str:
    """Where the latest hand-over of the person stands: requested, received, or empty for none."""
    rows = now.all(
        """SELECT received_at FROM fact_moves WHERE outbreak_id = %s AND person_id = %s
           AND move_kind = 'hand_over' AND retired_at IS NULL ORDER BY requested_at DESC NULLS LAST, id DESC""",
        [home.pk, person_id],
    )
    if not rows:
        return ""
    return "requested" if any(received is None for (received,) in rows) else "received"


def check_request(now: Writing, home: Outbreak, person_id: str, to_area_id: str, from_id: str | None) -> None:
    """No other hand-over may be open, and the receiver must be a known area other than the sender's."""
    if "requested" not in next_steps(HAND_OVER_STEPS, hand_over_state(now, home, person_id)):
        raise ActRefused("already_requested", "to_area_id")
    known = now.one("SELECT count(*) FROM records_areaposition WHERE area_id = %s", [to_area_id])
    if not known:
        raise ActRefused("area_unknown", "to_area_id")
    if to_area_id == from_id:
        raise ActRefused("same_area", "to_area_id")


def open_hand_over(now: Writing, home: Outbreak, move_id: str) -> tuple[str, str | None]:
    """Person and receiving area of a hand-over that nobody has signed for yet."""
    rows = now.all(
        """SELECT person_id, to_area_id FROM fact_moves WHERE outbreak_id = %s AND move_id = %s
           AND move_kind = 'hand_over' AND received_at IS NULL AND retired_at IS NULL""",
        [home.pk, move_id],
    )
    if not rows:
        raise ActRefused("no_open_hand_over", "move_id")
    return rows[0][0], rows[0][1]


def check_day0(
    home: Outbreak, target_set: str, day0_on: date, area_id: str | None, at: datetime, using: str
) -> None:
    """The edition in force must have the set; the day must have begun and differ from the one that stands."""
    outbreak = load_outbreak(home)
    if not outbreak.adoptions or target_set not in target_sets(outbreak.edition_at(at)):
        raise ActRefused("no_such_set", "day0_on")
    if day0_on > at.astimezone(outbreak.zone).date():
        raise ActRefused("day_ahead", "day0_on")
    standing = day0_of(load_facts(home, persons=[], using=using), target_set, area_id)
    if standing is not None and standing.day0_on == day0_on:
        raise ActRefused("same_day0", "day0_on")


def check_regrade(now: Writing, home: Outbreak, area_id: str | None, day_on: date, at: datetime) -> None:
    """A day is signed once an area, and not before it has begun."""
    if day_on > at.astimezone(load_outbreak(home).zone).date():
        raise ActRefused("day_ahead", "day_on")
    if now.one(
        """SELECT count(*) FROM fact_decisions WHERE outbreak_id = %s AND decision_kind = 'regrade'
           AND area_id IS NOT DISTINCT FROM %s AND value_on = %s AND retired_at IS NULL""",
        [home.pk, area_id, day_on],
    ):
        raise ActRefused("already_regraded", "day_on")


def episodes_of(facts: Facts, outbreak: CoreOutbreak, person_id: str, at: datetime) -> pl.DataFrame:
    """Episodes of a person under the edition in force, a presumptive one by specimen alone included."""
    about = ("cases", "specimens", "stays")
    own = {name: facts[name].filter(pl.col("person_id") == person_id) for name in about}
    return find_episodes(Facts({**facts.frames, **own}), outbreak.edition_at(at), outbreak.time_zone)


def check_status(home: Outbreak, person_id: str, episode: int, status: str, at: datetime, using: str) -> None:
    """The episode must be there, recorded or by a positive specimen, and the status may follow its own."""
    outbreak = load_outbreak(home)
    facts = load_facts(home, persons=[person_id], using=using)
    found = episodes_of(facts, outbreak, person_id, at).filter(pl.col("episode") == episode)
    if found.is_empty():
        raise ActRefused("no_such_episode", "case_status")
    check_step(CASE_STATUS_STEPS, found["case_status"][0], status, "case_status")


def check_post(post_id: int, by: Actor) -> Post:
    """The standing post, whose area must lie in that of the acting post."""
    post = posts().filter(id=post_id).first()
    span = None if post is None else scope_of(post)
    if (
        post is None
        or span is None
        or by.scope is None
        or not (by.scope[0] <= span[0] and span[1] <= by.scope[1])
    ):
        raise ActRefused("no_such_post", "post_id")
    return post


def check_override(now: Writing, home: Outbreak, person_id: str, episode: int, detection: str | None) -> None:
    """The case must be recorded and counted, and stand otherwise than the override says."""
    rows = now.all(
        """SELECT c.detection_override FROM fact_cases c JOIN answer_detections d
               USING (outbreak_id, person_id, episode)
           WHERE c.outbreak_id = %s AND c.person_id = %s AND c.episode = %s AND c.retired_at IS NULL""",
        [home.pk, person_id, episode],
    )
    if not rows:
        raise ActRefused("no_such_episode", "detection")
    if rows[0][0] == detection:
        raise ActRefused("no_such_step", "detection")
