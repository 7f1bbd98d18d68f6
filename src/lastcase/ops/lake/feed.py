"""Bulk visits into the lake of an outbreak: numbered, then appended, all or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from lastcase.engines.bridge import copy_out
from lastcase.engines.lake.segment import SCHEMA
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.permissions import check_may_import
from lastcase.ops.imports.read.table import ROW
from lastcase.ops.imports.report import ImportReport
from lastcase.ops.imports.run import Progress
from lastcase.ops.lake import quick, rosters
from lastcase.ops.lake.errors import told_in_words
from lastcase.ops.lake.house import OutbreakLake, ready_lake
from lastcase.ops.lake.permissions import check_may_feed
from lastcase.ops.lake.quick import texts_of, visits_in
from lastcase.ops.lake.rosters import roster_in
from lastcase.ops.records.audit import log_write
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.refresh import refresh
from lastcase.ops.records.writing import writing

STEPS = ("read", "append", "follow")
"""Steps of an import of bulk visits, as its progress tells them."""
FIRST_ROWS = 50
SPOT, QUALITY = ["place_id", "unit"], ["visit_source", "precision_s"]


@dataclass(frozen=True)
class Prepared:
    """Bulk visits read and checked, before anything is written: what a preview shows.

    `visits` (columns `quick.VISITS`) are those of rows without errors; `columns` says which field each heading of the
    file is read as, `first` are its first cells as they stand.
    """

    outbreak: Outbreak
    file: str
    visits: pl.DataFrame
    problems: pl.DataFrame
    n_rows: int
    columns: Mapping[str, str]
    first: pl.DataFrame

    @property
    def n_rows_left_out(self) -> int:
        """Rows that cannot be taken."""
        return self.problems.filter(severity="error")["row"].n_unique()


def prepare_visits(
    outbreak: str | Outbreak,
    source: Path | pl.DataFrame,
    *,
    by: Actor,
    name: str = "",
    is_roster: bool = False,
) -> Prepared:
    """Read and check bulk visits without writing: a file (CSV, XLSX, Parquet), or cells as `quick.texts_of` gives them.

    `name`: what the sender calls the file. Raises NotPermitted, OutbreakNotFound, ImportRefused.
    """
    check_may_import(by)  # before the name is looked up: who may not is told nothing of it
    home = get_outbreak(outbreak)
    check_may_feed(by, home)
    label = name or (source.name if isinstance(source, Path) else "")
    frame = texts_of(source, label) if isinstance(source, Path) else source
    read, columns = (roster_in, rosters.columns_of) if is_roster else (visits_in, quick.columns_of)
    visits, problems, n_rows = read(frame, label, home.name, home.time_zone, is_place)
    headings = [column for column in frame.columns if column != ROW]
    first = pl.DataFrame([frame[heading].head(FIRST_ROWS).cast(pl.String) for heading in headings])
    return Prepared(home, label, visits, problems, n_rows, columns(headings), first)


def import_visits(
    outbreak: str | Outbreak,
    source: Path | pl.DataFrame,
    *,
    by: Actor,
    name: str = "",
    valid_rows: bool = False,
    is_roster: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Append the visits of a file (CSV, XLSX, Parquet), or of cells as `quick.texts_of` gives them, to the outbreak's
    lake; once it returns they last, and whoever met a case by them is on record.

    `is_roster`: the file says who is where on which weekdays and hours (see `rosters`), and becomes visits.
    A file with errors is not loaded unless `valid_rows`, which loads the rows without any. Persons and places
    that the record does not know are numbered all the same. The same file twice is two records of one visit,
    which a search counts once. `dry_run` reports and keeps nothing; `progress` is told each of `STEPS`.
    Raises NotPermitted, OutbreakNotFound, ImportRefused, LakeInUse, LakeRefused.
    """
    tell = progress or _tell_nobody
    tell("read", 0, len(STEPS))
    ready = prepare_visits(outbreak, source, by=by, name=name, is_roster=is_roster)
    is_taken = not ready.visits.is_empty() and (valid_rows or not ready.n_rows_left_out)
    if is_taken and not dry_run:
        _take(ready, by, tell)
    return ImportReport(
        file=ready.file,
        kind="visits",
        map="",
        outbreak=ready.outbreak.name,
        n_rows=ready.n_rows,
        is_loaded=is_taken and not dry_run,
        is_dry_run=dry_run,
        n_rows_left_out=ready.n_rows_left_out,
        tables={"visits": {"added": ready.visits.height, "changed": 0, "same": 0}} if is_taken else {},
        problems=ready.problems,
        unused_columns=tuple(heading for heading in ready.first.columns if heading not in ready.columns),
    )


def _take(ready: Prepared, by: Actor, tell: Progress) -> None:
    """Append, note it in the audit, and follow whoever met a case."""
    home, counts = ready.outbreak, {"visits": ready.visits.height}
    tell("append", 1, len(STEPS))
    with told_in_words():
        append_visits(ready_lake(home), ready.visits)
    with writing() as now:
        log_write(now, by, "import_visits", home.name, counts, file=ready.file)
    tell("follow", 2, len(STEPS))
    refresh(home)


def _tell_nobody(_step: str, _n_done: int, _n_steps: int) -> None:
    """For callers that do not watch."""


def append_visits(house: OutbreakLake, visits: pl.DataFrame) -> None:
    """Number the persons, places and classes of quality of visits (columns `quick.VISITS`) and append them."""
    with house.numbering() as dictionary:
        numbered = visits.select(
            person=dictionary.number(visits["person_id"]),
            spot=_each(visits, SPOT, lambda spots: house.lake.number_spots(_with_settings(spots))),
            start_s="start_s",
            end_s="end_s",
            quality=_each(visits, QUALITY, house.lake.quality_classes),
        )
        house.lake.append(numbered.cast(SCHEMA), dictionary.n_persons)  # type: ignore[arg-type]


def _each(visits: pl.DataFrame, columns: list[str], number: Callable[[pl.DataFrame], pl.Series]) -> pl.Series:
    """The number of each row's `columns`, asked for once for rows alike."""
    distinct = visits.select(columns).unique(maintain_order=True)
    numbers = distinct.with_columns(number(distinct).alias("number"))
    return visits.join(numbers, on=columns, how="left", nulls_equal=True, maintain_order="left")["number"]


def _with_settings(spots: pl.DataFrame) -> pl.DataFrame:
    return spots.join(settings_of(spots["place_id"]), on="place_id", how="left", maintain_order="left")


def is_place(texts: pl.Series) -> pl.Series:
    """Which of the texts are ids of places of the record."""
    return texts.is_in(settings_of(texts)["place_id"].implode())


def settings_of(place_ids: pl.Series) -> pl.DataFrame:
    """Columns place_id, setting of those of the places that the record knows, whoever asks: what a text means does not
    hang on the post that sends it."""
    query = "SELECT place_id, setting FROM fact_places WHERE retired_at IS NULL AND place_id = ANY(%s)"
    schema = {"place_id": pl.String(), "setting": pl.String()}
    with writing() as now:
        return copy_out(now.cursor, query, schema, [place_ids.unique().to_list()])
