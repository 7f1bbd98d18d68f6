"""A whole house for the browser: its own home with real outbreaks, the server as users run it, Chromium."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.e2e.house import CHROMIUM, DESKTOP, FLAGS, HERE, PATIENCE_MS, SERVE, STATES, Open, Site
from tests.e2e.world import PASSWORD


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {"LASTCASE_HOME": str(home), "LASTCASE_ROLE": "owner", "PYTHONWARNINGS": "ignore"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo's home, served until the folder is done."""
    with served(tmp_path_factory.mktemp("home"), "world.py") as site:
        yield site


@contextmanager
def served(home: Path, world: str) -> Iterator[Site]:
    """Fill a home by a script of this folder, serve it, and end both."""
    from lastcase.engines.postgres import stop

    made = subprocess.run(
        [sys.executable, str(HERE / world), str(home)],
        env=_environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-4000:]
    line = next(line for line in made.stdout.splitlines() if line.startswith("WORLD "))
    port = _free_port()
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(home), str(port)], env=_environment(home))
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", server)
        yield Site(f"http://127.0.0.1:{port}", home, json.loads(line.removeprefix("WORLD "))["setup"])
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)
        stop(home)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.25)
    raise AssertionError("the server did not answer within a minute")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; gone with the folder, since Django refuses its database beside a running event loop."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: errors of scripts, and whatever the content policy refused."""
    return []


@pytest.fixture
def open_page(site: Site, browser: Browser, complaints: list[str]) -> Iterator[Open]:
    """`open_page("/o/…", who="officer", language="zh-hans", size=PHONE)`: a signed-in page in a fresh
    context."""
    contexts: list[BrowserContext] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "the server responded with a status" not in message.text:
            complaints.append(message.text)

    def make(
        path: str,
        *,
        who: str = "",
        language: str = "en",
        size: dict[str, int] | None = None,
        dark: bool = False,
    ) -> Page:
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport=size or DESKTOP, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        context.add_cookies([{"name": "lastcase_language", "value": language, "url": site.url}])
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if who:
            sign_in(page, site, who)
        page.goto(site.url + path)
        return page

    yield make
    for context in contexts:
        context.close()


def sign_in(page: Page, site: Site, who: str) -> None:
    """By the form, as people do; the state is kept a session, so that the rate limit is not met."""
    kept = STATES.get((site.url, who))
    if kept is None:
        page.goto(f"{site.url}/accounts/login/")
        page.fill("#id_login", who)
        page.fill("#id_password", PASSWORD)
        page.locator("main button[type=submit].btn-primary").click()
        page.wait_for_url(lambda url: "/login" not in url)
        page.goto(f"{site.url}/purpose")
        page.locator("input[name=purpose]").first.check()
        page.locator("main .btn-primary").click()
        cookies = page.context.cookies()
        STATES[(site.url, who)] = [cookie for cookie in cookies if cookie["name"] != "lastcase_language"]
    else:
        page.context.add_cookies(kept)  # type: ignore[arg-type]
