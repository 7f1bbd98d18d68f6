"""A map of areas as SVG paths: equirectangular, which is true enough for one city or region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import cos, radians
from typing import Any

from lastcase.ops.records.outlines import Ring

PADDING = 8.0
MAINLAND_SHARE = 0.1
"""Of the largest ring: a second ring of an area that is smaller than this is an island."""
FAR = 26.0
LABEL_WIDTH, LABEL_HEIGHT = 128.0, 34.0
FINEST = 0.7
"""Points nearer than this to the one before, in units of the drawing, are left out."""


@dataclass(frozen=True)
class Shape:
    """The outline of one area as the data of a path, and where its label stands."""

    area_id: str
    path: str
    x: float
    y: float
    label_x: float
    label_y: float

    @property
    def is_led(self) -> bool:
        """Whether the label stands apart and needs a line to its area."""
        return abs(self.label_y - self.y) > LABEL_HEIGHT / 2


@dataclass(frozen=True)
class Frame:
    """The box around islands that are drawn nearer than they lie."""

    x: float
    y: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


@dataclass(frozen=True)
class Map:
    """A drawing of areas."""

    width: float
    height: float
    shapes: list[Shape]
    frame: Frame | None


def draw_map(rings: Mapping[str, list[Ring]], width: float = 470) -> Map | None:
    """The map of the areas; None where no outline is given.

    Small second rings of an area far off the rest (islands) are brought near, in a frame: they would leave the map
    empty else.
    """
    every = [ring for area in rings.values() for ring in area]
    if not every:
        return None
    largest = max(abs(_area(ring)) for ring in every)
    heads = [max(own, key=lambda ring: abs(_area(ring))) for own in rings.values() if own]
    main = heads + [ring for ring in every if abs(_area(ring)) >= largest * MAINLAND_SHARE]
    west, south, east, north = _bounds(main)
    shrink = cos(radians((south + north) / 2))
    unit = (width - 2 * PADDING) / max((east - west) * shrink, 1e-9)

    def place(ring: Ring) -> Ring:
        return [(PADDING + (x - west) * shrink * unit, PADDING + (north - y) * unit) for x, y in ring]

    floor = PADDING + (north - south) * unit
    placed = {area: [place(ring) for ring in own] for area, own in rings.items()}
    frame = _bring_near(placed, floor)
    shapes = _labelled((_shape(area, own) for area, own in sorted(placed.items())), width)
    lowest = max(floor, *(shape.label_y + LABEL_HEIGHT / 2 for shape in shapes), frame.bottom if frame else 0)
    return Map(width, round(lowest + PADDING, 1), shapes, frame)


def _bounds(rings: Iterable[Ring]) -> tuple[float, float, float, float]:
    xs, ys = zip(*(point for ring in rings for point in ring), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _bring_near(placed: dict[str, list[Ring]], floor: float) -> Frame | None:
    """Move the rings that lie wholly beneath `floor` up to it, together; the frame around them."""
    far = [ring for own in placed.values() for ring in own if min(y for _, y in ring) > floor + FAR]
    if not far:
        return None
    left, top, right, bottom = _bounds(far)
    rise = top - floor - FAR
    for area, own in placed.items():
        placed[area] = [[(x, y - rise) for x, y in ring] if ring in far else ring for ring in own]
    return Frame(
        round(left - PADDING, 1),
        round(floor + FAR - PADDING, 1),
        round(right - left + 2 * PADDING, 1),
        round(bottom - top + 2 * PADDING, 1),
    )


def _labelled(shapes: Iterable[Shape], width: float) -> list[Shape]:
    """Labels moved down and inside until none lies on another."""
    placed: list[Shape] = []
    for shape in sorted(shapes, key=lambda one: (one.y, one.area_id)):
        x = min(max(shape.x, LABEL_WIDTH / 2), width - LABEL_WIDTH / 2)
        y = shape.y
        while any(
            abs(y - one.label_y) < LABEL_HEIGHT and abs(x - one.label_x) < LABEL_WIDTH for one in placed
        ):
            y += 3
        placed.append(replace(shape, label_x=round(x, 1), label_y=round(y, 1)))
    return placed


def shade(row: Mapping[str, Any]) -> str:
    """The class of an area's fill: how many high-risk areas stand in it, else whether any medium one does."""
    n_high = row["high"] or 0
    if n_high:
        return "high-3" if n_high >= 100 else "high-2" if n_high >= 10 else "high-1"
    return "medium" if row["medium"] else "calm"


def _shape(area_id: str, rings: list[Ring]) -> Shape:
    thin = [_thinned(ring) for ring in rings]
    path = "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in thin if len(ring) > 3
    )
    largest = max(rings, key=lambda ring: abs(_area(ring)))
    x, y = _centre(largest)
    return Shape(area_id, path, round(x, 1), round(y, 1), x, y)


def _thinned(ring: Ring) -> Ring:
    kept = ring[:1]
    for x, y in ring[1:]:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= FINEST:
            kept.append((x, y))
    return kept


def _area(ring: Ring) -> float:
    following = [*ring[1:], ring[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, following, strict=True)) / 2


def _centre(ring: Ring) -> tuple[float, float]:
    """The centroid of a ring."""
    area, following = _area(ring) or 1e-9, [*ring[1:], ring[0]]
    pairs = list(zip(ring, following, strict=True))
    x = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    return x, y
