"""Every text of the pages has its Chinese; the finder of texts finds them."""

from __future__ import annotations

import re
from pathlib import Path

import lastcase.web
import texts


def test_every_text_has_a_translation() -> None:
    assert texts.missing() == {}


def test_texts_of_a_template_are_found() -> None:
    source = (
        '{% translate "One" %} {% blocktranslate count n=rows|length %}{{ n }} row{% plural %}{{ n }} rows'
        "{% endblocktranslate %} {% blocktranslate trimmed %}\n  Two\n  lines\n{% endblocktranslate %}"
    )
    assert list(texts.texts_of_template(source)) == ["One", ("%(n)s row", "%(n)s rows"), "Two lines"]


def test_places_are_kept_by_the_translations() -> None:
    catalogue = texts.load()
    for message in catalogue:
        source = message.id if isinstance(message.id, str) else message.id[0]
        target = message.string if isinstance(message.string, str) else message.string[0]
        if source and target:
            assert set(texts.re.findall(r"%\((\w+)\)s", target)) <= set(
                texts.re.findall(r"%\((\w+)\)s", source)
            )


def test_no_text_hides_in_a_formatted_string() -> None:
    """There the finder does not see it, and its Chinese is taken for one that nothing asks for."""
    web = Path(lastcase.web.__file__).parent
    hidden = [path.name for path in web.rglob("*.py") if re.search(r"\{n?_?(gettext|_)\(", path.read_text())]
    assert hidden == []
