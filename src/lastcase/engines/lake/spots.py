"""The register of spots: a place, or a named part of it (floor, carriage, ward), as a dense number.

Numbers are never given anew: a spot keeps its own for the life of the lake.
"""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl

from lastcase.engines.lake.durable import checksum_of, write_durably
from lastcase.engines.lake.errors import LakeDamaged, TooManySpots, WrongColumns
from lastcase.engines.lake.manifest import FROM_BACKUP
from lastcase.engines.lake.words import N_IDS

REGISTER: dict[str, pl.DataType] = {
    "spot": pl.UInt32(),
    "place_id": pl.String(),
    "unit": pl.String(),
    "setting": pl.String(),
    "place": pl.UInt32(),
}
"""A row a spot, `spot` counting from 0; `unit` is null for the place itself, which every place has a row for;
`setting` is that of the place (null: not known); `place` is its dense number."""
NEW: dict[str, pl.DataType] = {name: REGISTER[name] for name in ("place_id", "unit", "setting")}


def no_spots() -> pl.DataFrame:
    """The register of a new lake."""
    return pl.DataFrame(schema=REGISTER)


def extend_spots(
    register: pl.DataFrame, rows: pl.DataFrame, limit: int = N_IDS
) -> tuple[pl.DataFrame, pl.Series]:
    """The register with the spots of `rows` (columns `NEW`) in it, and the number of each row's.

    A setting that a row states is from then on that of its place, of several rows the last one's; null leaves
    it. The register is the same object where nothing is new. Raises WrongColumns, TooManySpots.
    """
    if dict(rows.schema) != NEW or rows["place_id"].has_nulls():
        raise WrongColumns(dict(rows.schema), f"{NEW}, no place_id being null")
    known = _looked_up(register, rows)
    is_new = known["spot"].has_nulls()
    corrects = pl.col("setting").is_not_null() & pl.col("setting").ne_missing(pl.col("setting_known"))
    if not is_new and not known.select(corrects.any()).item():
        return register, known["spot"]
    extended = _with_settings(_with_new(register, rows, limit) if is_new else register, rows)
    return extended, _looked_up(extended, rows)["spot"]


def _looked_up(register: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with number and setting that the register has for them, null where it has none."""
    known = register.select("place_id", "unit", "spot", setting_known="setting")
    return rows.join(known, on=["place_id", "unit"], how="left", nulls_equal=True, maintain_order="left")


def _with_new(register: pl.DataFrame, rows: pl.DataFrame, limit: int) -> pl.DataFrame:
    """The register with the spots that it has not after its own: first the places that are new, then the parts."""
    spots = ["place_id", "unit"]
    bare = rows.select("place_id", unit=pl.lit(None, pl.String)).unique(maintain_order=True)
    parts = rows.select(spots).filter(pl.col("unit").is_not_null()).unique(maintain_order=True)
    new = pl.concat([bare, parts]).join(
        register, on=spots, how="anti", nulls_equal=True, maintain_order="left"
    )
    n_spots = register.height + new.height
    if n_spots > limit:
        raise TooManySpots(n_spots, limit)
    known = register.filter(pl.col("unit").is_null()).select("place_id", "place", "setting")
    opened = new.filter(pl.col("unit").is_null()).select(
        "place_id",
        place=pl.int_range(known.height, known.height + pl.len(), dtype=pl.UInt32),
        setting=pl.lit(None, pl.String),
    )
    added = new.join(
        pl.concat([known, opened]), on="place_id", how="left", maintain_order="left"
    ).with_columns(spot=pl.int_range(register.height, n_spots, dtype=pl.UInt32))
    return pl.concat([register, added.select(list(REGISTER))])


def _with_settings(register: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Every spot of a place with the setting that was stated last."""
    stated = rows.filter(pl.col("setting").is_not_null()).select("place_id", stated="setting")
    last = stated.unique("place_id", keep="last")
    joined = register.join(last, on="place_id", how="left", maintain_order="left")
    corrected = joined.with_columns(setting=pl.coalesce("stated", "setting"))["setting"]
    same = corrected.equals(register["setting"], null_equal=True)
    return register if same else register.with_columns(setting=corrected)


def write_spots(path: Path, register: pl.DataFrame) -> tuple[int, int]:
    """Write the register durably; length and checksum of the file."""
    buffer = io.BytesIO()
    register.write_parquet(buffer, compression="zstd", compression_level=1)
    block = buffer.getbuffer()
    return write_durably(path, [block]), checksum_of(block)


def read_spots(path: Path, name: str, checksum: int) -> pl.DataFrame:
    """The register in a file whose checksum the manifest has; `name` is for messages.

    Raises LakeDamaged, and FileNotFoundError.
    """
    block = path.read_bytes()
    if checksum_of(block) != checksum:
        raise LakeDamaged(name, "its checksum is wrong", FROM_BACKUP)
    return pl.read_parquet(block).select(list(REGISTER))
