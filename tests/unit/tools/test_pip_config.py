"""pip's settings reach uv, and what uv was told itself wins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pip_config import read_pip_config, uv_environment


def test_options_become_uvs_variables() -> None:
    options = {
        "index-url": "http://mirror/simple",
        "extra-index-url": "http://a\nhttp://b",
        "find-links": "/x /y",
        "cert": "/c.pem",
        "proxy": "http://proxy:3128",
    }
    assert uv_environment(options, {"PATH": "/bin"}) == {
        "PATH": "/bin",
        "UV_DEFAULT_INDEX": "http://mirror/simple",
        "UV_INDEX": "http://a http://b",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/x,/y",
        "SSL_CERT_FILE": "/c.pem",
        "ALL_PROXY": "http://proxy:3128",
    }


def test_what_is_set_already_stays() -> None:
    environ = {"UV_DEFAULT_INDEX": "http://mine"}
    assert uv_environment({"index-url": "http://pips"}, environ) == environ


def test_nothing_set_adds_nothing() -> None:
    assert uv_environment({}, {"HOME": "/h"}) == {"HOME": "/h"}


def test_pips_own_order_of_precedence_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nindex-url = http://global\ntimeout = 7\n[install]\nindex-url = http://install\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_FIND_LINKS", "/from/environment")
    options = read_pip_config(Path(sys.executable))
    assert options["index-url"] == "http://install"
    assert options["find-links"] == "/from/environment"
    assert options["timeout"] == "7"


def test_a_python_without_pip_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, stdout="", stderr="No module named pip")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    assert read_pip_config(Path(sys.executable)) == {}
