"""Compaction: a day in one segment, equal to one built of everything; truth is not written without need."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lastcase.engines.lake.errors import LakeDamaged
from lastcase.engines.lake.lake import Lake
from lastcase.engines.lake.merge import merge_segments
from lastcase.engines.lake.segment import build_segment
from lastcase.engines.lake.writer import Step, writing
from tests.integration.lake.small_lake import (
    FIRST_DAY,
    N_DAYS,
    N_PERSONS,
    N_SPOTS,
    assert_holds,
    assert_same_segment,
    files_of,
    make_lake,
    make_visits,
    of_day,
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return make_lake(tmp_path / "lake")


def test_a_compacted_day_equals_one_built_of_everything(lake: Lake) -> None:
    parts = [make_visits(seed, n) for seed, n in enumerate((900, 40, 3, 500, 1))]
    for part in parts:
        lake.append(part, N_PERSONS)
    visits = pl.concat(parts)
    steps: list[Step] = []
    assert lake.compact([FIRST_DAY + 2, FIRST_DAY + 9], steps.append) == [FIRST_DAY + 2]
    assert [step.day for step in steps] == [FIRST_DAY + 2]
    assert lake.compact() == [FIRST_DAY, FIRST_DAY + 1, FIRST_DAY + 3]
    assert lake.compact() == []
    assert_holds(lake, visits)
    snapshot = lake.snapshot()
    assert [segment.day - FIRST_DAY for segment in snapshot.segments] == list(range(N_DAYS))
    for segment in snapshot.segments:
        assert_same_segment(
            segment, build_segment(segment.day, of_day(visits, segment.day), N_PERSONS, N_SPOTS)
        )


def test_compaction_leaves_large_truth_and_folds_what_came_late(lake: Lake) -> None:
    parts = [make_visits(1, 900, (0,)), make_visits(2, 300, (0,)), make_visits(3, 20, (0,))]
    lake.append_days(parts, N_PERSONS)
    large = {name: data for name, data in files_of(lake.folder).items() if name.startswith("truth")}
    lake.compact()
    assert {name: data for name, data in files_of(lake.folder).items() if name.startswith("truth")} == large
    (segment,) = lake.manifest().segments
    assert set(segment.truth) == set(large)

    for seed in range(4, 9):
        parts.append(make_visits(seed, 4, (0,)))
        lake.append(parts[-1], N_PERSONS)
    lake.compact()
    sizes = sorted(file.n_rows for file in lake.manifest().truth)
    assert sizes == [40, 300, 900]  # of 1240: six small ones are one
    assert lake.compact() == []
    assert_holds(lake, pl.concat(parts))


def test_truth_that_is_scattered_is_folded_beside_a_segment_that_stays(lake: Lake) -> None:
    parts = [make_visits(seed, n, (0,)) for seed, n in enumerate((900, 20, 20))]
    lake.append_days(parts[:2], N_PERSONS)
    lake.compact()
    with writing(lake.folder, 0.0) as writer:  # as a lake that was put together by another rule may be
        truth = writer.write_truth(FIRST_DAY, parts[2], N_PERSONS)
        (built,) = writer.manifest.segments
        segment = writer.write_segment(FIRST_DAY, pl.concat(parts), N_PERSONS)
        segment = replace(segment, truth=(*built.truth, truth.name))
        writer.commit(replace(writer.manifest, truth=(*writer.manifest.truth, truth), segments=(segment,)))
    assert lake.compact() == [FIRST_DAY]
    assert lake.manifest().segments[0].name == segment.name
    assert sorted(file.n_rows for file in lake.manifest().truth) == [40, 900]
    assert_holds(lake, pl.concat(parts))


@pytest.mark.parametrize("n_persons", [N_PERSONS, 100_000])
def test_merging_equals_building_however_the_visits_are_parted(lake: Lake, n_persons: int) -> None:
    """Dense sides, looked-up ones, and both; stays of days among them, some of them alike but for their ends."""
    for seed in range(30):
        chance = np.random.default_rng(seed)
        sizes = chance.choice([1, 2, 5, 30, 400], chance.integers(2, 6))
        parts = [make_visits(100 * seed + n, int(size), (0,)) for n, size in enumerate(sizes)]
        twice = parts[0].with_columns(end_s=pl.col("end_s") + 500_000)
        parts = [*parts, twice, parts[0].with_columns(end_s=pl.col("end_s") + 400_000)]
        built = [build_segment(FIRST_DAY, part, N_PERSONS, N_SPOTS) for part in parts]
        merged = merge_segments(built, n_persons, N_SPOTS)
        assert_same_segment(merged, build_segment(FIRST_DAY, pl.concat(parts), n_persons, N_SPOTS))


def test_a_damaged_segment_is_not_merged(lake: Lake) -> None:
    lake.append_days([make_visits(1, 400, (0,)), make_visits(2, 5, (0,))], N_PERSONS)
    path = lake.folder / lake.manifest().segments[0].name
    whole = path.read_bytes()
    path.write_bytes(whole[:-70] + bytes([whole[-70] ^ 1]) + whole[-69:])
    before = files_of(lake.folder)
    with pytest.raises(LakeDamaged, match=r"rebuild"):
        lake.compact()
    assert files_of(lake.folder) == before
    assert lake.verify(rebuild=True).is_clean
    assert lake.compact() == [FIRST_DAY]
