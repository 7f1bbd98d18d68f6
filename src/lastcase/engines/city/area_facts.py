"""Risk areas: blocks of cases and their neighbours, with decided and published stays at each level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lastcase.core.protocol.model import Protocol, RiskLevel
from lastcase.engines.city import spread, story
from lastcase.engines.city.case_facts import Cases
from lastcase.engines.city.hashing import Flags, Ints
from lastcase.engines.city.population import expand
from lastcase.engines.city.story import FAR, HOUR_MIN, day_start
from lastcase.engines.city.tables import DAY_MIN
from lastcase.engines.city.world import World, coded, rows

HELD = 250_000
"""Millionths of areas where somebody misses the closing round, so that the release waits."""
HAS_NEIGHBOUR = 450_000
"""Millionths of high-risk blocks whose next block becomes medium."""
LISTED_LATE = 150_000
LEVELS = ("high", "medium")
_LISTED_AT = 10 * HOUR_MIN


@dataclass(frozen=True)
class Blocks:
    """One row a block designated once: `level` index into `LEVELS`, when (`FAR`: never), `clean` (end of the
    clean days), `end` (left the level), `is_held` (a closing round that is not met)."""

    block: Ints
    level: Ints
    start: Ints
    clean: Ints
    end: Ints
    is_held: Flags
    venue: Ints

    def of(self, level: int) -> Ints:
        """Row numbers of a level."""
        return np.flatnonzero(self.level == level)


def level_rule(edition: Protocol, level: str, came_from: str | None = None) -> RiskLevel:
    """The edition's rule of a level. Raises StopIteration without one."""
    rules = edition.of_kind(RiskLevel)
    return next(rule for rule in rules if (rule.risk_level, rule.came_from) == (level, came_from))


def designate(world: World, cases: Cases) -> Blocks:
    """Blocks of cases found outside quarantine, and the blocks beside some of them."""
    outside = world.infections.found_by[cases.index] != spread.IN_QUARANTINE
    person = cases.person[outside]
    block, row = np.unique(world.population.block[person], return_inverse=True)
    found = np.full(len(block), FAR, np.int64)
    np.minimum.at(found, row, cases.found[outside])
    last = np.zeros(len(block), np.int64)
    np.maximum.at(last, row, cases.isolated[outside])
    high = _timed(world, block, np.zeros(len(block), np.int64), found, last, person, row)
    beside = block + 1
    same_cell = _block_cell(world, np.minimum(beside, world.population.n_blocks - 1)) == _block_cell(
        world, block
    )
    chosen = same_cell & (beside < world.population.n_blocks) & ~np.isin(beside, block)
    chosen &= world.dice.chance("neighbour", HAS_NEIGHBOUR, block)
    medium = _timed(
        world, beside[chosen], np.ones(int(chosen.sum()), np.int64), found[chosen], found[chosen], person, row
    )
    venue = world.layers.market[world.population.home_start[_first_home(world, medium.block)]]
    return Blocks(
        **{
            name: np.concatenate([getattr(high, name), getattr(medium, name)])
            for name in ("block", "level", "start", "clean", "end", "is_held")
        },
        venue=np.concatenate([np.full(len(block), -1), venue]),
    )


def _timed(
    world: World, block: Ints, level: Ints, found: Ints, last: Ints, person: Ints, row: Ints
) -> Blocks:
    dice = world.dice
    start = found + dice.between("designated after", 3 * HOUR_MIN, 14 * HOUR_MIN, block)
    start = -(-start // HOUR_MIN) * HOUR_MIN
    rules = [level_rule(world.edition, name) for name in LEVELS]
    days = np.array([rule.clean_days for rule in rules])[level]
    clean = np.maximum(start, last) + days * DAY_MIN
    held = dice.chance("round not met", HELD, block)
    end = clean + dice.between("released after", 1 * HOUR_MIN, 16 * HOUR_MIN, block)
    end = np.where(held | (end >= story.END_MIN), FAR, -(-end // HOUR_MIN) * HOUR_MIN)
    return Blocks(block, level, start, clean, end, held, np.full(len(block), -1))


def _first_home(world: World, block: Ints) -> Ints:
    return np.searchsorted(world.population.home_block, block, side="left")


def homes_of(world: World, block: Ints) -> tuple[Ints, Ints]:
    """First home of each block, and the one after its last."""
    return _first_home(world, block), np.searchsorted(world.population.home_block, block, side="right")


def residents(world: World, block: Ints) -> tuple[Ints, Ints]:
    """Row of `block` and person, for every resident."""
    first, end = homes_of(world, block)
    starts, ends = world.population.home_start[first], world.population.home_start[end]
    return np.repeat(np.arange(len(block)), ends - starts), expand(starts, ends)


def _block_cell(world: World, block: Ints) -> Ints:
    return world.population.home_cell[_first_home(world, block)]


def area_ids(world: World, blocks: Blocks) -> pl.Series:
    """Risk area ids of the blocks."""
    return world.row_ids("RA", world.population.n_blocks)[blocks.block]


def risk_area_rows(world: World, blocks: Blocks) -> pl.DataFrame:
    """Rows of `risk_areas`: decided and published stays of every block and of the counties."""
    spans = pl.concat([_block_spans(world, blocks), _county_spans(world, blocks)])
    listed = spans.with_columns(list_kind=pl.lit("published"))
    late = world.dice.chance("listed late", LISTED_LATE, np.arange(spans.height))
    extra = np.where(late, DAY_MIN, 0)
    listed = listed.with_columns(
        start=pl.Series(_next_list(spans["start"].to_numpy()) + extra),
        end=pl.Series(_next_list(spans["end"].to_numpy()) + extra),
    )
    both = pl.concat([spans.with_columns(list_kind=pl.lit("decided")), listed]).filter(
        pl.col("start") < pl.col("end")
    )
    start, end = both["start"].to_numpy(), both["end"].to_numpy()
    return rows(
        "risk_areas",
        start + HOUR_MIN,
        **{
            name: both[name]
            for name in (
                "risk_area_id",
                "name",
                "area_id",
                "list_kind",
                "risk_level",
                "next_level",
                "population",
            )
        },
        start_at=story.instants(start),
        end_at=story.instants(np.where(end < story.END_MIN, end, FAR)),
        lineage=["new"] * both.height,
        reason=["合成疫情"] * both.height,
    )


def _next_list(minutes: Ints) -> Ints:
    """The list of 10:00 after each instant; `FAR` stays."""
    day = (minutes - day_start(0) - _LISTED_AT) // DAY_MIN + 1
    there = day_start(0) + day * DAY_MIN + _LISTED_AT
    return np.where(minutes < FAR, there, FAR)


def _block_spans(world: World, blocks: Blocks) -> pl.DataFrame:
    """Stays of blocks at their first level, and of former high ones at medium."""
    again = np.flatnonzero((blocks.level == 0) & (blocks.end < story.END_MIN))
    clean = level_rule(world.edition, "medium", "high").clean_days * DAY_MIN
    freed = blocks.end[again] + clean + world.dice.between("freed after", 60, 600, blocks.block[again])
    freed = np.where(freed < story.END_MIN, -(-freed // HOUR_MIN) * HOUR_MIN, FAR)
    row = np.concatenate([np.arange(len(blocks.block)), again])
    level = np.concatenate([blocks.level, np.ones(len(again), np.int64)])
    end = np.concatenate([blocks.end, freed])
    cell = _block_cell(world, blocks.block)[row]
    first, last = homes_of(world, blocks.block)
    size = (world.population.home_start[last] - world.population.home_start[first])[row]
    names = world.geography.cells["name_zh"].str.strip_suffix("（合成）")[cell]
    house = pl.Series((first - np.searchsorted(world.population.home_cell, cell[: len(first)])) // 24 + 1)[
        row
    ]
    next_level = np.where(end < FAR, level + 1, 3)
    return pl.DataFrame(
        {
            "risk_area_id": area_ids(world, blocks)[row],
            "name": pl.select(names + house.cast(pl.String) + pl.lit("栋（合成）")).to_series(),
            "area_id": world.cell_ids(cell),
            "risk_level": coded(LEVELS, level),
            "next_level": coded(("high", "medium", "low", None), next_level),
            "population": size,
            "start": np.concatenate([blocks.start, blocks.end[again]]),
            "end": end,
        }
    )


def _county_spans(world: World, blocks: Blocks) -> pl.DataFrame:
    """The rest of each county that has a high-risk area: low, from its first one on."""
    high = blocks.of(0)
    county = world.geography.cells["county"].to_numpy()[_block_cell(world, blocks.block[high])]
    first = np.full(len(world.geography.counties), FAR, np.int64)
    np.minimum.at(first, county, blocks.start[high])
    chosen = np.flatnonzero(first < story.END_MIN)
    codes = pl.Series(world.geography.counties)[chosen]
    return pl.DataFrame(
        {
            "risk_area_id": pl.select(pl.lit(f"{world.size.tag}-RL-") + codes).to_series(),
            "name": pl.select(pl.lit("其他地区（合成）") + codes).to_series(),
            "area_id": codes,
            "risk_level": ["low"] * len(chosen),
            "next_level": pl.Series([None] * len(chosen), dtype=pl.String),
            "population": pl.Series([None] * len(chosen), dtype=pl.Int64),
            "start": first[chosen],
            "end": np.full(len(chosen), FAR),
        }
    )


def extent_rows(world: World, blocks: Blocks) -> pl.DataFrame:
    """Rows of `risk_area_extents`: the homes of each block, and the market beside a medium one."""
    first, end = homes_of(world, blocks.block)
    row = np.repeat(np.arange(len(first)), end - first)
    with_venue = np.flatnonzero(blocks.venue >= 0)
    row = np.concatenate([row, with_venue])
    places = np.concatenate([expand(first, end), blocks.venue[with_venue]])
    return rows(
        "risk_area_extents",
        blocks.start[row] + HOUR_MIN,
        risk_area_id=area_ids(world, blocks)[row],
        place_id=world.place_ids(places),
    )


def is_under_high(world: World, blocks: Blocks, cases: Cases) -> Flags:
    """Whether a case lived in a standing high-risk block when sampled."""
    start = np.full(world.population.n_blocks, FAR, np.int64)
    start[blocks.block[blocks.of(0)]] = blocks.start[blocks.of(0)]
    return start[world.population.block[cases.person]] <= cases.sampled
