"""What a conversion knows beside the file and its map."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from lastcase.core.facts import TABLES

NEEDED = {
    "areas": ("area_id", "name_en", "name_zh"),
    "places": ("place_id",),
    "persons": ("person_id", "is_stub", "name", "sex", "birth_on", "age_years", "document_id", "phone"),
    "cases": ("person_id", "symptom_onset_on", "exposure_end_on"),
}
"""Columns of the record that a conversion reads."""


def _empty(name: str) -> pl.DataFrame:
    return TABLES[name].empty().select(NEEDED[name])


@dataclass(frozen=True)
class Known:
    """What the record holds already: areas, places and persons of the installation, cases of the outbreak."""

    areas: pl.DataFrame = field(default_factory=lambda: _empty("areas"))
    places: pl.DataFrame = field(default_factory=lambda: _empty("places"))
    persons: pl.DataFrame = field(default_factory=lambda: _empty("persons"))
    cases: pl.DataFrame = field(default_factory=lambda: _empty("cases"))


@dataclass(frozen=True)
class Context:
    """`namespace` stands before the ids of the file; `zone` is the IANA zone of naive times and local days;
    `now` the instant after which a date is in the future; `known` the record (None: references are not
    checked)."""

    kind: str
    namespace: str
    zone: str
    now: datetime
    known: Known | None = None
