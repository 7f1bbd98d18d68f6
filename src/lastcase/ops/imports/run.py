"""Import one file into an outbreak: read, map, convert, record. All or nothing, and twice is once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from lastcase.core.civil import end_of, within_day
from lastcase.core.days import last_date, local_date
from lastcase.core.facts import TABLES, Field
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.imports.convert import Context, Converted, convert
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.mapping import FileMap, load_map, propose
from lastcase.ops.imports.mapping.model import KINDS
from lastcase.ops.imports.read import SourceTable, read_table
from lastcase.ops.imports.report import ImportReport
from lastcase.ops.records.actions.facts import RowsTold
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.outbreaks import get_outbreak

Progress = Callable[[str, int, int], None]
"""Told (step, done, all): the steps are "read", "map", "convert", "record"."""
STEPS = ("read", "map", "convert", "record")
HISTORICAL_AFTER = timedelta(days=2)
"""A file whose last fact is older than this is a historical one: reading it as of now would show all
overdue."""


@dataclass(frozen=True)
class Prepared:
    """A file read and converted, before anything is written."""

    source: SourceTable
    file_map: FileMap
    converted: Converted
    zone: str


def import_file(
    outbreak: str | Outbreak,
    kind: str,
    path: Path | str | bytes,
    map_name_or_path: str | Path | FileMap | None = None,
    *,
    by: Actor,
    name: str = "",
    dry_run: bool = False,
    valid_rows: bool = False,
    namespace: str | None = None,
    progress: Progress | None = None,
    on_rows: RowsTold | None = None,
    derive: bool = True,
) -> ImportReport:
    """Import a file (a path, or its bytes under the file name `name`) of a kind into an outbreak.

    Without a map one is proposed from the headings. A file with errors is not loaded unless `valid_rows`,
    which loads the rows without any. `dry_run` reports what would change and keeps nothing. The same file
    twice changes nothing. `on_rows` is told, within the last step, how many rows are written, of how many.
    Raises ImportRefused (the file or map as a whole), RecordsError (power, place,
    outbreak).
    """
    home = get_outbreak(outbreak)
    ready = prepare_file(
        home, kind, path, map_name_or_path, name=name, namespace=namespace, progress=progress
    )
    if ready.converted.has_errors and not valid_rows:
        return _report(home, kind, ready, is_loaded=False, dry_run=dry_run)
    frames = ready.converted.facts(valid_rows=valid_rows)
    if not frames:
        return _report(home, kind, ready, is_loaded=False, dry_run=dry_run)
    _tell(progress, "record")
    from lastcase.ops.imports.known import fill_gaps
    from lastcase.ops.records.actions import record_facts
    from lastcase.ops.records.ends import suggested_as_of

    filled = {
        table: fill_gaps(table, frames[table], home)
        for table in ready.converted.fills_gaps
        if table in frames
    }
    feed = f"import:{kind}:{ready.file_map.name}:{ready.source.name}"
    until = _last_fact(frames, ready.zone)
    written = record_facts(
        home,
        frames | filled,
        by=by,
        feed=feed,
        data_until_at=until,
        dry_run=dry_run,
        derive=derive,
        on_rows=on_rows,
    )
    tables = {
        table: {"added": w.added, "changed": w.changed, "same": w.same}
        for table, w in written.tables.items()
        if table != "receipts"
    }
    last = suggested_as_of(home) or (within_day(until, ZoneInfo(ready.zone)) if until else None)
    return _report(home, kind, ready, is_loaded=not dry_run, dry_run=dry_run, tables=tables, until=last)


def prepare_file(
    outbreak: str | Outbreak,
    kind: str,
    path: Path | str | bytes,
    map_name_or_path: str | Path | FileMap | None = None,
    *,
    name: str = "",
    namespace: str | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """Read and convert a file without writing: what a preview shows. Raises ImportRefused."""
    from lastcase.ops.imports.known import load_known

    home = get_outbreak(outbreak)
    source, file_map = read_with_map(kind, path, map_name_or_path, name=name, progress=progress)
    _tell(progress, "convert")
    zone = file_map.time_zone or home.time_zone
    context = Context(
        kind, namespace or file_map.namespace or home.name, zone, datetime.now(UTC), load_known(home)
    )
    return Prepared(source, file_map, convert(source.frame, file_map, context), zone)


def read_with_map(
    kind: str,
    path: Path | str | bytes,
    map_name_or_path: str | Path | FileMap | None = None,
    *,
    name: str = "",
    progress: Progress | None = None,
) -> tuple[SourceTable, FileMap]:
    """The file's cells and the map for them, proposed where none is given. Raises ImportRefused."""
    if kind not in KINDS:
        raise ImportRefused("map_kind", kind="wrong_use", file="", what=kind, known=", ".join(KINDS))
    _tell(progress, "read")
    given = map_name_or_path if isinstance(map_name_or_path, FileMap) else None
    source = read_table(
        path,
        name,
        encoding=given.encoding or None if given else None,
        sheet=given.sheet or None if given else None,
    )
    _tell(progress, "map")
    if map_name_or_path is None:
        return source, _proposed(source, kind)
    file_map = given or load_map(map_name_or_path, kind, source.headings)  # type: ignore[arg-type]
    if given is None and (file_map.encoding or file_map.sheet):
        source = read_table(path, name, encoding=file_map.encoding or None, sheet=file_map.sheet or None)
    return source, file_map


def _proposed(source: SourceTable, kind: str) -> FileMap:
    found = propose(source.headings, kind)
    if not found.guesses:
        raise ImportRefused(
            "nothing_mapped", file=source.name, kind_wanted=kind, found=", ".join(source.headings)[:500]
        )
    return found.file_map


def _tell(progress: Progress | None, step: str) -> None:
    if progress is not None:
        progress(step, STEPS.index(step), len(STEPS))


def _report(
    home: Outbreak,
    kind: str,
    ready: Prepared,
    *,
    is_loaded: bool,
    dry_run: bool,
    tables: Mapping[str, dict[str, int]] | None = None,
    until: datetime | None = None,
) -> ImportReport:
    told = ready.converted.problems
    left_out = told.filter(pl.col("severity") == "error")["row"].drop_nulls().n_unique()
    is_old = until is not None and until < datetime.now(UTC) - HISTORICAL_AFTER
    return ImportReport(
        file=ready.source.name,
        kind=kind,
        map=ready.file_map.name,
        outbreak=home.name,
        n_rows=ready.converted.n_rows,
        is_loaded=is_loaded,
        is_dry_run=dry_run,
        n_rows_left_out=left_out,
        tables=dict(tables or {}),
        problems=told,
        suggested_as_of=until if is_old else None,
        encoding=ready.source.encoding,
        n_stubs=_n_stubs(ready.converted),
        unused_columns=tuple(h for h in ready.source.headings if h not in ready.file_map.columns),
    )


def _n_stubs(converted: Converted) -> int:
    persons = converted.frames.get("persons")
    return (
        0
        if persons is None or "is_stub" not in persons.columns
        else int(persons["is_stub"].fill_null(False).sum())
    )


def _last_fact(frames: Mapping[str, pl.DataFrame], zone: str) -> datetime | None:
    """The end of the last local day of which the frames state a fact of the outbreak; None where they state
    none."""
    last: list[date] = []
    for name, frame in frames.items():
        times = [
            field
            for field in TABLES[name].fields
            if field.kind in ("date", "instant") and field.name in frame.columns
        ]
        if not TABLES[name].is_global and times:
            row = frame.select(_day(field, zone).max().alias(field.name) for field in times).row(0)
            last += [day for day in row if day is not None]
    return end_of(max(last), ZoneInfo(zone)) if last else None


def _day(field: Field, zone: str) -> pl.Expr:
    """The local day of a time; an end at midnight belongs to the day before."""
    column = pl.col(field.name)
    if field.kind == "date":
        return column
    return last_date(column, zone) if field.date_only == "end" else local_date(column, zone)
