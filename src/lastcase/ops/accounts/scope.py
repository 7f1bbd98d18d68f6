"""Where an area lies in the tree: its range of depth-first positions."""

from __future__ import annotations

from django.apps import apps


def scope_of_area(area_id: str) -> tuple[int, int] | None:
    """The half-open range of the area and all beneath it; None where no such area is on record."""
    positions = apps.get_model("records", "AreaPosition").objects.filter(area_id=area_id)
    return positions.values_list("area_lo", "area_hi").first()
