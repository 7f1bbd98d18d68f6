"""The process that keeps the record up stands beside the server: it begins and ends with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

END_S = 3.0
"""How long it may take to end."""


@contextmanager
def kept_up() -> Iterator[None]:
    """Snapshots and answers for whole areas are kept up for as long as this lasts (see `ops.records.upkeep`), on one
    core and behind the pages."""
    command = [sys.executable, "-m", "lastcase.ops.records.upkeep"]
    environment = os.environ | {"POLARS_MAX_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)
    try:
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
