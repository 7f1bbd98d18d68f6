"""Maps as TOML texts and as plain dicts, both ways. A wrong map is refused with the place named."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from lastcase.core.facts import TABLES
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.mapping.model import KINDS, Condition, FieldMap, FileMap, TableMap

EXTRA_FIELDS = ("known_from",)
ORDERS = ("auto", "ymd", "dmy", "mdy")


def loads(text: str, file: str = "") -> FileMap:
    """The map of a TOML text. Raises ImportRefused."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ImportRefused("map_toml", file=file, reason=str(error)) from error
    return from_dict(data, file)


def from_dict(data: Mapping[str, Any], file: str = "") -> FileMap:
    """The map of a plain dict (`to_dict`). Raises ImportRefused."""
    options = dict(data.get("map", {}))
    unknown = set(data) - {"map", "table"} | set(options) - _names(FileMap)
    if unknown:
        raise ImportRefused("map_unknown", file=file, where="map", what=", ".join(sorted(unknown)))
    tables = tuple(_table(entry, file) for entry in data.get("table", []))
    kinds = tuple(options.pop("kinds", ()))
    _check_options(kinds, options, tables, file)
    return _made(FileMap, {"name": "", **options, "kinds": kinds, "tables": tables}, file, "map")


def _check_options(
    kinds: tuple[str, ...], options: Mapping[str, Any], tables: tuple[TableMap, ...], file: str
) -> None:
    wrong = [kind for kind in kinds if kind not in KINDS]
    if wrong or not kinds:
        raise ImportRefused("map_kind", file=file, what=", ".join(wrong) or "-", known=", ".join(KINDS))
    if options.get("date_order", "auto") not in ORDERS:
        raise ImportRefused("map_unknown", file=file, where="date_order", what=str(options["date_order"]))
    if not tables:
        raise ImportRefused("map_unknown", file=file, where="table", what="-")


def _names(kind: type) -> set[str]:
    return {part.name for part in fields(kind)}


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _tuple(value) for name, value in entry.items()}


def _tuple(value: Any) -> Any:
    return tuple(_tuple(inner) for inner in value) if isinstance(value, list) else value


def _table(entry: Mapping[str, Any], file: str) -> TableMap:
    values = dict(entry)
    into = str(values.pop("into", ""))
    if into not in TABLES:
        raise ImportRefused("map_table", file=file, what=into or "-", known=", ".join(TABLES))
    parts = values.pop("fields", {})
    known = {*TABLES[into].columns, *EXTRA_FIELDS}
    unknown = (set(parts) - known) | (set(values) - _names(TableMap))
    if unknown:
        raise ImportRefused("map_unknown", file=file, where=into, what=", ".join(sorted(unknown)))
    when = tuple(_condition(c, file, into) for c in values.pop("when", []))
    where = {name: _field(part, file, f"{into}.{name}") for name, part in parts.items()}
    _check_pattern(values.get("each_match", ""), file, into)
    return _made(TableMap, {**values, "into": into, "fields": where, "when": when}, file, into)


def _field(part: Any, file: str, where: str) -> FieldMap:
    if isinstance(part, str):
        return FieldMap(column=part)
    unknown = set(part) - _names(FieldMap) if isinstance(part, Mapping) else {str(part)}
    if unknown:
        raise ImportRefused("map_unknown", file=file, where=where, what=", ".join(sorted(unknown)))
    values = dict(part)
    values["when"] = tuple(_condition(c, file, where) for c in values.pop("when", []))
    values["first"] = tuple(_field(inner, file, where) for inner in values.pop("first", []))
    if isinstance(values.get("value"), int | float):
        values["value"] = str(values["value"]).lower()
    for name in ("match", "remove"):
        _check_pattern(values.get(name, ""), file, where)
    return _made(FieldMap, values, file, where)


Made = TypeVar("Made", Condition, FieldMap, TableMap, FileMap)
PERMITTED: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float | None": (int, float),
    "bool | None": (bool,),
    "DateOrder": (str,),
}


def _made(kind: type[Made], values: Mapping[str, Any], file: str, where: str) -> Made:
    """A part of a map; refused where a value is of another kind than the part has."""
    given = _tuples(values)
    for part in fields(kind):
        wanted = PERMITTED.get(str(part.type), (tuple, Mapping))
        value = given.get(part.name)
        if value is not None and (
            not isinstance(value, wanted) or (type(value) is bool and bool not in wanted)
        ):
            raise ImportRefused("map_value", file=file, where=where, what=f"{part.name} = {value!r}")
    made = kind(**given)
    _check_template(made, file, where)
    return made


def _check_template(made: object, file: str, where: str) -> None:
    try:
        getattr(made, "columns", ())
    except ValueError as error:
        template = getattr(made, "template", "")
        raise ImportRefused(
            "map_pattern", file=file, where=where, what=template, reason=str(error)
        ) from error


def _condition(entry: Mapping[str, Any], file: str, where: str) -> Condition:
    unknown = set(entry) - _names(Condition)
    if unknown or "column" not in entry:
        raise ImportRefused("map_unknown", file=file, where=where, what=", ".join(sorted(unknown)) or "when")
    _check_pattern(entry.get("matches", ""), file, where)
    return _made(Condition, entry, file, where)


def _check_pattern(pattern: Any, file: str, where: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, TypeError) as error:
        raise ImportRefused("map_pattern", file=file, where=where, what=pattern, reason=str(error)) from error


def to_dict(file_map: FileMap) -> dict[str, Any]:
    """The map as plain data, without what is at its default."""
    options = _given(file_map)
    tables = options.pop("tables", ())
    return {"map": options, "table": [_table_dict(table) for table in tables]}


def _table_dict(table: TableMap) -> dict[str, Any]:
    entry = _given(table)
    entry["fields"] = {name: _field_value(part) for name, part in table.fields.items()}
    return entry


def _field_value(part: FieldMap) -> Any:
    entry = _given(part)
    return entry["column"] if set(entry) == {"column"} else entry


def _given(item: Any) -> dict[str, Any]:
    """The fields of a part that differ from their default, as plain values."""
    given = {}
    for part in fields(item):
        value = getattr(item, part.name)
        default = (
            part.default
            if part.default is not MISSING
            else (part.default_factory() if part.default_factory is not MISSING else MISSING)
        )
        if value != default:
            given[part.name] = _plain(value)
    return given


def _plain(value: Any) -> Any:
    if isinstance(value, FieldMap):
        return _field_value(value)
    if isinstance(value, Condition):
        return _given(value)
    if isinstance(value, tuple):
        return [_plain(inner) if not isinstance(inner, TableMap) else inner for inner in value]
    return dict(value) if isinstance(value, Mapping) else value


def dumps(file_map: FileMap) -> str:
    """The map as a TOML text that `loads` reads back to the same map."""
    data = to_dict(file_map)
    lines = ["[map]", *(f"{key} = {_literal(value)}" for key, value in data["map"].items())]
    for table in data["table"]:
        parts = table.pop("fields")
        lines += ["", "[[table]]", *(f"{key} = {_literal(value)}" for key, value in table.items())]
        lines += ["", "[table.fields]", *(f"{key} = {_literal(value)}" for key, value in parts.items())]
    return "\n".join(lines) + "\n"


def _literal(value: Any) -> str:
    """A TOML literal. The escapes of JSON strings are all valid in TOML basic strings."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {_literal(v)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_literal(inner) for inner in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
