"""Visits of a large file in seconds: what is written plainly is read at once, the rest by the import's own reader.

The quick reading never decides anything: a row that it does not understand whole goes to `convert`, which takes it or
says what is wrong with it. Both come to the same visits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePath

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.store import conform
from lastcase.core.facts.visits import VISIT_SOURCES
from lastcase.ops.imports import problems
from lastcase.ops.imports.convert import Context, Converted, convert
from lastcase.ops.imports.convert.rows import place_ids, under
from lastcase.ops.imports.convert.whole import NULLS
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.mapping import FileMap, propose
from lastcase.ops.imports.mapping.model import FieldMap, TableMap
from lastcase.ops.imports.read import read_table
from lastcase.ops.imports.read.limits import Limits
from lastcase.ops.imports.read.parquet import check_footer
from lastcase.ops.imports.read.table import ROW
from lastcase.ops.lake import seats
from lastcase.ops.records.prepare import MAX_TEXT_CHARS

VISITS: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "place_id": pl.String(),
    "unit": pl.String(),
    "start_s": pl.Int64(),
    "end_s": pl.Int64(),
    "precision_s": pl.Int64(),
    "visit_source": pl.String(),
}
"""A visit by ids, its times in seconds of the epoch, its precision in seconds (null: not stated)."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLAIN_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
QUICK = (".csv", ".parquet", ".pq")
BULK = Limits(unpacked_bytes=4 * 2**30, rows=50_000_000)
"""What a file of bulk visits may hold: more rows than a list of cases. Beyond it one is delivered in parts."""
PRECISION_MAX_MIN = 7 * 24 * 60
"""A visit that may have been a week before or after tells of no meeting, and would slow every search. Assumed."""
VISIT_REVERSED = "imports.row.visit_reversed"
REVERSED, STUBS = "imports.row.interval_reversed", ["imports.row.stub_person"]
_SOURCES = [code.value for code in VISIT_SOURCES]


IsPlace = Callable[[pl.Series], pl.Series]
"""Which of some texts are ids of places of the record, as flags."""


def read_visits(
    path: Path, namespace: str, zone: str, is_place: IsPlace
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """The visits of a file (columns `VISITS`), the problems of its rows (`imports.problems.SCHEMA`) and how many
    rows it has.

    Naive times are of `zone`. A place is the one of the record that has the id given; any other text names a
    place under the namespace, as in every import. Raises ImportRefused for a file as a whole.
    """
    return visits_in(texts_of(path), path.name, namespace, zone, is_place)


def visits_in(
    frame: pl.DataFrame, name: str, namespace: str, zone: str, is_place: IsPlace
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """The same of the cells of a file as `texts_of` gives them; `name` is the file's."""
    n_rows = frame.height
    frame, unseated = _seated(frame, name)
    file_map = _map_of([column for column in frame.columns if column != ROW], name)
    part = file_map.tables[-1]
    _check_zero_bytes(frame, part, name)
    plain = _plainly(frame, part, namespace, zone)
    read, told = plain.filter(pl.col("is_whole")).select(list(VISITS)), problems.none()
    odd = frame.filter(~plain["is_whole"])
    if not odd.is_empty():
        careful, told = _carefully(odd, file_map, namespace, zone)
        read = pl.concat([read, careful])
    placed = _placed(read, frame, part.fields["place_id"], namespace, is_place)
    return placed, problems.together([unseated, told]), n_rows


def _seated(frame: pl.DataFrame, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cells with the column of rows of seats, where there is one, joined to that of the part; without the rows of
    the file that state none, which are told."""
    column = seats.find_column(frame.columns)
    if column is None:
        return frame, problems.none()
    rest = frame.drop(column)
    headings = [heading for heading in frame.columns if heading != ROW]
    part = _map_of(headings, name).tables[-1].fields.get("unit")
    units, is_wrong = seats.seat(_cells(rest, part), _cells(frame, FieldMap(column=column)))
    joined = rest.with_columns(units.alias("unit" if part is None else part.column))
    told = seats.tell_wrong(frame.filter(is_wrong), column, pl.col(column))
    return joined.filter(~is_wrong), told


def _check_zero_bytes(frame: pl.DataFrame, part: TableMap, name: str) -> None:
    """No text of the record holds one, so that whoever is named by it could never be followed."""
    for column in {column for field in part.fields.values() for column in field.columns}:
        if (
            frame[column].dtype == pl.String
            and (zero := frame[column].str.contains("\0", literal=True)).any()
        ):
            row = frame[ROW][int(zero.arg_max() or 0)]
            raise ImportRefused("zero_byte", file=name, row=row, column=column)


def _placed(
    visits: pl.DataFrame, frame: pl.DataFrame, field: FieldMap, namespace: str, is_place: IsPlace
) -> pl.DataFrame:
    """The visits at the places of the record whose very ids the file gives."""
    texts = _cells(frame, field).drop_nulls().unique().rename("place_id")
    given = texts.filter(is_place(texts))
    return visits.with_columns(pl.col("place_id").replace(place_ids(given, namespace), given))


def texts_of(path: Path, name: str = "") -> pl.DataFrame:
    """The file's cells as texts with the number of each row, headings being row 1. `name`: what its sender calls it,
    where the path does not. Raises ImportRefused for what no table is, and for one beyond `BULK`."""
    label = name or path.name
    suffix = PurePath(label).suffix.lower()
    try:
        if suffix == ".csv":
            _check_width(path, label)
            frame = pl.read_csv(path, infer_schema=False, null_values=[""])
        elif suffix in QUICK:
            _check_footer(path, label)
            frame = pl.read_parquet(path)
        else:
            return read_table(path, label).frame
        return frame.with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64))
    except (
        pl.exceptions.PolarsError,
        OSError,
    ):  # another encoding, separator or format: the careful reader knows
        return read_table(path, label).frame


def _check_width(path: Path, label: str) -> None:
    """A first line of millions of columns is no table."""
    with path.open("rb") as file:
        n_columns = file.read(BULK.cell_chars).partition(b"\n")[0].count(b",") + 1
    if n_columns > BULK.columns:
        raise ImportRefused("too_many_columns", file=label, n=n_columns, limit=BULK.columns)


def _check_footer(path: Path, label: str) -> None:
    """Size and shape of a Parquet file, which here holds no column of lists, records or bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            footer, schema = file.metadata, file.schema_arrow
    except pa.ArrowException:
        raise ImportRefused("truncated", file=label) from None
    check_footer(footer, label, BULK)
    for field in schema:
        if pa.types.is_nested(field.type) or pa.types.is_binary(field.type):
            raise ImportRefused("nested_column", file=label, column=field.name)


def columns_of(headings: list[str]) -> dict[str, str]:
    """Which field each heading of a file of visits is read as; the others are not used."""
    seat = seats.find_column(headings)
    part = propose([heading for heading in headings if heading != seat], "visits").file_map.tables[-1]
    found = {heading: name for name, field in part.fields.items() for heading in field.columns}
    return found if seat is None else {**found, seat: "seat_row"}


def _map_of(headings: list[str], name: str) -> FileMap:
    seat = seats.find_column(headings)
    found = propose([heading for heading in headings if heading != seat], "visits")
    if found.missing:
        raise lacking(name, found.missing, headings)
    return found.file_map


def lacking(name: str, fields: Iterable[str], headings: Iterable[str]) -> ImportRefused:
    """No heading of the file is known for these fields."""
    return ImportRefused(
        "lacking_fields", file=name, columns=", ".join(fields), found=", ".join(headings)[:500] or "-"
    )


def _plainly(frame: pl.DataFrame, part: TableMap, namespace: str, zone: str) -> pl.DataFrame:
    """Columns `VISITS` and `is_whole`: whether the quick reading understood every cell of the row."""
    person, place, unit, precision, source = (
        _cells(frame, part.fields.get(name))
        for name in ("person_id", "place_id", "unit", "precision_min", "visit_source")
    )
    start, end = (_seconds(frame, part.fields.get(name), zone) for name in ("start_at", "end_at"))
    exact = precision.cast(pl.Float64, strict=False)
    read = pl.DataFrame(
        {
            "person_id": under(person.alias("person_id"), namespace),
            "place_id": place_ids(place, namespace),
            "unit": unit,
            "start_s": start,
            "end_s": end,
            "precision_s": (exact * 60).round().cast(pl.Int64, strict=False),
            "visit_source": source,
        },
        schema=VISITS,
    )
    is_known = pl.col("visit_source").is_null() | pl.col("visit_source").is_in(_SOURCES)
    is_precise = precision.is_null() | ((exact >= 0) & (exact <= PRECISION_MAX_MIN))
    in_order = (pl.col("start_s") <= pl.col("end_s")) & (pl.col("end_s") <= datetime.now(UTC).timestamp())
    in_order &= pl.col("start_s") >= 0
    is_there = pl.all_horizontal(pl.col("person_id", "place_id").is_not_null())
    is_short = pl.all_horizontal(
        pl.col("person_id", "place_id", "unit").str.len_chars().fill_null(0) <= MAX_TEXT_CHARS
    )
    is_whole = is_there & is_short & is_known & pl.lit(is_precise) & in_order
    return read.with_columns(is_whole=is_whole.fill_null(False))


def _cells(frame: pl.DataFrame, field: FieldMap | None) -> pl.Series:
    """A column as texts; null where the file has no such column, an empty cell, or a sign for nothing."""
    if field is None:
        return pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    text = frame[field.column].cast(pl.String).str.strip_chars()
    return pl.DataFrame({"text": text}).select(
        pl.when(~pl.col("text").is_in(["", *NULLS])).then(pl.col("text"))
    )["text"]


def _seconds(frame: pl.DataFrame, field: FieldMap | None, zone: str) -> pl.Series:
    """A column of plainly written times in seconds of the epoch; null for what is written otherwise, and for local
    times that a clock change skips or repeats."""
    nothing = pl.Series([None], dtype=pl.Int64).new_from_index(0, frame.height)
    if field is None:
        return nothing
    column = frame[field.column]
    if column.dtype == pl.String:
        is_utc = column.str.ends_with("Z")
        local = _plain_times(column.str.strip_suffix("Z") if is_utc.any() else column)
        return (
            _elapsed(local, zone).zip_with(~is_utc, local.dt.epoch("s"))
            if is_utc.any()
            else _elapsed(local, zone)
        )
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.epoch("s") if column.dtype.time_zone is not None else _elapsed(column, zone)
    return nothing


def _plain_times(texts: pl.Series) -> pl.Series:
    """Texts of one of the plain forms as naive times; each form is tried on what no earlier one fits."""
    read = pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, len(texts))
    for form in PLAIN_TIMES:
        left = read.is_null() & texts.is_not_null()
        if not left.any() or texts.filter(left).head(1).str.to_datetime(form, strict=False).is_null().all():
            continue
        if left.all():
            read = texts.str.to_datetime(form, strict=False, time_unit="us")
        else:
            at = left.arg_true()
            read = read.scatter(at, texts.filter(left).str.to_datetime(form, strict=False, time_unit="us"))
    return read


def _elapsed(local: pl.Series, zone: str) -> pl.Series:
    """Naive times of a zone in seconds of the epoch; null where a clock change skips or repeats them.

    The clock is asked once a minute that occurs: clocks change on whole minutes.
    """
    seconds = local.dt.epoch("s")
    minutes = (seconds // 60).unique().drop_nulls()
    naive = pl.from_epoch(minutes * 60, "s")
    early, late = (
        naive.dt.replace_time_zone(zone, ambiguous=which, non_existent="null").dt.epoch("s")
        for which in ("earliest", "latest")
    )
    offset_s = (early - minutes * 60).set(early != late, None)
    if offset_s.n_unique() == 1:  # no clock changes
        return seconds + offset_s[0]
    offsets = pl.DataFrame({"minute": minutes, "offset_s": offset_s})
    rows = pl.DataFrame({"second": seconds, "minute": seconds // 60})
    joined = rows.join(offsets, on="minute", how="left", maintain_order="left")
    return joined.select(pl.col("second") + pl.col("offset_s")).to_series()


def _carefully(
    odd: pl.DataFrame, file_map: FileMap, namespace: str, zone: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The visits of rows that are not plain, and what is wrong with those that are none."""
    texts = odd.select(
        pl.col(ROW), *(_cells(odd, FieldMap(column=name)).alias(name) for name in odd.columns if name != ROW)
    )
    done = convert(texts, file_map, Context("visits", namespace, zone, datetime.now(UTC)))
    told = problems.together(
        [_as_the_lake_sees(done.problems, odd, file_map), *_beyond_the_lake(done, odd, file_map)]
    )
    bad = told.filter(severity="error")["row"].drop_nulls().unique().implode()
    frame = done.frames.get("visits")
    kept = None if frame is None else frame.filter(~pl.col(ROW).is_in(bad)).drop(ROW)
    visits = conform(TABLES["visits"].empty() if kept is None else kept, "visits")
    read = visits.select(
        "person_id",
        "place_id",
        "unit",
        start_s=pl.col("start_at").dt.epoch("s"),
        end_s=pl.col("end_at").dt.epoch("s"),
        precision_s=(pl.col("precision_min") * 60).round().cast(pl.Int64),
        visit_source=pl.col("visit_source"),
    )
    return read.filter(pl.col("start_s") <= pl.col("end_s")), told


def _beyond_the_lake(done: Converted, odd: pl.DataFrame, file_map: FileMap) -> list[pl.DataFrame]:
    """Rows that the record could hold and the lake cannot."""
    frame = done.frames.get("visits")
    if frame is None:
        return []
    beyond = {
        "start_at": ("row.visit_before_1970", pl.lit(EPOCH)),
        "precision_min": ("row.visit_too_vague", pl.lit(PRECISION_MAX_MIN)),
    }
    told = []
    for field, (message, limit) in beyond.items():
        part = file_map.tables[-1].fields.get(field)
        if part is None or field not in frame.columns:
            continue
        is_beyond = pl.col(field) < limit if field == "start_at" else pl.col(field) > limit
        rows = frame.filter(is_beyond).select(ROW).join(odd, on=ROW, maintain_order="left")
        value = pl.col(part.column).cast(pl.String)
        told.append(
            problems.tell(
                rows, message, "error", table="visits", field=field, column=part.column, value=value
            )
        )
    return told


def _as_the_lake_sees(told: pl.DataFrame, odd: pl.DataFrame, file_map: FileMap) -> pl.DataFrame:
    """Problems of rows: a stay that ends before it starts is none here (told with its cell as it stands), and nobody
    need be on record."""
    end = file_map.tables[-1].fields["end_at"].column
    cells = odd.select(pl.col(ROW).alias("row"), pl.col(end).cast(pl.String).alias("cell"))
    is_reversed = pl.col("message_id") == REVERSED
    kept = told.filter(~pl.col("message_id").is_in(STUBS))
    return (
        kept.join(cells, on="row", how="left", maintain_order="left")
        .with_columns(
            severity=pl.when(is_reversed).then(pl.lit("error")).otherwise("severity"),
            message_id=pl.when(is_reversed).then(pl.lit(VISIT_REVERSED)).otherwise("message_id"),
            value=pl.when(is_reversed).then("cell").otherwise("value"),
        )
        .drop("cell")
    )
