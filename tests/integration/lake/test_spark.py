"""The contact search on Spark answers what it does on DuckDB, and what the definition says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from lastcase.engines.lake.duck import find_contacts_sql
from lastcase.engines.lake.spark import SparkMissing, check_spark, find_contacts_spark, local_session
from lastcase.engines.lake.spark_job import NoRules, main, open_tables, read_rules
from lastcase.engines.lake.sql_tables import (
    Span,
    ready_spots,
    ready_windows,
    timed_rules,
    visits_text,
    windows_after,
    windows_after_text,
)
from tests.integration.lake.small_lake import FIRST_DAY, LENGTHS_S, N_PERSONS, make_lake, make_visits
from tests.property.visit_worlds import DAY_S, START_S, World, make_world

pytestmark = pytest.mark.slow

BRIEF = {"spark.sql.shuffle.partitions": "2", "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1"}
"""For questions over within seconds: few partitions, and a virtual machine that compiles little."""


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    session = local_session(settings=BRIEF)
    yield session
    session.stop()


def arguments(world: World) -> dict[str, Any]:
    return {
        "visits": world.coded_visits(),
        "spots": ready_spots(world.spots()),
        "qualities": world.qualities(),
        "windows": world.coded_windows(),
        "rules": timed_rules(world.rules),
        "air_s": world.air_s,
        "percents": world.percents,
    }


def test_pairs_are_alike(spark: Any) -> None:
    world = make_world(Random(24), n_persons=40, n_places=12, n_visits=600, n_windows=20)
    given = arguments(world) | {"answer": "pairs"}
    defined = world.pairs()
    assert len(defined) > 5
    assert_frame_equal(find_contacts_sql(**given), defined)
    assert_frame_equal(find_contacts_spark(**given, spark=spark), defined)


def crowd(n_persons: int) -> World:
    """Half of all visits are at one hall, whose parts also have visitors of their own."""
    return make_world(
        Random(38), n_persons=n_persons, n_places=200, n_visits=6 * n_persons, n_windows=6, cumulates=True
    )


def by_day(world: World, folder: Path) -> str:
    visits = world.coded_visits()
    for (day,), rows in visits.group_by(pl.col("start_s") // DAY_S):
        at = folder / f"day={day}"
        at.mkdir(parents=True)
        rows.write_parquet(at / "part-0.parquet")
    return str(folder)


def test_a_crowded_hall_in_files_by_day(spark: Any, tmp_path: Path) -> None:
    world = crowd(1500)
    given = arguments(world)
    folder = by_day(world, tmp_path / "visits")
    spots, qualities, windows = (tmp_path / f"{n}.parquet" for n in ("spots", "qualities", "windows"))
    given["spots"].write_parquet(spots)
    given["qualities"].write_parquet(qualities)
    ready_windows(given["windows"]).write_parquet(windows)
    files = given | {
        "visits": folder,
        "spots": str(spots),
        "qualities": str(qualities),
        "windows": str(windows),
        "longest_s": 60 * 3600,
    }
    ring = find_contacts_spark(**files, spark=spark)
    assert len(ring) > 100
    assert_frame_equal(ring, world.ring())
    assert_frame_equal(find_contacts_sql(**given | {"visits": f"{folder}/day=*/*.parquet"}), ring)


def test_the_job_writes_both_rings(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(Random(11), n_persons=60, n_places=40, n_visits=300, n_windows=4)
    given = arguments(world)
    by_day(world, tmp_path / "copy" / "visits")
    for name in ("spots", "qualities"):
        given[name].write_parquet(tmp_path / "copy" / f"{name}.parquet")
    ready_windows(given["windows"]).write_parquet(tmp_path / "windows.parquet")
    asked = [
        {
            "settings": r.settings,
            "min_minutes": r.min_minutes,
            "cumulating_hours": r.cumulating_hours,
            "max_rows_apart": r.max_rows_apart,
        }
        for r in world.rules
    ]
    rules = tmp_path / "rules.json"
    rules.write_text(
        json.dumps({"shared_air_min": world.air_min, "dose_percent": world.percents, "rules": asked})
    )
    monkeypatch.setattr(type(spark), "stop", lambda session: None)  # the session is the other tests' too
    common = [str(tmp_path / "copy"), "--rules", str(rules), "--longest-hours", "60"]
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    assert main([*common, "--windows", str(tmp_path / "windows.parquet"), "--out", first]) == 0
    assert main([*common, "--after-ring", first, "--out", second]) == 0
    assert_frame_equal(pl.read_parquet(f"{first}/*.parquet").sort("person"), world.ring())
    assert_frame_equal(
        pl.read_parquet(f"{second}/*.parquet").sort("person"), world.ring(world.windows_of_ring())
    )


def test_a_lake_is_read_by_its_manifest(spark: Any, tmp_path: Path) -> None:
    lake = make_lake(tmp_path / "lake")
    lake.append(make_visits(1, 300), N_PERSONS)
    lake.append(make_visits(2, 40), N_PERSONS)
    tables = open_tables(str(lake.folder), None)
    window = {
        "person": [1],
        "from_s": [FIRST_DAY * DAY_S],
        "until_s": [(FIRST_DAY + 1) * DAY_S],
        "settings": [-1],
    }
    rest = {"windows": pl.DataFrame(window), "rules": [], "longest_s": tables.longest_s}
    found = find_contacts_spark(tables.visits, tables.spots, tables.qualities, **rest, spark=spark)
    assert tables.longest_s == max(LENGTHS_S)
    assert len(found) > 5
    assert_frame_equal(find_contacts_sql(lake.read_visits(), tables.spots, tables.qualities, **rest), found)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"rules": [{"setting": []}]}', '{"rules": [{"settings": ["x"]}]}']
)
def test_what_is_no_file_of_rules_is_refused(text: str) -> None:
    with pytest.raises(NoRules):
        read_rules(text)


def test_days_that_cannot_matter_are_not_opened(spark: Any, tmp_path: Path) -> None:
    world = make_world(Random(3), n_visits=200)
    folder = by_day(world, tmp_path / "visits")
    given = arguments(world)
    later = tmp_path / "visits" / f"day={START_S // DAY_S + 30}"
    later.mkdir()
    (later / "part-0.parquet").write_bytes(b"no Parquet")
    window = pl.DataFrame(
        {"person": [0], "preference": [0], "from_s": [START_S], "until_s": [START_S + DAY_S]}
    )
    given |= {"windows": window.with_columns(settings=pl.lit(-1)), "longest_s": 60 * 3600}
    expected = find_contacts_sql(**given)
    assert len(expected) > 0
    assert_frame_equal(find_contacts_sql(**given | {"visits": f"{folder}/day=*/*.parquet"}), expected)
    assert_frame_equal(find_contacts_spark(**given | {"visits": folder}, spark=spark), expected)


def test_no_window_finds_nobody(spark: Any) -> None:
    given = arguments(make_world(Random(1)))
    given["windows"] = given["windows"].clear()
    found = find_contacts_spark(**given, spark=spark)
    assert len(found) == 0
    assert_frame_equal(found, find_contacts_sql(**given))


def test_without_java_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SparkMissing, match="openjdk-17-jre-headless"):
        check_spark()


def test_earlier_days_are_passed_over_where_the_longest_stay_is_known() -> None:
    span = Span(10 * DAY_S, 12 * DAY_S + 1, 1)
    assert visits_text(span, 3600, 2 * DAY_S, has_day=True).endswith("day <= 12 AND day >= 7")
    assert "day >=" not in visits_text(span, 3600, None, has_day=True)
    assert "day" not in visits_text(span, 3600, 2 * DAY_S, has_day=False)


@pytest.mark.parametrize("beside", [[], [1], [0, 1]])
def test_windows_after_a_ring_are_the_same_in_text(beside: list[int]) -> None:
    ring = pl.DataFrame(
        {"person": [1, 2, 3, 4], "certainty": [0, 0, 1, 0], "rule": [0, 1, 0, 2], "first_s": 5}
    )
    in_text = duckdb.sql(windows_after_text(beside)).pl()
    assert_frame_equal(in_text, windows_after(ring, beside))
    assert in_text["person"].to_list() == [p for p, rule in ((1, 0), (2, 1), (4, 2)) if rule not in beside]
