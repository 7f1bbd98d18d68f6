"""The machine on which a number was measured, and the line in which it is printed."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def machine() -> str:
    """Processor, cores, memory and Python of this machine."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").is_file() else ""
    names = [line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")]
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = names[0] if names else platform.machine()
    return f"{name}, {os.cpu_count()} cores, {gib:.0f} GiB, Python {platform.python_version()}"


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print how long the body took."""
    started = time.monotonic()
    yield
    print(f"{what:<64}{time.monotonic() - started:9.2f} s", flush=True)
