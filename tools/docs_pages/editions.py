"""The rule books: every edition in both languages, and every disease profile with its sources."""

from __future__ import annotations

from collections.abc import Iterator

from docs_pages.examples import examples_of
from docs_pages.markdown import table
from lastcase import editions
from lastcase.core.protocol.explain import explain_rule
from lastcase.core.protocol.model import Disease, Protocol, Rule
from lastcase.editions.messages import render

WORDS = {
    "en": ("Rule books", "Disease profiles", "In force from", "Issuer", "Source", "Worked examples"),
    "zh": ("规则手册", "疾病档案", "施行日期", "发布单位", "来源", "算例"),
}


def pages() -> Iterator[tuple[str, str]]:
    """One page an edition and language, one for the diseases, one index."""
    books = [editions.load_edition(name) for name in editions.editions()]
    yield "editions/index.md", _index(books)
    for book in books:
        for lang in ("en", "zh"):
            yield f"editions/{book.id}.{lang}.md", _book(book, lang)
    yield "diseases.md", _diseases([editions.load_disease(name) for name in editions.diseases()])


def _index(books: list[Protocol]) -> str:
    rows = [
        (
            f"`{b.id}`",
            f"[{b.name_en}]({b.id}.en.md)",
            f"[{b.name_zh}]({b.id}.zh.md)",
            b.effective_on,
            len(b.rules),
        )
        for b in books
    ]
    headings = ("edition", "English", "中文", WORDS["en"][2], "rules")
    return f"# {WORDS['en'][0]} {WORDS['zh'][0]}\n\n{table(headings, rows)}"


def _book(book: Protocol, lang: str) -> str:
    name = book.name_zh if lang == "zh" else book.name_en
    since, issuer, source = WORDS[lang][2:5]
    facts = f"{since}: {book.effective_on} · {issuer}: {book.issuer} · {source}: {book.source}"
    head = f"# {name}\n\n`{book.id}` · {facts}\n"
    return "\n".join([head, *(_rule(book.id, rule, lang) for rule in book.rules.values())])


def _rule(edition: str, rule: Rule, lang: str) -> str:
    clause = rule.clause_zh if lang == "zh" else rule.clause_en
    said = "\n".join(f"- {render(message.id, message.params, lang)}" for message in explain_rule(rule))
    worked = "\n".join(f"- {line}" for line in examples_of(edition, rule.id, lang))
    shown = f"{WORDS[lang][5]}:\n\n{worked}\n\n" if worked else ""
    return f"## `{rule.id}`\n\n{clause}\n\n{said}\n\n{shown}*{rule.source}*\n"


def _diseases(profiles: list[Disease]) -> str:
    return "\n".join([f"# {WORDS['en'][1]} {WORDS['zh'][1]}\n", *(_disease(profile) for profile in profiles)])


def _disease(profile: Disease) -> str:
    words = [(f"`{name}`", value, "", "", "", "") for name, value in profile.words.items()]
    numbers = [
        (f"`{name}`", n.value, n.unit, _range(n.low, n.high), n.source, "yes" if n.assumed else "")
        for name, n in profile.numbers.items()
    ]
    headings = ("name", "value", "unit", "range", "source", "assumed")
    return f"## `{profile.id}`: {profile.name_en} {profile.name_zh}\n\n{table(headings, [*words, *numbers])}"


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None and high is None else f"{low} to {high}"
