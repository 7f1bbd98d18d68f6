"""Names of areas as a page needs them: those it shows, with all above them, and never the whole tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Q

from lastcase.core.facts import TABLES
from lastcase.core.facts.store import conform
from lastcase.ops.records.models import FACTS, AreaPosition

_ABOVE = """WITH RECURSIVE above(area_id) AS (
        SELECT unnest(%s::text[])
        UNION SELECT a.parent_id FROM above b, LATERAL (SELECT a.parent_id FROM fact_areas a
            WHERE a.area_id = b.area_id AND a.parent_id IS NOT NULL AND {standing} OFFSET 0) a
    ) SELECT {columns} FROM above b, LATERAL (SELECT * FROM fact_areas a
        WHERE a.area_id = b.area_id AND {standing} OFFSET 0) a ORDER BY a.id"""
"""`OFFSET 0` holds the planner to one area after the other: it would walk the whole tree for a handful."""
_THEN = """(a.recorded_at <= %s OR a.known_from <= %s) AND (a.retired_at IS NULL OR a.retired_at > %s)"""


class AreaNames(Mapping[str, dict[str, Any]]):
    """Areas by id, each read when it is first asked for. `known_at`: as they were known then.

    Iterates over those met so far.
    """

    def __init__(self, known_at: datetime | None = None) -> None:
        self._known_at = known_at
        self._met: dict[str, dict[str, Any] | None] = {}

    def learn(self, ids: Iterable[str | None]) -> None:
        """Read these areas in one query, as far as they are not known yet."""
        wanted = {area for area in ids if area is not None and area not in self._met}
        if not wanted:
            return
        self._met.update(dict.fromkeys(wanted))
        rows = FACTS["areas"].objects.filter(self._standing(), area_id__in=wanted)  # type: ignore[attr-defined]
        for row in rows.order_by("id").values(*TABLES["areas"].columns):
            self._met[row["area_id"]] = row

    def learn_upward(self, ids: Iterable[str | None]) -> list[str]:
        """Read these areas and all above them in one query; which they are."""
        wanted = [area for area in ids if area is not None]
        columns = TABLES["areas"].columns
        standing, params = (
            ("a.retired_at IS NULL", []) if self._known_at is None else (_THEN, [self._known_at] * 3)
        )
        query = _ABOVE.format(standing=standing, columns=", ".join(f"a.{name}" for name in columns))
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(query, [wanted, *params, *params])
            found = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        self._met |= dict.fromkeys(wanted) | {row["area_id"]: row for row in found}
        return [row["area_id"] for row in found]

    def parents(self) -> dict[str, str | None]:
        """The area right above each of those met so far."""
        return {area: row["parent_id"] for area, row in self._met.items() if row is not None}

    def upward(self, ids: Iterable[str | None]) -> pl.DataFrame:
        """These areas and all above them, as rows of the fact table `areas`."""
        found = [self[area] for area in dict.fromkeys(self.learn_upward(ids))]
        schema = {name: TABLES["areas"].schema[name] for name in TABLES["areas"].columns}
        return conform(pl.DataFrame(found, schema=schema, orient="row"), "areas")

    def _standing(self) -> Q:
        if self._known_at is None:
            return Q(retired_at=None)
        known = Q(recorded_at__lte=self._known_at) | Q(known_from__lte=self._known_at)
        return known & (Q(retired_at=None) | Q(retired_at__gt=self._known_at))

    def __getitem__(self, area_id: str) -> dict[str, Any]:
        if area_id not in self._met:
            self.learn([area_id])
        row = self._met[area_id]
        if row is None:
            raise KeyError(area_id)
        return row

    def __iter__(self) -> Iterator[str]:
        return (area for area, row in self._met.items() if row is not None)

    def __len__(self) -> int:
        return sum(row is not None for row in self._met.values())


def named_areas(ids: Iterable[str | None]) -> AreaNames:
    """The standing areas of these ids, read in one query."""
    names = AreaNames()
    names.learn(ids)
    return names


def area_path(area_id: str | None) -> list[dict[str, Any]]:
    """The standing rows of the area and of all above it, from the top down."""
    if not area_id:
        return []
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_PATH, [area_id, PATH_MAX])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


PATH_MAX = 10
_COLUMNS = ("area_id", "name_en", "name_zh", "tier", "parent_id")
_PATH = f"""WITH RECURSIVE above AS (
        SELECT {", ".join(_COLUMNS)}, 1 AS depth FROM fact_areas WHERE retired_at IS NULL AND area_id = %s
        UNION ALL SELECT {", ".join(f"a.{name}" for name in _COLUMNS)}, b.depth + 1
            FROM above b JOIN fact_areas a ON a.area_id = b.parent_id AND a.retired_at IS NULL WHERE b.depth < %s
    ) SELECT {", ".join(_COLUMNS)} FROM above ORDER BY depth DESC"""


def areas_beneath(area_id: str | None, limit: int) -> list[str]:
    """The areas right beneath one (None: those beneath none), by id; at most `limit`."""
    children = AreaPosition.objects.filter(parent_id=area_id).order_by("area_id")
    return list(children.values_list("area_id", flat=True)[:limit])


def areas_of_tiers(root_id: str | None, tiers: Iterable[str], limit: int) -> list[str]:
    """The areas of these tiers that the outbreak's area holds or that hold it, by id; at most `limit`."""
    areas = AreaPosition.objects.filter(tier__in=list(tiers))
    root = AreaPosition.objects.filter(area_id=root_id).first() if root_id else None
    if root is not None:
        beneath = Q(area_lo__gte=root.area_lo, area_lo__lt=root.area_hi)
        areas = areas.filter(beneath | Q(area_lo__lte=root.area_lo, area_hi__gte=root.area_hi))
    return list(areas.order_by("area_id").values_list("area_id", flat=True)[:limit])
