"""A synthetic city loaded as an outbreak like any other, once: its check-ins into the lake, its facts through the
actions, with posts and no accounts."""

from __future__ import annotations

import numpy as np
import polars as pl

from lastcase.core.facts import TABLES
from lastcase.engines.city import story
from lastcase.engines.city.build import City, build_city
from lastcase.engines.city.geography import CITY_ID
from lastcase.engines.city.layers import KINDS
from lastcase.engines.city.people import SETTING_OF_KIND
from lastcase.engines.city.story import Size
from lastcase.engines.city.visits import check_in_days, units_of
from lastcase.engines.city.world import World
from lastcase.engines.lake.lake import Lake
from lastcase.engines.lake.qualities import COLUMNS as QUALITY
from lastcase.engines.lake.segment import SCHEMA, days_of
from lastcase.engines.lake.spots import NEW
from lastcase.ops.accounts.actions import create_post
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.models import Post
from lastcase.ops.accounts.permissions import may_manage_accounts
from lastcase.ops.lake.house import ready_lake
from lastcase.ops.records import actions
from lastcase.ops.records.audit import log_write
from lastcase.ops.records.models import FACTS, Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.writing import writing

FEED = story.MARK
DIVISION_COLUMNS = ("area_id", "name_en", "name_zh", "tier", "parent_id")
"""What the city states of real divisions: never their population, which is the census's."""
N_CELL_POSTS = 3
"""Cells of each county that get a post."""


def load_city(size: str | Size, *, by: Actor) -> tuple[str, bool]:
    """Found the city's outbreak and record all its facts; its name, and whether anything was recorded now.

    A city that is there already is not recorded again, since its corrections would be undone. Answers are left
    to a later derivation. Raises RecordsError.
    """
    name = story.size_of(size).outbreak
    home = actions.create_outbreak(
        name,
        disease=story.DISEASE,
        edition=story.EDITION,
        by=by,
        time_zone=story.TIME_ZONE,
        area_id=CITY_ID,
        effective_at=story.STARTS_AT,
        reason=f"{story.TITLE_EN} / {story.TITLE_ZH}",
    )
    if FACTS["cases"].objects.filter(outbreak_id=home.pk).exists():
        return name, False
    city = build_city(size)
    fill_lake(home, city.world, by=by)
    record_city(city, by=by)
    create_posts(by=by)
    return name, True


def fill_lake(home: Outbreak, world: World, *, by: Actor) -> None:
    """Append everybody's check-ins to the lake of the outbreak, a day at a time; days that it has already are left."""
    house = ready_lake(home)
    lake, dictionary = house.lake, house.dictionary()
    number = dictionary.number(world.person_ids(np.arange(world.population.n)))
    classes = pl.DataFrame({"visit_source": ["check_in"], "precision_s": [0]}, schema=QUALITY)
    quality = lake.quality_classes(classes)[0]
    known = set(lake.manifest().days())
    for _, visits in check_in_days(world):
        fresh = visits.filter(~days_of(visits).is_in(list(known)))
        if not fresh.is_empty():
            lake.append(_numbered(lake, world, fresh, number, quality), dictionary.n_persons)
    with writing() as now:
        log_write(
            now, by, "import_visits", home.name, {"visits": sum(f.n_rows for f in lake.manifest().truth)}
        )


def _numbered(
    lake: Lake, world: World, visits: pl.DataFrame, number: pl.Series, quality: int
) -> pl.DataFrame:
    """The visits with the lake's own numbers of persons and spots."""
    parts = visits.select("place", "part").unique(maintain_order=True)
    place, part = (parts[name].to_numpy() for name in ("place", "part"))
    kind = np.searchsorted(list(world.layers.first.values()), place, side="right") - 1
    named = pl.DataFrame(
        {
            "place_id": world.place_ids(place.astype(np.int64)),
            "unit": units_of(world, place, part),
            "setting": pl.Series([SETTING_OF_KIND[each] for each in KINDS])[kind],
        },
        schema=NEW,
    )
    spots = parts.with_columns(spot=lake.number_spots(named))
    rows = visits.join(spots, on=["place", "part"], how="left", maintain_order="left")
    return rows.select(
        number.gather(rows["person"]).alias("person"),
        "spot",
        "start_s",
        "end_s",
        quality=pl.lit(quality, pl.UInt8),
    ).select(list(SCHEMA))


def record_city(city: City, *, by: Actor) -> None:
    """Record the facts of a city whose outbreak is founded: the tree, the first versions, the corrections."""
    home = get_outbreak(city.name)
    cells = pl.col("tier") == "cell"
    areas = city.frames["areas"]
    divisions = areas.filter(~cells).select(DIVISION_COLUMNS)
    rest = {name: _stated(name, frame) for name, frame in city.frames.items() if name != "areas"}
    for frames in (
        {"areas": divisions},
        {"areas": _stated("areas", areas.filter(cells))},
        rest,
        {name: _stated(name, frame) for name, frame in city.corrections.items()},
    ):
        actions.record_facts(home, frames, by=by, feed=FEED, data_until_at=story.ENDS_AT, derive=False)


def _stated(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that say anything in any row, and those of the key."""
    key = TABLES[name].key
    kept = [each for each in frame.columns if each in key or frame[each].null_count() < frame.height]
    return frame.select(kept)


def create_posts(*, by: Actor) -> int:
    """Posts of the city, its counties, its towns with cells, and some cells; how many were made.

    Nobody holds them: accounts come by invitation. Nothing is made for an actor who may not manage accounts.
    """
    if not may_manage_accounts(by):
        return 0
    wanted = [(kind, area_id) for area_id, kind in _offices()]
    known = set(Post.objects.values_list("kind", "area_id"))
    missing = [office for office in wanted if office not in known]
    for kind, area_id in missing:
        create_post(kind=kind, area_id=area_id, by=by)
    return len(missing)


def _offices() -> list[tuple[str, str]]:
    """Area and kind of every office of the tree of the cells on record."""
    areas = FACTS["areas"].objects.filter(retired_at=None)
    parent = dict(areas.values_list("area_id", "parent_id"))
    cells = sorted(areas.filter(tier="cell").values_list("area_id", flat=True))
    town_of = {cell: parent[parent[cell]] for cell in cells}
    towns = sorted(set(town_of.values()))
    counties = sorted({parent[town] for town in towns})
    offices = [(CITY_ID, kind) for kind in ("duty_officer", "investigator", "data_clerk")]
    offices += [(county, kind) for county in counties for kind in ("duty_officer", "investigator")]
    offices += [(town, "duty_officer") for town in towns]
    for county in counties:
        own = [cell for cell in cells if parent[town_of[cell]] == county]
        offices += [(cell, "cell_worker") for cell in own[:N_CELL_POSTS]]
    return offices
