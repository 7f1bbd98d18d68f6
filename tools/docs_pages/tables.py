"""Reference of the fact tables, of their codes and of the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docs_pages.markdown import table
from lastcase.core.answers import ANSWERS
from lastcase.core.facts import TABLES
from lastcase.core.facts.field import Field, Table

HEADINGS = ("field", "English", "中文", "kind", "unit", "required", "personal data", "also found as")


FACTS_ABOUT = (
    "What people record. Every table also carries `recorded_at`, `retired_at` (a correction retires a "
    "row and adds one), `known_from` (since when the source says it knew) and `source` (the feed). Instants "
    "are UTC, dates are local; an interval holds its start and not its end.\n\n"
    "人员录入的事实；每表另有 `recorded_at`、`retired_at`、`known_from`、`source`。"
    "时刻为 UTC，日期为当地日期，区间含起点不含终点。"
)
ANSWERS_ABOUT = (
    "What `derive` makes of facts and editions. Answers hold instants; whether a duty is due or overdue is "
    "read off them at `as_of`.\n\n"
    "由事实与方案推导所得；结果只存时刻，是否到期或逾期在 `as_of` 时读取。"
)


def pages() -> Iterator[tuple[str, str]]:
    """`facts.md` and `answers.md`."""
    yield "facts.md", _page("Facts 事实", FACTS_ABOUT, TABLES)
    yield "answers.md", _page("Answers 结果", ANSWERS_ABOUT, ANSWERS)


def _page(title: str, about: str, tables: Mapping[str, Table]) -> str:
    parts = [f"# {title}\n\n{about}\n", *(_section(one) for one in tables.values())]
    return "\n".join(parts)


def _section(one: Table) -> str:
    kind = f" · import kind `{one.import_kind}`" if one.import_kind else ""
    key = ", ".join(f"`{name}`" for name in one.key)
    rows = [_row(field) for field in one.fields]
    head = f"## `{one.name}`: {one.en} {one.zh}\n\n{one.about_en}\n\n{one.about_zh}\n\nKey: {key}{kind}\n"
    return "\n".join([head, table(HEADINGS, rows), *_codes(one)])


def _row(field: Field) -> tuple[object, ...]:
    kind = f"{field.kind} → `{field.reference}`" if field.reference else field.kind
    personal = "" if field.personal == "none" else field.personal
    required = "yes" if field.is_required else ""
    return (
        f"`{field.name}`",
        field.en,
        field.zh,
        kind,
        field.unit,
        required,
        personal,
        ", ".join(field.synonyms),
    )


def _codes(one: Table) -> Iterator[str]:
    for field in one.fields:
        if field.codes:
            said = "; ".join(f"`{code.value}` {code.en} {code.zh}" for code in field.codes)
            yield f"`{field.name}`: {said}\n"
