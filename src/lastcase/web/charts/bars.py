"""Stacked bars by local day. A day that is not known is drawn as such, never as zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lastcase.web.charts.scale import ticks

TOP, BOTTOM, LEFT, RIGHT = 12.0, 24.0, 40.0, 4.0
LABEL_WIDTH = 56.0


@dataclass(frozen=True)
class Bar:
    """One day: `parts` are values by the name of their class, None where the day is not known."""

    on: date
    parts: Sequence[tuple[str, float | None]]
    is_known: bool = True

    @property
    def total(self) -> float | None:
        """The sum of the parts; None where the day as a whole is not known."""
        return sum(value or 0 for _, value in self.parts) if self.is_known else None


@dataclass(frozen=True)
class Rect:
    """A rectangle of the drawing, in its own units."""

    name: str
    x: float
    y: float
    width: float
    height: float
    bar: Bar


@dataclass(frozen=True)
class Chart:
    """A drawing: rectangles, the lines of the scale and the days under it."""

    width: float
    height: float
    left: float
    right: float
    base: float
    rects: list[Rect]
    lines: list[tuple[float, int]]
    labels: list[tuple[float, date]]


def draw_bars(bars: Sequence[Bar], width: float = 1180, height: float = 200) -> Chart:
    """The chart of the bars, one a day, in a box of that size."""
    scale = ticks(max((sum(value or 0 for _, value in bar.parts) for bar in bars), default=0), 4)
    base, room = height - BOTTOM, height - BOTTOM - TOP
    step = (width - LEFT - RIGHT) / max(len(bars), 1)
    rects = [
        rect
        for index, bar in enumerate(bars)
        for rect in _rects(bar, LEFT + index * step, step, base, room / scale[-1])
    ]
    every = max(1, -(-int(LABEL_WIDTH) // max(int(step), 1)))
    labels = [(LEFT + (index + 0.5) * step, bar.on) for index, bar in enumerate(bars) if index % every == 0]
    lines = [(round(base - value * room / scale[-1], 1), value) for value in scale]
    return Chart(width, height, LEFT, width - RIGHT, base, rects, lines, labels)


def _rects(bar: Bar, x: float, step: float, base: float, unit: float) -> list[Rect]:
    gap = min(step * 0.12, 4)
    width, x = round(step - gap, 2), round(x + gap / 2, 2)
    found, y = [], base
    if not bar.is_known:
        found.append(Rect("not-known", x, round(base - 10, 1), width, 10, bar))
    for name, value in bar.parts:
        if value:
            height = max(value * unit, 0.8)
            y -= height
            found.append(Rect(name, x, round(y, 1), width, round(height, 1), bar))
    return found
