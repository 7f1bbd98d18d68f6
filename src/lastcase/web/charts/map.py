"""A map of areas as SVG paths: equirectangular, which is true enough for one city or region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians

from lastcase.ops.records.outlines import Ring

PADDING = 8.0
FINEST = 0.7
"""Points nearer than this to the one before, in units of the drawing, are left out."""


@dataclass(frozen=True)
class Shape:
    """The outline of one area as the data of a path, and where its label stands."""

    area_id: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """A drawing of areas."""

    width: float
    height: float
    shapes: list[Shape]


def draw_map(rings: Mapping[str, list[Ring]], width: float = 470) -> Map | None:
    """The map of the areas; None where no outline is given."""
    points = [point for area in rings.values() for ring in area for point in ring]
    if not points:
        return None
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    shrink = cos(radians((south + north) / 2))
    unit = (width - 2 * PADDING) / max((east - west) * shrink, 1e-9)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return PADDING + (point[0] - west) * shrink * unit, PADDING + (north - point[1]) * unit

    shapes = [
        _shape(area, [[place(point) for point in ring] for ring in own])
        for area, own in sorted(rings.items())
    ]
    return Map(width, round((north - south) * unit + 2 * PADDING, 1), shapes)


def _shape(area_id: str, rings: list[Ring]) -> Shape:
    thin = [_thinned(ring) for ring in rings]
    path = "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in thin if len(ring) > 3
    )
    largest = max(rings, key=lambda ring: abs(_area(ring)))
    x, y = _centre(largest)
    return Shape(area_id, path, round(x, 1), round(y, 1))


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
