"""The bilingual catalogue: every explanation and error as an id with parameters, worded here in both
languages.

Entries stand in `messages/*.toml`. The words of the protocol (kinds of rule, fields, codes, units) are
entries too, made from the schema: `rule_kind.stage`, `field.stage.length_days`,
`code.stage.place.quarantine_home`, `unit.days`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from lastcase.core.protocol.schema import RULE_KIND_NAMES, UNITS, shapes


class UnknownMessage(LookupError):
    """No entry of that id stands in the catalogue."""


class MessageTwice(ValueError):
    """Two files of the catalogue hold an entry of the same id."""


@cache
def messages() -> Mapping[str, Mapping[str, str]]:
    """All entries by id, each with `en` and `zh`. Raises MessageTwice."""
    found: dict[str, Mapping[str, str]] = dict(_words())
    folder = files("lastcase.editions") / "messages"
    for entry in sorted(folder.iterdir(), key=lambda path: path.name):
        if not entry.name.endswith(".toml"):
            continue
        for message_id, wording in tomllib.loads(entry.read_text(encoding="utf-8")).items():
            if message_id in found:
                raise MessageTwice(f"{entry.name}: {message_id}")
            found[message_id] = wording
    return found


def render(message_id: str, params: Mapping[str, Any], lang: str) -> str:
    """The sentence of an entry in `lang` ("en" or "zh"; a tag such as "zh-hans" counts as zh).

    A parameter may be a message itself (`{"id": …, "params": …}`), a text in both languages (`{"en": …, "zh":
    …}`) or a list of such. Raises UnknownMessage, and KeyError for a parameter not given.
    """
    language = "zh" if lang.lower().startswith("zh") else "en"
    entry = messages().get(message_id)
    if entry is None:
        raise UnknownMessage(message_id)
    return entry[language].format(**{name: _param(value, language) for name, value in params.items()})


def _param(value: Any, language: str) -> Any:
    if isinstance(value, Mapping):
        return render(value["id"], value.get("params", {}), language) if "id" in value else value[language]
    if isinstance(value, list | tuple):
        return ("、" if language == "zh" else ", ").join(str(_param(item, language)) for item in value)
    return value


def _words() -> Iterator[tuple[str, Mapping[str, str]]]:
    for kind, (en, zh) in RULE_KIND_NAMES.items():
        yield f"rule_kind.{kind}", _literal(en, zh)
    for unit, (en, zh) in UNITS.items():
        yield f"unit.{unit}", _literal(en, zh)
    for (kind, name), shape in shapes().items():
        yield f"field.{kind}.{name}", _literal(shape.en, shape.zh)
        for code in shape.codes:
            yield f"code.{kind}.{name}.{code.value}", _literal(code.en, code.zh)


def _literal(en: str, zh: str) -> Mapping[str, str]:
    return {lang: text.replace("{", "{{").replace("}", "}}") for lang, text in (("en", en), ("zh", zh))}
