"""Find every text of the pages that is spoken in two languages, and bring the catalogue up to date.

    .venv/bin/python tools/texts.py            # add what the catalogue lacks, drop what no page says
    .venv/bin/python tools/texts.py --check    # only say what lacks a translation; exit 1 where something does

Python sources are read by Babel. Templates are read here: ``translate``, ``blocktranslate`` and its plural.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = (ROOT / "src" / "lastcase" / "web", ROOT / "src" / "lastcase" / "ops" / "accounts")
CATALOGUE = ROOT / "src" / "lastcase" / "web" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
CALLS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}
TRANSLATE = re.compile(r"""\{%-?\s*(?:translate|trans)\s+(?:"([^"]+)"|'([^']+)')""")
BLOCK = re.compile(
    r"\{%\s*(?:blocktranslate|blocktrans)\b([^%]*)%\}(.*?)(?:\{%\s*plural\s*%\}(.*?))?\{%\s*end(?:blocktranslate|blocktrans)\s*%\}",
    re.S,
)
PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")

Text = str | tuple[str, str]


def texts_of_template(source: str) -> Iterator[Text]:
    """Message ids of a template, as Django looks them up."""
    for double, single in TRANSLATE.findall(source):
        yield double or single
    for options, singular, plural in BLOCK.findall(source):
        is_trimmed = "trimmed" in options.split()
        one = _place_names(singular, is_trimmed)
        yield (one, _place_names(plural, is_trimmed)) if plural else one


def _place_names(text: str, is_trimmed: bool) -> str:
    joined = " ".join(line.strip() for line in text.strip().splitlines()) if is_trimmed else text
    return PLACE.sub(r"%(\1)s", joined.replace("%", "%%"))


def texts_of_python(path: Path) -> Iterator[Text]:
    """Message ids of a Python source."""
    with path.open("rb") as source:
        for _line, found, _comments, _context in extract("python", source, keywords=CALLS):
            yield found if isinstance(found, str) else (found[0], found[1])


def all_texts() -> dict[Text, str]:
    """Every text with the first file that says it."""
    found: dict[Text, str] = {}
    for path in sorted(path for folder in SOURCES for path in folder.rglob("*")):
        if path.suffix not in {".py", ".html"} or "static" in path.parts:
            continue
        texts = texts_of_python(path) if path.suffix == ".py" else texts_of_template(path.read_text())
        for text in texts:
            found.setdefault(text, path.relative_to(ROOT).as_posix())
    return found


def load() -> Catalog:
    """The catalogue as it stands."""
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="zh_Hans")


def is_translated(message: Message | None) -> bool:
    """Whether every form has a translation."""
    forms = message.string if message else ""
    return all(forms) if isinstance(forms, tuple | list) else bool(forms)


def missing() -> dict[Text, str]:
    """Texts without a translation, with the file that says each."""
    catalogue = load()
    return {text: path for text, path in all_texts().items() if not is_translated(catalogue.get(_key(text)))}


def _key(text: Text) -> str:
    return text if isinstance(text, str) else text[0]


def new_catalogue() -> Catalog:
    """An empty catalogue; its head names no hour, so that writing it twice changes nothing."""
    began = datetime(2026, 11, 24, tzinfo=UTC)
    return Catalog(
        locale="zh_Hans",
        charset="utf-8",
        project="Lastcase",
        version="1",
        header_comment="# Texts of the pages in Simplified Chinese, written by tools/texts.py.",
        last_translator="The Lastcase maintainers",
        language_team="The Lastcase maintainers",
        msgid_bugs_address="The Lastcase maintainers",
        creation_date=began,
        revision_date=began,
        fuzzy=False,
    )


def update() -> None:
    """Write the catalogue anew: each text once, in the order of files, with what was translated before."""
    known, fresh = load(), new_catalogue()
    for text, path in all_texts().items():
        before = known.get(_key(text))
        fresh.add(text, before.string if before else ("" if isinstance(text, str) else ("",)), [(path, 1)])
    with CATALOGUE.open("wb") as target:
        write_po(target, fresh, omit_header=False, width=110, include_lineno=False)


def main() -> int:
    parser = argparse.ArgumentParser(description="Bring the texts of the pages up to date.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 where a translation lacks"
    )
    if not parser.parse_args().check:
        update()
    lacking = missing()
    for text, path in lacking.items():
        print(f"no translation: {text!r} ({path})")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
