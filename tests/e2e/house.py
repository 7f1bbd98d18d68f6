"""What the browser tests share: where things are, how wide screens are, what a served house is."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
IMAGES = ROOT / "docs" / "guide" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
DESKTOP = {"width": 1440, "height": 1010}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
"""How long what is expected may take on a loaded machine."""
SERVE = (
    "import sys; from pathlib import Path; from lastcase.web.serve import serve;"
    "serve('127.0.0.1', int(sys.argv[2]), Path(sys.argv[1]))"
)


@dataclass(frozen=True)
class Site:
    """A served installation: its address, its home, and the set-up link's token that is still unused."""

    url: str
    home: Path
    setup_token: str


Open = Callable[..., Page]

STATES: dict[tuple[str, str], list[object]] = {}
"""Cookies of who has signed in, by site and name."""


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page for the guide, where that was asked for."""
    if os.environ.get("LASTCASE_SCREENSHOTS") == "1":
        page.wait_for_load_state("networkidle")
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=IMAGES / f"{name}.png")
