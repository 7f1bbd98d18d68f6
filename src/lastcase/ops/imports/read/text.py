"""Comma-separated text: its encoding, its delimiter, its rows."""

from __future__ import annotations

import codecs
import csv
import io
from itertools import islice

import polars as pl

from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.read.limits import Limits
from lastcase.ops.imports.read.shape import checked_headings, framed

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 20


def read_text(data: bytes, label: str, encoding: str | None, limits: Limits) -> tuple[pl.DataFrame, str]:
    """The rows of a text file and the encoding it was read in. Raises ImportRefused."""
    text, used = decoded(data, label, encoding)
    if "\0" in text:
        raise ImportRefused("zero_byte", file=label, row=text[: text.index("\0")].count("\n") + 1, column="-")
    if not text.strip():
        raise ImportRefused("empty", file=label)
    names, rows, numbers = _rows(text, label, limits)
    return framed(names, rows, numbers, label, limits), used


def decoded(data: bytes, label: str, encoding: str | None) -> tuple[str, str]:
    """The text, and the encoding found: by its mark, else UTF-8, else GB 18030 where that yields Chinese
    text."""
    if encoding is not None:
        return _decode(data, encoding, label), encoding
    for mark, name in BOMS:
        if data.startswith(mark):
            return _decode(data, name, label), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        found = _as_gb18030(data)
        if found is None:
            raise ImportRefused("encoding", file=label, byte=error.start, encoding="UTF-8") from error
        return found, "gb18030"


def _decode(data: bytes, encoding: str, label: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ImportRefused("encoding", file=label, byte=error.start, encoding=encoding.upper()) from error
    except (LookupError, UnicodeError) as error:
        raise ImportRefused("unknown_encoding", file=label, encoding=encoding) from error


def _as_gb18030(data: bytes) -> str | None:
    """The text read as GB 18030, if what is beyond ASCII is Chinese: Latin-1 letters read so become rare
    signs."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    beyond = [sign for sign in text if ord(sign) > 127]
    # Chinese writing keeps almost wholly to the 6,763 characters of GB 2312, lead bytes B0 to F7.
    common = sum(_is_common(sign) for sign in beyond)
    return text if beyond and common >= 0.8 * len(beyond) else None


def _is_common(sign: str) -> bool:
    if "\u3000" <= sign <= "\u303f" or "\uff00" <= sign <= "\uffef":
        return True
    code = sign.encode("gb18030")
    return len(code) == 2 and 0xB0 <= code[0] <= 0xF7 and code[1] >= 0xA1


def _delimiter(text: str) -> str:
    """The delimiter that splits the first lines evenly and into most cells; else the comma."""
    lines = list(islice(io.StringIO(text, newline=""), SAMPLE_LINES))
    return max(DELIMITERS, key=lambda candidate: _evenness(lines, candidate))


def _evenness(lines: list[str], delimiter: str) -> tuple[bool, int]:
    """Whether it splits at all and evenly, and the cells of the headings. Earlier delimiters win ties."""
    widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    return len(set(widths)) == 1 and max(widths) > 1, max(widths[:1], default=0)


def _rows(text: str, label: str, limits: Limits) -> tuple[list[str], list[list[str]], list[int]]:
    """Headings, rows and row numbers. Blank lines are passed over, and still count."""
    previous = csv.field_size_limit(limits.unpacked_bytes)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        names = checked_headings(next(reader, []), label, limits)
        rows, numbers = [], []
        for number, row in enumerate(reader, start=2):
            if any(row):
                rows.append(row)
                numbers.append(number)
            if number > limits.rows + 1:
                raise ImportRefused("too_many_rows", file=label, n=number - 1, limit=limits.rows)
        return names, rows, numbers
    except csv.Error as error:
        raise ImportRefused("broken_csv", file=label, row=reader.line_num, reason=str(error)) from error
    finally:
        csv.field_size_limit(previous)
