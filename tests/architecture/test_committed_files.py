"""What is committed: small, no addresses of registries, no paths of one machine, locks with hashes."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, committed_files

SIZE_MAX_BYTES = 1024 * 1024
# Put together here, so that this file does not name them either.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("ftp", "debian", "org"),
        ("security", "debian", "org"),
    )
]
HOME_OF_SOMEBODY = re.compile(r"/(?:home|Users)/[a-z][\w.-]*/")
BINARY_SUFFIXES = {".png", ".xlsx", ".parquet", ".pdf", ".ico", ".woff2", ".gz", ".zip"}


def text_of(path: Path) -> str:
    return "" if path.suffix in BINARY_SUFFIXES else path.read_text(errors="replace")


def test_there_are_committed_files() -> None:
    assert ROOT / "pyproject.toml" in committed_files()


def test_no_file_is_larger_than_a_mebibyte() -> None:
    large = {
        str(path.relative_to(ROOT)) for path in committed_files() if path.stat().st_size > SIZE_MAX_BYTES
    }
    assert large == set()


@pytest.mark.parametrize("host", REGISTRY_HOSTS)
def test_no_file_names_a_registry(host: str) -> None:
    naming = [path.relative_to(ROOT) for path in committed_files() if host in text_of(path)]
    assert naming == []


def test_no_file_names_a_path_of_this_machine() -> None:
    naming = []
    for path in committed_files():
        text = text_of(path)
        if f"{ROOT}/" in text or HOME_OF_SOMEBODY.search(text):
            naming.append(path.relative_to(ROOT))
    assert naming == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-node.lock"])
def test_every_locked_package_has_a_version_and_hashes(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = re.findall(r"^([a-z0-9][\w.-]*)(\[[^]]*\])?==\S+.*?(?=^\S|\Z)", text, re.M | re.S)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    assert len(packages) == len(blocks) > 0
    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
    assert "--index" not in text


def test_every_dependency_is_locked() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*settings["dependencies"], *settings["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=!~ ]", text)[0].lower() for text in wanted}
    locked = set(re.findall(r"^([a-z0-9][\w.-]*?)(?:\[|==)", (ROOT / "requirements.lock").read_text(), re.M))
    assert names - locked == set()


def test_the_lock_of_web_packages_names_no_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    third_party = {name: entry for name, entry in packages.items() if name}
    assert third_party
    assert [name for name, entry in third_party.items() if "resolved" in entry] == []
    assert [name for name, entry in third_party.items() if "integrity" not in entry] == []


def test_htmx_is_pinned_exactly() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", wanted["htmx.org"])
