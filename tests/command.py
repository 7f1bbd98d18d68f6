"""The command as users run it: a process of its own, with a home of its own that is removed afterwards."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from lastcase.engines import postgres
from lastcase.engines.embedded.layout import find_layout

ROOT = Path(__file__).resolve().parent.parent
LASTCASE = Path(sys.executable).parent / "lastcase"
OWN = ("LASTCASE_ROLE", "DJANGO_SETTINGS_MODULE", "DATABASE_URL", "LC_ALL", "LC_MESSAGES", "LANG")


def environment(home: Path | None, **more: str) -> dict[str, str]:
    """The environment of a user: nothing of the tests' own settings."""
    kept = {name: value for name, value in os.environ.items() if name not in OWN}
    place = {} if home is None else {"LASTCASE_HOME": str(home)}
    return kept | {"LASTCASE_LANG": "en", "PYTHONWARNINGS": "error"} | place | more


def lastcase(
    *words: str | Path, home: Path | None = None, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command; its exit code, output and errors."""
    command = [LASTCASE, *map(str, words)]
    return subprocess.run(
        command, env=environment(home, **variables), cwd=cwd, capture_output=True, text=True, check=False
    )


def as_json(*words: str | Path, home: Path) -> Any:
    """What the command prints with `--json`; it must end with 0."""
    done = lastcase(*words, "--json", home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def new_home() -> Path:
    """A fresh home, whose server is stopped and whose data are removed when the tests end."""
    home = Path(tempfile.mkdtemp(prefix="lastcase-"))
    atexit.register(remove_home, home)
    return home


def remove_home(home: Path) -> None:
    """Stop the server and remove all it kept."""
    postgres.stop(home)
    shutil.rmtree(find_layout(home).base, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@cache
def demo_home() -> Path:
    """A home with the demo's outbreaks, loaded by `lastcase demo --no-serve` once a process of tests."""
    home = new_home()
    done = lastcase("demo", "--no-serve", home=home)
    assert done.returncode == 0, done.stderr
    assert "http://127.0.0.1:8000/link/" in done.stdout
    return home
