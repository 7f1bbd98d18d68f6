"""The worked examples of the spec tests in words, for the rule books."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lastcase.core.facts import vocabulary as v

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "spec" / "protocol" / "examples"
LABELS = {
    "setting": v.SETTINGS,
    "relation": v.RELATIONS,
    "distance": v.DISTANCES,
    "protection": v.PROTECTIONS,
    "place": v.STAY_KINDS,
}
ABOUT = ("setting", "relation", "distance", "protection")
COMMA = {"en": ", ", "zh": "、"}


@cache
def _files() -> list[dict[str, Any]]:
    return [tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))]


def examples_of(edition: str, rule: str, lang: str) -> Iterator[str]:
    """A sentence for every worked example of an edition's rule."""
    for file in _files():
        for group in file["group"]:
            if group["edition"] == edition:
                yield from (_said(one, file, lang) for one in group["example"] if one["rule"] == rule)


def _said(example: Mapping[str, Any], file: Mapping[str, Any], lang: str) -> str:
    words = {name: _worded(name, value, lang) for name, value in example.items()}
    about = [words[name] for name in ABOUT if name in words]
    if "minutes" in words:
        about.append(f"{words['minutes']} {'min' if lang == 'en' else '分钟'}")
    words["about"] = COMMA[lang].join(about)
    if "scene" in words:
        words["scene"] = file["scenes"][example["scene"]][lang]
    return str(file["say"][_outcome(example)][lang].format(**words))


def _outcome(example: Mapping[str, Any]) -> str:
    """Which sentence of its file an example is told by."""
    told = {"outcome": example.get("outcome"), "over": "over", "clean": "clean", "due": "due"}
    if "place" in example:
        return "tested" if example["tests"] else "untested"
    return next((str(value) for name, value in told.items() if value and name in example), "none")


def _worded(name: str, value: Any, lang: str) -> str:
    if isinstance(value, list):
        return COMMA[lang].join(_worded(name, one, lang) for one in value)
    for code in LABELS.get(name, ()):
        if code.value == value:
            return code.zh if lang == "zh" else code.en
    if (
        isinstance(value, str) and value[:1].isdigit()
    ):  # a month, a day and an hour of the year of the examples
        return f"2022-{value}"
    return str(value)
