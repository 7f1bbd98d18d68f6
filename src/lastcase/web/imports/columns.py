"""Which column states which field: laid out for the page, and changed by what the reader chooses there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl
from django.utils.translation import gettext as _

from lastcase.core.facts import TABLES
from lastcase.ops.imports.mapping import FieldMap, FileMap, TableMap
from lastcase.web.templatetags.lastcase import name_of

KNOWN_FROM = "known_from"
"""Not a field of any table: the instant from which the source says that the row was known."""


@dataclass(frozen=True)
class ColumnView:
    """A column of the file: an example of its cells, the field it states ("table.field", empty: none), and
    fields
    that read it in a way only the map's file can say."""

    heading: str
    example: str
    target: str
    is_plain: bool
    others: list[str]


@dataclass(frozen=True)
class Choice:
    """A field that a column may state."""

    value: str
    label: str


def choices(file_map: FileMap) -> list[tuple[str, list[Choice]]]:
    """Fields of every table of the map, by table."""
    tables = dict.fromkeys(table.into for table in file_map.tables)
    return [
        (
            name_of(TABLES[table]),
            [
                *(Choice(f"{table}.{field.name}", name_of(field)) for field in TABLES[table].fields),
                Choice(f"{table}.{KNOWN_FROM}", _("Known from, as the source says")),
            ],
        )
        for table in tables
    ]


def column_views(file_map: FileMap, frame: pl.DataFrame, headings: tuple[str, ...]) -> list[ColumnView]:
    """Every column of the file with what becomes of it."""
    return [_view(heading, file_map, _example(frame, heading)) for heading in headings]


def _view(heading: str, file_map: FileMap, example: str) -> ColumnView:
    plain, others = [], []
    for table in file_map.tables:
        for name, part in table.fields.items():
            if _is_plain(part, heading):
                plain.append(f"{table.into}.{name}")
            elif heading in part.columns:
                others.append(f"{name_of(TABLES[table.into])} · {_field_label(table.into, name)}")
    target = next((one for one in plain if not one.endswith(".list_id")), plain[0] if plain else "")
    return ColumnView(heading, example, target, not others, others)


def _field_label(table: str, field: str) -> str:
    return name_of(TABLES[table].field(field)) if field in TABLES[table].columns else field


def _is_plain(part: FieldMap, heading: str) -> bool:
    return part == FieldMap(column=heading)


def _example(frame: pl.DataFrame, heading: str) -> str:
    cells = frame[heading].drop_nulls()
    cells = cells.filter(cells.str.strip_chars() != "")
    return str(cells[0])[:40] if len(cells) else ""


def changed(file_map: FileMap, targets: Mapping[str, str]) -> FileMap:
    """The map after the reader's choices: for each heading its "table.field", or empty for none.

    A column that states a person's id states it in every table of the map that has one.
    """
    tables = file_map.tables
    for heading, target in targets.items():
        if target == _view(heading, file_map, "").target:
            continue
        tables = tuple(_without(table, heading) for table in tables)
        into, _, field = target.partition(".")
        if into in TABLES and field in (*TABLES[into].columns, KNOWN_FROM):
            tables = tuple(_with(table, into, field, heading) for table in tables)
    return replace(file_map, tables=tables, name="edited", headings=())


def _without(table: TableMap, heading: str) -> TableMap:
    kept = {name: part for name, part in table.fields.items() if not _is_plain(part, heading)}
    return replace(table, fields=kept)


def _with(table: TableMap, into: str, field: str, heading: str) -> TableMap:
    wanted = {field: FieldMap(column=heading)} if table.into == into else {}
    if field == "person_id" and "person_id" in TABLES[table.into].columns:
        wanted["person_id"] = FieldMap(column=heading)
        if table.into == "persons":
            wanted["list_id"] = FieldMap(column=heading)
    return replace(table, fields={**table.fields, **wanted})
