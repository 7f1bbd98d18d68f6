"""Where rows of answers stand in the tree of areas, worked out before they are written."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import polars as pl

from lastcase.core.facts import Table
from lastcase.engines.bridge import Few, array_text, columns_out, few_out
from lastcase.ops.records.positions import ROOT
from lastcase.ops.records.queries import ANY

MEMBERS: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "is_handed": pl.Boolean(),
    "handed_pos": pl.Int32(),
    "pos_naming": pl.Int32(),
    "pos_present": pl.Int32(),
    "pos_residence": pl.Int32(),
}


class Places:
    """The positions of an outbreak's areas and members (`persons`: of these alone), read when first asked for."""

    def __init__(self, cursor: Any, outbreak_id: int, persons: list[str] | None = None) -> None:
        self._cursor, self._outbreak_id, self._persons = cursor, outbreak_id, persons

    @cached_property
    def members(self) -> pl.DataFrame:
        """Columns `MEMBERS`."""
        columns = {name: f"t.{name}" for name in MEMBERS} | {"is_handed": "t.handed_at IS NOT NULL"}
        mine = "records_member t WHERE t.outbreak_id = %s"
        if self._persons is None:
            return columns_out(self._cursor, columns, mine, MEMBERS, [self._outbreak_id])
        persons = array_text(self._persons)
        few = Few(columns, f"{mine} AND t.person_id = {ANY}", MEMBERS, [self._outbreak_id, persons])
        return few_out(self._cursor, [few])[0]

    @cached_property
    def areas(self) -> pl.DataFrame:
        """Columns `area_id`, `area_lo`."""
        schema = {"area_id": pl.String(), "area_lo": pl.Int32()}
        every = Few({name: f"t.{name}" for name in schema}, "records_areaposition t", schema)
        return few_out(self._cursor, [every])[0]

    @cached_property
    def root(self) -> int:
        """The position of the outbreak's own area, 0 where it has none."""
        self._cursor.execute(f"SELECT pos FROM ({ROOT}) r", {"outbreak": self._outbreak_id})
        return int(self._cursor.fetchone()[0])


def placed(frame: pl.DataFrame, table: Table, places: Places) -> pl.DataFrame:
    """The rows with their three positions.

    A row about a person stands where the person does; one about an area, or named by one, there also. One that would
    stand nowhere stands with the outbreak's own area.
    """
    has_area = any(field.name == "area_id" for field in table.fields)
    rows = (
        frame if not has_area else frame.join(places.areas, on="area_id", how="left", maintain_order="left")
    )
    area = pl.col("area_lo") if has_area else pl.lit(None, pl.Int32)
    if table.person_fields:
        rows = rows.join(places.members, on="person_id", how="left", maintain_order="left")
        named = pl.when(pl.col("is_handed").fill_null(False)).then("handed_pos")
        naming = named.otherwise(pl.coalesce(area, "pos_naming"))
        present, home = pl.col("pos_present"), pl.col("pos_residence")
    else:
        naming, present, home = area, pl.lit(None, pl.Int32), pl.lit(None, pl.Int32)
    nowhere = naming.is_null() & present.is_null() & home.is_null()
    root = pl.lit(places.root, pl.Int32)
    return rows.select(
        *frame.columns,
        pos_naming=pl.when(nowhere).then(root).otherwise(naming),
        pos_present=present,
        pos_residence=home,
    )
