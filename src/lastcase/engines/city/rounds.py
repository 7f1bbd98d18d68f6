"""Testing of the residents of risk areas by the edition's rhythm, in tubes of ten, and their closing rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lastcase.core.protocol.model import Rhythm
from lastcase.engines.city import story
from lastcase.engines.city.area_facts import LEVELS, Blocks, residents
from lastcase.engines.city.hashing import Flags, Ints
from lastcase.engines.city.layers import occupation_codes
from lastcase.engines.city.story import FAR, HOUR_MIN, day_of, day_start
from lastcase.engines.city.tables import DAY_MIN
from lastcase.engines.city.world import World, coded, rows

POOL = 10
COMES, REFUSES = 955_000, 5_000
"""Millionths who come to a round of a risk area, and who refuse every one."""


@dataclass(frozen=True)
class Swabs:
    """Swabs that were owed: row of the blocks, person, when, and whether it was taken."""

    row: Ints
    person: Ints
    at: Ints
    is_taken: Flags


def rhythm_days(world: World, level: str, n_days: int) -> list[int]:
    """Days since the designation on which everybody is tested."""
    rule = next(each for each in world.edition.of_kind(Rhythm) if each.risk_level == level)
    first, every = rule.first_days, rule.every_days
    return [day for day in range(n_days) if day < first or (day - first) % every == 0]


def owed_swabs(world: World, blocks: Blocks, away: Ints) -> Swabs:
    """All swabs owed of residents who are there; `away`: since when each person is kept elsewhere."""
    parts = [_rhythm(world, blocks, level) for level in range(len(LEVELS))] + [_closing(world, blocks)]
    row, person, at, taken = (np.concatenate([part[n] for part in parts]) for n in range(4))
    end = np.minimum(blocks.end, story.END_MIN)[row]
    here = (at >= blocks.start[row]) & (at < end) & (at < away[person])
    return Swabs(row[here], person[here], at[here], taken[here])


def _rhythm(world: World, blocks: Blocks, level: int) -> tuple[Ints, Ints, Ints, Flags]:
    chosen = blocks.of(level)
    owner, person = residents(world, blocks.block[chosen])
    days = np.array(rhythm_days(world, LEVELS[level], story.LAST_DAY - story.FIRST_DAY + 1))
    row, person = np.repeat(chosen[owner], len(days)), np.repeat(person, len(days))
    day = day_of(blocks.start)[row] + np.tile(days, len(owner))
    minute = world.dice.between("round minute", 7 * HOUR_MIN, 12 * HOUR_MIN, blocks.block[row], day)
    at = day_start(0) + day * DAY_MIN + minute
    at = np.maximum(at, blocks.start[row] + 90)
    comes = world.dice.chance("comes", COMES, person, day) & ~refuses(world, person)
    return row, person, at, comes


def _closing(world: World, blocks: Blocks) -> tuple[Ints, Ints, Ints, Flags]:
    """The round before the clean days end: everybody, but for one or two where the release is held."""
    chosen = np.flatnonzero(blocks.clean < story.END_MIN)
    owner, person = residents(world, blocks.block[chosen])
    row = chosen[owner]
    at = blocks.clean[row] - 18 * HOUR_MIN + world.dice.below("closing minute", 300, blocks.block[row])
    misses = blocks.is_held[row] & world.dice.chance("misses closing", 40_000, person)
    return row, person, at, ~misses


def refuses(world: World, person: Ints) -> Flags:
    """Who refuses every round."""
    return world.dice.chance("refuses rounds", REFUSES, person)


def round_facts(world: World, blocks: Blocks, swabs: Swabs) -> dict[str, list[pl.DataFrame]]:
    """Specimens in their tubes, and the calls in vain."""
    taken = np.flatnonzero(swabs.is_taken)
    order = taken[np.lexsort((swabs.person[taken], swabs.at[taken], swabs.row[taken]))]
    row, person, at = swabs.row[order], swabs.person[order], swabs.at[order]
    is_new = np.append(True, (row[1:] != row[:-1]) | (at[1:] != at[:-1])) if len(row) else np.zeros(0, bool)
    start = np.maximum.accumulate(np.where(is_new, np.arange(len(row)), 0))
    tube_first = is_new | ((np.arange(len(row)) - start) % POOL == 0)
    tube = np.cumsum(tube_first) - 1
    n_tubes = int(tube[-1]) + 1 if len(tube) else 0
    told = at[tube_first] + world.dice.between("tube told", 5 * HOUR_MIN, 12 * HOUR_MIN, np.arange(n_tubes))
    return {
        "pools": [_tube_rows(world, np.bincount(tube, minlength=n_tubes), told)],
        "specimens": [_specimen_rows(world, person, at, tube, n_tubes)],
        "checks": [_missed_rows(world, swabs)],
    }


def _tube_rows(world: World, size: Ints, told: Ints) -> pl.DataFrame:
    here = told < story.END_MIN
    return rows(
        "pools",
        np.where(here, told + 20, story.END_MIN - 1),
        pool_id=world.row_ids("TR", len(size)),
        pool_size=size,
        result=coded(("negative", None), (~here).astype(np.int64)),
        resulted_at=story.instants(np.where(here, told, FAR)),
        laboratory=["北海合成实验室"] * len(size),
    )


def _specimen_rows(world: World, person: Ints, at: Ints, tube: Ints, n_tubes: int) -> pl.DataFrame:
    return rows(
        "specimens",
        at + 40,
        specimen_id=world.row_ids("LR", len(person)),
        person_id=world.person_ids(person),
        specimen_kind=["throat"] * len(person),
        sampled_at=story.instants(at),
        pool_id=world.row_ids("TR", n_tubes)[tube],
        laboratory=["北海合成实验室"] * len(person),
        purpose=["screening"] * len(person),
    )


def _missed_rows(world: World, swabs: Swabs) -> pl.DataFrame:
    """Knocks at doors of those who did not come: one in three is on record."""
    missed = np.flatnonzero(~swabs.is_taken)
    told = world.dice.chance("knock noted", 330_000, swabs.person[missed], swabs.at[missed])
    chosen = missed[told]
    person, at = swabs.person[chosen], swabs.at[chosen] + 4 * HOUR_MIN
    no = refuses(world, person).astype(np.int64)
    return rows(
        "checks",
        at + 60,
        check_id=world.row_ids("CR", len(chosen)),
        person_id=world.person_ids(person),
        duty_kind=["test"] * len(chosen),
        checked_at=story.instants(at),
        check_outcome=coded(("not_found", "refused"), no),
        mode=["visit"] * len(chosen),
    )


WORKERS_TESTED = 920_000
"""Millionths of tests of risk occupations that are taken."""


def occupation_rows(world: World, persons: Ints, away: Ints) -> pl.DataFrame:
    """Single specimens of those of `persons` whose occupation the edition wants tested again and again."""
    layers = world.layers
    group = layers.group[persons]
    is_worker = group >= layers.first["team"]
    codes = pl.Series(occupation_codes(), dtype=pl.String)
    occupation = codes[layers.sector[np.where(is_worker, group - layers.first["team"], 0)]].to_numpy()
    parts = []
    for rule in world.edition.of_kind(Rhythm):
        if rule.occupation is None:
            continue
        staff = persons[is_worker & (occupation == rule.occupation)]
        days = np.arange(story.FIRST_DAY, story.LAST_DAY + 1, rule.every_days)
        parts.append(_staff_swabs(world, np.repeat(staff, len(days)), np.tile(days, len(staff)), away))
    person, at = (np.concatenate([part[n] for part in parts]) for n in range(2))
    told = at + world.dice.between("staff told", 5 * HOUR_MIN, 12 * HOUR_MIN, person, at)
    here = told < story.END_MIN
    return rows(
        "specimens",
        np.where(here, told + 30, at + 40),
        specimen_id=world.row_ids("LO", len(person)),
        person_id=world.person_ids(person),
        specimen_kind=["throat"] * len(person),
        sampled_at=story.instants(at),
        result=coded(("negative", None), (~here).astype(np.int64)),
        resulted_at=story.instants(np.where(here, told, FAR)),
        laboratory=["北海合成实验室"] * len(person),
        purpose=["duty"] * len(person),
    )


def _staff_swabs(world: World, person: Ints, day: Ints, away: Ints) -> tuple[Ints, Ints]:
    minute = world.dice.between("staff minute", 7 * HOUR_MIN, 17 * HOUR_MIN, person, day)
    at = day_start(0) + day * DAY_MIN + minute
    taken = world.dice.chance("staff tested", WORKERS_TESTED, person, day) & (at < away[person])
    return person[taken], at[taken]
