"""An outbreak: its disease, its areas, its clock zone, and the editions it adopted over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lastcase.core.protocol.model import Protocol


@dataclass(frozen=True)
class Adoption:
    """An edition in force from `effective_at` (aware UTC) on, until the next adoption."""

    edition: Protocol
    effective_at: datetime


@dataclass(frozen=True)
class Outbreak:
    """What `derive` needs to know of an outbreak beside its facts.

    `time_zone` is an IANA name: the civil zone in which days are counted and orders are frozen. `adoptions`
    stand in order of `effective_at`.
    """

    name: str
    disease: str
    time_zone: str
    area_id: str | None
    adoptions: tuple[Adoption, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The civil time zone."""
        return ZoneInfo(self.time_zone)

    def edition_at(self, instant: datetime) -> Protocol:
        """The edition in force at `instant`; before the first adoption, the first."""
        in_force = [adoption.edition for adoption in self.adoptions if adoption.effective_at <= instant]
        return in_force[-1] if in_force else self.adoptions[0].edition
