"""What the documents tell a reader to type does what they say: every command in them is run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.command import ROOT, demo_home, lastcase, new_home

BLOCK = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)


def blocks(document: str) -> list[tuple[str, str, str]]:
    """Fenced blocks of a document: language, file name (of a block that is a file), text."""
    found: list[tuple[str, str, str]] = BLOCK.findall((ROOT / document).read_text())
    return found


def shell_lines(document: str) -> list[str]:
    """Lines that the document tells a reader to type."""
    return [line for language, _, text in blocks(document) if language == "sh" for line in text.splitlines()]


def commands(document: str) -> list[list[str]]:
    """Words of every line that runs the command, in order."""
    return [shlex.split(line)[1:] for line in shell_lines(document) if line.startswith("lastcase ")]


@pytest.mark.parametrize("words", commands("README.md"), ids=" ".join)
def test_the_commands_of_the_readme_run(words: list[str]) -> None:
    done = lastcase(*words, home=demo_home())
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_guide_runs_from_its_first_command_to_its_last(tmp_path: Path) -> None:
    home = new_home()
    for language, name, text in blocks("docs/guide/own-line-list.md"):
        if language == "csv":
            (tmp_path / name).write_text(text)
    for words in commands("docs/guide/own-line-list.md"):
        done = lastcase(*words, home=home, cwd=tmp_path)
        assert done.returncode == 0, f"{words}: {done.stderr}"


def test_every_shell_line_of_the_documents_is_a_command_that_is_run() -> None:
    for document in ("README.md", "docs/guide/own-line-list.md"):
        shown = shell_lines(document)
        assert shown
        assert [line for line in shown if not line.startswith("lastcase ")] == []
