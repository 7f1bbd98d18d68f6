"""The whole conversion of one file: every table map built, checked, put together."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.ops.imports import problems
from lastcase.ops.imports.convert import checks, duplicates
from lastcase.ops.imports.convert.context import NEEDED, Context, Known
from lastcase.ops.imports.convert.rows import Rows, build, with_made_ids
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.mapping.model import DateOrder, FileMap, TableMap
from lastcase.ops.imports.read.table import ROW
from lastcase.ops.imports.values import date_order

NULLS = ("NA", "N/A", "n/a", "#N/A", "NULL", "null", "NaN", "nan", "#REF!", "#VALUE!")


@dataclass(frozen=True)
class Converted:
    """Frames of facts by table, each with its row numbers in `ROW`, and what was told of the file.

    `fills_gaps` names tables whose empty cells leave what the record holds.
    """

    frames: dict[str, pl.DataFrame]
    problems: pl.DataFrame
    n_rows: int
    fills_gaps: frozenset[str] = frozenset()

    @property
    def has_errors(self) -> bool:
        """Whether some row cannot be taken."""
        return bool((self.problems["severity"] == "error").any())

    def facts(self, *, valid_rows: bool = False) -> dict[str, pl.DataFrame]:
        """Frames as `record_facts` takes them. `valid_rows`: without the rows of the file that have an
        error."""
        bad = self.problems.filter(pl.col("severity") == "error")["row"].drop_nulls().unique().implode()
        kept = {
            name: frame.filter(~pl.col(ROW).is_in(bad)) if valid_rows else frame
            for name, frame in self.frames.items()
        }
        return {name: frame.drop(ROW) for name, frame in kept.items() if frame.height}


def convert(frame: pl.DataFrame, file_map: FileMap, context: Context) -> Converted:
    """The facts that the map makes of a frame of texts (`read_table`). Raises ImportRefused where headings
    lack."""
    lacking = [column for column in file_map.columns if column not in frame.columns]
    if lacking:
        raise ImportRefused("lacking_columns", file=file_map.name, columns=", ".join(lacking))
    source = _nulled(frame, file_map)
    order = _order(source, file_map)
    built = _all_rows(source, file_map, order, context)
    told = [rows.problems for rows in built]
    told += [checks.missing(rows) for rows in built]
    told += [checks.implausible(rows, context) for rows in built]
    frames, more = _put_together(built, context)
    told += more
    told += _linked(built, frames, context)
    told.append(checks.column_orders(source, file_map, order, context, problems.together(told)))
    gaps = frozenset(part.into for part in file_map.tables if part.fills_gaps)
    return Converted(frames, problems.together(told), frame.height, gaps)


def _nulled(frame: pl.DataFrame, file_map: FileMap) -> pl.DataFrame:
    signs = [*NULLS, *file_map.null_texts]
    return frame.with_columns(
        pl.when(~pl.col(name).is_in(signs)).then(pl.col(name)).alias(name)
        for name in frame.columns
        if name != ROW
    )


def _order(source: pl.DataFrame, file_map: FileMap) -> DateOrder:
    """The order of slashed dates: the map's, else what the date columns of the file tell together."""
    if file_map.date_order != "auto":
        return file_map.date_order
    columns = {
        column
        for part in file_map.tables
        for name, field_map in part.fields.items()
        if _is_time(part, name)
        for column in field_map.columns
        if column in source.columns
    }
    found = {order for column in columns if (order := date_order(source[column]))}
    return found.pop() if len(found) == 1 else "auto"


def _is_time(part: TableMap, name: str) -> bool:
    return name == "known_from" or TABLES[part.into].field(name).kind in ("date", "instant")


def _all_rows(source: pl.DataFrame, file_map: FileMap, order: DateOrder, context: Context) -> list[Rows]:
    """Rows of every table map, persons first: other rows may be about the person whom their row describes."""
    built = [build(source, part, order, context) for part in file_map.tables]
    described = None
    finished = []
    for rows in sorted(built, key=lambda rows: rows.table.name != "persons"):
        done = with_made_ids(rows, context, described)
        if rows.table.name == "persons" and described is None and "person_id" in done.frame.columns:
            described = done.frame.select(ROW, "person_id").unique(ROW, keep="first")
        finished.append(done)
    if context.known is None:
        return finished
    stated = _stated_areas(finished)
    return [checks.resolve_areas(rows, stated, context.known) for rows in finished]


def _stated_areas(built: list[Rows]) -> pl.DataFrame:
    parts = [
        rows.frame.select(set(NEEDED["areas"]) & set(rows.frame.columns))
        for rows in built
        if rows.table.name == "areas"
    ]
    return pl.concat([Known().areas, *parts], how="diagonal_relaxed")


def _put_together(built: list[Rows], context: Context) -> tuple[dict[str, pl.DataFrame], list[pl.DataFrame]]:
    """One frame a table, one row a key."""
    parts: dict[str, list[pl.DataFrame]] = {}
    for rows in built:
        frame = (
            rows.frame.filter(pl.col(rows.table.key[0]).is_not_null())
            if rows.table.key[0] in rows.frame.columns
            else rows.frame
        )
        if rows.part.keep_last:
            frame = duplicates.last_of(frame, rows.table)
        if rows.part.only_missing and context.known is not None:
            frame = _only_missing(frame, rows, context.known)
        parts.setdefault(rows.table.name, []).append(frame)
    _add_places(parts, built, context)
    frames, told = {}, []
    for name in TABLES:
        if name in parts:
            whole = pl.concat(parts[name], how="diagonal_relaxed")
            if all(column in whole.columns for column in TABLES[name].key):
                whole, more = duplicates.one_a_key(whole, TABLES[name])
                told.append(more)
            frames[name] = whole
    if "persons" in frames and "is_stub" not in frames["persons"].columns:
        frames["persons"] = frames["persons"].with_columns(pl.lit(None, pl.Boolean).alias("is_stub"))
    return frames, told


def _only_missing(frame: pl.DataFrame, rows: Rows, known: Known) -> pl.DataFrame:
    held = {"areas": known.areas, "places": known.places, "persons": known.persons}.get(rows.table.name)
    return frame if held is None else frame.join(held.select(rows.table.key), on=rows.table.key, how="anti")


def _add_places(parts: dict[str, list[pl.DataFrame]], built: list[Rows], context: Context) -> None:
    """Places that rows name and no row states: a place with that name."""
    stated = [frame.select("place_id") for frame in parts.get("places", [])]
    held = pl.concat(
        [
            pl.DataFrame(schema={"place_id": pl.String}),
            *stated,
            *([context.known.places.select("place_id")] if context.known else []),
        ]
    )
    named = pl.concat([rows.places for rows in built]).join(
        held, on="place_id", how="anti", maintain_order="left"
    )
    if named.height:
        parts.setdefault("places", []).append(named.unique("place_id", keep="first", maintain_order=True))


def _linked(built: list[Rows], frames: dict[str, pl.DataFrame], context: Context) -> list[pl.DataFrame]:
    """What is told of persons: not stated by any list, perhaps twice, pairs without a window. Adds stubs."""
    known = context.known or Known()
    stated = frames.get("persons")
    ids = stated["person_id"] if stated is not None else pl.Series("person_id", [], pl.String)
    told, stubs = [], []
    for rows in built:
        warned, more = checks.unknown_persons(rows, ids, known)
        told.append(warned)
        stubs.append(more)
        if rows.table.name == "contacts" and "person_id" in rows.frame.columns:
            cases = pl.concat([known.cases, *_own_cases(frames)], how="diagonal_relaxed")
            told.append(checks.doubtful_pairs(rows, cases))
    if stated is not None:
        told.append(duplicates.possible_twins(stated, known))
    _add_stubs(frames, pl.concat(stubs))
    return told


def _own_cases(frames: dict[str, pl.DataFrame]) -> list[pl.DataFrame]:
    if "cases" not in frames or "person_id" not in frames["cases"].columns:
        return []
    return [frames["cases"].select(name for name in NEEDED["cases"] if name in frames["cases"].columns)]


def _add_stubs(frames: dict[str, pl.DataFrame], stubs: pl.DataFrame) -> None:
    if stubs.is_empty():
        return
    rows = stubs.unique("person_id", keep="first", maintain_order=True).with_columns(
        list_id=pl.col("person_id").str.replace(r"^[^:]*:", ""), is_stub=pl.lit(True)
    )
    frames["persons"] = pl.concat([frames.get("persons", rows.head(0)), rows], how="diagonal_relaxed")
