"""Contact search over the visits of a city of two million, 156 million in two weeks, beside its peers.

    make bench-contacts            (python benchmarks/contact_search.py [--folder DIR] [--persons N] [--fresh])

The lakes are made once and kept in the folder (30 GB free are asked for); a run that was cut off goes on where it
stopped. Every engine answers the same question: of each case, everybody who met it in its window, held to the visit
rules of edition 9; the pairs found are compared. One core throughout, but where two are named. `pandas` and
PostgreSQL (GiST over ranges) are asked at a tenth of the size, as DuckDB and the index are there too.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import shutil
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from machine import machine, measured

from lastcase.core.contacts.search import visit_rules
from lastcase.editions import load_edition
from lastcase.engines.city import story
from lastcase.engines.city.geography import lay_out
from lastcase.engines.city.hashing import Dice
from lastcase.engines.city.layers import KINDS, build_layers
from lastcase.engines.city.population import populate
from lastcase.engines.city.visits import N_DAYS, visits_of_day
from lastcase.engines.lake.lake import Lake
from lastcase.engines.lake.ring import find_ring
from lastcase.engines.lake.search import WINDOWS, Searcher, find_pairs, make_rules, make_windows, mask_of
from lastcase.engines.lake.segment import SCHEMA
from lastcase.engines.lake.sweep import sweep_ring
from lastcase.engines.lake.view import View, make_view
from lastcase.engines.lake.words import DAY_S

EDITION = "cn-covid-9"
SETTING_OF = {
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
WINDOW_DAYS, N_ONE, N_COLD, N_LATE = 4, 1000, 60, 100_000
PEOPLE_AT_A_TIME, GB = 250_000, 10**9
FREE_GB = 30


def main() -> None:
    parser = argparse.ArgumentParser(description="Contact search at city scale, beside its peers.")
    parser.add_argument("--folder", type=Path, default=Path("var/bench-contacts"))
    parser.add_argument("--persons", type=int, default=2_000_000)
    parser.add_argument("--fresh", action="store_true", help="make the lakes anew")
    asked = parser.parse_args()
    print(machine(), flush=True)
    if asked.fresh:
        shutil.rmtree(asked.folder, ignore_errors=True)
    asked.folder.mkdir(parents=True, exist_ok=True)
    small = ready_city(asked.folder / "tenth", asked.persons // 10)
    whole = ready_city(asked.folder / "whole", asked.persons)
    for name, lake in (("tenth", small), ("whole", whole)):
        print(f"\n== {name}", flush=True)
        view = open_view(lake)
        one_positive(view)
        first_touch(lake)
        batches(view)
        next_ring(view)
        beside_duckdb(lake, view, asked.folder / f"{name}.duckdb")
        if lake is small:
            beside_pandas(lake, view)
            beside_gist(lake, view, asked.folder)
    print("\n== growing", flush=True)
    growing(whole, asked.folder / "growing")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"most memory of this process {peak:.1f} GiB", flush=True)


# -- the city


def ready_city(folder: Path, n_persons: int) -> Lake:
    """The lake of a city of so many, made where it is not there; days that are there already are passed over."""
    lake = Lake.open(folder) if (folder / "manifest.json").exists() else Lake.create(folder)
    days = range(story.CLOSED_FROM_DAY - N_DAYS, story.CLOSED_FROM_DAY)
    done_path = folder.with_suffix(".days.json")
    done = set(json.loads(done_path.read_text())) if done_path.exists() else set()
    if done >= set(days):
        return lake
    free = shutil.disk_usage(folder).free / GB
    if free < FREE_GB:
        raise SystemExit(f"{folder} has {free:.0f} GB free, {FREE_GB} are asked for: name another --folder")
    dice = Dice(1)
    geography = lay_out(dice, n_persons)
    population = populate(dice, geography)
    layers = build_layers(dice, geography, population)
    kinds = (
        np.searchsorted([layers.first[kind] for kind in KINDS], np.arange(layers.n_places), side="right") - 1
    )
    setting = pl.Series([SETTING_OF[kind] for kind in KINDS]).gather(kinds)
    quality = lake.quality_classes(pl.DataFrame({"visit_source": ["check_in"], "precision_s": [0]}))[0]
    for day in sorted(set(days) - done):
        parts = np.array_split(np.arange(n_persons), -(-n_persons // PEOPLE_AT_A_TIME))
        visits = pl.concat([visits_of_day(dice, population, layers, part, day) for part in parts])
        with measured(f"append of {visits.height:,} visits of day {day}, numbered"):
            lake.append(numbered(lake, visits, setting, quality), n_persons)
        done.add(day)
        done_path.write_text(json.dumps(sorted(done)))
    with measured("compaction (days of the city run over two days of the lake)"):
        lake.compact()
    return lake


def numbered(lake: Lake, visits: pl.DataFrame, setting: pl.Series, quality: int) -> pl.DataFrame:
    """The visits with spots for places and parts, as the lake takes them."""
    places = visits.select("place", "part").unique()
    named = places.select(
        place_id=pl.format("P{}", pl.col("place").cast(pl.String).str.zfill(7)),
        unit=pl.when(pl.col("part") > 0).then(pl.col("part").cast(pl.String)),
        setting=setting.gather(places["place"]),
    )
    spots = places.with_columns(spot=lake.number_spots(named))
    joined = visits.join(spots, on=["place", "part"], how="left", maintain_order="left")
    return joined.select("person", "spot", "start_s", "end_s", quality=pl.lit(quality, pl.UInt8)).cast(SCHEMA)  # type: ignore[arg-type]


def open_view(lake: Lake) -> View:
    started = time.monotonic()
    taken = lake.snapshot()
    view = make_view(taken.segments, taken.spots, taken.slack_s, taken.n_persons)
    manifest = lake.manifest()
    n_visits = sum(file.n_rows for file in manifest.truth)
    index, truth = (sum(f.n_bytes for f in files) / GB for files in (manifest.segments, manifest.truth))
    print(
        f"{n_visits:,} visits of {view.n_persons:,} persons at {taken.spots.height:,} spots; index {index:.2f} GB, "
        f"truth {truth:.2f} GB; opened in {time.monotonic() - started:.2f} s",
        flush=True,
    )
    return view


# -- the questions


def windows_of(view: View, n: int, seed: int) -> pl.DataFrame:
    """Windows of so many cases drawn by lot: four days each, ending in the last five days."""
    lot = np.random.default_rng(seed)
    ends = (view.segments[-1].day + 1) * DAY_S - lot.integers(0, 5, n) * DAY_S
    persons = np.sort(lot.choice(view.n_persons, n, replace=False))
    columns = {"person": persons, "from_s": ends - WINDOW_DAYS * DAY_S, "until_s": ends}
    return pl.DataFrame({**columns, "settings": np.full(n, mask_of(()), np.uint64)}).cast(WINDOWS)  # type: ignore[arg-type]


def told(what: str, seconds: list[float], more: str = "") -> None:
    """Print the middle and the slow end of several times."""
    ms = [1000 * second for second in seconds]
    cuts = [statistics.median(ms), *(float(np.quantile(ms, q)) for q in (0.95, 0.99))]
    print(f"{what:<56} p50 {cuts[0]:9.3f}  p95 {cuts[1]:9.3f}  p99 {cuts[2]:9.3f} ms  {more}", flush=True)


def best(n: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the quickest of so many tries after one that warms up, and the answer."""
    work()
    tries = []
    for _ in range(n):
        gc.collect()
        started = time.perf_counter()
        answer = work()
        tries.append(time.perf_counter() - started)
    return min(tries), answer


def one_positive(view: View) -> None:
    """Each case is asked once, with the index in memory: what a server does that has been up for a while."""
    searcher, rules = Searcher(view), first_rules()
    bring_pages(view)
    searcher.find_pairs(make_windows(windows_of(view, 1, N_ONE)), rules)
    seconds, sizes = [], []
    for seed in range(N_ONE):
        windows = make_windows(windows_of(view, 1, seed))
        started = time.perf_counter()
        pairs = searcher.find_pairs(windows, rules)
        seconds.append(time.perf_counter() - started)
        sizes.append((pairs.height, int(pairs["n_meetings"].sum())))
    persons, meetings = (statistics.median(size[n] for size in sizes) for n in (0, 1))
    told(f"one positive, warm ({N_ONE})", seconds, f"{persons:.0f} persons, {meetings:.0f} meetings (median)")


def first_touch(lake: Lake) -> None:
    """One positive right after the pages of the index were dropped from memory, each time."""
    seconds, rules = [], first_rules()
    for seed in range(N_COLD):
        taken = lake.snapshot()
        view = make_view(taken.segments, taken.spots, taken.slack_s, taken.n_persons)
        searcher, windows = Searcher(view), make_windows(windows_of(view, 1, 10_000 + seed))
        forget_pages(lake)
        started = time.perf_counter()
        searcher.find_pairs(windows, rules)
        seconds.append(time.perf_counter() - started)
    told(f"one positive, first touch from disk ({N_COLD})", seconds)


def bring_pages(view: View) -> None:
    """Have every page of the index in memory."""
    for segment in view.segments:
        for side in (segment.by_person, segment.by_spot):
            for array in (side.keys, side.first, side.words, side.long_at, side.long_end, side.reach):
                array.sum()


def forget_pages(lake: Lake) -> None:
    for file in lake.manifest().segments:
        handle = os.open(lake.folder / file.name, os.O_RDONLY)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def batches(view: View) -> None:
    rules = first_rules()
    for n in (100, 1_000, 5_000):
        windows, searcher = make_windows(windows_of(view, n, 7)), Searcher(view)
        seconds, pairs = best(3, partial(searcher.find_pairs, windows, rules))
        two, _ = best(3, partial(find_pairs, view, windows, rules, n_threads=2))
        print(
            f"{n:>6,} cases: {seconds:8.3f} s on one core, {two:8.3f} s on two; {pairs.height:,} pairs, "
            f"{int(pairs['n_meetings'].sum()):,} meetings",
            flush=True,
        )


def next_ring(view: View) -> None:
    """The second ring of 100 cases, whole: first ring, contacts of these, everybody whom they met."""
    edition = load_edition(EDITION)
    rule_list, later = visit_rules(edition, 1), visit_rules(edition, 2)
    rules = make_rules(rule_list)
    windows = make_windows(windows_of(view, 100, 7))
    beside = [number for number, rule in enumerate(rule_list) if rule.category == "copresent_person"]
    searcher = Searcher(view)

    def ask(n_threads: int) -> tuple[int, int]:
        ring = find_ring(searcher.find_pairs(windows, rules), view.n_persons).filter(certainty=0)
        followed = ring.filter(~pl.col("rule").is_in(beside)).select(
            "person",
            from_s="first_s",
            until_s=pl.lit(None, pl.Int64),
            settings=pl.lit(mask_of(()), pl.UInt64),
        )
        known = np.zeros(view.n_persons, np.bool_)
        known[windows.person] = True
        swept = sweep_ring(view, make_windows(followed), later, known, n_threads=n_threads)
        return followed.height, swept.height

    one, (n_first, n_second) = best(3, partial(ask, 1))
    two, _ = best(3, partial(ask, 2))
    print(
        f"both rings of 100 cases: {one:.3f} s on one core, {two:.3f} s on two; "
        f"{n_first:,} close contacts followed, {n_second:,} persons met by them",
        flush=True,
    )


def first_rules() -> Any:
    return make_rules(visit_rules(load_edition(EDITION), 1))


# -- the peers


def least_seconds() -> str:
    """The rules as a plain peer writes them: the least seconds by setting that one meeting must last."""
    rules = visit_rules(load_edition(EDITION), 1)
    cases = []
    for setting in sorted(set(SETTING_OF.values())):
        fitting = [rule for rule in rules if not rule.settings or setting in rule.settings]
        cases.append(f"WHEN '{setting}' THEN {min(round((rule.min_minutes or 0) * 60) for rule in fitting)}")
    return f"CASE setting {' '.join(cases)} END"


PEER = """
    SELECT c.person AS "case", v.person, min(greatest(v.start_s, c.start_s, w.from_s)) AS first_s,
        max(least(v.end_s, c.end_s, w.until_s)) AS last_s, count(*) AS n
    FROM windows w
    JOIN visits c ON c.person = w.person AND c.start_s < w.until_s AND c.end_s > w.from_s
    JOIN visits v ON v.spot = c.spot AND v.person <> c.person AND {meets}
        AND greatest(v.start_s, c.start_s) < w.until_s AND least(v.end_s, c.end_s) > w.from_s
    JOIN spots s ON s.spot = v.spot
    WHERE least(v.end_s, c.end_s, w.until_s) - greatest(v.start_s, c.start_s, w.from_s) >= {least}
    GROUP BY 1, 2
"""
"""The question in a peer's own SQL. In this city no place is visited both whole and by parts, and times are exact: so
spots meet only themselves, and nobody is merely possible."""


def same(view: View, windows: pl.DataFrame, answer: pl.DataFrame) -> None:
    """Fail unless the peer found the same pairs with the same first and last instants."""
    ours = Searcher(view).find_pairs(make_windows(windows), first_rules()).filter(certainty=0)
    columns = ("case", "person", "first_s", "last_s")
    both = [frame.select(pl.col(c).cast(pl.Int64) for c in columns).sort(columns) for frame in (ours, answer)]
    assert both[0].equals(both[1]), f"{both[0].height} pairs here, {both[1].height} there"


def beside(
    view: View, name: str, sizes: tuple[int, ...], ask: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    rules = first_rules()
    for n in sizes:
        windows, searcher = windows_of(view, n, 7), Searcher(view)
        repeats = 5 if n <= 100 else 2
        ours, _ = best(repeats, partial(searcher.find_pairs, make_windows(windows), rules))
        theirs, answer = best(repeats, partial(ask, windows))
        same(view, windows, answer)
        print(
            f"{n:>6,} cases: index {1000 * ours:10.2f} ms, {name} {1000 * theirs:10.2f} ms: {theirs / ours:8.1f} times",
            flush=True,
        )


def beside_duckdb(lake: Lake, view: View, path: Path) -> None:
    """DuckDB with the visits in two tables, sorted by person and by spot and start, on one thread."""
    import duckdb

    connection = duckdb.connect(str(path))
    connection.execute(
        "SET threads = 2; SET enable_progress_bar = false; SET preserve_insertion_order = false"
    )
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if "done" not in tables:
        files = [str(lake.folder / file.name) for file in lake.manifest().truth]
        with measured("DuckDB: load and sort twice"):
            for name, order in (("of_person", "person, start_s"), ("of_spot", "spot, start_s")):
                source = f"SELECT person, spot, start_s, end_s FROM read_parquet({files!r}, hive_partitioning=false)"
                connection.execute(f"CREATE OR REPLACE TABLE {name} AS {source} ORDER BY {order}")
            connection.execute("CREATE TABLE done AS SELECT 1 AS one")
    connection.execute("SET threads = 1")
    spots = lake.snapshot().spots.select("spot", "setting").to_arrow()
    connection.register("spots", spots)
    longest = max(segment.longest_s for segment in view.segments)
    text = (
        PEER.format(
            meets=f"v.start_s < c.end_s AND v.end_s > c.start_s AND v.start_s > c.start_s - {longest}",
            least=least_seconds(),
        )
        .replace("JOIN visits c", "JOIN of_person c")
        .replace("JOIN visits v", "JOIN of_spot v")
    )

    def ask(windows: pl.DataFrame) -> pl.DataFrame:
        connection.register("windows", windows.to_arrow())
        return connection.execute(text).pl()

    beside(view, "DuckDB", (1, 100, 1_000), ask)
    connection.close()


def beside_pandas(lake: Lake, view: View) -> None:
    """pandas with the visits in memory, looked up by person and merged on the spot."""
    visits = pl.concat([pl.read_parquet(lake.folder / file.name) for file in lake.manifest().truth])
    visits = (
        visits.select("person", "spot", "start_s", "end_s").to_pandas().sort_values("spot", ignore_index=True)
    )
    by_person = visits.set_index("person").sort_index()
    by_spot = visits.set_index("spot").sort_index()
    settings = lake.snapshot().spots.sort("spot")["setting"].to_numpy()
    least = (
        pl.DataFrame({"setting": settings})
        .select(pl.sql_expr(least_seconds()).alias("least"))["least"]
        .to_numpy()
    )

    def ask(windows: pl.DataFrame) -> pl.DataFrame:
        asked = windows.to_pandas().set_index("person")
        cases = by_person.loc[by_person.index.isin(asked.index)].join(asked).reset_index()
        cases = cases[(cases.start_s < cases.until_s) & (cases.end_s > cases.from_s)]
        near = by_spot.loc[by_spot.index.isin(cases.spot.unique())].reset_index()
        met = cases.merge(near, on="spot", suffixes=("_c", "_v"))
        start = met[["start_s_c", "start_s_v", "from_s"]].max(axis=1)
        end = met[["end_s_c", "end_s_v", "until_s"]].min(axis=1)
        touches = (
            (met.start_s_v < met.end_s_c) & (met.end_s_v > met.start_s_c) & (met.person_c != met.person_v)
        )
        kept = met.assign(first_s=start, last_s=end)[
            touches & (end > start) & (end - start >= least[met.spot])
        ]
        grouped = kept.groupby(["person_c", "person_v"], as_index=False).agg(
            {"first_s": "min", "last_s": "max"}
        )
        return pl.from_pandas(grouped.rename(columns={"person_c": "case", "person_v": "person"}))

    beside(view, "pandas", (1, 100), ask)


def beside_gist(lake: Lake, view: View, folder: Path) -> None:
    """PostgreSQL with a GiST index over (spot, stay) as ranges of one number, and an index by person."""
    import psycopg

    from lastcase.engines import postgres

    home = folder / "server"
    home.mkdir(exist_ok=True)
    os.environ["LASTCASE_HOME"] = str(home)
    postgres.ensure_running(home)
    entry = postgres.database_settings(home, postgres.OWNER)
    text = PEER.format(
        meets="v.stay && int8range(c.spot::int8 * 4294967296 + c.start_s, c.spot::int8 * 4294967296 + c.end_s)",
        least=least_seconds(),
    )
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"] or None, user=entry["USER"], dbname=entry["NAME"],
        password=entry["PASSWORD"] or None, autocommit=True,
    ) as connection:  # fmt: skip
        there = connection.execute("SELECT to_regclass('visits_stay')").fetchone()
        if there is None or there[0] is None:
            with measured("PostgreSQL: load and index"):
                load_gist(connection, lake)
        connection.execute("SET max_parallel_workers_per_gather = 0; SET jit = off; SET work_mem = '256MB'")
        connection.execute("CREATE TEMP TABLE windows (person int, from_s int8, until_s int8)")

        def ask(windows: pl.DataFrame) -> pl.DataFrame:
            connection.execute("TRUNCATE windows")
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO windows VALUES (%s, %s, %s)",
                    windows.select("person", "from_s", "until_s").rows(),
                )
                cursor.execute(text)
                return pl.DataFrame(
                    cursor.fetchall(), schema=["case", "person", "first_s", "last_s", "n"], orient="row"
                )

        beside(view, "PostgreSQL GiST", (1, 100), ask)
    postgres.stop(home)


def load_gist(connection: Any, lake: Lake) -> None:
    connection.execute("DROP TABLE IF EXISTS visits, spots")
    connection.execute("CREATE TABLE visits (person int, spot int, start_s int8, end_s int8, stay int8range)")
    connection.execute("CREATE TABLE spots (spot int PRIMARY KEY, setting text)")
    with connection.cursor() as cursor:
        with cursor.copy("COPY spots FROM STDIN (FORMAT csv)") as copy:
            copy.write(lake.snapshot().spots.select("spot", "setting").write_csv(include_header=False))
        with cursor.copy("COPY visits (person, spot, start_s, end_s) FROM STDIN (FORMAT csv)") as copy:
            for file in lake.manifest().truth:
                rows = pl.read_parquet(lake.folder / file.name).select("person", "spot", "start_s", "end_s")
                copy.write(rows.write_csv(include_header=False))
        lead = "spot::int8 * 4294967296"
        cursor.execute(f"UPDATE visits SET stay = int8range({lead} + start_s, {lead} + end_s)")
        cursor.execute("CREATE INDEX visits_person ON visits (person)")
        cursor.execute("CREATE INDEX visits_stay ON visits USING gist (stay)")
        cursor.execute("VACUUM ANALYZE visits")
        cursor.execute("ANALYZE spots")


# -- a lake that grows


def growing(whole: Lake, folder: Path) -> None:
    """A day appended, late rows of it, a search over base and delta, and the day put together."""
    shutil.rmtree(folder, ignore_errors=True)
    manifest, taken = whole.manifest(), whole.snapshot()
    day = manifest.days()[-2]
    visits = whole.read_visits([day])
    lake = Lake.create(folder)
    lake.number_spots(taken.spots.select("place_id", "unit", "setting"))
    lake.quality_classes(pl.DataFrame({"visit_source": ["check_in"], "precision_s": [0]}))
    late = visits.sample(N_LATE, seed=1)
    with measured(f"append of a day, {visits.height - N_LATE:,} visits"):
        lake.append(visits.join(late, on=visits.columns, how="anti"), manifest.n_persons)
    with measured(f"append of {N_LATE:,} late visits"):
        lake.append(late, manifest.n_persons)
    for what in ("base and delta", "compacted"):
        now = lake.snapshot()
        view = make_view(now.segments, now.spots, now.slack_s, now.n_persons)
        searcher, rules, seconds = Searcher(view), first_rules(), []
        for seed in range(300):
            windows = make_windows(windows_of(view, 1, seed))
            started = time.perf_counter()
            searcher.find_pairs(windows, rules)
            seconds.append(time.perf_counter() - started)
        told(f"one positive over one day, {what} ({len(view.segments)} segments)", seconds[50:])
        if what == "base and delta":
            with measured("compaction of the day"):
                lake.compact()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
