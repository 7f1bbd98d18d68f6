"""The committed tree, for the tests of the house's rules."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "lastcase"


@cache
def committed_files() -> tuple[Path, ...]:
    """Return what git tracks or would track: everything but ignored files."""
    command = [
        "git",
        "-c",
        f"safe.directory={ROOT}",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def modules(folder: Path = PACKAGE) -> list[Path]:
    """Return the Python modules below a folder, migrations (which Django writes) left out."""
    return [path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts]
