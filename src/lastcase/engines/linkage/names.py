"""Names as they sound: Chinese characters and their pinyin, written apart or together, come to one key.

`欧阳娜娜`, `Ouyang Nana` and `OUYANG NA-NA` share the key `ouyangnana`; `Nana Ouyang` is the same name with its
parts in the other order. Tones are left out, ü counts as u, and marks of other Latin names fall away.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import polars as pl

HAN = re.compile(r"[㐀-鿿豈-﫿]+")
PARTS = re.compile(r"[^0-9a-z㐀-鿿豈-﫿]+")
ONE_HAN = re.compile(r"([㐀-鿿豈-﫿])")


@dataclass(frozen=True)
class NameKeys:
    """Keys of one name. `plain`: as written, without spaces and case; `pinyin`: as it sounds, surname first as
    written; `swapped`: its last part put first; `parts`: its parts in the order of the alphabet."""

    plain: str
    pinyin: str
    swapped: str
    parts: str
    is_han: bool


@cache
def _readings() -> dict[str, dict[str, str]]:
    text = (files("lastcase.engines.linkage") / "names.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return {
        "latin": data["latin"],
        "surnames": data["surnames"],
        "compound": dict.fromkeys(data["compound_surnames"], ""),
    }


@cache
def _characters() -> dict[int, str]:
    """The first reading of every character, without its tone, for `str.translate`."""
    from pypinyin.constants import PINYIN_DICT

    return {point: _fold(readings.split(",")[0]) for point, readings in PINYIN_DICT.items()}


def _fold(text: str) -> str:
    """Lower case without marks: é is e, ü is u, full-width letters are letters."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in apart if not unicodedata.combining(mark))


def name_keys(name: str) -> NameKeys:
    """The keys of a name; empty ones where it holds neither a letter nor a character nor a digit."""
    folded = _fold(name)
    words = [word for word in PARTS.split(folded) if word]
    is_han = bool(words) and all(HAN.fullmatch(word) for word in words)
    parts = _surname_and_given(words[0]) if is_han and len(words) == 1 else [_sound(word) for word in words]
    joined = "".join(parts)
    return NameKeys(
        plain="".join(words),
        pinyin=joined,
        swapped="".join([*parts[-1:], *parts[:-1]]),
        parts="".join(sorted(parts)),
        is_han=is_han,
    )


def _surname_and_given(word: str) -> list[str]:
    surname = word[:2] if word[:2] in _readings()["compound"] and len(word) > 2 else word[:1]
    given = word[len(surname) :]
    read = _readings()["surnames"].get(surname) or surname.translate(_characters())
    return [read, given.translate(_characters())] if given else [read]


def _sound(word: str) -> str:
    return _readings()["latin"].get(word) or word.translate(_characters())


def name_columns(names: pl.Series) -> pl.DataFrame:
    """The keys of many names, one row a name in the same order; null where there is none.

    Each different name is read once.
    """
    unique = names.drop_nulls().unique().sort()
    keys = [name_keys(name) for name in unique]
    table = pl.DataFrame(
        {
            "name": unique,
            **{
                field: pl.Series([getattr(one, field) or None for one in keys], dtype=pl.String)
                for field in ("plain", "pinyin", "swapped", "parts")
            },
            "is_han": pl.Series([one.is_han for one in keys], dtype=pl.Boolean),
        }
    )
    return (
        names.alias("name").to_frame().join(table, on="name", how="left", maintain_order="left").drop("name")
    )


def phone_key(column: str) -> pl.Expr:
    """The first telephone number of a text as digits, without the code of mainland China; null under 6 digits."""
    first = pl.col(column).str.split_exact("/", 1).struct.field("field_0").str.split_exact(";", 1)
    digits = (
        first.struct.field("field_0").str.replace_all(r"[^0-9]", "").str.replace(r"^(00)?86(1\d{10})$", "$2")
    )
    return pl.when(digits.str.len_chars() >= 6).then(digits)


def document_key(column: str) -> pl.Expr:
    """A document's number in capitals without spaces; null where it is masked or under 5 characters."""
    plain = pl.col(column).str.to_uppercase().str.replace_all(r"[^0-9A-Z*]", "")
    return pl.when((plain.str.len_chars() >= 5) & ~plain.str.contains("*", literal=True)).then(plain)
