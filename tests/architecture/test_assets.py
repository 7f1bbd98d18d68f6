"""The built web assets: all from this machine, fit for a strict content security policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE

BUILT = PACKAGE / "web" / "static" / "build"
SOURCES = PACKAGE / "web" / "assets"
# What a browser would fetch from elsewhere; addresses in comments and of XML namespaces are not fetched.
FETCHES = {
    ".css": re.compile(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//"),
    ".js": re.compile(r"(?:\bfrom|\bimport\(?|importScripts\()\s*[\"'](?:https?:)?//"),
    ".mjs": re.compile(r"(?:\bfrom|\bimport\(?|importScripts\()\s*[\"'](?:https?:)?//"),
}
ASSETS = sorted(path for path in BUILT.rglob("*") if path.suffix in FETCHES)


def test_the_assets_were_built() -> None:
    names = {str(path.relative_to(BUILT)) for path in ASSETS}
    assert {"vendor/htmx/htmx.min.js", "vendor/tabler/tabler.min.css"} <= names
    entries = {path.name for path in SOURCES.glob("*") if path.suffix in (".js", ".css")}
    assert entries <= names


@pytest.mark.parametrize("path", ASSETS, ids=lambda path: str(path.relative_to(BUILT)))
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    assert FETCHES[path.suffix].findall(path.read_text()) == []


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.js")), ids=lambda path: path.name)
def test_our_scripts_need_no_eval(path: Path) -> None:
    assert re.findall(r"\beval\(|new Function\(|\.innerHTML\s*=", path.read_text()) == []


def test_a_fetch_would_be_found() -> None:
    assert FETCHES[".css"].search('@import "//fonts.example/x.css"')
    assert FETCHES[".js"].search('import{a}from"https://cdn.example/x.js"')
