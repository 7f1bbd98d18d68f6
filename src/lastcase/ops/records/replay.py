"""Snapshots are read, and kept up as time passes. Reading touches snapshots alone, whatever the record's size."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.facts import TABLES
from lastcase.core.snapshots import MEASURES, WHOLE
from lastcase.ops.records.board import Day
from lastcase.ops.records.models import AreaPosition, Member, Outbreak, Revision
from lastcase.ops.records.snapshot_models import SnapshotRun
from lastcase.ops.records.snapshots import build_snapshots, end_of_record
from lastcase.ops.records.writing import write_alias

NAMES = [measure.name for measure in MEASURES]
HOUR = timedelta(hours=1)
UNASKED_MAX = 30_000
"""The history of an outbreak with more persons than this is made when somebody asks for it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BoardAt:
    """An area's numbers at an hour: `own` by measure, `places` the areas right beneath with theirs, `days` up to the
    hour, `targets` as rows."""

    at: datetime
    own: dict[str, Any]
    places: list[dict[str, Any]]
    days: list[Day]
    targets: list[dict[str, Any]]


def run_of(outbreak: Outbreak) -> SnapshotRun | None:
    """Up to where snapshots reach; None where none were ever made."""
    return SnapshotRun.objects.filter(outbreak=outbreak).first()


def board_at(outbreak: Outbreak, area_id: str | None, moment: datetime) -> BoardAt:
    """The area's numbers at the hour of `moment` (None: the whole of an outbreak without an area), under the reader's
    rights."""
    area = area_id or WHOLE
    zone = load_zone(outbreak)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        rows = _numbers(cursor, outbreak, [area, *_beneath(area_id)], moment)
        own = rows.pop(area, dict.fromkeys(NAMES, 0))
        cursor.execute(_DAYS, [outbreak.pk, area, moment, moment.astimezone(zone).date()])
        days = _every_day([Day(*row) for row in cursor.fetchall()], own, moment.astimezone(zone).date())
        cursor.execute(_TARGETS, [outbreak.pk, area, moment])
        names = [column.name for column in cursor.description]
        targets = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    places = [{"area_id": name, **numbers} for name, numbers in sorted(rows.items()) if any(numbers.values())]
    return BoardAt(moment, own, places, days, sorted(targets, key=lambda row: (row["day"], row["target_id"])))


def load_zone(outbreak: Outbreak) -> ZoneInfo:
    """The civil zone of the outbreak."""
    return ZoneInfo(outbreak.time_zone)


def _beneath(area_id: str | None) -> list[str]:
    children = AreaPosition.objects.filter(parent_id=area_id)
    return list(children.order_by("area_id").values_list("area_id", flat=True))


def _numbers(
    cursor: Any, outbreak: Outbreak, areas: list[str], moment: datetime
) -> dict[str, dict[str, Any]]:
    cursor.execute(
        f"""SELECT a.area_id, {", ".join(f"s.{name}" for name in NAMES)} FROM unnest(%s::text[]) a(area_id),
            LATERAL (SELECT * FROM records_snapshot s WHERE s.outbreak_id = %s AND s.area_id = a.area_id AND s.at <= %s
                     ORDER BY s.at DESC LIMIT 1) s""",
        [areas, outbreak.pk, moment],
    )
    return {row[0]: dict(zip(NAMES, row[1:], strict=True)) for row in cursor.fetchall()}


_DAYS = """
    SELECT DISTINCT ON (day_on) day_on, community, managed, unknown FROM records_snapshotday
    WHERE outbreak_id = %s AND area_id = %s AND at <= %s AND day_on < %s ORDER BY day_on, at DESC
"""
_TARGETS = """
    SELECT DISTINCT ON (target_id) target_id, numerator, day, due_on, value, limit_value, status
    FROM records_snapshottarget WHERE outbreak_id = %s AND area_id = %s AND at <= %s ORDER BY target_id, at DESC
"""


def _every_day(days: list[Day], own: dict[str, Any], today: date) -> list[Day]:
    """From the first day with a case to today: of a line list a day without a row had none; of published numbers it is
    not known, and today's are not out."""
    if own["cases_total"] is None:
        return days
    now = Day(today, own["today_community"], own["today_managed"], own["today_unknown"])
    held = {day.on: day for day in [*days, now]}
    first = min(day.on for day in held.values())
    n_days = (today - first).days + 1
    return [held.get(on, Day(on, 0, 0, 0)) for on in (first + timedelta(days=n) for n in range(n_days))]


def keep_up(outbreak: Outbreak) -> int | None:
    """Make what is due: what was asked for, the first history of a small outbreak, days that newly recorded facts from
    the past reach, and the hours that have passed. How many rows; None where nothing was due or another process does
    it."""
    run = run_of(outbreak)
    if run is None:
        return build_snapshots(outbreak) if _is_small(outbreak) else None
    if run.state == "asked" or (run.state == "running" and run.last_at is None):  # asked for, or broken off
        return build_snapshots(outbreak)
    if run.last_at is None:
        return None
    moved_at = _history_moved(outbreak, run)
    if moved_at is not None:
        return build_snapshots(outbreak, since_on=moved_at.astimezone(load_zone(outbreak)).date())
    if end_of_record(outbreak) - run.last_at < HOUR:
        return None
    return build_snapshots(outbreak, after=run.last_at)


def _is_small(outbreak: Outbreak) -> bool:
    is_derived = Revision.objects.filter(outbreak=outbreak, derived_number__isnull=False).exists()
    return is_derived and Member.objects.using(write_alias()).filter(outbreak=outbreak).count() <= UNASKED_MAX


def _history_moved(outbreak: Outbreak, run: SnapshotRun) -> datetime | None:
    """The earliest instant before the last hour of which something recorded since tells what was known then."""
    parts = [
        f"SELECT min(known_from) FROM fact_{name} WHERE outbreak_id = %(o)s AND recorded_at > %(made)s"
        for name, table in TABLES.items()
        if not table.is_global
    ]
    with connections[write_alias()].cursor() as cursor:
        cursor.execute(
            f"SELECT min(m) FROM ({' UNION ALL '.join(parts)}) x(m) WHERE m <= %(last)s",
            {"o": outbreak.pk, "made": run.made_at, "last": run.last_at},
        )
        found = cursor.fetchone()[0]
    return found if isinstance(found, datetime) else None


def keep_up_all() -> None:
    """Keep up every outbreak; one that fails is told in the log and keeps no other from its turn."""
    for outbreak in Outbreak.objects.using(write_alias()).order_by("name"):
        try:
            keep_up(outbreak)
        except Exception:
            _log.exception("snapshots of an outbreak could not be made")
