"""A process that makes short-lived writers and readers of a lake, and kills them.

It has loaded everything and started no thread of Polars, which would not outlive a fork; so a child costs
milliseconds, and has threads of its own. Run as `python -m tests.integration.lake.nursery`, one request a line.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from lastcase.engines.lake import merge, segment, truth_file
from lastcase.engines.lake.lake import Lake
from lastcase.engines.lake.words import DAY_S
from tests.integration.lake.small_lake import FIRST_DAY, N_PERSONS, make_visits

ROOT = Path(__file__).resolve().parents[3]
CALLS = ("fsync", "mkdir", "replace", "rmdir", "unlink", "write")
"""Calls of the system by which a lake changes."""
EVERY_WRITE = 10
"""Segments are written in many pieces, which are all alike; so many of them count as one call."""
WORK = ("append", "late", "append", "compact", "rekey", "late", "append", "drop")


def kind_of(number: int) -> str:
    """What the operation of this number does."""
    return WORK[number % len(WORK)]


def visits_of(number: int) -> pl.DataFrame:
    """The visits that an operation appends."""
    return make_visits(number, 40) if kind_of(number) == "append" else make_visits(number, 3, (1, 2))


def operate(lake: Lake, number: int) -> None:
    """Do one operation."""
    match kind_of(number):
        case "compact":
            lake.compact()
        case "rekey":
            lake.rekey(_new_numbers(number))
        case "drop":
            lake.drop_before(FIRST_DAY + 1)
        case _:
            lake.append(visits_of(number), N_PERSONS)


def expect(visits: pl.DataFrame, number: int) -> pl.DataFrame:
    """The visits that there are after an operation."""
    match kind_of(number):
        case "compact":
            return visits
        case "rekey":
            return visits.with_columns(person=pl.Series(_new_numbers(number)[visits["person"].to_numpy()]))
        case "drop":
            return visits.filter(pl.col("start_s") >= (FIRST_DAY + 1) * DAY_S)
        case _:
            return pl.concat([visits, visits_of(number)])


def _new_numbers(number: int) -> np.ndarray[Any, np.dtype[np.uint32]]:
    return np.random.default_rng(number).permutation(N_PERSONS).astype(np.uint32)


# -- in the test's process


class Nursery:
    """The process of this module, seen from the test."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, work: str, folder: Path, **request: Any) -> int:
        """Let a child work on the lake in `folder`; how it ended (0, or -9 if it was killed).

        `after_s`: kill it that long after it began its operation `after_n` (0: its first); else it may end. For
        `write`: `log`, to which it writes what it begins and has done; `first` and `n`, its operations; `dies_at`:
        the call of `CALLS` at which it dies.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(
            json.dumps({"work": work, "folder": str(folder), **request}), file=self._process.stdin, flush=True
        )
        answer = self._process.stdout.readline()
        assert answer, "the nursery has ended"
        return int(answer)


@contextmanager
def open_nursery() -> Iterator[Nursery]:
    """Start the process; it ends with the block."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, "-m", "tests.integration.lake.nursery"]
    environment = {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0


# -- in the process itself


def main() -> None:
    _load()
    for line in sys.stdin:
        request = json.loads(line)
        began, tells = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(began)
            _live(request, tells)
        os.close(tells)
        for _ in range(request.get("after_n", 0) + 1):
            os.read(began, 1)  # one byte for each operation begun, at once where the child has ended
        if (after_s := request.get("after_s")) is not None:
            time.sleep(after_s)
            os.kill(child, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        os.close(began)


def _load() -> None:
    """Have the compiled functions in memory, without Polars, whose columns are read-only arrays."""
    numbers, seconds, classes = (np.zeros(1, kind) for kind in (np.uint32, np.int64, np.uint8))
    columns = [array.copy() for array in (numbers, seconds, classes)]
    for column in columns:
        column.flags.writeable = False
    side = segment._side(columns[0], columns[0], 1, seconds, seconds, columns[2], seconds)
    merge._merge_two(side, side, 1)
    order = truth_file._order(columns[0], seconds, 1)
    for column in columns:
        truth_file._taken(column, order)


def _live(request: dict[str, Any], tells: int) -> None:
    """The whole life of a child: it never returns."""
    code = 1
    try:
        lake = Lake.open(Path(request["folder"]))
        if request["work"] == "read":
            _read(lake, tells)
        else:
            _write(lake, request, tells)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _write(lake: Lake, request: dict[str, Any], tells: int) -> None:
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    write = os.write
    if request.get("dies_at") is not None:
        die_at(request["dies_at"])
    for number in range(request["first"], request["first"] + request["n"]):
        write(log, f"begin {number}\n".encode())
        write(tells, b"!")
        operate(lake, number)
        write(log, f"done {number}\n".encode())


def _read(lake: Lake, tells: int) -> None:
    os.write(tells, b"!")
    for _ in range(100_000):
        snapshot = lake.snapshot()
        words = [part.words for one in snapshot.segments for part in (one.by_person, one.by_spot)]
        random.choice([np.sum, np.sort])(np.concatenate(words))


def die_at(call: int) -> None:
    """Kill this process as it is about to do that call (counted from 0); a file is then half written."""
    counting, n_calls, n_writes = threading.Lock(), 0, 0

    def dying(do: Callable[..., Any]) -> Callable[..., Any]:
        def count(*arguments: Any, **options: Any) -> Any:
            nonlocal n_calls, n_writes
            with counting:
                n_writes += do is write
                is_manifest = do is write and bytes(arguments[1][:1]) == b"{"
                n_calls += do is not write or is_manifest or n_writes % EVERY_WRITE == 0
                if n_calls > call:
                    if do is write:
                        write(arguments[0], arguments[1][: len(arguments[1]) // 2])
                    os.kill(os.getpid(), signal.SIGKILL)
            return do(*arguments, **options)

        return count

    write = os.write
    for name in CALLS:
        setattr(os, name, dying(getattr(os, name)))


if __name__ == "__main__":
    main()
