"""Rooms stay small, writes have one path, and every module says what it is for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOT, modules

LINES_MAX = 500
# Effects on rows are lost in bulk writes; post_migrate, which is about the schema, is another thing.
ROW_SIGNALS = ("pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "django.dispatch")
EVERYWHERE = [path for folder in ("src", "tests", "tools", "benchmarks") for path in modules(ROOT / folder)]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", EVERYWHERE, ids=name)
def test_a_module_has_at_most_500_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LINES_MAX


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert not tree.body or ast.get_docstring(tree), "a module needs a docstring"


def loops(tree: ast.AST) -> Iterator[ast.AST]:
    kinds = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    return (node for node in ast.walk(tree) if isinstance(node, kinds))


def saves_in_loops(source: str) -> list[int]:
    """Return the lines on which rows are saved one by one."""
    calls = (
        call for loop in loops(ast.parse(source)) for call in ast.walk(loop) if isinstance(call, ast.Call)
    )
    return sorted({call.lineno for call in calls if getattr(call.func, "attr", "") == "save"})


@pytest.mark.parametrize("path", modules(), ids=name)
def test_rows_are_written_as_sets_without_signals(path: Path) -> None:
    source = path.read_text()
    assert saves_in_loops(source) == []
    assert [name for name in ROW_SIGNALS if re.search(rf"\b{re.escape(name)}\b", source)] == []


def test_a_saving_loop_would_be_found() -> None:
    assert saves_in_loops("for row in rows:\n    row.save()\n") == [2]


def writes(source: str) -> list[int]:
    """Return the lines of a module that change rows through Django's managers."""
    kinds = {"bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "save"}
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if getattr(call.func, "attr", "") in kinds]


EDGES = [path for floor in ("web", "cli") for path in modules(PACKAGE / floor)]


@pytest.mark.parametrize("path", EDGES, ids=name)
def test_web_and_cli_write_nothing_themselves(path: Path) -> None:
    assert writes(path.read_text()) == []
