"""The ground of an outbreak as this process last read it: areas, risk areas and what they cover, read anew only when
one of them has changed.

Every live change is derived on it, and it is by far the most of what one reads: a city has tens of thousands of rows
of it, a change touches a few hundred.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.db import connections

from lastcase.core.facts.store import Facts
from lastcase.core.risk_areas.location import covered_areas, covered_places
from lastcase.ops.records.keeping import Kept
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.queries import load_facts

GROUND = ("areas", "places", "risk_areas", "risk_area_extents")
"""Tables that say how the ground lies. Of the places only those that risk areas name."""
KEPT = 4
"""So many outbreaks' grounds a process keeps."""


@dataclass(frozen=True)
class Ground:
    """The standing rows of the tables `GROUND`, and what they come to. Frames: `areas` (`risk_area_id`, `area_id`) and
    `places` (`risk_area_id`, `place_id`), each area and place that a risk area covers."""

    facts: Facts
    areas: pl.DataFrame
    places: pl.DataFrame


_kept: Kept[Ground] = Kept(KEPT)


def changes_ground(tables: Collection[str]) -> bool:
    """Whether rows of these tables say how the ground lies."""
    return not set(GROUND).isdisjoint(tables)


def standing_ground(home: Outbreak, using: str) -> Ground:
    """The ground as it stands, all of it: for who writes, whom no row is hidden from."""
    # Which outbreak changed it does not matter: areas and places are everybody's.
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT max(ground_at), current_database() FROM records_revision")
        stamp: tuple[datetime | None, str] = cursor.fetchone()
    return _kept.get((home.pk, *stamp), lambda: _read(home, using))


def _read(home: Outbreak, using: str) -> Ground:
    return lay_ground(load_facts(home, persons=[], tables=GROUND, using=using), using)


def lay_ground(facts: Facts, using: str) -> Ground:
    """The ground of these facts of an outbreak; places in covered areas are asked of the database, whether any fact
    names them or not."""
    areas = covered_areas(facts)
    with connections[using].cursor() as cursor:
        query = "SELECT place_id, area_id FROM fact_places WHERE retired_at IS NULL AND area_id = ANY(%s)"
        cursor.execute(query, [areas["area_id"].unique().to_list()])
        schema = {"place_id": pl.String(), "area_id": pl.String()}
        lying = pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")
    return Ground(facts, areas, covered_places(Facts({**facts.frames, "places": lying}), areas))
