"""Outbreaks by name."""

from __future__ import annotations

from lastcase.ops.records.errors import OutbreakNotFound
from lastcase.ops.records.models import Outbreak


def get_outbreak(outbreak: str | Outbreak) -> Outbreak:
    """The outbreak of that name; raises OutbreakNotFound naming those there are."""
    if isinstance(outbreak, Outbreak):
        return outbreak
    found = Outbreak.objects.filter(name=outbreak).first()
    if found is None:
        names = ", ".join(Outbreak.objects.order_by("name").values_list("name", flat=True)) or "-"
        raise OutbreakNotFound(name=outbreak, names=names)
    return found
