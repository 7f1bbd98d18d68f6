"""The one write path of the record. Every action takes `by=` (who acts), checks power and place, and in one
transaction writes facts, audit, positions and the refresher's queue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl
from django.db import transaction

from lastcase.core.facts import TABLES
from lastcase.ops.accounts.actor import WHOLE_TREE, Actor
from lastcase.ops.accounts.powers import Power
from lastcase.ops.records import audit, positions, touch, versions
from lastcase.ops.records.errors import NotPermitted
from lastcase.ops.records.ground import binds_another_list
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.prepare import prepare
from lastcase.ops.records.receipts import receipt_rows
from lastcase.ops.records.stock import take_stock
from lastcase.ops.records.versions import Stamp, Written
from lastcase.ops.records.writing import Writing, writing

POWER_OF: Mapping[str, Power] = {"judgements": "judge", "objections": "judge", "decisions": "sign"}
"""The power to write a table; all others take `record`."""
RowsTold = Callable[[int, int], None]
"""Told (rows done, rows in all)."""
BULK_ROWS = 5_000
"""From so many rows on a write changes what the planner should know of the tables."""


@dataclass(frozen=True)
class RecordReport:
    """What one action wrote, by table. `revision` is the record's afterwards; `n_stubs` persons known by
    mention only."""

    tables: Mapping[str, Written] = field(default_factory=dict)
    revision: int = 0
    n_stubs: int = 0
    dry_run: bool = False

    @property
    def is_change(self) -> bool:
        """Whether anything was written."""
        return any(written.is_change for written in self.tables.values())


def check_power(by: Actor, power: Power) -> None:
    """Raise NotPermitted unless the actor's post carries the power and has a place."""
    if not by.may(power) or by.scope is None:
        raise NotPermitted(power=power, name=by.name)


def record_facts(
    outbreak: str | Outbreak,
    frames: Mapping[str, pl.DataFrame],
    *,
    by: Actor,
    feed: str,
    known_from: datetime | None = None,
    data_until_at: datetime | None = None,
    dry_run: bool = False,
    derive: bool = True,
    power: Power | None = None,
    action: str = "record_facts",
    on_rows: RowsTold | None = None,
) -> RecordReport:
    """Write the frames (by table name) as facts of the outbreak: new rows, corrections, or nothing where the
    same.

    A column that a frame lacks is left as it stands; an empty value clears. A stub never changes a person.
    All tables are one transaction. `known_from`: since when the source says it knew (a frame's own column of
    that name wins). `data_until_at`: up to where the delivery reaches, kept with its receipt. `dry_run`: the
    report, and nothing kept. `derive` False leaves the answers to a later `refresh`. `power`: the one of a signed
    act, asked in place of those of the tables it writes; `action`: its name in the audit; `on_rows`: told after each
    table how many rows are written, of how many. Raises RecordsError.
    """
    home = get_outbreak(outbreak)
    for name in frames:
        check_power(by, power or POWER_OF.get(name, "record"))
    ready = {name: prepare(name, frames[name], known_from) for name in TABLES if name in frames} | {
        name: prepare(name, frames[name], known_from) for name in frames if name not in TABLES
    }
    stamp = Stamp(home.pk, feed, by.name)
    is_global = True  # a mention may add a person, and persons belong to no outbreak
    with writing(home.pk, is_global=is_global, keep=not dry_run) as now:
        touch.begin(now)
        tables = _write_all(now, ready, stamp, by, on_rows)
        report = _finish(now, home, tables, by, action, dry_run)
        if report.is_change:
            rows = receipt_rows(feed, ready, tables, report.revision, now.now, data_until_at)
            versions.write_versions(now, "receipts", rows, stamp)
        if report.is_change and derive and not dry_run:
            refresh_after_commit(now, home)
    return report


def retire_facts(
    outbreak: str | Outbreak,
    keys: Mapping[str, pl.DataFrame],
    *,
    by: Actor,
    reason: str,
    derive: bool = True,
    power: Power | None = None,
) -> RecordReport:
    """Retire the standing rows of these keys (frames of the key columns by table): they were recorded in
    error. `power`: that of a signed act, asked in place of those of the tables."""
    home = get_outbreak(outbreak)
    for name in keys:
        check_power(by, power or POWER_OF.get(name, "record"))
    stamp = Stamp(home.pk, "correction", by.name)
    with writing(home.pk, is_global=True) as now:
        touch.begin(now)
        tables = {}
        for name, frame in keys.items():
            tables[name] = versions.retire_rows(now, name, frame, stamp)
            _check_place(now, name, by)
            touch.gather(now, name)
        report = _finish(now, home, tables, by, "retire_facts", False, reason=reason)
        if report.is_change and derive:
            refresh_after_commit(now, home)
    return report


def _write_all(
    now: Writing, ready: Mapping[str, pl.DataFrame], stamp: Stamp, by: Actor, on_rows: RowsTold | None
) -> dict[str, Written]:
    tables, n_done = {}, 0
    n_rows = sum(frame.height for frame in ready.values())
    for name, frame in ready.items():
        if frame.height:
            tables[name] = _write(now, name, frame, stamp, by)
            n_done += frame.height
            if on_rows is not None:
                on_rows(n_done, n_rows)
    return tables


def _write(now: Writing, name: str, frame: pl.DataFrame, stamp: Stamp, by: Actor) -> Written:
    written = versions.write_versions(now, name, frame, stamp)
    if written.changed:
        _check_place(now, name, by)
    if written.is_change:
        touch.gather(now, name, frame.columns)
    return written


def _check_place(now: Writing, name: str, by: Actor) -> None:
    if by.scope is not None and by.scope != WHOLE_TREE:
        versions.check_scope(now, name, by.scope)


def _finish(
    now: Writing,
    home: Outbreak,
    tables: dict[str, Written],
    by: Actor,
    action: str,
    dry_run: bool,
    **details: object,
) -> RecordReport:
    """What follows any change of facts: members, positions, queue, audit."""
    if not any(written.is_change for written in tables.values()):
        audit.log_write(now, by, action, home.name, _counts(tables), dry_run=dry_run, **details)
        return RecordReport(tables, touch.current_revision(now, home.pk), 0, dry_run)
    n_stubs = touch.add_members(now, home.pk)
    touch.gather_reached(now, home.pk, [name for name, written in tables.items() if written.is_change])
    if sum(written.added + written.changed for written in tables.values()) >= BULK_ROWS:
        filled = [f"fact_{name}" for name, written in tables.items() if written.is_change]
        take_stock(now, ["records_member", *filled])
    if "areas" in tables and tables["areas"].is_change:
        positions.renumber(now)
        _place_everything(now)
    else:
        positions.place_persons(now, home.pk)
        positions.place_area_rows(now, home.pk)
    changed = [name for name, written in tables.items() if written.is_change]
    everything = _reaches_everyone(now, home, tables)
    revision = touch.enqueue(now, home.pk, tables=changed, everything=everything)
    _spread(now, home, tables)
    audit.log_write(now, by, action, home.name, _counts(tables), revision=revision, **details)
    return RecordReport(tables, revision, n_stubs, dry_run)


def _spread(now: Writing, home: Outbreak, tables: Mapping[str, Written]) -> None:
    """Persons, places and areas belong to no outbreak: queue the change with the others that know of them."""
    changed = {name for name, written in tables.items() if written.is_change}
    if not changed & {"persons", "places", "areas"}:
        return
    for outbreak_id in touch.others(now, home.pk, everything="areas" in changed):
        if "areas" not in changed:
            positions.place_persons(now, outbreak_id)
        touch.enqueue(now, outbreak_id, tables=changed, everything="areas" in changed)


def _reaches_everyone(now: Writing, home: Outbreak, tables: Mapping[str, Written]) -> bool:
    """Whether a change may alter answers that no touched person leads to: then all of the outbreak is
    derived.

    So do the tree, a decision about nobody in particular, another list of risk areas that binds, and the
    first delivery for a table (a source that is there at last makes "not known" into "none").
    """
    changed = {name for name, written in tables.items() if written.is_change}
    if "areas" in changed or ("risk_areas" in changed and binds_another_list(now, home.pk)):
        return True
    if "decisions" in changed and now.one(
        "SELECT count(*) FROM diff_decisions d WHERE NOT EXISTS (" + _DECIDED_OF + ")"
    ):
        return True
    known = {name for (name,) in now.all(_RECEIVED, [home.pk])}
    return not changed - touch.UNANSWERED <= known


_RECEIVED = "SELECT DISTINCT table_name FROM fact_receipts WHERE outbreak_id = %s"
_DECIDED_OF = "SELECT 1 FROM fact_decisions f WHERE f.decision_id = d.decision_id AND f.person_id IS NOT NULL"


def _place_everything(now: Writing) -> None:
    """The tree was numbered anew: place all persons and rows of all outbreaks."""
    now.run("CREATE TEMP TABLE kept_person ON COMMIT DROP AS SELECT * FROM touched_person")
    for (outbreak_id,) in now.all("SELECT id FROM records_outbreak"):
        now.run("TRUNCATE touched_person")
        now.run(
            "INSERT INTO touched_person SELECT person_id FROM records_member WHERE outbreak_id = %s",
            [outbreak_id],
        )
        positions.place_persons(now, outbreak_id)
        positions.place_area_rows(now, outbreak_id, everything=True)
    now.run(
        "TRUNCATE touched_person; INSERT INTO touched_person SELECT * FROM kept_person;DROP TABLE kept_person"
    )


def _counts(tables: Mapping[str, Written]) -> dict[str, object]:
    return {
        name: {"added": w.added, "changed": w.changed, "same": w.same, "retired": w.retired}
        for name, w in tables.items()
    }


def refresh_after_commit(now: Writing, home: Outbreak) -> None:
    """Derive once the facts stand, here and in the outbreaks that share persons with this one."""
    from lastcase.ops.records.refresh import refresh_all

    transaction.on_commit(lambda: refresh_all(home), using=now.alias)
