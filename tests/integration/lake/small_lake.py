"""A small lake and visits for it: some 60 persons, 30 spots, a few days, with stays of seconds and of days."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from lastcase.engines.lake.lake import Lake
from lastcase.engines.lake.qualities import COLUMNS
from lastcase.engines.lake.segment import SCHEMA, Segment, arrays_of
from lastcase.engines.lake.spots import NEW
from lastcase.engines.lake.words import DAY_S

FIRST_DAY = 19_184
N_DAYS = 4
N_PERSONS = 60
N_SPOTS = 30
LENGTHS_S = (0, 59, 900, 86_399, 131_070, 131_071, 131_072, 400_000)


def make_lake(folder: Path, wait_s: float = 60.0) -> Lake:
    """A lake of 30 spots (10 places of three spots each) and two classes of quality, without a visit."""
    lake = Lake.create(folder, wait_s)
    places = [f"place {n % 10}" for n in range(N_SPOTS)]
    units = [None, "floor 1", "floor 2"]
    rows = {"place_id": places, "unit": [units[n // 10] for n in range(N_SPOTS)], "setting": [None] * N_SPOTS}
    lake.number_spots(pl.DataFrame(rows, schema=NEW))
    lake.quality_classes(
        pl.DataFrame({"visit_source": ["app", "interview"], "precision_s": [0, 900]}, schema=COLUMNS)
    )
    return lake


def make_visits(seed: int, n: int, days: tuple[int, ...] = tuple(range(N_DAYS))) -> pl.DataFrame:
    """`n` visits that start on these days after `FIRST_DAY`; the same for the same seed."""
    chance = np.random.default_rng(seed)
    start = (FIRST_DAY + chance.choice(days, n)) * DAY_S + chance.integers(0, DAY_S, n)
    columns = {
        "person": chance.integers(0, N_PERSONS, n),
        "spot": chance.integers(0, N_SPOTS, n),
        "start_s": start,
        "end_s": start + chance.choice(LENGTHS_S, n),
        "quality": chance.integers(0, 2, n),
    }
    return pl.DataFrame(columns).cast(SCHEMA)  # type: ignore[arg-type]


def in_order(visits: pl.DataFrame) -> pl.DataFrame:
    """The same visits, in an order that depends on nothing but them."""
    return visits.select(list(SCHEMA)).sort(list(SCHEMA))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below the folder but the lock, whose content says who held it last."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def of_day(visits: pl.DataFrame, day: int) -> pl.DataFrame:
    """Those that start on the day."""
    return visits.filter(pl.col("start_s") // DAY_S == day)


def assert_same_segment(one: Segment, other: Segment) -> None:
    """Both are the same to the bit."""
    assert (one.day, one.longest_s) == (other.day, other.longest_s)
    for (name, left), right in zip(arrays_of(one).items(), arrays_of(other).values(), strict=True):
        assert left.dtype == right.dtype, name
        np.testing.assert_array_equal(left, right, name)


def assert_holds(lake: Lake, visits: pl.DataFrame) -> None:
    """The lake has these visits and no others, in truth and segments, and every file is whole."""
    assert_frame_equal(in_order(lake.read_visits()), in_order(visits))
    report = lake.verify()
    assert report.is_clean, report.faults
    assert not report.orphans
    assert report.n_rows == visits.height
    assert sum(segment.n_rows for segment in lake.snapshot().segments) == visits.height
