"""What the browser tests share: where things are, how wide screens are, what a served house is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
DESKTOP = {"width": 1440, "height": 1010}
PHONE = {"width": 390, "height": 844}
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
