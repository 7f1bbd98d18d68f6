"""Law of the quick reading of bulk visits: whatever the cells are, it comes to what the careful import comes to."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lastcase.core.facts.store import conform
from lastcase.ops.imports.convert import Context, convert
from lastcase.ops.imports.mapping import propose
from lastcase.ops.imports.read import read_table
from lastcase.ops.lake.quick import EPOCH, PRECISION_MAX_MIN, read_visits

ZONES = ("Asia/Shanghai", "Europe/Berlin")
TIMES = (
    "2022-07-03 14:00",
    "2022-07-03 14:00:59",
    "2022-07-03T15:30:00",
    "2022-07-03T15:30:00Z",
    "2022-07-03T15:30:00+09:00",
    "2022/7/3 16:00",
    "1969-07-20 20:17",
    "2022-10-30 02:30",  # twice in Berlin
    "2022-03-27 02:30",  # never in Berlin
    "2022-07-03",
    "2022-07-03 24:00",
    "44745.5",
    "yesterday",
    "",
)
HEADINGS = ("person_id", "place_id", "unit", "start_at", "end_at", "precision_min", "visit_source")
cells = st.tuples(
    st.sampled_from(["1", "2", "here:3", " 4 ", "NA", ""]),
    st.sampled_from(["hall", "Hall 2", "here:hall", "市场", "N/A", ""]),
    st.sampled_from(["", "1", " ward B "]),
    st.sampled_from(TIMES),
    st.sampled_from(TIMES),
    st.sampled_from(["", "5", "0.5", "-1", "many", "20000", "1e300"]),
    st.sampled_from(["", "check_in", "scan", "rumour"]),
)


@given(st.lists(cells, min_size=1, max_size=12), st.sampled_from(ZONES))
def test_quick_and_careful_reading_come_to_the_same(rows: list[tuple[str, ...]], zone: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visits.csv"
        pl.DataFrame(rows, schema=list(HEADINGS), orient="row").write_csv(path)
        read, told, n_rows = read_visits(path, "here", zone, lambda texts: texts == "nowhere")
        source = read_table(path)
    done = convert(
        source.frame,
        propose(source.headings, "visits").file_map,
        Context("visits", "here", zone, datetime.now(UTC)),
    )
    whole = conform(done.facts(valid_rows=True).get("visits", pl.DataFrame()), "visits")
    fits = (pl.col("start_at") >= EPOCH) & (pl.col("precision_min").fill_null(0) <= PRECISION_MAX_MIN)
    expected = whole.filter(fits & (pl.col("start_at") <= pl.col("end_at"))).select(
        "person_id",
        "place_id",
        "unit",
        start_s=pl.col("start_at").dt.epoch("s"),
        end_s=pl.col("end_at").dt.epoch("s"),
        precision_s=(pl.col("precision_min") * 60).round().cast(pl.Int64),
        visit_source=pl.col("visit_source"),
    )
    # The record keeps one visit a person, place and start; the lake keeps all that it is told.
    key = ["person_id", "place_id", "start_s"]
    assert_frame_equal(read.unique(key, keep="last").select(key).sort(key), expected.select(key).sort(key))
    both = read.join(expected, on=read.columns, how="semi", nulls_equal=True)
    assert both.unique(key).height == expected.height
    assert n_rows == len(rows)
    errors = told.filter(pl.col("severity") == "error")["row"]
    assert set(errors) >= set(done.problems.filter(pl.col("severity") == "error")["row"].drop_nulls())
