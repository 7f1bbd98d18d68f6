"""What a snapshot holds of an area at an hour, each number declared once.

All are counts at an instant. Null is "no source", as on the Board. The stored table, the counting and the page that
replays them are made from this declaration.
"""

from __future__ import annotations

from dataclasses import dataclass

from lastcase.core.duties.coverage import FOUR_ALLS


@dataclass(frozen=True)
class Measure:
    """One number: `name` is its column; `is_distinct`: it counts persons (or risk areas) once, however many rows
    name them."""

    name: str
    about: str
    is_distinct: bool = False


_LEAD = (
    Measure("today_community", "Cases found so far on the local day, in the community."),
    Measure("today_managed", "Cases found so far on the local day, under control."),
    Measure("today_unknown", "Cases found so far on the local day, where found is not known."),
    Measure("today_in_quarantine", "Of today's, those whom a quarantine stay already held."),
    Measure("last_day_total", "Cases found on the last whole local day."),
    Measure("cases_total", "Counted cases found so far."),
    Measure(
        "held_past_end", "Persons held past the end of an order for want of a release test.", is_distinct=True
    ),
    Measure("contacts_pending", "Persons with an exposure that waits for an investigator.", is_distinct=True),
    Measure("close_active", "Close contacts still followed.", is_distinct=True),
    Measure("secondary_active", "Secondary contacts still followed.", is_distinct=True),
    Measure("unnamed", "Exposed persons known by number only."),
    Measure("in_quarantine", "Persons in quarantine.", is_distinct=True),
    Measure("in_hospital", "Persons in hospital.", is_distinct=True),
    Measure("severe", "Severe and critical cases that are not over."),
    Measure("deaths", "Deaths."),
)
_ALLS = tuple(
    Measure(f"{alls}_{what}", f"Duties of the four alls ({alls}) that are {words}.")
    for alls in FOUR_ALLS
    for what, words in (
        ("done", "done"),
        ("missing", "past due and not done"),
        ("late", "missing, of kinds that a feed covers, and past their time"),
        ("not_yet_due", "open and not yet past due"),
    )
)
_AREAS = tuple(
    Measure(level, f"Risk areas standing at level {level}.", is_distinct=True)
    for level in ("high", "medium", "low")
)
_MISSING = (Measure("missing", "Duties of every covered kind that were to be done and are not."),)

MEASURES: tuple[Measure, ...] = (*_LEAD, *_ALLS, *_MISSING, *_AREAS)
"""All of them, in the order of the stored columns."""
