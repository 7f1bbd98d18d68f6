"""The main path in seconds: lists to answers to brief, through the same commands that users run.

Everything happens in a home of its own, which is removed afterwards. Times include starting the command.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

from machine import machine, measured

from lastcase.engines import postgres
from lastcase.engines.embedded.layout import find_layout

LASTCASE = Path(sys.executable).parent / "lastcase"
DEMO = Path(str(resources.files("lastcase.ops.imports") / "demo"))
LISTS = (
    ("mers-korea-2015", "mers", "who-mers", "mers_korea_2015", "linelist.csv", "contacts.csv"),
    ("ebola-sim", "ebola", "who-ebola", "ebola_sim", "linelist.csv.gz", "contacts.csv.gz"),
)


def lastcase(home: Path, *words: str | Path) -> None:
    """Run the command; a failure ends the benchmark with what it said."""
    command = [LASTCASE, *map(str, words), "--home", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}: {done.stderr}")


def from_empty_to_brief(home: Path, name: str, disease: str, edition: str, map_: str, *files: str) -> None:
    """Found the outbreak, import its lists (which derives the answers), and print the brief."""
    lastcase(home, "outbreak", "new", name, "--disease", disease, "--edition", edition)
    for kind, file in zip(("cases", "contacts"), files, strict=True):
        lastcase(home, "import", kind, DEMO / map_ / file, "--map", map_, "--outbreak", name)
    lastcase(home, "brief", "--outbreak", name, "--json")


def run(home: Path, demo: Path) -> None:
    with measured("init: database made and started, tables"):
        lastcase(home, "init")
    for name, *rest in LISTS:
        with measured(f"{name}: founded, two lists imported, derived, brief"):
            from_empty_to_brief(home, name, *rest)
    with measured("brief of ebola-sim alone"):
        lastcase(home, "brief", "--outbreak", "ebola-sim", "--json")
    with measured("first demo (set up, empty home, three outbreaks)"):
        lastcase(demo, "demo", "--no-serve")
    with measured("second demo"):
        lastcase(demo, "demo", "--no-serve")


def main() -> None:
    print(machine())
    homes = [Path(tempfile.mkdtemp(prefix="lastcase-bench-")) for _ in range(2)]
    try:
        run(*homes)
    finally:
        for home in homes:
            postgres.stop(home)
            shutil.rmtree(find_layout(home).base, ignore_errors=True)
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
