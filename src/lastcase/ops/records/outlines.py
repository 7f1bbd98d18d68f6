"""Outlines of areas, where the project ships them: drawn on maps, never computed with."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from importlib.resources import files

Ring = list[tuple[float, float]]


@cache
def _shipped() -> dict[str, list[Ring]]:
    folder = files("lastcase.ops.imports") / "demo" / "boundaries"
    found: dict[str, list[Ring]] = {}
    for entry in folder.iterdir():
        if entry.name.endswith(".geojson"):
            for feature in json.loads(entry.read_text(encoding="utf-8"))["features"]:
                found[str(feature["id"])] = _rings(feature["geometry"])
    return found


def _rings(geometry: dict) -> list[Ring]:
    """Outer and inner rings as (longitude, latitude) in degrees."""
    shapes = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[(float(x), float(y)) for x, y, *_ in ring] for shape in shapes for ring in shape]


@cache
def outlined() -> frozenset[str]:
    """The areas whose outline is shipped."""
    return frozenset(_shipped())


def outlines(area_ids: Collection[str]) -> dict[str, list[Ring]]:
    """Rings by area id, of those areas whose outline is shipped."""
    return {area: rings for area, rings in _shipped().items() if area in area_ids}
