"""The language of the person at the terminal, and texts of the catalogue in it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["en", "zh"]
_chosen: list[Language] = ["en"]


def environment_language(environment: Mapping[str, str] | None = None) -> Language:
    """The language the environment asks for.

    LASTCASE_LANG, else LC_ALL, LC_MESSAGES, LANG; English if none does.
    """
    variables = os.environ if environment is None else environment
    for name in ("LASTCASE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := variables.get(name, ""):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def asked_language(arguments: Sequence[str]) -> Language | None:
    """The language given by `--lang`, read before the rest so that wrong use is explained in it too."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        value = (
            following
            if word == "--lang"
            else word.removeprefix("--lang=")
            if word.startswith("--lang=")
            else ""
        )
        if value in ("en", "zh"):
            return "zh" if value == "zh" else "en"
    return None


def choose(language: Language) -> None:
    """Set the language of every text printed from here on."""
    _chosen[0] = language


def language() -> Language:
    """The language chosen."""
    return _chosen[0]


def say(message_id: str, lang: Language | None = None, **params: object) -> str:
    """A text of the catalogue (`editions/messages/*.toml`) in the chosen language.

    The command line's own texts (`cli.…`) are read apart, so that help needs none of the heavier floors.
    """
    if message_id in own_texts():
        return own_texts()[message_id][lang or language()].format(**params)
    from lastcase.editions.messages import render

    return render(message_id, params, lang or language())


@cache
def own_texts() -> Mapping[str, Mapping[Language, str]]:
    """The texts of the command line by id."""
    file = files("lastcase") / "editions" / "messages" / "cli.toml"
    found: Mapping[str, Mapping[Language, str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return found
