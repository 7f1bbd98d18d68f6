"""Snapshots are made: for every past hour of an outbreak on demand, and hour by hour as time passes.

The record is derived once for each day on which something became known, as known at that day's end, and clocks are
read off that derivation at the day's hours (see docs/explanation/replay.md). Hours added while time passes are counted
from what is known when they are added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

import polars as pl
from django.db import connections
from django.utils import timezone

from lastcase.core.civil import end_of, midnight_of
from lastcase.core.derive import derive
from lastcase.core.facts.merge import resolve_merges
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak as CoreOutbreak
from lastcase.core.snapshots import (
    MEASURES,
    count_days,
    count_hours,
    first_day,
    hours_of,
    spans_of,
    target_hours,
    with_sources,
)
from lastcase.engines.bridge import copy_in
from lastcase.ops.records import snapshot_models as models
from lastcase.ops.records.ends import suggested_as_of
from lastcase.ops.records.live import announce_wish
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.queries import load_outbreak, load_versions
from lastcase.ops.records.writing import Writing, write_alias, writing

LOCK_CLASS = 20_220_726
"""Marks the locks of whoever makes an outbreak's snapshots: one process at a time."""
SILENT = timedelta(minutes=15)
"""Work that has not told for so long has broken off."""
PAST_AFTER = timedelta(days=30)
"""A record whose last fact is older than this ended there; a younger one goes on until now."""
GROUND = ("areas", "places")
"""What is read as it stands now at every hour: the ground on which things happened."""
SIGNED = ("decisions", "receipts")
"""What the house signs itself says nothing of how the others are read."""
NAMES = [measure.name for measure in MEASURES]


@dataclass
class Last:
    """The rows written last, by what they are of: only what differs from them is written."""

    hours: dict[str, tuple[object, ...]] = field(default_factory=dict)
    days: dict[tuple[str, date], tuple[object, ...]] = field(default_factory=dict)
    targets: dict[tuple[str, str], tuple[object, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class History:
    """Every version of an outbreak's facts, and which tables are read by when they were known."""

    home: Outbreak
    versions: Facts
    end_at: datetime

    @cached_property
    def strict(self) -> set[str]:
        """Tables that say since when their rows were known: by the source, or by having been kept while it ran."""
        return {
            name for name, frame in self.versions.frames.items() if name not in GROUND and self._tells(frame)
        }

    def _tells(self, frame: pl.DataFrame) -> bool:
        return frame["known_from"].is_not_null().any() or bool((frame["recorded_at"] <= self.end_at).any())

    @property
    def basis(self) -> str:
        """How the past is read (see `SnapshotRun`)."""
        told = {name for name, frame in self.versions.frames.items() if frame.height}
        held = told - {*GROUND, *SIGNED}
        strict = self.strict & held
        return "known" if strict == held else "mixed" if strict else "dates"

    def at(self, known_at: datetime) -> tuple[Facts, CoreOutbreak]:
        """The facts and adoptions known at an instant."""
        strict = self.strict
        known = self.versions.known(known_at).frames
        standing = self.versions.known(None).frames
        frames = {name: (known if name in strict else standing)[name] for name in standing}
        clean = {
            name: frame.with_columns(retired_at=pl.lit(None, frame.schema["retired_at"]))
            for name, frame in frames.items()
        }
        return resolve_merges(Facts(clean)), load_outbreak(self.home, known_at=known_at)

    def changed_on(self) -> set[date]:
        """Local days on which something became known, was corrected, or an edition was adopted."""
        zone = load_outbreak(self.home).zone
        instants: set[datetime] = set(self.home.adoptions.values_list("signed_at", flat=True))
        for name in self.strict:
            frame = self.versions[name]
            for column in (
                pl.coalesce("known_from", "recorded_at"),
                pl.col("recorded_at"),
                pl.col("retired_at"),
            ):
                dates = frame.select(column.alias("at")).drop_nulls()["at"].dt.truncate("1h").unique()
                instants |= set(dates.to_list())
        return {instant.astimezone(zone).date() for instant in instants}


def ask_snapshots(home: Outbreak) -> None:
    """Ask for the whole history anew, of the process that keeps snapshots up; work that is under way is let be."""
    with writing() as now:
        now.run(
            """INSERT INTO records_snapshotrun AS r
                   (outbreak_id, first_at, last_at, made_at, told_at, basis, state, n_done, n_days)
               VALUES (%(o)s, NULL, NULL, %(now)s, %(now)s, '', 'asked', 0, 0)
               ON CONFLICT (outbreak_id) DO UPDATE SET state = 'asked', told_at = %(now)s, n_done = 0, n_days = 0
                   WHERE r.state <> 'running' OR r.told_at < %(silent)s""",
            {"o": home.pk, "now": now.now, "silent": now.now - SILENT},
        )
        announce_wish(now, home)


def build_snapshots(
    outbreak: str | Outbreak,
    *,
    on_day: Callable[[int, int], None] | None = None,
    since_on: date | None = None,
    after: datetime | None = None,
) -> int | None:
    """Make the snapshots of the whole history anew (or from the local day `since_on`, or the hours after `after`).

    Returns how many rows were written, 0 where there is nothing to count, None where another process is at it.
    `on_day` is told how many days are done, of how many. Raises OutbreakNotFound; an outbreak without an edition has
    no snapshots.
    """
    home = get_outbreak(outbreak)
    with _only_one(home) as is_ours:
        if not is_ours:
            return None
        if not home.adoptions.exists():
            return 0
        try:
            return _build(home, on_day, since_on, after)
        except BaseException:
            _note(home, state="broken")
            raise


@contextmanager
def _only_one(home: Outbreak) -> Iterator[bool]:
    """Whether this process is the one that makes the outbreak's snapshots, for as long as it takes."""
    with connections[write_alias()].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, home.pk])
        is_ours = bool(cursor.fetchone()[0])
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, home.pk])


def _build(
    home: Outbreak, on_day: Callable[[int, int], None] | None, since_on: date | None, after: datetime | None
) -> int:
    end_at = end_of_record(home)
    history = History(home, load_versions(home, using=write_alias()), end_at)
    facts, outbreak = history.at(end_at)
    first_on = first_day(facts, outbreak, derive(facts, outbreak).detections)
    if first_on is None:
        return 0
    last_on = end_at.astimezone(outbreak.zone).date()
    begin_on = max(since_on or (after.astimezone(outbreak.zone).date() if after else first_on), first_on)
    days = [begin_on + timedelta(days=n) for n in range((last_on - begin_on).days + 1)]
    last = _begin(
        home,
        history,
        midnight_of(first_on, outbreak.zone),
        midnight_of(begin_on, outbreak.zone),
        after,
        len(days),
    )
    n_rows = 0
    for n_done, rows in enumerate(_by_day(history, days, after, last), start=1):
        n_rows += rows
        _note(home, n_done=n_done)
        if on_day is not None:
            on_day(n_done, len(days))
    _note(home, state="done")
    return n_rows


def end_of_record(home: Outbreak) -> datetime:
    """Up to when snapshots are made: the end of a record that ended long ago, else now."""
    last, now = suggested_as_of(home, using=write_alias()), timezone.now()
    return last if last is not None and now - last > PAST_AFTER else now


def _by_day(history: History, days: list[date], after: datetime | None, last: Last) -> Iterator[int]:
    """Count and store day by day; derive where something became known since the day before."""
    changed, made = history.changed_on(), None
    for day in days:
        if made is None or day in changed:
            known_at = min(end_of(day, load_outbreak(history.home).zone), history.end_at)
            facts, outbreak = history.at(known_at)
            answers = derive(facts, outbreak)
            made = facts, outbreak, answers, *spans_of(facts, outbreak, answers)
        facts, outbreak, answers, spans, known_from = made
        hours = [
            hour for hour in hours_of(day, outbreak.zone, history.end_at) if after is None or hour > after
        ]
        if not hours:
            yield 0
            continue
        counted = _with_gone(count_hours(spans, facts, outbreak, hours), last, hours[0])
        rows = with_sources(counted, known_from)
        whole_days = count_days(facts, outbreak, answers.detections, day)
        targets = target_hours(rows, facts, outbreak, answers)
        yield _store(history.home, rows, whole_days, targets, hours, last)


def _with_gone(counted: pl.DataFrame, last: Last, at: datetime) -> pl.DataFrame:
    """The counted hours, and nothing at `at` for areas that had something to count until then."""
    gone = sorted(set(last.hours) - set(counted["area_id"].unique().to_list()))
    zeros = pl.DataFrame({"area_id": gone}, schema={"area_id": pl.String}).with_columns(
        pl.lit(at).cast(counted.schema["at"]).alias("at"),
        *(pl.lit(0, pl.Int64).alias(name) for name in NAMES),
    )
    return pl.concat([counted, zeros.select(counted.columns)])


def _changed(frame: pl.DataFrame, keys: list[str], values: list[str], held: dict) -> pl.DataFrame:  # type: ignore[type-arg]
    """Rows whose values differ from those before them (`held`, which is brought up to date), in order of time."""
    kept = []
    for row in frame.sort(*keys, "at").iter_rows(named=True):
        key = row[keys[0]] if len(keys) == 1 else tuple(row[name] for name in keys)
        told = tuple(row[name] for name in values)
        if held.get(key) != told:
            held[key] = told
            kept.append(row)
    return pl.DataFrame(kept, schema=frame.schema)


def _store(
    home: Outbreak,
    rows: pl.DataFrame,
    days: pl.DataFrame,
    targets: pl.DataFrame,
    hours: list[datetime],
    last: Last,
) -> int:
    dated = days.with_columns(at=pl.lit(hours[0]).cast(pl.Datetime("us", "UTC")))
    moved = rows.sort("area_id", "at").filter(
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1).over("area_id")) for name in NAMES)
        | (pl.col("at") == pl.col("at").first().over("area_id"))
    )
    frames = {
        "records_snapshot": _changed(moved, ["area_id"], NAMES, last.hours),
        "records_snapshotday": _changed(
            dated, ["area_id", "day_on"], ["community", "managed", "unknown"], last.days
        ),
        "records_snapshottarget": _changed(
            targets,
            ["area_id", "target_id"],
            ["numerator", "day", "due_on", "value", "limit_value", "status"],
            last.targets,
        ),
    }
    with writing() as now:
        for table, frame in frames.items():
            _append(now, table, _narrow(frame).with_columns(outbreak_id=pl.lit(home.pk, pl.Int64)))
        now.run("UPDATE records_snapshotrun SET last_at = %s WHERE outbreak_id = %s", [hours[-1], home.pk])
    return sum(frame.height for frame in frames.values())


def _append(now: Writing, table: str, frame: pl.DataFrame) -> None:
    """Add the rows by way of a table of the transaction: PostgreSQL copies into none whose rows have policies."""
    columns = ", ".join(frame.columns)
    now.run("DROP TABLE IF EXISTS fresh_snapshots")
    now.run(f"CREATE TEMP TABLE fresh_snapshots (LIKE {table}) ON COMMIT DROP")
    copy_in(now.cursor, "fresh_snapshots", frame)
    now.run(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM fresh_snapshots")


def _narrow(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(name).cast(pl.Int32) for name in frame.columns if name in NAMES)


def _begin(
    home: Outbreak,
    history: History,
    first_at: datetime,
    from_at: datetime,
    after: datetime | None,
    n_days: int,
) -> Last:
    """Clear what is to be made anew and note that the work goes on, from where it is taken up again if it breaks off;
    the rows that stand before it."""
    with writing() as now:
        for table in models.BY_AREA:
            where, at = ("at > %s", after) if after else ("at >= %s", from_at)
            now.run(f"DELETE FROM {table} WHERE outbreak_id = %s AND {where}", [home.pk, at])
        now.run(
            """INSERT INTO records_snapshotrun
                   (outbreak_id, first_at, last_at, made_at, told_at, basis, state, n_done, n_days)
               VALUES (%(o)s, %(first)s, NULL, %(now)s, %(now)s, %(basis)s, 'running', 0, %(days)s)
               ON CONFLICT (outbreak_id) DO UPDATE SET first_at = %(first)s, last_at = %(last)s, made_at = %(now)s,
                   told_at = %(now)s, basis = %(basis)s, state = 'running', n_done = 0, n_days = %(days)s""",
            {
                "o": home.pk,
                "first": first_at,
                "now": now.now,
                "basis": history.basis,
                "days": n_days,
                "last": after or (from_at - timedelta(hours=1) if from_at > first_at else None),
            },
        )
        return _last_rows(now, home)


def _last_rows(now: Writing, home: Outbreak) -> Last:
    hours = now.all(
        f"""SELECT DISTINCT ON (area_id) area_id, {", ".join(NAMES)} FROM records_snapshot
            WHERE outbreak_id = %s ORDER BY area_id, at DESC""",
        [home.pk],
    )
    days = now.all(
        """SELECT DISTINCT ON (area_id, day_on) area_id, day_on, community, managed, unknown FROM records_snapshotday
           WHERE outbreak_id = %s ORDER BY area_id, day_on, at DESC""",
        [home.pk],
    )
    targets = now.all(
        """SELECT DISTINCT ON (area_id, target_id) area_id, target_id, numerator, day, due_on, value, limit_value,
               status FROM records_snapshottarget WHERE outbreak_id = %s ORDER BY area_id, target_id, at DESC""",
        [home.pk],
    )
    return Last(
        {row[0]: tuple(row[1:]) for row in hours},
        {(row[0], row[1]): tuple(row[2:]) for row in days},
        {(row[0], row[1]): tuple(row[2:]) for row in targets},
    )


def _note(home: Outbreak, **changes: object) -> None:
    with writing() as now:
        sets = ", ".join(f"{name} = %s" for name in changes)
        now.run(
            f"UPDATE records_snapshotrun SET {sets}, told_at = %s WHERE outbreak_id = %s",
            [*changes.values(), now.now, home.pk],
        )
