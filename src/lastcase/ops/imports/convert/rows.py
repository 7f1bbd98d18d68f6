"""Rows of one table map: texts taken, made values, ids put under the namespace; problems told by cell."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lastcase.core.facts import TABLES, Field, Table
from lastcase.core.facts.field import instant
from lastcase.ops.imports import problems
from lastcase.ops.imports.convert.context import Context
from lastcase.ops.imports.convert.texts import each_distinct, field_text, hashed, holds, slug
from lastcase.ops.imports.mapping.model import DateOrder, FieldMap, TableMap
from lastcase.ops.imports.read.table import ROW
from lastcase.ops.imports.values import parse_column

KNOWN_FROM = instant("known_from", "Known from", "知悉时间")
IDENTIFYING = {
    "persons": (
        "name",
        "alias_names",
        "description",
        "sex",
        "birth_on",
        "age_years",
        "document_id",
        "phone",
        "occupation",
        "nationality",
        "residence_place_id",
        "present_place_id",
    ),
    "places": ("name", "address", "area_id"),
    "contacts": ("case_person_id", "person_id", "first_exposure_at", "setting", "place_id"),
    "exposed_groups": ("case_person_id", "description", "setting", "exposed_at", "place_id"),
    "specimens": ("person_id", "specimen_kind", "sampled_at", "purpose"),
    "stays": ("person_id", "stay_kind", "place_id", "start_at"),
    "moves": ("person_id", "move_kind", "requested_at", "departed_at", "to_place_id"),
    "checks": ("person_id", "duty_kind", "checked_at", "mode"),
    "arrivals": ("person_id", "origin", "arrived_at", "from_name"),
    "objections": ("person_id", "about", "place_id", "start_at", "case_person_id", "order_key", "raised_at"),
}
"""What makes a row the same fact where the file gives it no id: the id is then a hash of these columns."""


@dataclass(frozen=True)
class Rows:
    """The rows of one table map with their row numbers, their problems, and names of the places they refer
    to."""

    table: Table
    part: TableMap
    frame: pl.DataFrame
    problems: pl.DataFrame
    places: pl.DataFrame


def build(source: pl.DataFrame, part: TableMap, order: DateOrder, context: Context) -> Rows:
    """The rows that the table map makes of the file's rows. A null id is still to be made (`with_made_ids`)."""
    table = TABLES[part.into]
    rows = _taken(source, part)
    columns, told, places = [rows[ROW]], [], []
    for name, field_map in part.fields.items():
        field = KNOWN_FROM if name == "known_from" else table.field(name)
        texts = field_text(rows, field_map)
        parsed = parse_column(texts, field, context.zone, order)
        told.append(_told(rows, texts, parsed.told, table, field, field_map))
        if field.reference == "places":
            places.append(_named_places(rows, texts, field_map, context))
        columns.append(_namespaced(parsed.values, table, field, field_map, context))
    if part.keep_last:
        columns.append(rows[part.keep_last].alias("_order"))
    frame = pl.DataFrame(columns)
    return Rows(table, part, frame, problems.together(told), pl.concat([_no_places(), *places]))


def _taken(source: pl.DataFrame, part: TableMap) -> pl.DataFrame:
    rows = source.filter(holds(part.when)) if part.when else source
    if not part.each_column:
        return rows
    found = pl.col(part.each_column).str.extract_all(part.each_match).list.unique(maintain_order=True)
    return rows.with_columns(match=found).explode("match").filter(pl.col("match").is_not_null())


def _told(
    rows: pl.DataFrame, texts: pl.Series, told: pl.DataFrame, table: Table, field: Field, field_map: FieldMap
) -> pl.DataFrame:
    """Problems of a column's texts, spread to the rows that hold them."""
    if told.is_empty():
        return problems.none()
    where = pl.DataFrame([rows[ROW], texts.alias("text")]).join(told, on="text")
    heading = field_map.column or ", ".join(field_map.columns)
    common = {"table": table.name, "field": field.name, "column": heading, "value": pl.col("text")}
    params = {
        "low": "" if field.low is None else f"{field.low:g}",
        "high": "" if field.high is None else f"{field.high:g}",
        "known": ", ".join(field.values),
        "unit": field.unit or "",
    }
    wrong = where.filter(pl.col("problem").is_not_null())
    doubtful = where.filter(pl.col("problem").is_null())
    return problems.together(
        [
            problems.tell(wrong, pl.lit("row.") + pl.col("problem"), "error", params=params, **common),  # type: ignore[arg-type]
            problems.tell(doubtful, pl.lit("row.") + pl.col("warning"), "warning", **common),  # type: ignore[arg-type]
        ]
    )


def _namespaced(
    values: pl.Series, table: Table, field: Field, field_map: FieldMap, context: Context
) -> pl.Series:
    """Ids of persons and places stand under the namespace, once."""
    is_person = field.reference == "persons" or (table.name == "persons" and field.name == "person_id")
    is_place = field.reference == "places" or (table.name == "places" and field.name == "place_id")
    if field_map.is_global or not (is_person or is_place):
        return values
    return place_ids(values, context.namespace) if is_place else under(values, context.namespace)


def place_ids(texts: pl.Series, namespace: str) -> pl.Series:
    """The id under the namespace of the place that each text names."""
    return each_distinct(texts, lambda text: f"{namespace}:{slug(text)}").alias(texts.name)


def under(ids: pl.Series, namespace: str) -> pl.Series:
    """Ids under a namespace; those that stand there already stay."""
    lead = f"{namespace}:"
    column = pl.col(ids.name)
    bare = column.str.strip_prefix(lead)
    return pl.DataFrame([ids]).select((pl.lit(lead) + bare).alias(ids.name))[ids.name]


def _no_places() -> pl.DataFrame:
    return pl.DataFrame(schema={ROW: pl.Int64, "place_id": pl.String, "name": pl.String})


def _named_places(
    rows: pl.DataFrame, texts: pl.Series, field_map: FieldMap, context: Context
) -> pl.DataFrame:
    """A place for each name that a column of places holds."""
    ids = place_ids(texts, context.namespace).alias("place_id")
    frame = pl.DataFrame([rows[ROW], ids, texts.alias("name")])
    return frame.filter(pl.col("place_id").is_not_null()) if not field_map.is_global else _no_places()


def with_made_ids(rows: Rows, context: Context, described: pl.DataFrame | None) -> Rows:
    """Rows whose missing ids are made from what identifies them; a missing person is the one the row
    describes."""
    frame = rows.frame
    if described is not None and rows.table.name != "persons" and "person_id" in rows.table.columns:
        frame = _with_described(frame, described)
    key = rows.table.key[0]
    if rows.table.name not in IDENTIFYING:
        return _replace(rows, frame)
    if key in frame.columns and not frame[key].null_count():
        return _replace(rows, frame)
    from_columns = [name for name in IDENTIFYING[rows.table.name] if name in frame.columns]
    if not from_columns:
        return _replace(rows, frame)
    made = pl.lit("~") + pl.lit(hashed(frame, from_columns))
    if rows.table.name in ("persons", "places"):
        made = pl.lit(f"{context.namespace}:") + made
    said = pl.col(key) if key in frame.columns else pl.lit(None, pl.String)
    return _replace(rows, frame.with_columns(pl.coalesce(said, made).alias(key)))


def _with_described(frame: pl.DataFrame, described: pl.DataFrame) -> pl.DataFrame:
    joined = frame.join(
        described.rename({"person_id": "_described"}), on=ROW, how="left", maintain_order="left"
    )
    said = pl.col("person_id") if "person_id" in frame.columns else pl.lit(None, pl.String)
    return joined.with_columns(pl.coalesce(said, "_described").alias("person_id")).drop("_described")


def _replace(rows: Rows, frame: pl.DataFrame) -> Rows:
    return Rows(rows.table, rows.part, frame, rows.problems, rows.places)
