"""Bulk visits into the lake of an outbreak: numbered, then appended, all or none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from django.db import connection, transaction

from lastcase.engines.bridge import copy_out
from lastcase.engines.lake.segment import SCHEMA
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.permissions import check_may_import
from lastcase.ops.lake.house import OutbreakLake, ready_lake
from lastcase.ops.lake.quick import read_visits
from lastcase.ops.records.audit import log_write
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.writing import writing


@dataclass(frozen=True)
class Fed:
    """What became of a file: its rows, the visits that the lake took, and what was wrong with the others
    (`imports.problems.SCHEMA`)."""

    n_rows: int
    n_visits: int
    problems: pl.DataFrame
    is_loaded: bool

    @property
    def n_left_out(self) -> int:
        """Rows of the file with an error."""
        return self.problems.filter(pl.col("severity") == "error")["row"].n_unique()


def import_visits(outbreak: str, path: Path, *, by: Actor, valid_rows: bool = False) -> Fed:
    """Append the visits of a file (CSV, XLSX, Parquet) to the outbreak's lake; once it returns they last.

    A file with errors is not loaded unless `valid_rows`, which loads the rows without any. Persons and places
    that the record does not know are numbered all the same. Raises NotPermitted, OutbreakNotFound,
    ImportRefused, and what the lake raises.
    """
    check_may_import(by)
    home = get_outbreak(outbreak)
    visits, problems, n_rows = read_visits(path, home.name, home.time_zone, is_place)
    has_errors = bool((problems["severity"] == "error").any())
    if visits.is_empty() or (has_errors and not valid_rows):
        return Fed(n_rows, 0, problems, is_loaded=False)
    append_visits(ready_lake(home), visits)
    with writing() as now:
        log_write(now, by, "import_visits", home.name, {"visits": visits.height}, file=path.name)
    return Fed(n_rows, visits.height, problems, is_loaded=True)


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
