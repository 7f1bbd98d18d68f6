"""What the guide to the API tells a reader to type does what it says, against pages served as users serve them."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.command import LASTCASE, as_json, environment, lastcase, new_home
from tests.docs.test_documents_run import blocks, commands

GUIDE = "docs/guide/visits-by-api.md"
SHOWN_AT = "http://127.0.0.1:8000"
PATIENCE_S = 90


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The pages by the command, at a port of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [LASTCASE, "serve", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(words, env=environment(home, PYTHONWARNINGS="ignore"), **quiet)  # type: ignore[call-overload]
    try:
        until = time.monotonic() + PATIENCE_S
        while not is_up(f"http://127.0.0.1:{port}/health"):
            assert server.poll() is None
            assert time.monotonic() < until
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def test_the_guide_runs_from_its_first_command_to_its_last(tmp_path: Path) -> None:
    home, token = new_home(), ""
    for language, name, text in blocks(GUIDE):
        if language == "csv":
            (tmp_path / name).write_text(text)
    for words in commands(GUIDE):
        done = lastcase(*words, home=home, cwd=tmp_path)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        token = json.loads(done.stdout)["token"] if words[:2] == ["token", "issue"] else token
    lines = [text for language, _, text in blocks(GUIDE) if language == "curl"]
    (shown,) = (json.loads(text) for language, _, text in blocks(GUIDE) if language == "json")
    with served(home) as url:
        answers = [typed(line.replace(SHOWN_AT, url), token, tmp_path) for line in lines]
    assert answers[0] == shown
    assert (answers[1]["n_taken"], answers[1]["is_dry_run"], answers[1]["problems"]) == (1, True, [])
    days = as_json("lake", "show", "--outbreak", "my-outbreak", home=home)["days"]
    assert [(day["day"], day["visits"]) for day in days] == [("2026-03-02", 2)]
    assert as_json("token", "revoke", "1", home=home) == {"is_revoked": True}
    (row,) = as_json("token", "list", home=home)
    assert (row["name"], row["outbreak"]) == ("metro-gates", "my-outbreak")
    assert row["revoked_at"]


def typed(line: str, token: str, folder: Path) -> dict[str, object]:
    """What a line prints that is typed in a shell where TOKEN is set."""
    assert shlex.split(line)[0] == "curl"
    shell = ["bash", "-c", line]
    done = subprocess.run(
        shell, cwd=folder, env=os.environ | {"TOKEN": token}, capture_output=True, text=True, check=True
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found
