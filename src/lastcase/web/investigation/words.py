"""What a trajectory leaves open, as plain questions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastcase.core.contacts.questions import Question
from lastcase.web.markup import escaped
from lastcase.web.templatetags.lastcase import local_day

Row = Mapping[str, Any]
VERDICT_WORDS = {
    "accepted": gettext_lazy("Accepted"),
    "pending": gettext_lazy("To be judged"),
    "copresent": gettext_lazy("Co-present only"),
    "ruled_out": gettext_lazy("Ruled out"),
}
"""Verdicts as the page calls them."""


def place_name(place_id: str | None, places: Mapping[str, Row]) -> str:
    """What a place is called: its name, else its id without the namespace."""
    if place_id is None:
        return _("a place nobody named")
    named = places.get(place_id, {}).get("name")
    return str(named or place_id.rpartition(":")[2])


def own_words(text: str | None) -> str:
    """What somebody wrote, as markup: it stands in every language as it is."""
    return f'<span translate="no">{escaped(text)}</span>' if text else "–"


def clock(instant: datetime) -> str:
    """The local minute."""
    return f"{timezone.localtime(instant):%H:%M}"


def when(start_at: datetime, end_at: datetime) -> str:
    """A local day and two times of it; a span over midnight names both days."""
    start, end = (timezone.localtime(instant).date() for instant in (start_at, end_at))
    if start == end:
        return _("%(day)s, %(start)s to %(end)s") % {
            "day": local_day(start),
            "start": clock(start_at),
            "end": clock(end_at),
        }
    return _("%(day)s %(start)s to %(last)s %(end)s") % {
        "day": local_day(start),
        "start": clock(start_at),
        "last": local_day(end),
        "end": clock(end_at),
    }


def asked(question: Question, places: Mapping[str, Row]) -> str:
    """The question in a sentence."""
    if question.kind == "interview":
        return _("No interview is on record. Who has spoken with this person, and what was told?")
    if question.kind == "onset":
        return _("When did symptoms begin, and which came first? No onset is on record.")
    assert question.start_at is not None
    assert question.end_at is not None
    if question.kind == "whereabouts":
        return _("Where was this person on %(day)s between %(start)s and %(end)s, and with whom?") % {
            "day": local_day(timezone.localtime(question.start_at).date()),
            "start": clock(question.start_at),
            "end": clock(question.end_at),
        }
    if question.kind == "days":
        return _("Where was this person from %(first)s to %(last)s? Nothing is told of these days.") % {
            "first": local_day(timezone.localtime(question.start_at).date()),
            "last": local_day(timezone.localtime(question.end_at).date()),
        }
    names = [place_name(one, places) for one in question.places]
    told = when(question.start_at, question.end_at)
    if question.kind == "contradiction":
        return _("Which is right? %(when)s: told to be at %(one)s and at %(other)s at once.") % {
            "when": told,
            "one": names[0],
            "other": names[1],
        }
    if question.kind == "unit":
        return _("In which part of %(place)s (floor, carriage, table, ward) was this person, %(when)s?") % {
            "place": names[0],
            "when": told,
        }
    return _("When exactly was this person at %(place)s? %(when)s is told to %(minutes)s minutes only.") % {
        "place": names[0],
        "when": told,
        "minutes": f"{question.precision.total_seconds() / 60:.0f}",
    }
