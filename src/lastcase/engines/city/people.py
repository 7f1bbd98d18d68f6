"""Residents and places as rows of the record: names, ages, homes, work; every one marked synthetic."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from lastcase.engines.city import story
from lastcase.engines.city.hashing import Ints
from lastcase.engines.city.layers import KINDS, occupation_codes
from lastcase.engines.city.names import name_frame
from lastcase.engines.city.population import BLOCK_HOMES
from lastcase.engines.city.world import World, rows

PHONE_PREFIX = "0000"
"""No telephone number begins so."""
SETTING_OF_KIND = {
    "home": "household",
    "class": "school",
    "team": "workplace",
    "market": "market",
    "restaurant": "dining",
    "bus": "transport",
    "hospital": "health_care",
    "hotel": "quarantine_site",
    "makeshift": "health_care",
}
_NAME_OF_KIND = {
    "home": "住所",
    "class": "班级",
    "team": "班组",
    "market": "农贸市场",
    "restaurant": "餐馆",
    "bus": "公交车",
    "hospital": "定点医院",
    "hotel": "隔离酒店",
    "makeshift": "方舱医院",
}
_CAPACITY = {"hotel": 200, "hospital": 600, "makeshift": 2000}


def birth_days(world: World, persons: Ints) -> pl.Series:
    """Dates of birth that fit the ages on day 0."""
    age = world.population.age_years[persons]
    back = age * 36525 // 100 + 1 + world.dice.below("birthday", 364, persons)
    epoch = (story.DAY0_ON - date(1970, 1, 1)).days
    return pl.Series((epoch - back).astype(np.int32)).cast(pl.Date)


def person_rows(world: World, persons: Ints, known: Ints | None = None) -> pl.DataFrame:
    """Rows of `persons`, by default known from the beginning; with work places where they work."""
    population, layers = world.population, world.layers
    homes = population.household[persons]
    names = name_frame(world.dice, persons, population.surname[persons], population.is_female[persons])
    group = layers.group[persons]
    is_worker = group >= layers.first["team"]
    sector = layers.sector[np.where(is_worker, group - layers.first["team"], 0)]
    codes = pl.Series([*occupation_codes(), None], dtype=pl.String)
    start = np.full(len(persons), story.day_start(story.FIRST_DAY)) if known is None else known
    return rows(
        "persons",
        start,
        person_id=world.person_ids(persons),
        list_id=world.list_ids(persons),
        name=names["name"],
        sex=pl.Series(["male", "female"])[population.is_female[persons]],
        birth_on=birth_days(world, persons),
        age_years=population.age_years[persons],
        document_kind=["other"] * len(persons),
        document_id=_documents(world, persons),
        phone=phones(persons),
        language=["zh-Hans"] * len(persons),
        occupation=codes[np.where(is_worker, sector, len(codes) - 1)],
        residence_area_id=world.cell_ids(population.cell[persons]),
        residence_place_id=world.place_ids(homes),
        work_place_id=world.place_ids(group),
        exemptions=exemptions(world, persons),
    )


def phones(persons: Ints) -> pl.Series:
    """Telephone numbers that cannot be called."""
    return pl.select(pl.lit(PHONE_PREFIX) + pl.Series(persons).cast(pl.String).str.zfill(7)).to_series()


def _documents(world: World, persons: Ints) -> pl.Series:
    born = birth_days(world, persons).dt.strftime("%Y%m%d")
    return pl.select(pl.lit("SYN") + born + pl.Series(persons).cast(pl.String).str.zfill(7)).to_series()


EXEMPT_CODES = ("infant", "pregnancy", "dialysis", "bedridden")


def exemption_of(world: World, persons: Ints) -> Ints:
    """Index into `EXEMPT_CODES` of each person; -1 for nearly all."""
    age = world.population.age_years[persons]
    draw = world.dice.below("exemption", 1000, persons)
    may_carry = (world.population.is_female[persons] == 1) & (age >= 20) & (age < 40)
    conditions = [age < 2, may_carry & (draw < 40), (age >= 50) & (draw < 3), (age >= 75) & (draw < 60)]
    return np.select(conditions, [0, 1, 2, 3], -1)


def exemptions(world: World, persons: Ints) -> pl.Series:
    """Exemptions as the record states them."""
    return pl.Series([*EXEMPT_CODES, None], dtype=pl.String)[exemption_of(world, persons)]


def place_rows(world: World, places: Ints) -> pl.DataFrame:
    """Rows of `places` by dense number."""
    firsts = np.array(list(world.layers.first.values()))
    kind = np.searchsorted(firsts, places, side="right") - 1
    cell = world.place_cell(places)
    number = places - firsts[kind] + 1
    labels = pl.Series([_NAME_OF_KIND[name] for name in KINDS])[kind]
    shown = np.where(kind == 0, _home_numbers(world, places), number)
    cells = world.geography.cells["name_zh"].str.strip_suffix("（合成）")
    name = pl.select(
        cells[cell] + labels + pl.Series(shown).cast(pl.String) + pl.lit("号（合成）")
    ).to_series()
    return rows(
        "places",
        np.full(len(places), story.day_start(story.FIRST_DAY)),
        place_id=world.place_ids(places),
        name=name,
        setting=pl.Series([SETTING_OF_KIND[each] for each in KINDS])[kind],
        area_id=world.cell_ids(cell),
        capacity=pl.Series([_CAPACITY.get(each) for each in KINDS], dtype=pl.Int64)[kind],
    )


def _home_numbers(world: World, places: Ints) -> Ints:
    """House numbers: block and home within it, as 101, 102, …, 201."""
    homes = np.minimum(places, world.population.n_homes - 1)
    first = np.searchsorted(world.population.home_cell, world.population.home_cell[homes])
    inside = homes - first
    return (inside // BLOCK_HOMES + 1) * 100 + inside % BLOCK_HOMES + 1
