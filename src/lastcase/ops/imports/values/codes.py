"""Codes by value, by name in either language, or by the words that files use."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

from lastcase.core.facts import Field

SEPARATORS = r"[;,|+、，；/]"


def normal(text: str) -> str:
    """A word without case, width and doubled blanks; separators as blanks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_]+", " ", plain).strip()


def words_of(field: Field) -> dict[str, str]:
    """Every word for a code of the field. A code's own value and names win over another's synonym."""
    synonyms = {normal(word): code.value for code in reversed(field.codes) for word in code.synonyms}
    return synonyms | {
        normal(word): code.value for code in field.codes for word in (code.en, code.zh, code.value)
    }


def read_codes(texts: pl.Series, field: Field) -> pl.DataFrame:
    """Columns `text`, `value`: the code; for a set of codes their values sorted and joined by a blank."""
    words = words_of(field)
    one = _several if field.kind == "codes" else _single
    values = [None if text is None else one(text, words) for text in texts]
    return pl.DataFrame({"text": texts, "value": pl.Series(values, dtype=pl.String)})


def _single(text: str, words: dict[str, str]) -> str | None:
    return words.get(normal(text))


def _several(text: str, words: dict[str, str]) -> str | None:
    whole = words.get(normal(text))
    if whole is not None:
        return whole
    found = [words.get(normal(part)) for part in re.split(SEPARATORS, text) if part.strip()]
    if not found or None in found:
        return None
    return " ".join(sorted({value for value in found if value}))
