"""The rows behind each number of the brief's lead as SQL: the same as `core.bulletin.rows_behind`."""

from __future__ import annotations

from dataclasses import dataclass

CODES = ("pending", "judged")
"""Texts whose numbers these conditions need."""

HELD = """SELECT o.person_id FROM answer_orders o
    WHERE o.outbreak_id = %(outbreak)s AND o.needs_release_test AND o.ends_at <= %(as_of)s
    AND NOT coalesce(o.category = ANY(%(statuses)s), false)
    AND NOT coalesce(o.released_at <= %(as_of)s, false) AND NOT coalesce(o.closed_at <= %(as_of)s, false)"""
"""Persons bound beyond their scheduled end only because their release test is late: `core.bulletin.held_past_end`."""

PENDING = """SELECT e.person_id FROM answer_exposures e
    WHERE e.outbreak_id = %(outbreak)s AND (e.found_at IS NULL OR e.found_at <= %(as_of)s)
    AND (e.verdict = %(pending)s OR e.reason = %(judged)s AND e.judged_at > %(as_of)s)"""
UNJUDGED = """SELECT e.person_id FROM answer_exposures e WHERE e.outbreak_id = %(outbreak)s
    AND e.verdict = %(pending)s AND (e.found_at IS NULL OR e.found_at <= %(as_of)s)"""
"""The same of those whom nobody has judged up to now, which an index finds."""

_STAYING = """SELECT s.person_id FROM fact_stays s
    WHERE s.outbreak_id = %(outbreak)s AND s.retired_at IS NULL AND s.stay_kind = ANY(%({})s)
    AND s.start_at <= %(as_of)s AND (s.end_at IS NULL OR s.end_at > %(as_of)s)"""
_ANY_STAY = "EXISTS (SELECT 1 FROM fact_stays s WHERE s.outbreak_id = %(outbreak)s AND s.retired_at IS NULL)"

_DIED_ON = "coalesce(c.death_on, CASE WHEN c.outcome = 'died' THEN c.burial_on END)"
_DEAD = f"""(coalesce({_DIED_ON}::timestamp AT TIME ZONE %(zone)s <= %(as_of)s, false)
    OR coalesce(c.outcome = 'died', false) AND {_DIED_ON} IS NULL)"""
_OVER = f"""(coalesce(c.recovered_at <= %(as_of)s, false)
    OR coalesce(c.outcome = 'recovered', false) AND c.recovered_at IS NULL OR {_DEAD})"""
_ADMITTED = f"""SELECT c.person_id FROM answer_detections d JOIN fact_cases c
    ON c.outbreak_id = d.outbreak_id AND c.person_id = d.person_id AND c.episode = d.episode
    AND c.retired_at IS NULL WHERE d.outbreak_id = %(outbreak)s
    AND (d.found_at IS NULL OR d.found_at <= %(as_of)s) AND c.admitted_at <= %(as_of)s AND NOT {_OVER}"""


@dataclass(frozen=True)
class Lead:
    """The condition on a row of a list of cases (`is_of_cases`), or on the person of any other, with its joins."""

    sql: str
    is_of_cases: bool = False
    joins: tuple[str, ...] = ()


LEADS = {
    "contacts_pending": Lead(f"a.person_id IN ({PENDING})"),
    "in_quarantine": Lead(f"a.person_id IN ({_STAYING.format('quarantine_kinds')})"),
    "in_hospital": Lead(
        f"a.person_id IN ({_STAYING.format('hospital_kinds')})"
        f" OR NOT {_ANY_STAY} AND a.person_id IN ({_ADMITTED})"
    ),
    "severe": Lead(f"c.severity IN ('severe', 'critical') AND NOT {_OVER}", True, ("c",)),
    "deaths": Lead(_DEAD, True, ("c",)),
    "in_quarantine_today": Lead(
        """a.found_at >= %(from_at)s AND a.found_at < %(to_at)s AND a.detection IS NOT NULL
        AND a.control IN (SELECT 'stays:' || s.stay_id FROM fact_stays s WHERE s.outbreak_id = %(outbreak)s
            AND s.retired_at IS NULL AND s.stay_kind = ANY(%(quarantine_kinds)s))""",
        True,
    ),
}
"""The numbers that count rows of their own; `held_past_end` is `HELD`."""
