"""The catalogue: every entry in both languages, with the same parameters."""

from __future__ import annotations

from string import Formatter

import pytest

from lastcase.editions import UnknownEdition, load_disease, load_edition
from lastcase.editions.messages import UnknownMessage, messages, render

NAMES_CHINESE_WORDS = {"imports.row.not_boolean.mend"}
"""English entries that tell which Chinese words a file may hold."""


def blanks(text: str) -> set[str]:
    """Names of the parameters; a pair such as name_en and name_zh counts as one."""
    found = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    return {name.removesuffix("_en").removesuffix("_zh") for name in found}


def test_every_message_has_both_languages_and_the_same_parameters() -> None:
    for message_id, entry in messages().items():
        assert set(entry) == {"en", "zh"}, message_id
        assert blanks(entry["en"]) == blanks(entry["zh"]), message_id


def test_chinese_is_chinese_and_english_is_not() -> None:
    for message_id, entry in messages().items():
        if message_id.endswith(".example"):  # a command is the same in every language
            continue
        if any(sign.isalpha() for sign in Formatter().vformat(entry["zh"], (), _Empty())):
            assert any("\u4e00" <= sign <= "\u9fff" for sign in entry["zh"]), message_id
        if message_id not in NAMES_CHINESE_WORDS:
            assert not any("\u4e00" <= sign <= "\u9fff" for sign in entry["en"]), message_id


class _Empty(dict[str, object]):
    def __missing__(self, key: str) -> object:
        return _Blank()


class _Blank:
    def __format__(self, spec: str) -> str:
        return ""


def test_unknown_message_raises() -> None:
    with pytest.raises(UnknownMessage):
        render("no.such", {}, "en")


def test_missing_parameter_raises() -> None:
    with pytest.raises(KeyError):
        render("protocol.missing", {}, "en")


@pytest.mark.parametrize(
    ("lang", "text"), [("en", "Length: 7 days"), ("zh-hans", "时长：7天"), ("zh", "时长：7天")]
)
def test_nested_messages(lang: str, text: str) -> None:
    value = {"id": "value.with_unit", "params": {"value": "7", "unit": {"id": "unit.days"}}}
    params = {"field": {"id": "field.stage.length_days"}, "value": value}
    assert render("rule.field", params, lang) == text


def test_unknown_edition_and_disease_name_those_there_are() -> None:
    with pytest.raises(UnknownEdition, match="who-mers"):
        load_edition("who-none")
    with pytest.raises(UnknownEdition, match="measles"):
        load_disease("flu")
