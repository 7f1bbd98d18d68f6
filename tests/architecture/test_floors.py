"""Arrows point down only: the import contracts hold, and nothing is excepted from them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOT, modules

CORE = PACKAGE / "core"
EXCEPTIONS = {"ignore_imports", "unmatched_ignore_imports_alerting", "allow_indirect_imports"}
# What would make an answer depend on something else than its arguments.
IMPURE_CALLS = {"now", "utcnow", "today", "open", "default_rng", "getenv", "urandom"}
IMPURE_NAME = re.compile(r"(read|write|scan|sink)_(csv|parquet|excel|n?djson|json|ipc|database|text|bytes)")


def contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return list(settings["tool"]["importlinter"]["contracts"])


def test_the_contracts_are_kept() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_no_contract_has_exceptions() -> None:
    for contract in contracts():
        assert not EXCEPTIONS & set(contract), contract["name"]


def test_every_floor_stands_in_the_contract() -> None:
    (floors,) = (contract for contract in contracts() if contract["id"] == "floors")
    layers = floors["layers"]
    assert isinstance(layers, list)
    named = {name.strip() for layer in layers for name in layer.split("|")}
    there = {f"lastcase.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")}
    assert named == there


def impure_calls(source: str) -> list[str]:
    """Return calls in a module that read a clock, a file, the environment or chance."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in IMPURE_CALLS or IMPURE_NAME.fullmatch(name):
                found.append(f"{name} (line {node.lineno})")
    return found


@pytest.mark.parametrize("path", modules(CORE), ids=lambda path: str(path.relative_to(CORE)))
def test_core_reads_no_clock_and_no_file(path: Path) -> None:
    assert impure_calls(path.read_text()) == []


def test_an_impure_call_would_be_found() -> None:
    assert impure_calls("import datetime\nx = datetime.datetime.now()\ny = pl.read_csv('a')\n") == [
        "now (line 2)",
        "read_csv (line 3)",
    ]
