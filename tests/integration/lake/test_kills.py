"""A lake whose writers and readers are killed at any instant: what was acknowledged is there, and nothing is torn."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import polars as pl
import pytest

from lastcase.engines.lake.lake import Lake
from tests.integration.lake.nursery import WORK, Nursery, expect, kind_of, open_nursery
from tests.integration.lake.small_lake import N_PERSONS, files_of, in_order, make_lake, make_visits

KILLED = -9
N_KILLS, N_READERS = 60, 20
"""Together with a kill at each of the calls by which each operation changes the disk these are more than 200."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with open_nursery() as nursery:
        yield nursery


def done_and_begun(log: Path) -> tuple[list[int], list[int]]:
    lines = log.read_text().splitlines() if log.exists() else []
    told = {
        word: [int(line.split()[1]) for line in lines if line.startswith(word)] for word in ("done", "begin")
    }
    return told["done"], told["begin"]


def check_after_kill(lake: Lake, visits: pl.DataFrame, log: Path) -> tuple[pl.DataFrame, int | None]:
    """Hold the lake against what its writer told; the visits that there are now, and the operation that was cut
    off and left no trace, if one was."""
    done, begun = done_and_begun(log)
    for number in done:
        visits = expect(visits, number)
    report = lake.verify()
    assert report.is_clean, report.faults
    found = in_order(lake.read_visits())
    cut_off = next((number for number in begun if number not in done), None)
    if found.equals(in_order(visits)):
        return visits, cut_off
    assert cut_off is not None, "an acknowledged operation was lost"
    after = expect(visits, cut_off)
    assert found.equals(in_order(after)), f"{kind_of(cut_off)} was done in part"
    return after, None


@pytest.mark.slow
def test_writers_killed_at_random_lose_nothing_that_was_acknowledged(
    nursery: Nursery, tmp_path: Path
) -> None:
    chance = random.Random(7)
    lake, visits, following = make_lake(tmp_path / "lake"), make_visits(0, 0), 0
    for kill in range(N_KILLS):
        log = tmp_path / f"log-{kill}"
        n, after_s = chance.randrange(4), chance.uniform(0, 0.06)
        assert (
            nursery("write", lake.folder, log=str(log), first=following, n=1_000, after_n=n, after_s=after_s)
            == KILLED
        )
        visits, undone = check_after_kill(lake, visits, log)
        done, begun = done_and_begun(log)
        assert len(done) >= n
        following = undone if undone is not None else max([*done, *begun, following - 1]) + 1
    lake.append(make_visits(1, 1), N_PERSONS)
    assert not lake.verify().orphans


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(set(WORK)))
def test_a_writer_killed_at_any_step_of_its_work(kind: str, nursery: Nursery, tmp_path: Path) -> None:
    """A kill at each call by which the operation changes the disk: files half written, named or not, synced or not."""
    base = make_lake(tmp_path / "base")
    visits = make_visits(0, 0)
    for seed, n, days in ((1_000, 60, (0, 1)), (1_001, 60, (1,)), (1_002, 3, (1,)), (1_003, 3, (1,))):
        base.append(made := make_visits(seed, n, days), N_PERSONS)
        visits = pl.concat([visits, made])
    operation = WORK.index(kind)
    outcomes = []
    for call in count():
        folder, log = tmp_path / f"lake-{call}", tmp_path / f"log-{call}"
        shutil.copytree(base.folder, folder)
        ended = nursery("write", folder, log=str(log), first=operation, n=1, dies_at=call)
        lake = Lake.open(folder)
        after, undone = check_after_kill(lake, visits, log)
        outcomes.append(undone is None and not after.equals(visits))
        if ended == 0:
            break
        assert ended == KILLED
        # The next writer goes on from there, whatever was left behind.
        lake.append(make_visits(2_000, 2), N_PERSONS)
        report = lake.verify()
        assert report.is_clean
        assert not report.orphans
        assert set(files_of(folder)) == lake.manifest().names() | {"manifest.json"}
        shutil.rmtree(folder)
    assert call > 5
    if kind != "compact":  # there is one instant before which nothing was done, and after which all of it was
        assert outcomes == sorted(outcomes)
        assert {outcomes[0], outcomes[-1]} == {False, True}


def test_readers_that_are_killed_leave_nothing_behind(nursery: Nursery, tmp_path: Path) -> None:
    chance = random.Random(11)
    lake = make_lake(tmp_path / "lake")
    lake.append(make_visits(1, 5_000), N_PERSONS)
    before = files_of(tmp_path)
    for _ in range(N_READERS):
        assert nursery("read", lake.folder, after_s=chance.uniform(0, 0.05)) == KILLED
    assert files_of(tmp_path) == before
    Lake.open(lake.folder, wait_s=0.0).append(make_visits(2, 10), N_PERSONS)
    assert lake.verify().is_clean
