"""What rows must hold, what they refer to, and what is implausible in them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lastcase.core.days import local_date
from lastcase.core.facts import Table
from lastcase.core.facts.field import date
from lastcase.ops.imports import problems
from lastcase.ops.imports.convert.context import Context, Known
from lastcase.ops.imports.convert.rows import Rows
from lastcase.ops.imports.mapping.model import DateOrder, FileMap
from lastcase.ops.imports.read.table import ROW
from lastcase.ops.imports.values import parse_column

A_DAY = date("day", "Day", "日期")


def missing(rows: Rows) -> pl.DataFrame:
    """Required fields that are empty, where no problem was told of the cell already."""
    told = [problems.none()]
    for field in rows.table.fields:
        if not field.is_required:
            continue
        if field.name not in rows.frame.columns:
            told.append(
                problems.tell(
                    rows.frame.select(pl.first(ROW)).head(1),
                    "file.unmapped",
                    "error",
                    table=rows.table.name,
                    field=field.name,
                    params={"name_en": field.en, "name_zh": field.zh},
                )
            )
            continue
        known = rows.problems.filter(pl.col("field") == field.name)["row"]
        empty = rows.frame.filter(pl.col(field.name).is_null() & ~pl.col(ROW).is_in(known.to_list()))
        part = rows.part.fields.get(field.name)
        heading = ", ".join(part.columns) if part else ""
        told.append(
            problems.tell(
                empty,
                "row.missing",
                "error",
                table=rows.table.name,
                field=field.name,
                column=heading,
                params={"name_en": field.en, "name_zh": field.zh},
            )
        )
    return problems.together(told)


def resolve_areas(rows: Rows, stated: pl.DataFrame, known: Known) -> Rows:
    """Areas given by name are turned to their codes; what is neither code nor name is an error."""
    columns = [f.name for f in rows.table.fields if f.reference == "areas" and f.name in rows.frame.columns]
    if not columns:
        return rows
    by_name = _areas_by_name(stated, known)
    frame, told = rows.frame, [rows.problems]
    for column in columns:
        codes = frame.select(pl.col(column).replace_strict(by_name, default=None, return_dtype=pl.String))[
            column
        ]
        lost = frame.filter(pl.col(column).is_not_null() & codes.is_null())
        part = rows.part.fields.get(column)
        heading = ", ".join(part.columns) if part else ""
        told.append(
            problems.tell(
                lost,
                "row.unknown_area",
                "error",
                table=rows.table.name,
                field=column,
                column=heading,
                value=pl.col(column),
            )
        )
        frame = frame.with_columns(codes.alias(column))
    return Rows(rows.table, rows.part, frame, problems.together(told), rows.places)


def _areas_by_name(stated: pl.DataFrame, known: Known) -> dict[str, str]:
    """Area codes by code and by name; a name that several areas bear names none."""
    areas = pl.concat([known.areas, stated], how="diagonal_relaxed").unique("area_id", keep="last")
    names = pl.concat([areas.select(said=column, area_id="area_id") for column in ("name_en", "name_zh")])
    single = names.drop_nulls().unique().filter(pl.len().over("said") == 1)
    return dict(single.iter_rows()) | {code: code for code in areas["area_id"].drop_nulls()}


def unknown_persons(rows: Rows, stated: pl.Series, known: Known) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Persons whom rows name and no list states: warnings, and stubs (`person_id`, `ROW`) to be kept for
    them."""
    told, stubs = [problems.none()], [pl.DataFrame(schema={ROW: pl.Int64, "person_id": pl.String})]
    there = pl.concat(
        [stated, known.persons.filter(~pl.col("is_stub").fill_null(False))["person_id"]]
    ).implode()
    for field in rows.table.fields:
        if field.reference != "persons" or field.name not in rows.frame.columns:
            continue
        lost = rows.frame.filter(pl.col(field.name).is_not_null() & ~pl.col(field.name).is_in(there))
        part = rows.part.fields.get(field.name)
        told.append(
            problems.tell(
                lost,
                "row.stub_person",
                "warning",
                table=rows.table.name,
                field=field.name,
                column=", ".join(part.columns) if part else "",
                value=pl.col(field.name),
            )
        )
        stubs.append(lost.select(ROW, pl.col(field.name).alias("person_id")))
    return problems.together(told), pl.concat(stubs)


BEFORE: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "cases": (
        ("symptom_onset_on", "death_on", "outcome_before_onset"),
        ("symptom_onset_on", "recovered_at", "outcome_before_onset"),
        ("exposure_start_on", "exposure_end_on", "window_reversed"),
        ("exposure_end_on", "symptom_onset_on", "onset_before_exposure_end"),
        ("death_on", "burial_on", "burial_before_death"),
    ),
    "contacts": (("first_exposure_at", "last_exposure_at", "window_reversed"),),
    "stays": (("start_at", "end_at", "interval_reversed"),),
    "visits": (("start_at", "end_at", "interval_reversed"),),
    "risk_areas": (("start_at", "end_at", "interval_reversed"),),
    "specimens": (("sampled_at", "resulted_at", "result_before_sample"),),
}
"""Pairs of times of which the first should not lie after the second, and what is said where it does."""


def implausible(rows: Rows, context: Context) -> pl.DataFrame:
    """Times out of their order, and times in the future. Warnings: the rows are taken as they are."""
    told = [problems.none()]
    for first, second, message in BEFORE.get(rows.table.name, ()):
        if first in rows.frame.columns and second in rows.frame.columns:
            wrong = rows.frame.filter(_day(rows.table, second, context) < _day(rows.table, first, context))
            told.append(
                problems.tell(
                    wrong,
                    f"row.{message}",
                    "warning",
                    table=rows.table.name,
                    field=second,
                    column=_heading(rows, second),
                    value=_day(rows.table, second, context),
                    params={"other": _day(rows.table, first, context)},
                )
            )
    return problems.together([*told, _future(rows, context)])


def _heading(rows: Rows, field: str) -> str:
    part = rows.part.fields.get(field)
    return ", ".join(part.columns) if part else ""


def _day(table: Table, name: str, context: Context) -> pl.Expr:
    """The local day; of intervals with times the instant itself."""
    if table.field(name).kind == "date" or table.name != "cases":
        return pl.col(name)
    return local_date(pl.col(name), context.zone)


def _future(rows: Rows, context: Context) -> pl.DataFrame:
    told = [problems.none()]
    for field in rows.table.fields:
        if (
            field.kind not in ("date", "instant")
            or field.name not in rows.frame.columns
            or field.name == "end_at"
        ):
            continue
        limit = pl.lit(context.now) if field.kind == "instant" else pl.lit(context.now.date())
        late = rows.frame.filter(pl.col(field.name) > limit)
        told.append(
            problems.tell(
                late,
                "row.in_future",
                "warning",
                table=rows.table.name,
                field=field.name,
                column=_heading(rows, field.name),
                value=pl.col(field.name),
            )
        )
    return problems.together(told)


def column_orders(
    source: pl.DataFrame, file_map: FileMap, order: DateOrder, context: Context, told: pl.DataFrame
) -> pl.DataFrame:
    """Dates out of order by the map's own list, where the same was not told of the row already."""
    found = [problems.none()]
    for first, second, message in file_map.orders:
        days = [
            parse_column(source[name], A_DAY, context.zone, order).values.alias(mark)
            for name, mark in ((first, "_first"), (second, "_second"))
        ]
        rows = pl.DataFrame([source[ROW], source[second].alias("_text"), *days])
        known = told.filter(pl.col("message_id") == f"imports.row.{message}")["row"].implode()
        wrong = rows.filter((pl.col("_second") < pl.col("_first")) & ~pl.col(ROW).is_in(known))
        found.append(
            problems.tell(
                wrong,
                f"row.{message}",
                "warning",
                table="",
                column=second,
                value=pl.col("_text"),
                params={"other": pl.col("_first")},
            )
        )
    return problems.together(found)


def doubtful_pairs(contacts: Rows, cases: pl.DataFrame) -> pl.DataFrame:
    """Transmission pairs whose infected person has no exposure window, or an onset before its end."""
    if "is_source_pair" not in contacts.frame.columns:
        return problems.none()
    one = cases.select("person_id", "symptom_onset_on", "exposure_end_on").unique("person_id", keep="last")
    pairs = contacts.frame.filter("is_source_pair").join(one, on="person_id", maintain_order="left")
    open_end = pairs.filter(pl.col("exposure_end_on").is_null())
    early = pairs.filter(pl.col("symptom_onset_on") < pl.col("exposure_end_on"))
    dates = {"onset": pl.col("symptom_onset_on"), "end": pl.col("exposure_end_on")}
    kinds = (
        (open_end, "row.pair_without_exposure_end", None),
        (early, "row.pair_onset_before_exposure_end", dates),
    )
    return problems.together([_pairs(contacts, frame, message, params) for frame, message, params in kinds])


def _pairs(
    rows: Rows, frame: pl.DataFrame, message: str, params: Mapping[str, pl.Expr] | None
) -> pl.DataFrame:
    heading = _heading(rows, "person_id")
    return problems.tell(
        frame,
        message,
        "warning",
        table="contacts",
        field="person_id",
        column=heading,
        value=pl.col("person_id"),
        params=params,
    )
