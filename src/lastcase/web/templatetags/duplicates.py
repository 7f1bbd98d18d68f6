"""Tags of the page of pairs: what agrees and differs in words, the facts of one side, and merges of a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lastcase.core.facts import TABLES
from lastcase.editions.messages import render
from lastcase.ops.records.duplicates import SIDE_TABLES, Side, merged_into
from lastcase.web.duplicates.views import unmerge_forms
from lastcase.web.templatetags.lastcase import is_chinese, lang, local
from lastcase.web.templatetags.work import show_value

register = template.Library()

TOLD = {
    "cases": ("case_status",),
    "contacts": ("setting", "relation"),
    "specimens": ("result",),
    "stays": ("stay_kind",),
}
"""Beside its instant, what is said of a fact."""


@register.filter
def score(probability: float) -> str:
    """A probability in per cent; 100 % is never said."""
    return f"{min(100 * probability, 99.9):.1f} %"


@register.simple_tag
def compared(comparison: str, level: str) -> str:
    """`Telephone: one digit off`."""
    what = render(f"linkage.comparison.{comparison}", {}, lang())
    said = render(f"linkage.level.{level}", {}, lang())
    return f"{what}：{said}" if is_chinese() else f"{what}: {said}"


@register.filter
def comparisons(found: Iterable[tuple[str, str]]) -> str:
    """The names of comparisons, in a row."""
    names = [render(f"linkage.comparison.{comparison}", {}, lang()) for comparison, _ in found]
    return ("、" if is_chinese() else ", ").join(names)


@register.simple_tag
def table_title(table: str) -> str:
    """What a table of facts is called."""
    return TABLES[table].zh if is_chinese() else TABLES[table].en


@register.simple_tag(takes_context=True)
def side_facts(context: template.Context, side: Side, table: str) -> SafeString:
    """How many facts of the table name the person, and the latest of them."""
    rows = [(_fact(context, row, table),) for row in side.latest[table]]
    return format_html("<b>{}</b>{}", side.counts[table], format_html_join("", "<br>{}", rows))


def _fact(context: template.Context, row: dict[str, Any], table: str) -> SafeString:
    at = row[SIDE_TABLES[table]]
    told = [show_value(row[name], table, name, context["areas"]) for name in TOLD[table] if row[name]]
    return format_html_join(" · ", "{}", ((part,) for part in [*([local(at)] if at else []), *told]))


@register.inclusion_tag("duplicates/merged.html", takes_context=True)
def merged_from(context: template.Context) -> dict[str, Any]:
    """Entries merged into the person of the page, with the un-merge of who may sign it."""
    page, request = context["page"], context["request"]
    found = merged_into(context["entries"])
    return {"page": page, "request": request, "merged": unmerge_forms(page, found, request.get_full_path())}
