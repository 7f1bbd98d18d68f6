"""What `lastcase serve` keeps in memory while nobody asks for anything: proportional set size of all its processes.

    .venv/bin/python benchmarks/idle_memory.py [--persons 100000] [--wait 60]

A home of its own with that many managed persons, recorded and derived; the pages are then served from it, asked once
for the sign-in page, and left alone. Pages of memory that processes share are counted once, divided among them
(`Pss` of /proc/PID/smaps_rollup, which Linux has): the pages, the process beside them and the database's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from home import new_home
from machine import machine
from pages_million import build

TARGET_GIB = 1.0
PORT = 8765
STARTED_S = 120


def processes_of(home: Path) -> dict[int, str]:
    """Every process of this home, with its name: its database's, those that name it, and all beneath them."""
    from lastcase.engines import postgres

    server = postgres.status(home)
    parents: dict[int, int] = {}
    names: dict[int, str] = {}
    mine = set() if server is None else {server.pid}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        pid = int(folder.name)
        parents[pid], names[pid] = parent, words
        if str(home) in words:
            mine.add(pid)
    mine.discard(os.getpid())
    while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return {pid: names[pid] for pid in sorted(mine)}


def pss_mib(pid: int) -> float:
    """The proportional set size of a process; 0 for one that has just ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def wait_for_pages() -> None:
    """Until the sign-in page is there."""
    until = time.monotonic() + STARTED_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5) as answer:
                answer.read()
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("the pages did not start")


def measure(home: Path) -> float:
    """Print each process; the sum in MiB."""
    found = {pid: (pss_mib(pid), words) for pid, words in processes_of(home).items()}
    for pid, (size, words) in sorted(found.items(), key=lambda one: -one[1][0]):
        print(f"{size:8.1f} MiB  {words[:90] or pid}")
    return sum(size for size, _ in found.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--wait", type=int, default=60)
    parser.add_argument("--build", action="store_true")
    chosen = parser.parse_args()
    if chosen.build:
        build(chosen.persons)
        return 0
    print(f"{machine()}; {chosen.persons:,} managed persons", flush=True)
    with new_home(boots=False) as home:
        subprocess.run([sys.executable, __file__, "--build", "--persons", str(chosen.persons)], check=True)
        command = [
            Path(sys.executable).parent / "lastcase",
            "serve",
            "--port",
            str(PORT),
            "--home",
            str(home),
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as serving:
            try:
                wait_for_pages()
                time.sleep(chosen.wait)
                total = measure(home)
            finally:
                serving.terminate()
    print(f"idle for {chosen.wait} s: {total:,.0f} MiB in all; target: under {TARGET_GIB:g} GiB")
    return int(total > TARGET_GIB * 1024)


if __name__ == "__main__":
    sys.exit(main())
