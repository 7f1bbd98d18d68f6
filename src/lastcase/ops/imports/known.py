"""What the record holds already, as a conversion needs it."""

from __future__ import annotations

import polars as pl
from django.db import connection, transaction

from lastcase.core.facts import TABLES
from lastcase.engines.bridge import copy_out
from lastcase.ops.imports.convert.context import NEEDED, Known
from lastcase.ops.records.models import Outbreak


def load_known(outbreak: Outbreak) -> Known:
    """Areas, places and persons of the installation and cases of the outbreak, as far as the caller may see
    them."""
    with transaction.atomic(), connection.cursor() as cursor:
        frames = {name: _standing(cursor, name, outbreak.pk) for name in NEEDED}
    return Known(**frames)


def fill_gaps(name: str, frame: pl.DataFrame, outbreak: Outbreak) -> pl.DataFrame:
    """The frame with its empty cells filled from the rows of the record that have the same key."""
    table = TABLES[name]
    columns = [column for column in table.columns if column in frame.columns and column != "is_stub"]
    key = table.key[0]
    where = "" if table.is_global else " AND outbreak_id = %s"
    query = (
        f"SELECT {', '.join(columns)} FROM fact_{name} WHERE retired_at IS NULL AND {key} = ANY(%s){where}"
    )
    params = [frame[key].to_list(), *([] if table.is_global else [outbreak.pk])]
    schema = {column: table.field(column).dtype for column in columns}
    with transaction.atomic(), connection.cursor() as cursor:
        held = copy_out(cursor, query, schema, params)
    if held.is_empty():
        return frame
    joined = frame.join(held, on=list(table.key), how="left", suffix="_held", maintain_order="left")
    filled = [pl.coalesce(column, f"{column}_held") for column in columns if column not in table.key]
    return joined.with_columns(filled).select(frame.columns)


def _standing(cursor: object, name: str, outbreak_id: int) -> pl.DataFrame:
    table = TABLES[name]
    schema = {column: table.field(column).dtype for column in NEEDED[name]}
    where, params = ("", []) if table.is_global else (" AND outbreak_id = %s", [outbreak_id])
    query = f"SELECT {', '.join(schema)} FROM fact_{name} WHERE retired_at IS NULL{where} ORDER BY id"
    return copy_out(cursor, query, schema, params)
