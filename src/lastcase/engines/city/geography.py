"""Where a synthetic city stands: the real divisions of Beihai, and grid cells of its own below the committees.

Populations of the four counties are those of the census of 2020; how a county's people spread over its
towns, committees and cells is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import polars as pl

from lastcase.engines.city.hashing import Dice, Ints

CITY_ID, REGION_ID = "450500", "450000"
CELL_PERSONS = 712
"""Persons of a grid cell, on average: some 2,600 cells of 1.85 million people."""

SMALL_TOWNS = ("450502001", "450503103", "450512102")
"""Zhongjie in Haicheng, Qiaogang in Yinhai, Xinggang in Tieshangang: the towns of the small city."""

_DIVISIONS = "ops/imports/demo/boundaries/beihai_divisions.csv"
_POPULATION = "ops/imports/demo/boundaries/population_2020.csv"
_FOLDER = files("lastcase")


@dataclass(frozen=True)
class Geography:
    """The tree as dense numbers. `cells` has one row a cell, in order: `area_id`, `committee_id`, `town`,
    `county` (dense numbers into `towns` and `counties`), `population`."""

    divisions: pl.DataFrame
    cells: pl.DataFrame
    towns: tuple[str, ...]
    counties: tuple[str, ...]

    @property
    def population(self) -> Ints:
        """Persons of each cell."""
        return self.cells["population"].to_numpy()

    @property
    def town(self) -> Ints:
        """Town of each cell."""
        return self.cells["town"].to_numpy()


def read_divisions() -> pl.DataFrame:
    """The divisions of Beihai as rows of `areas`, the nation and the region above them."""
    text = (_FOLDER / _DIVISIONS).read_bytes()
    raw = pl.read_csv(text, schema_overrides={"code": pl.String, "parent_code": pl.String})
    nation = pl.DataFrame(
        {
            "area_id": ["CN"],
            "name_en": ["China"],
            "name_zh": ["中国"],
            "tier": ["nation"],
            "parent_id": [None],
        }
    ).cast({"parent_id": pl.String})
    rows = raw.select(
        area_id=pl.col("code").str.pad_end(6, "0"),
        name_en=pl.col("name_en").str.replace(" City$", ""),
        name_zh="name_zh",
        tier=pl.col("level").replace({"village_or_community": "committee"}),
        parent_id=pl.col("parent_code").str.pad_end(6, "0").fill_null("CN"),
    )
    return pl.concat([nation, rows])


def census() -> dict[str, int]:
    """Persons by county code."""
    text = (_FOLDER / _POPULATION).read_bytes()
    raw = pl.read_csv(text, schema_overrides={"code": pl.String, "parent_code": pl.String})
    counties = raw.filter(pl.col("level") == "county")
    return dict(counties.select("code", "population_2020_census").iter_rows())


def lay_out(dice: Dice, total: int | None) -> Geography:
    """The geography of the whole city (`total` None), or of the small towns with `total` persons in all."""
    divisions = read_divisions()
    committees = divisions.filter(pl.col("tier") == "committee")
    if total is not None:
        committees = committees.filter(pl.col("parent_id").is_in(SMALL_TOWNS))
    committees = committees.with_columns(county_id=pl.col("parent_id").str.head(6))
    weights = 50 + dice.below("committee", 101, np.arange(committees.height))
    shared = committees.with_columns(weight=pl.Series(weights))
    sizes = (
        _by_county(shared)
        if total is None
        else shared.with_columns(population=pl.Series(spread(total, weights)))
    )
    towns = tuple(sizes["parent_id"].unique(maintain_order=True))
    counties = tuple(sizes["county_id"].unique(maintain_order=True))
    cells = _cells(_with_towns(sizes, divisions), towns, counties)
    return Geography(_kept(divisions, sizes, total), cells, towns, counties)


def spread(total: int, weights: Ints) -> Ints:
    """`total` split by weights into whole numbers that add up to it."""
    ends = np.cumsum(weights) * total // int(weights.sum())
    return np.diff(ends, prepend=0)


def _by_county(shared: pl.DataFrame) -> pl.DataFrame:
    persons, parts = census(), []
    for county in shared["county_id"].unique(maintain_order=True):
        rows = shared.filter(pl.col("county_id") == county)
        parts.append(
            rows.with_columns(population=pl.Series(spread(persons[county], rows["weight"].to_numpy())))
        )
    return pl.concat(parts)


def _with_towns(sizes: pl.DataFrame, divisions: pl.DataFrame) -> pl.DataFrame:
    """Committees with the English name of their town, since they have none of their own."""
    names = divisions.select(parent_id="area_id", town_en="name_en")
    return sizes.join(names, on="parent_id", how="left", maintain_order="left")


def _cells(sizes: pl.DataFrame, towns: tuple[str, ...], counties: tuple[str, ...]) -> pl.DataFrame:
    population = sizes["population"].to_numpy()
    n_cells = np.maximum(1, (population + CELL_PERSONS // 2) // CELL_PERSONS)
    owner = np.repeat(np.arange(sizes.height), n_cells)
    ordinal = np.arange(len(owner)) - np.repeat(np.cumsum(n_cells) - n_cells, n_cells)
    persons = (ordinal + 1) * population[owner] // n_cells[owner] - ordinal * population[owner] // n_cells[
        owner
    ]
    named = sizes[owner].with_columns(number=pl.Series(ordinal + 1), persons=pl.Series(persons))
    return named.select(
        area_id=pl.format("{}-SYN{}", "area_id", pl.col("number").cast(pl.String).str.zfill(2)),
        committee_id="area_id",
        name_zh=pl.format("{}第{}网格（合成）", "name_zh", "number"),
        name_en=pl.format("{} · cell {}.{} (synthetic)", "town_en", pl.col("area_id").str.tail(3), "number"),
        town=pl.col("parent_id").replace_strict(towns, range(len(towns)), return_dtype=pl.Int64),
        county=pl.col("county_id").replace_strict(counties, range(len(counties)), return_dtype=pl.Int64),
        population="persons",
    )


def _kept(divisions: pl.DataFrame, sizes: pl.DataFrame, total: int | None) -> pl.DataFrame:
    """All divisions; of the small city those above its committees."""
    if total is None:
        return divisions
    wanted = [*sizes["area_id"], *sizes["parent_id"], *sizes["county_id"], CITY_ID, REGION_ID, "CN"]
    return divisions.filter(pl.col("area_id").is_in(wanted))


def area_rows(geography: Geography) -> pl.DataFrame:
    """Rows of `areas`: the divisions as they are, and the cells with their made-up residents."""
    cells = geography.cells.select(
        "area_id",
        "name_en",
        "name_zh",
        "population",
        tier=pl.lit("cell"),
        parent_id="committee_id",
    )
    return pl.concat([geography.divisions, cells], how="diagonal_relaxed")
