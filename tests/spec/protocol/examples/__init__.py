"""Worked examples of clauses as data: the spec tests run them, the rule books show them.

Each file holds `say` (sentences by outcome), `scenes` (words of a situation) and groups of examples by edition.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def examples(kind: str) -> list[dict[str, Any]]:
    """The examples of a file, each with its edition."""
    groups = tomllib.loads((FOLDER / f"{kind}.toml").read_text())["group"]
    return [{"edition": group["edition"], **example} for group in groups for example in group["example"]]
