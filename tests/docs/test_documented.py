"""Whatever a user can meet is documented: commands, settings, exit codes, words; and no page is stale."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lastcase.cli.commands import COMMANDS
from lastcase.cli.environment import VARIABLES
from lastcase.cli.exits import EXITS
from lastcase.cli.texts import own_texts
from lastcase.core.answers import ANSWERS
from lastcase.core.facts import TABLES
from tests.command import ROOT

SOURCES = ROOT / "src" / "lastcase"
REFERENCE = ROOT / "docs" / "reference"
NOT_OF_THE_ENVIRONMENT = {"LASTCASE_WRITE_ALIAS"}
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def documents() -> Iterator[Path]:
    yield from ROOT.glob("*.md")
    yield from (ROOT / "docs").rglob("*.md")


def test_the_reference_is_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_command_stands_in_the_reference() -> None:
    text = (REFERENCE / "commands.md").read_text()
    assert [name for name in COMMANDS if f"## `lastcase {name}`" not in text] == []


def test_every_exit_code_stands_in_the_reference() -> None:
    text = (REFERENCE / "exit-codes.md").read_text()
    assert [one.code for one in EXITS if f"| {one.code} | `{one.name}` |" not in text] == []


def test_every_variable_that_the_code_reads_is_documented() -> None:
    used: set[str] = set()
    for path in SOURCES.rglob("*.py"):
        used |= set(re.findall(r"[\"'](LASTCASE_[A-Z_]+|DATABASE_URL)[\"']", path.read_text()))
    assert used - NOT_OF_THE_ENVIRONMENT == set(VARIABLES)


@pytest.mark.parametrize("name", [*TABLES, *ANSWERS])
def test_every_table_stands_in_the_glossary(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "GLOSSARY.md").read_text()


def test_every_link_leads_somewhere() -> None:
    dead = [
        f"{path.relative_to(ROOT)}: {link}"
        for path in documents()
        for link in LINK.findall(path.read_text())
        if not (path.parent / link).exists()
    ]
    assert dead == []


def test_every_decision_is_numbered_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(path.name for path in folder.glob("0*.md"))
    assert [int(name[:4]) for name in pages] == list(range(1, len(pages) + 1))
    assert all(f"({name})" in (folder / "README.md").read_text() for name in pages)
    for name in pages:
        text = (folder / name).read_text()
        assert all(part in text for part in ("**Why.**", "**Decision.**", "**What follows.**"))


def test_every_text_of_the_command_line_has_both_languages_with_the_same_blanks() -> None:
    def blanks(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for message_id, wording in own_texts().items():
        assert set(wording) == {"en", "zh"}, message_id
        assert blanks(wording["en"]) == blanks(wording["zh"]), message_id
        assert wording["en"].strip()
        assert wording["zh"].strip()


MADE = tuple(
    f"cli.{part}."
    for part in (
        "exit",
        "variable",
        "heading",
        "status",
        "target",
        "brief",
        "alls",
        "error.policy",
        "impact",
        "figure",
        "indicator",
        "certainty",
        "source",
    )
)
"""Ids put together in the code from a code or a name."""


def test_no_text_of_the_command_line_is_unused() -> None:
    readers = [*SOURCES.glob("cli/*.py"), *ROOT.glob("tools/docs_pages/*.py")]
    code = "".join(path.read_text() for path in readers)
    written = {name for name in own_texts() if not name.endswith((".help", ".example"))}
    plain = sorted(name for name in written if not name.startswith(MADE))
    assert [name for name in plain if f'"{name}"' not in code and f"'{name}'" not in code] == []
