"""A lane a local day, from midnight to midnight: bars for times spent somewhere, shade for a window, marks for
instants. Bars that overlap stand beneath each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

TOP, RIGHT = 22.0, 6.0
BAR, GAP, PAD = 19.0, 2.0, 4.0
LETTER = 7.2
"""About the width of a letter of a label; one of a Chinese name takes two."""
MINUTES = 24 * 60
NARROWEST = 2.0
Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Span:
    """A time spent somewhere. `style` names its class, `slack` how far its ends may lie off."""

    start_at: datetime
    end_at: datetime
    style: str
    label: str
    row: Any
    slack: timedelta = timedelta()


@dataclass(frozen=True)
class Mark:
    """An instant, such as a sample. `style` names its class."""

    at: datetime
    style: str
    label: str


@dataclass(frozen=True)
class Bar:
    """A piece of a span on one day. `x_fuzzy` and `fuzzy_width`: as far as the slack reaches; None without one."""

    span: Span
    x: float
    y: float
    width: float
    label: str
    x_fuzzy: float | None = None
    fuzzy_width: float = 0.0


@dataclass(frozen=True)
class Lane:
    """One day: where it lies, what part of it the window shades, its bars and its marks. `is_after_gap`: days without
    anything were left out before it."""

    on: date
    y: float
    height: float
    shade: tuple[float, float] | None
    bars: list[Bar]
    marks: list[tuple[float, Mark]]
    is_after_gap: bool

    @property
    def middle(self) -> float:
        """Where its text stands."""
        return self.y + self.height / 2 + 4


@dataclass(frozen=True)
class Lanes:
    """A drawing of days."""

    width: float
    height: float
    left: float
    right: float
    hours: list[tuple[float, int]]
    lanes: list[Lane]

    @property
    def room(self) -> float:
        """How wide a day is."""
        return round(self.right - self.left, 1)


def days_drawn(
    spans: Iterable[Span], marks: Iterable[Mark], window: Interval | None, zone: ZoneInfo
) -> list[date]:
    """The local days that have a lane: those of the window, those on which a span begins, and those of marks."""
    days = {one.start_at.astimezone(zone).date() for one in spans}
    days |= {one.at.astimezone(zone).date() for one in marks}
    if window is not None:
        day, last = (instant.astimezone(zone).date() for instant in window)
        while day <= last:
            days.add(day)
            day += timedelta(days=1)
    return sorted(days)


def draw_lanes(
    days: Sequence[date],
    spans: Sequence[Span],
    marks: Sequence[Mark],
    window: Interval | None,
    zone: ZoneInfo,
    *,
    width: float = 1180,
    left: float = 92,
    every_hours: int = 3,
) -> Lanes:
    """The drawing of these days in a box of that width."""
    unit = (width - left - RIGHT) / MINUTES
    lanes: list[Lane] = []
    by_day = _by_day(spans, zone)
    y = TOP
    for day in days:
        place = _placing(day, zone, left, unit)
        bars, n_rows = _bars(by_day.get(day, ()), place, y + PAD)
        height = 2 * PAD + max(n_rows, 1) * (BAR + GAP) - GAP
        shade = None
        if window is not None and (piece := place(*window)) is not None:
            shade = (piece[0], round(piece[1] - piece[0], 1))
        here = [
            (round(left + _minute(one.at, day, zone) * unit, 1), one)
            for one in marks
            if _is_on(one.at, day, zone)
        ]
        follows = not lanes or lanes[-1].on + timedelta(days=1) == day
        lanes.append(Lane(day, round(y, 1), round(height, 1), shade, bars, here, not follows))
        y += height
    hours = [(round(left + hour * 60 * unit, 1), hour) for hour in range(0, 25, every_hours)]
    return Lanes(width, round(y + 4, 1), left, width - RIGHT, hours, lanes)


def _by_day(spans: Iterable[Span], zone: ZoneInfo) -> dict[date, list[Span]]:
    """The spans by each local day that they touch, in the order of time."""
    found: dict[date, list[Span]] = {}
    for span in sorted(spans, key=lambda one: (one.start_at, one.end_at)):
        day, last = (instant.astimezone(zone).date() for instant in (span.start_at, span.end_at))
        while day <= last:
            found.setdefault(day, []).append(span)
            day += timedelta(days=1)
    return found


def _placing(
    day: date, zone: ZoneInfo, left: float, unit: float
) -> Callable[[datetime, datetime], tuple[float, float] | None]:
    """Where an interval lies on the day's lane; None for one of other days."""

    def place(start_at: datetime, end_at: datetime) -> tuple[float, float] | None:
        start, end = (_minute(instant, day, zone) for instant in (start_at, end_at))
        start, end = max(start, 0), min(end, MINUTES)
        if start >= MINUTES or end < 0 or (end == 0 and start_at < end_at):
            return None
        return round(left + start * unit, 1), round(left + end * unit, 1)

    return place


def _minute(instant: datetime, day: date, zone: ZoneInfo) -> float:
    """Minutes of the clock from the day's midnight; before it less than none."""
    here = instant.astimezone(zone)
    return (here.date() - day).days * MINUTES + here.hour * 60 + here.minute + here.second / 60


def _is_on(instant: datetime, day: date, zone: ZoneInfo) -> bool:
    return instant.astimezone(zone).date() == day


def _bars(
    spans: Sequence[Span],
    place: Callable[[datetime, datetime], tuple[float, float] | None],
    top: float,
) -> tuple[list[Bar], int]:
    """The bars of a day's spans, which come in the order of time, each in the first row that is free, and the number of
    rows."""
    free: list[float] = []
    bars = []
    for span in spans:
        piece = place(span.start_at, span.end_at)
        if piece is None:
            continue
        x, end = piece[0], max(piece[1], piece[0] + NARROWEST)
        row = next((number for number, taken in enumerate(free) if taken <= x), len(free))
        free[row:] = [end, *free[row + 1 :]]
        fuzzy = place(span.start_at - span.slack, span.end_at + span.slack) if span.slack else None
        bars.append(
            Bar(
                span,
                x,
                round(top + row * (BAR + GAP), 1),
                round(end - x, 1),
                _fitting(span.label, end - x),
                fuzzy[0] if fuzzy else None,
                round(fuzzy[1] - fuzzy[0], 1) if fuzzy else 0.0,
            )
        )
    return bars, len(free)


def _fitting(label: str, width: float) -> str:
    """As much of the label as its bar holds; nothing where that would be less than three letters."""
    room = (width - 8) / LETTER
    sizes = [1 if ord(letter) < 0x2E80 else 1.8 for letter in label]
    if sum(sizes) <= room:
        return label
    kept, used = 0, 1.0
    while kept < len(label) and used + sizes[kept] <= room:
        used += sizes[kept]
        kept += 1
    return f"{label[:kept]}…" if kept >= 3 else ""
