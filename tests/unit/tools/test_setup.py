"""The set-up's steps: skipped when nothing changed, clear when something of the machine is missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import setup


@pytest.fixture
def stamps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    (tmp_path / "stamps").mkdir()
    return tmp_path / "stamps"


def test_a_step_is_done_once(stamps: Path) -> None:
    done: list[int] = []
    for _ in range(2):
        setup.step("x", "X", "made from this", True, lambda: done.append(1))
    assert done == [1]
    setup.step("x", "X", "made from that", True, lambda: done.append(2))
    assert done == [1, 2]


def test_a_missing_result_is_made_again(stamps: Path) -> None:
    done: list[int] = []
    for is_there in (True, False):
        setup.step("x", "X", "same", is_there, lambda: done.append(1))
    assert done == [1, 1]


def test_a_failed_step_leaves_no_stamp(stamps: Path) -> None:
    setup.step("x", "X", "old", True, lambda: None)
    with pytest.raises(SystemExit) as caught:
        setup.step("x", "X", "new", True, lambda: setup.run(["false"]))
    assert caught.value.code == setup.EXIT_FAILED
    assert not (stamps / "x").exists()


def test_a_digest_sees_names_contents_and_absence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    seen = [setup.digest([one])]
    one.write_text("b")
    seen.append(setup.digest([one]))
    one.rename(two)
    seen += [setup.digest([one]), setup.digest([two]), setup.digest([two], "3.11")]
    assert len(set(seen)) == len(seen)


def test_uv_is_taken_from_the_lock_with_its_hashes() -> None:
    block = setup.locked_block("uv")
    assert block.startswith("uv==")
    assert "--hash=sha256:" in block
    assert "uvicorn" not in block


def test_without_rights_the_missing_packages_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "missing_for_tests", lambda: ["chromium", "fonts-noto-cjk"])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as caught:
        setup.install_for_tests()
    assert caught.value.code == setup.EXIT_MISSING
    told = capsys.readouterr().err
    assert "sudo apt-get install -y --no-install-recommends chromium fonts-noto-cjk" in told


def test_root_installs_them_without_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[list[str], str]] = []
    monkeypatch.setattr(setup, "missing_for_tests", lambda: ["chromium"])
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(setup, "run", lambda words, env: asked.append((words, env["DEBIAN_FRONTEND"])))
    setup.install_for_tests()
    assert [words[:2] for words, _ in asked] == [["apt-get", "update"], ["apt-get", "install"]]
    assert "chromium" in asked[1][0]
    assert {frontend for _, frontend in asked} == {"noninteractive"}


def test_nothing_missing_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "missing_for_tests", list)
    monkeypatch.setattr(setup, "run", lambda *_: pytest.fail("nothing should run"))
    setup.install_for_tests()


def test_a_missing_venv_module_names_the_prerequisites(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as caught:
        setup.make_environment()
    assert caught.value.code == setup.EXIT_MISSING
    assert "apt-get install make git python3-venv nodejs npm" in capsys.readouterr().err


def test_an_old_node_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(setup, "node_version", lambda node: "v12.22.9")
    assert setup.find_node() is None
    monkeypatch.setattr(setup, "node_version", lambda node: "v18.20.4")
    assert setup.find_node() == ("/usr/bin/node", "/usr/bin/npm")
