"""100,000 rows of a line list imported into an empty record, duplicates checked: seconds, rows a second,
the machine.

    .venv/bin/python benchmarks/import_100k.py [--rows 100000]

The server is the embedded one of a home of its own, removed at the end. The list is made up: names, sexes,
birth
dates, telephones, onsets, with every hundredth person entered a second time under another id. Duplicates are
checked within the file (by key), against the record (row by row), and between persons (the method is
printed).
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import polars as pl

SURNAMES = ("王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴")
GIVEN = ("芳", "伟", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超")
TWIN_EVERY = 100
LIMIT_S = 60


def line_list(n_rows: int) -> pl.DataFrame:
    """A made-up list of `n_rows` cases; every hundredth row is the person of the row before under another
    id."""
    row = pl.int_range(n_rows, eager=True)
    person = pl.Series(row - (row % TWIN_EVERY == TWIN_EVERY - 1).cast(pl.Int64))
    names = [SURNAMES[n % 10] + GIVEN[n // 10 % 16] + GIVEN[n // 160 % 16] for n in person]
    frame = pl.DataFrame({"n": row, "p": person, "姓名": names})
    day = pl.lit(date(1930, 1, 1)) + pl.duration(days=pl.col("p") * 7919 % 33_000)
    onset = pl.lit(date(2022, 7, 1)) + pl.duration(days=pl.col("n") % 60)
    return frame.select(
        pl.format("C{}", "n").alias("编号"),
        "姓名",
        pl.when(pl.col("p") % 2 == 0).then(pl.lit("男")).otherwise(pl.lit("女")).alias("性别"),
        day.dt.strftime("%Y-%m-%d").alias("出生日期"),
        pl.format("138{}", pl.col("p").cast(pl.String).str.zfill(8)).alias("手机"),
        pl.when(pl.col("n") % 5 == 0)
        .then(pl.lit("无症状感染者"))
        .otherwise(pl.lit("确诊病例"))
        .alias("病例状态"),
        onset.dt.strftime("%Y年%-m月%-d日").alias("发病日期"),
        pl.format(
            "{} {}:30", onset.dt.strftime("%Y-%m-%d"), (pl.col("n") % 24).cast(pl.String).str.zfill(2)
        ).alias("报告时间"),
        pl.format("第{}人民医院", pl.col("n") % 12).alias("收治医院"),
    )


def measure(path: Path, home: Path) -> list[tuple[str, float, str]]:
    """Import the file twice; for each time what was done, seconds, and what came of it."""
    os.environ["LASTCASE_HOME"] = str(home)
    from lastcase.ops.bootstrap import boot

    boot()
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.imports.run import import_file
    from lastcase.ops.records.actions import create_outbreak

    create_outbreak("bench", disease="covid-omicron-ba2-2022", by=command_line(), time_zone="Asia/Shanghai")
    found = []
    for what in ("first import", "same file again"):
        started = time.perf_counter()
        report = import_file("bench", "cases", path, by=command_line(), derive=False)
        if not report.is_loaded:
            raise SystemExit(f"the file was not taken: {report.by_message}")
        outcome = f"{report.tables} problems {report.by_message}"
        found.append((what, time.perf_counter() - started, outcome))
    return found


def machine() -> str:
    """The machine in words."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}, Polars {pl.__version__}"


def main() -> int:
    """Print the measures; 1 where the first import took longer than allowed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    n_rows = parser.parse_args().rows
    home = Path(tempfile.mkdtemp(prefix="lc-bench-"))
    try:
        path = home / "list.csv"
        line_list(n_rows).write_csv(path)
        found = measure(path, home / "home")
        from lastcase.ops.imports.convert.duplicates import PERSON_METHOD
    finally:
        from lastcase.engines.postgres import stop

        stop(home / "home")
        shutil.rmtree(home, ignore_errors=True)
    print(f"machine: {machine()}\npossible duplicate persons: {PERSON_METHOD}")
    for what, seconds, outcome in found:
        print(f"{what}: {n_rows} rows in {seconds:.1f} s, {n_rows / seconds:,.0f} rows/s; {outcome}")
    return int(found[0][1] > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
