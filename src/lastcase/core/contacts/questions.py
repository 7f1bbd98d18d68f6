"""What a trajectory leaves open, as questions to ask whoever was interviewed.

An investigator reads the visits and stays of one person against the days that matter: hours of which nothing is told,
two places at once, a place whose parts are told apart with none named, times told too coarsely to decide anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

WAKING = (time(7), time(22))
"""Local hours between which a person is expected to be somewhere that can be told."""
UNTOLD = timedelta(hours=2)
"""A span of waking hours that is longer, and of which nothing is told, is asked about."""
COARSE = timedelta(minutes=60)
"""Times told to this precision or worse are asked again."""


@dataclass(frozen=True)
class Presence:
    """Told to have been somewhere from `start_at` up to, not including, `end_at`: a visit, or a stay.

    `place_id` and `unit` are None where nobody told them; `precision` is how far either end may lie off.
    """

    start_at: datetime
    end_at: datetime
    place_id: str | None = None
    unit: str | None = None
    precision: timedelta = timedelta()
    is_visit: bool = True


@dataclass(frozen=True)
class Question:
    """One thing to ask. `kind`: interview, onset, whereabouts, days, contradiction, unit, precision.

    `start_at` and `end_at` are the span that it is about, `places` the places; the first two kinds have neither.
    """

    kind: str
    start_at: datetime | None = None
    end_at: datetime | None = None
    places: tuple[str, ...] = ()
    precision: timedelta = timedelta()


def find_questions(
    presences: Collection[Presence],
    window: tuple[datetime, datetime],
    zone: ZoneInfo,
    *,
    with_units: Collection[str] = (),
    is_interviewed: bool = True,
    is_onset_open: bool = False,
) -> list[Question]:
    """Everything that a trajectory leaves open inside the window, in the order of time.

    `with_units`: places whose parts (floors, carriages, wards) are told apart. `is_onset_open`: nobody has told
    when symptoms began, nor that there were none.
    """
    inside = sorted(
        (one for one in presences if one.start_at < window[1] and one.end_at > window[0]),
        key=lambda one: (one.start_at, one.end_at, one.place_id or ""),
    )
    visits = [one for one in inside if one.is_visit]
    general = [Question("interview")] * (not is_interviewed) + [Question("onset")] * is_onset_open
    dated = [
        *whereabouts(inside, window, zone),
        *contradictions(inside),
        *unnamed_units(visits, with_units),
        *coarse_times(visits),
    ]
    return general + sorted(dated, key=lambda one: (one.start_at, one.kind, one.places))


def whereabouts(
    presences: Iterable[Presence], window: tuple[datetime, datetime], zone: ZoneInfo
) -> Iterator[Question]:
    """Spans of waking hours of which nothing is told; days on end of which nothing is told at all are one question.
    `presences` in the order of their starts."""
    told = [(one.start_at, one.end_at) for one in presences]
    silent: list[tuple[datetime, datetime]] = []
    for opens, closes in _waking(window, zone):
        spans = list(_untold(told, opens, closes))
        if spans == [(opens, closes)]:
            silent += spans
            continue
        yield from _of_days(silent)
        silent = []
        yield from (Question("whereabouts", *span) for span in spans)
    yield from _of_days(silent)


def _untold(
    told: Iterable[tuple[datetime, datetime]], opens: datetime, closes: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The spans between two instants, longer than `UNTOLD`, of which nothing is told."""
    at = opens
    for start, end in [*told, (closes, closes)]:
        if min(start, closes) - at > UNTOLD:
            yield at, min(start, closes)
        at = max(at, end)


def _of_days(silent: list[tuple[datetime, datetime]]) -> Iterator[Question]:
    if silent:
        kind = "whereabouts" if len(silent) == 1 else "days"
        yield Question(kind, silent[0][0], silent[-1][1])


def contradictions(presences: Iterable[Presence]) -> Iterator[Question]:
    """Two places at once, by more than the precision of both: one of the two is told wrongly."""
    for one, other in combinations(presences, 2):
        if None in (one.place_id, other.place_id) or one.place_id == other.place_id:
            continue
        start, end = max(one.start_at, other.start_at), min(one.end_at, other.end_at)
        if end - start > one.precision + other.precision:
            yield Question("contradiction", start, end, (str(one.place_id), str(other.place_id)))


def unnamed_units(visits: Iterable[Presence], with_units: Collection[str]) -> Iterator[Question]:
    """Visits that name no part of a place whose parts are told apart: they meet everybody in it."""
    for one in visits:
        if one.unit is None and one.place_id in with_units:
            yield Question("unit", one.start_at, one.end_at, (str(one.place_id),))


def coarse_times(visits: Iterable[Presence]) -> Iterator[Question]:
    """Visits whose times are told too coarsely."""
    for one in visits:
        if one.precision >= COARSE and one.place_id is not None:
            yield Question("precision", one.start_at, one.end_at, (one.place_id,), one.precision)


def _waking(window: tuple[datetime, datetime], zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The waking hours of each local day, as far as they lie inside the window."""
    day = window[0].astimezone(zone).date()
    while day <= window[1].astimezone(zone).date():
        opens, closes = (datetime.combine(day, hour, zone).astimezone(window[0].tzinfo) for hour in WAKING)
        opens, closes = max(opens, window[0]), min(closes, window[1])
        if opens < closes:
            yield opens, closes
        day += timedelta(days=1)
