"""Bulk visits into the lake of an outbreak: numbered, then appended, all or none."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from django.db import connection, transaction

from lastcase.engines.bridge import copy_out
from lastcase.engines.lake.segment import SCHEMA
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.permissions import check_may_import
from lastcase.ops.imports.report import ImportReport
from lastcase.ops.lake.house import OutbreakLake, ready_lake
from lastcase.ops.lake.quick import read_visits
from lastcase.ops.records.audit import log_write
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.refresh import refresh
from lastcase.ops.records.writing import writing


def import_visits(outbreak: str, path: Path, *, by: Actor, valid_rows: bool = False) -> ImportReport:
    """Append the visits of a file (CSV, XLSX, Parquet) to the outbreak's lake; once it returns they last, and whoever
    met a case by them is on record.

    A file with errors is not loaded unless `valid_rows`, which loads the rows without any. Persons and places
    that the record does not know are numbered all the same. The same file twice is two records of one visit,
    which a search counts once. Raises NotPermitted, OutbreakNotFound, ImportRefused, and what the lake raises.
    """
    check_may_import(by)
    home = get_outbreak(outbreak)
    visits, problems, n_rows = read_visits(path, home.name, home.time_zone, is_place)
    wrong = problems.filter(pl.col("severity") == "error")["row"]
    is_loaded = not visits.is_empty() and (valid_rows or wrong.is_empty())
    if is_loaded:
        append_visits(ready_lake(home), visits)
        with writing() as now:
            log_write(now, by, "import_visits", home.name, {"visits": visits.height}, file=path.name)
        refresh(home)
    return ImportReport(
        file=path.name,
        kind="visits",
        map="",
        outbreak=home.name,
        n_rows=n_rows,
        is_loaded=is_loaded,
        is_dry_run=False,
        n_rows_left_out=wrong.n_unique(),
        tables={"visits": {"added": visits.height, "changed": 0, "same": 0}} if is_loaded else {},
        problems=problems,
    )


def append_visits(house: OutbreakLake, visits: pl.DataFrame) -> None:
    """Number the persons, places and classes of quality of visits (columns `quick.VISITS`) and append them."""
    dictionary = house.dictionary()
    rows = visits.join(settings_of(visits["place_id"]), on="place_id", how="left", maintain_order="left")
    numbered = rows.select(
        person=dictionary.number(visits["person_id"]),
        spot=house.lake.number_spots(rows.select("place_id", "unit", "setting")),
        start_s="start_s",
        end_s="end_s",
        quality=house.lake.quality_classes(rows.select("visit_source", "precision_s")),
    )
    house.lake.append(numbered.cast(SCHEMA), dictionary.n_persons)  # type: ignore[arg-type]


def is_place(texts: pl.Series) -> pl.Series:
    """Which of the texts are ids of places of the record."""
    return texts.is_in(settings_of(texts)["place_id"].implode())


def settings_of(place_ids: pl.Series) -> pl.DataFrame:
    """Columns place_id, setting of those of the places that the record knows."""
    query = "SELECT place_id, setting FROM fact_places WHERE retired_at IS NULL AND place_id = ANY(%s)"
    schema = {"place_id": pl.String(), "setting": pl.String()}
    with transaction.atomic(), connection.cursor() as cursor:
        return copy_out(cursor, query, schema, [place_ids.unique().to_list()])
