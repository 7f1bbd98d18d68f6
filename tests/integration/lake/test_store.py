"""A lake on disk: what goes in is what it holds, in whatever order it came, and damage is found and mended."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from polars.testing import assert_frame_equal

from lastcase.engines.lake.errors import (
    LakeBusy,
    LakeDamaged,
    LakeExists,
    NotALake,
    NotAPermutation,
    TooManyPersons,
    UnknownFormat,
    WrongColumns,
)
from lastcase.engines.lake.lake import Lake
from lastcase.engines.lake.segment import VisitOutOfRange, build_segment
from lastcase.engines.lake.words import DAY_S, N_IDS
from lastcase.engines.lake.writer import Step, writing
from tests.integration.lake.small_lake import (
    FIRST_DAY,
    N_DAYS,
    N_PERSONS,
    N_SPOTS,
    assert_holds,
    assert_same_segment,
    files_of,
    in_order,
    make_lake,
    make_visits,
    of_day,
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return make_lake(tmp_path / "lake")


# -- creating and opening


def test_a_new_lake_is_empty_and_for_its_owner_only(tmp_path: Path) -> None:
    lake = Lake.create(tmp_path / "deep" / "lake")
    assert_holds(lake, make_visits(0, 0))
    assert stat.S_IMODE(lake.folder.stat().st_mode) == 0o700
    lake = make_lake(tmp_path / "other")
    lake.append(make_visits(1, 50), N_PERSONS)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in lake.folder.rglob("*") if path.is_file()}
    assert modes == {0o600}


def test_a_lake_is_created_once_and_only_where_nothing_is(tmp_path: Path) -> None:
    Lake.create(tmp_path / "lake")
    with pytest.raises(LakeExists, match=r"manifest\.json"):
        Lake.create(tmp_path / "lake")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").touch()
    with pytest.raises(LakeExists, match=r"a\.txt"):
        Lake.create(tmp_path / "notes")
    for folder in (tmp_path / "notes", tmp_path / "nowhere", tmp_path / "notes" / "a.txt"):
        with pytest.raises(NotALake):
            Lake.open(folder)
    with pytest.raises(NotALake):
        Lake(tmp_path / "notes").append(make_visits(1, 5), N_PERSONS)
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"", LakeDamaged),
        (b"[]", LakeDamaged),
        (b'{"checksum": 1, "lake": {"format": 1, "generation": 0}}', LakeDamaged),
        (b'{"checksum": 1, "lake": {"format": 99}}', UnknownFormat),
    ],
)
def test_a_manifest_that_is_none_is_told_apart(lake: Lake, text: bytes, error: type[Exception]) -> None:
    (lake.folder / "manifest.json").write_bytes(text)
    with pytest.raises(error, match=r"manifest\.json"):
        Lake.open(lake.folder)


def test_a_changed_number_in_the_manifest_is_noticed(lake: Lake) -> None:
    path = lake.folder / "manifest.json"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps(stored))
    assert lake.manifest().n_spots == N_SPOTS  # how it is laid out does not matter
    stored["lake"]["n_persons"] += 1
    path.write_text(json.dumps(stored))
    with pytest.raises(LakeDamaged, match="checksum"):
        lake.snapshot()


# -- visits in


def test_what_is_appended_is_there_day_by_day(lake: Lake) -> None:
    visits = make_visits(1, 3_000)
    steps: list[Step] = []
    lake.append(visits, N_PERSONS, steps.append)
    assert_holds(lake, visits)
    assert steps == [Step("append", FIRST_DAY + n, n + 1, N_DAYS) for n in range(N_DAYS)]
    for segment in lake.snapshot().segments:
        assert_same_segment(
            segment, build_segment(segment.day, of_day(visits, segment.day), N_PERSONS, N_SPOTS)
        )
    a_day = lake.read_visits([FIRST_DAY + 1])
    assert_frame_equal(in_order(a_day), in_order(of_day(visits, FIRST_DAY + 1)))


def test_truth_is_sorted_and_can_be_read_by_day(lake: Lake) -> None:
    visits = make_visits(2, 2_000)
    lake.append(visits, N_PERSONS)
    for path in lake.snapshot().truth:
        stored = pl.read_parquet(path, hive_partitioning=False)
        assert stored.equals(stored.sort("person", "start_s", maintain_order=True))
    every = pl.read_parquet(lake.folder / "truth", hive_partitioning=True)
    assert (every["day"] == every["start_s"] // DAY_S).all()
    assert every.height == visits.height


def test_late_visits_are_a_small_segment_of_their_day(lake: Lake) -> None:
    first, late = make_visits(1, 2_000), make_visits(2, 5, (1,))
    lake.append_days([first, late], N_PERSONS)
    assert_holds(lake, pl.concat([first, late]))
    segments = lake.snapshot().segments
    assert [segment.day - FIRST_DAY for segment in segments] == [0, 1, 1, 2, 3]
    assert [len(segment.by_person.keys) > 0 for segment in segments].count(True) == 1


def test_nothing_appended_changes_nothing(lake: Lake) -> None:
    before = lake.manifest()
    lake.append(make_visits(1, 0), 0)
    assert lake.manifest() == before
    lake.append(make_visits(1, 0), 7)
    assert lake.manifest().n_persons == 7
    lake.append(make_visits(1, 0), 5)
    assert lake.manifest().n_persons == 7


@pytest.mark.parametrize(
    ("column", "value"),
    [("person", N_PERSONS), ("spot", N_SPOTS), ("quality", 2), ("start_s", -1), ("end_s", 0)],
)
def test_a_number_that_was_never_given_is_refused(lake: Lake, column: str, value: int) -> None:
    visits = make_visits(1, 20)
    lake.append(visits, N_PERSONS)
    before = files_of(lake.folder)
    wrong = visits.with_columns(
        pl.when(pl.int_range(pl.len()) == 7)
        .then(value)
        .otherwise(column)
        .cast(visits.schema[column])
        .alias(column)
    )
    with pytest.raises(VisitOutOfRange, match=f"row 7: {column} {value} "):
        lake.append(wrong, N_PERSONS)
    assert files_of(lake.folder) == before


def test_other_columns_and_too_many_persons_are_refused(lake: Lake) -> None:
    with pytest.raises(WrongColumns):
        lake.append(make_visits(1, 5).cast({"person": pl.Int64}), N_PERSONS)
    with pytest.raises(WrongColumns):
        lake.append(make_visits(1, 5).drop("quality"), N_PERSONS)
    with pytest.raises(TooManyPersons):
        lake.append(make_visits(1, 5), N_IDS + 1)


# -- files


def test_only_what_the_manifest_names_is_left_on_disk(lake: Lake) -> None:
    for seed in range(3):
        lake.append(make_visits(seed, 100), N_PERSONS)
    lake.compact()
    assert set(files_of(lake.folder)) == lake.manifest().names() | {"manifest.json"}
    leftovers = [
        "manifest.json.part",
        "segments/99-0-19184.segment.part",
        f"truth/day={FIRST_DAY}/9-9.parquet",
    ]
    for name in leftovers:
        (lake.folder / name).write_bytes(b"half")
    assert sorted(lake.verify().orphans) == sorted(leftovers)
    lake.append(make_visits(9, 1), N_PERSONS)
    assert set(files_of(lake.folder)) == lake.manifest().names() | {"manifest.json"}


def test_a_change_that_fails_leaves_no_file(lake: Lake) -> None:
    lake.append(make_visits(1, 100), N_PERSONS)
    before = files_of(lake.folder)

    def fail(step: Step) -> None:
        assert len(files_of(lake.folder)) > len(before)
        raise KeyError(step.work)

    with pytest.raises(KeyError):
        lake.append(make_visits(2, 100), N_PERSONS, fail)
    with pytest.raises(KeyError):
        lake.rekey(np.arange(N_PERSONS, dtype=np.uint32), fail)
    assert files_of(lake.folder) == before


# -- retention


def test_days_that_are_dropped_are_gone(lake: Lake) -> None:
    visits = make_visits(1, 1_000)
    lake.append(visits, N_PERSONS)
    lake.append(make_visits(2, 10, (0,)), N_PERSONS)
    kept_from = FIRST_DAY + 2
    before = lake.prove_dropped(kept_from)
    assert not before.is_none
    assert len(before.files) == 6
    old = {name: len(data) for name, data in files_of(lake.folder).items() if name in before.files}
    n_old = visits.filter(pl.col("start_s") < kept_from * DAY_S).height + 10

    dropped = lake.drop_before(kept_from)
    assert (dropped.n_files, dropped.n_rows, dropped.n_bytes) == (6, n_old, sum(old.values()))
    assert lake.prove_dropped(kept_from).is_none
    assert before.n_rows == 2 * n_old  # in truth and in segments
    assert not old.keys() & files_of(lake.folder).keys()
    assert [path.name for path in sorted((lake.folder / "truth").iterdir())] == [
        f"day={FIRST_DAY + 2}",
        f"day={FIRST_DAY + 3}",
    ]
    assert_holds(lake, visits.filter(pl.col("start_s") >= kept_from * DAY_S))
    assert lake.drop_before(kept_from) == (0, 0, 0)


def test_a_file_of_a_dropped_day_is_found_though_nothing_names_it(lake: Lake) -> None:
    lake.append(make_visits(1, 10, (3,)), N_PERSONS)
    assert lake.prove_dropped(FIRST_DAY + 3).is_none
    name = f"segments/1-0-{FIRST_DAY}.segment"
    (lake.folder / name).write_bytes(b"left over")
    (lake.folder / "segments" / "copy").write_bytes(b"whose?")
    assert set(lake.prove_dropped(FIRST_DAY + 3).files) == {name, "segments/copy"}


def test_what_a_reader_has_open_outlasts_a_drop(lake: Lake) -> None:
    lake.append(make_visits(1, 500), N_PERSONS)
    snapshot = lake.snapshot()
    held = [segment.by_person.words.copy() for segment in snapshot.segments]
    lake.drop_before(FIRST_DAY + N_DAYS)
    assert lake.snapshot().segments == []
    for words, segment in zip(held, snapshot.segments, strict=True):
        np.testing.assert_array_equal(words, segment.by_person.words)
        assert not segment.by_person.words.flags.writeable
        assert segment.by_spot.words.flags.c_contiguous
        assert segment.by_spot.words.ctypes.data % 64 == 0


# -- numbers of persons


def test_new_numbers_of_persons_change_every_visit_at_once(lake: Lake) -> None:
    visits = make_visits(1, 1_000)
    lake.append(visits, N_PERSONS)
    lake.append(late := make_visits(2, 3, (1,)), N_PERSONS)
    new = np.random.default_rng(1).permutation(N_PERSONS).astype(np.uint32)
    lake.rekey(new)
    both = pl.concat([visits, late])
    assert_holds(lake, both.with_columns(person=pl.Series(new[both["person"].to_numpy()])))
    snapshot = lake.snapshot()
    assert (snapshot.numbering, snapshot.n_persons) == (1, N_PERSONS)
    assert len(snapshot.segments) == N_DAYS


def test_persons_numbered_for_visits_that_never_came_get_new_numbers_too(lake: Lake) -> None:
    """An import that was cut off numbers persons whom the lake has not heard of."""
    visits = make_visits(1, 100)
    lake.append(visits, N_PERSONS)
    new = np.random.default_rng(1).permutation(N_PERSONS + 5).astype(np.uint32)
    lake.rekey(new)
    assert_holds(lake, visits.with_columns(person=pl.Series(new[visits["person"].to_numpy()])))
    assert lake.manifest().n_persons == N_PERSONS + 5


@pytest.mark.parametrize(
    "new",
    [
        np.arange(N_PERSONS - 1, dtype=np.uint32),
        np.zeros(N_PERSONS, np.uint32),
        np.arange(1, N_PERSONS + 1, dtype=np.uint32),
        np.linspace(0, 1, N_PERSONS),
    ],
)
def test_numbers_that_are_no_permutation_are_refused(lake: Lake, new: NDArray[np.uint32]) -> None:
    lake.append(make_visits(1, 10), N_PERSONS)
    with pytest.raises(NotAPermutation):
        lake.rekey(new)
    assert lake.manifest().numbering == 0


# -- proof and repair


def damage(path: Path, how: str) -> None:
    """Put another file in the place of this one, which a snapshot may still have mapped."""
    data = bytearray(path.read_bytes())
    path.unlink()
    if how == "missing":
        return
    if how == "empty":
        path.write_bytes(b"")
    elif how == "cut off":
        path.write_bytes(data[: len(data) * 2 // 3])
    elif how == "longer":
        path.write_bytes(data + bytes(64))
    else:
        data[int(how)] ^= 0x10
        path.write_bytes(data)


HOW = ["missing", "empty", "cut off", "longer", "0", "9", "13", "17", "40", "100", "-1", "-700"]


@pytest.mark.parametrize("how", HOW)
def test_a_damaged_segment_is_named_and_built_again(lake: Lake, how: str) -> None:
    visits = make_visits(1, 1_000)
    lake.append(visits, N_PERSONS)
    lake.append(late := make_visits(2, 5, (1,)), N_PERSONS)
    whole = lake.snapshot()
    hurt = {lake.manifest().segments[1].name, lake.manifest().segments[4].name}
    for name in hurt:
        damage(lake.folder / name, how)

    report = lake.verify()
    assert not report.is_clean
    assert {fault.name for fault in report.faults} == hurt
    assert all("rebuild=True" in fault.mend for fault in report.faults)

    mended = lake.verify(rebuild=True)
    assert mended.is_clean
    assert [fault.is_mended for fault in mended.faults] == [True, True]
    assert_holds(lake, pl.concat([visits, late]))
    for one, other in zip(whole.segments, lake.snapshot().segments, strict=True):
        assert_same_segment(one, other)


def test_every_byte_of_a_segment_is_under_a_checksum(lake: Lake) -> None:
    lake.append(make_visits(1, 7, (0,)), N_PERSONS)
    path = lake.folder / lake.manifest().segments[0].name
    whole = path.read_bytes()
    for at in range(0, len(whole), 5):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        assert not lake.verify().is_clean, at
    path.write_bytes(whole)
    assert lake.verify().is_clean


def test_a_segment_of_other_visits_is_not_taken_for_its_own(lake: Lake) -> None:
    """A whole file under the wrong name."""
    lake.append(make_visits(1, 100), N_PERSONS)
    one, other = (lake.folder / file.name for file in lake.manifest().segments[:2])
    one.write_bytes(other.read_bytes())
    with pytest.raises(LakeDamaged, match="not the file that the manifest names"):
        lake.snapshot()
    assert [fault.name for fault in lake.verify().faults] == [lake.manifest().segments[0].name]


def test_opening_a_snapshot_names_what_is_missing_or_cut_off(lake: Lake) -> None:
    lake.append(make_visits(1, 1_000), N_PERSONS)
    path = lake.folder / lake.manifest().segments[2].name
    data = path.read_bytes()
    path.write_bytes(data[:-64])
    with pytest.raises(LakeDamaged, match=path.name):
        lake.snapshot()
    path.unlink()
    with pytest.raises(LakeDamaged, match=f"{path.name}: is missing"):
        lake.snapshot()


@pytest.mark.parametrize("how", ["missing", "empty", "cut off", "longer", "4", "200", "-1"])
def test_damaged_truth_is_named_and_the_rest_kept(lake: Lake, how: str) -> None:
    visits = make_visits(1, 1_000)
    lake.append(visits, N_PERSONS)
    lake.append(make_visits(2, 10, (1,)), N_PERSONS)
    truth, segment = lake.manifest().truth[1].name, lake.manifest().segments[1].name
    damage(lake.folder / truth, how)
    damage(lake.folder / segment, how)
    damage(lake.folder / lake.manifest().segments[2].name, how)
    report = lake.verify(rebuild=True)
    assert not report.is_clean
    told = {fault.name: fault.is_mended for fault in report.faults}
    assert told[truth] is told[segment] is False
    assert list(told.values()).count(True) == 1
    assert "backup" in next(fault.mend for fault in report.faults if fault.name == truth)
    # What depends on it refuses, and the other days go on.
    with pytest.raises(LakeDamaged, match=truth):
        lake.rekey(np.arange(N_PERSONS, dtype=np.uint32))
    with pytest.raises(LakeDamaged, match=segment):
        lake.compact()
    assert_frame_equal(in_order(lake.read_visits([FIRST_DAY + 2])), in_order(of_day(visits, FIRST_DAY + 2)))


def test_a_damaged_register_of_spots_is_named(lake: Lake) -> None:
    spots = lake.manifest().spots
    assert spots is not None
    damage(lake.folder / spots.name, "50")
    assert [fault.name for fault in lake.verify(rebuild=True).faults] == [spots.name]
    with pytest.raises(LakeDamaged, match=spots.name):
        lake.snapshot()


# -- several at once


def test_a_second_writer_waits_or_is_told_who_is_at_work(lake: Lake) -> None:
    impatient = Lake.open(lake.folder, wait_s=0.0)
    with writing(lake.folder, 0.0):
        with pytest.raises(LakeBusy, match=f"process {os.getpid()}"):
            impatient.append(make_visits(1, 5), N_PERSONS)
        waiting = threading.Thread(target=lake.append, args=(make_visits(1, 5), N_PERSONS))
        waiting.start()
        assert impatient.read_visits().is_empty()  # readers do not wait
    waiting.join()
    assert_holds(lake, make_visits(1, 5))


def test_readers_see_one_state_while_a_writer_goes_on(lake: Lake) -> None:
    """Each state has a number of visits of its own, the same on both sides of its segments."""
    lake.append(make_visits(0, 100), N_PERSONS)
    done, errors = threading.Event(), list[BaseException]()
    seen: list[tuple[int, int, int]] = []

    def read() -> None:
        try:
            while not done.is_set():
                snapshot = lake.snapshot()
                by_person = sum(int(segment.by_person.first[-1]) for segment in snapshot.segments)
                by_spot = sum(len(segment.by_spot.words) for segment in snapshot.segments)
                seen.append((snapshot.generation, by_person, by_spot))
                assert lake.verify().is_clean
        except BaseException as error:  # told in the test's own thread
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    n_rows = {lake.manifest().generation: 100}
    for seed in range(1, 25):
        lake.append(make_visits(seed, seed), N_PERSONS)
        n_rows[lake.manifest().generation] = n_rows[max(n_rows)] + seed
        if seed % 4 == 0:
            lake.rekey(np.random.default_rng(seed).permutation(N_PERSONS).astype(np.uint32))
            n_rows[lake.manifest().generation] = n_rows[max(n_rows)]
    done.set()
    for reader in readers:
        reader.join()
    assert not errors, errors[0]
    assert len({generation for generation, _, _ in seen}) > 1
    for generation, by_person, by_spot in seen:
        assert by_person == by_spot == n_rows[generation]
