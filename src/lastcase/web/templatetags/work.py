"""Tags of the pages that people work on: links down to names, how a person is called, words of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lastcase.core.facts import TABLES
from lastcase.editions.messages import UnknownMessage
from lastcase.editions.messages import render as render_message
from lastcase.ops.records.lists.pages import Count
from lastcase.web.context import PageContext
from lastcase.web.templatetags.lastcase import (
    code_name,
    code_names,
    count,
    declared_field,
    field_name,
    is_chinese,
    lang,
    local,
    local_day,
    local_end,
    local_short,
    name_of,
)

register = template.Library()

PROPOSAL_COUNTS = ("n_cases", "n_recent", "n_linked")
LIMITS = ("due_at", "ends_at")
"""Instants up to which something is owed or binds: at midnight they end the day before."""


def times_of(page: PageContext) -> dict[str, str]:
    """The chosen times as query values."""
    times = {"as_of": page.as_of.isoformat()} if page.is_replay else {}
    return times | ({"known_at": page.known_at.isoformat()} if page.known_at else {})


@register.simple_tag(takes_context=True)
def names_url(context: template.Context, **wanted: object) -> str:
    """The line list filtered down to the names behind a figure, at the times of this page."""
    page = context["page"]
    chosen = {name: str(value) for name, value in wanted.items() if value not in (None, "")}
    return f"{reverse('line_list', kwargs={'outbreak': page.name})}?{urlencode(chosen | times_of(page))}"


@register.simple_tag(takes_context=True)
def person_url(context: template.Context, person_id: str) -> str:
    """The page of a person, at the times of this page."""
    page = context["page"]
    url = reverse("person", kwargs={"outbreak": page.name, "person_id": person_id})
    return url + page.query


@register.simple_tag(takes_context=True)
def page_url(context: template.Context, name: str, **wanted: object) -> str:
    """Another page of the outbreak, at the times of this page."""
    page = context["page"]
    chosen = {key: str(value) for key, value in wanted.items() if value not in (None, "")}
    query = urlencode(chosen | times_of(page))
    return reverse(name, kwargs={"outbreak": page.name}) + (f"?{query}" if query else "")


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changed: object) -> str:
    """This page's query with some values changed; an empty value takes its name out."""
    query = context["request"].GET.copy()
    for name, value in changed.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def person_name(row: Mapping[str, Any], prefix: str = "") -> str:
    """What to call a person: the name, else the list's id, else the id without its namespace."""
    identity = row.get(f"{prefix}person_id") or row.get("other_id") or row.get("person_id") or ""
    return (
        row.get(f"{prefix}name")
        or row.get(f"{prefix}list_id")
        or str(identity).partition(":")[2]
        or str(identity)
    )


@register.simple_tag(takes_context=True)
def area_name(context: template.Context, area_id: str | None) -> str:
    """The name of an area in the reader's language; its id where it has none."""
    if not area_id:
        return _("No area on record")
    area = context["areas"].get(area_id)
    return (name_of(area) if area else "") or area_id


@register.simple_tag(takes_context=True)
def cell(context: template.Context, row: Mapping[str, Any], table: str, column: str) -> str:
    """The value of a declared column in words."""
    return show_value(row.get(column), table, column, context["areas"])


def show_value(value: Any, table: str, column: str, areas: Mapping[str, Any]) -> str:
    """A value as its declaration says: codes and areas by name, instants local; a dash where not known."""
    if value is None or value == "":
        return "–"
    if column == "state":
        return code_name(value, "DUTY_STATES")
    if column == "detection":
        return detection_name(value)
    if column == "post":
        return str(value)
    declared = declared_field(table, column)
    if isinstance(value, datetime) and column in LIMITS:
        return local_end(value)
    if isinstance(value, datetime):
        return found_at(value) if table in ("cases", "detections") else local(value)
    if isinstance(value, date):
        return local_day(value)
    if declared.kind == "codes":
        return code_names(value, column)
    if declared.kind == "code":
        return code_name(value, column)
    if declared.kind == "boolean":
        return _("yes") if value else _("no")
    if declared.reference == "areas":
        return (name_of(areas[value]) if value in areas else "") or value
    if declared.reference:
        return str(value).partition(":")[2] or str(value)
    return f"{value:g}" if isinstance(value, float) else as_recorded(value)


@register.simple_tag
def duty_state(row: Mapping[str, Any]) -> SafeString:
    """The state of a duty as a tag; grey, and said so, where no feed tells of its kind."""
    name = code_name(row["state"], "DUTY_STATES")
    if row["has_source"]:
        return format_html('<span><span class="tag tag-state-{}">{}</span></span>', row["state"], name)
    return format_html(
        '<span><span class="tag">{}</span> <span class="tag no-source">{}</span></span>', name, _("no source")
    )


@register.filter
def as_recorded(value: Any) -> SafeString:
    """A text that somebody wrote, such as a name or a reason: it stands in every language as it is."""
    return format_html('<span translate="no">{}</span>', value)


@register.filter
def runs(numbers: Sequence[int], most: int = 6) -> str:
    """Whole numbers in their order, those that follow each other as one: 1–3, 7; after so many runs the rest is left
    out."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    told = [str(first) if first == last else f"{first}–{last}" for first, last in found[:most]]
    return ", ".join(told) + ("…" if len(found) > most else "")


@register.filter
def counted(value: Count) -> str:
    """How many, or more than how many, where nobody counts further."""
    return _("more than %(n)s") % {"n": count(value.n)} if value.is_more else count(value.n)


@register.filter
def detection_name(value: str | None) -> str:
    """Where a case was found, in words."""
    return code_name(value, "detection_override") if value else _("Not known")


@register.simple_tag
def column_name(table: str, column: str) -> str:
    """The heading of a column of a list."""
    own = {"state": _("State"), "detection": _("Where found"), "post": _("Post")}
    return own.get(column) or field_name(table, column)


@register.filter
def table_name(value: str) -> str:
    """A fact table in the reader's language."""
    table = TABLES.get(value)
    return value if table is None else (table.zh if is_chinese() else table.en)


@register.filter
def days(value: float | None) -> str:
    """A number of days with one decimal; a dash where not known."""
    return "–" if value is None else f"{value:.1f}"


@register.filter
def plain(value: float | None) -> str:
    """A number without needless decimals; a dash where not known."""
    return "–" if value is None else f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


@register.filter
def post_name(value: str | None) -> str:
    """The kind of post that owes something, in words."""
    if not value:
        return _("Nobody named")
    try:
        return render_message(f"code.time_limit.responsible.{value}", {}, lang())
    except UnknownMessage:
        return value


@register.filter
def batch_name(action: str) -> str:
    """A bulk act in words."""
    named = {
        "assign_duties": _("Assigned to a post"),
        "postpone_duties": _("Postponed"),
        "record_done": _("Done"),
    }
    return named.get(action, action)


@register.filter
def iso_hour(value: str) -> str:
    """An instant of a link as the end it stands for; what is none as it stands."""
    try:
        return local_end(datetime.fromisoformat(value))
    except ValueError:
        return value


@register.filter
def short_day(value: date) -> str:
    """A day without its year, for an axis."""
    return f"{value.month}/{value.day}" if is_chinese() else f"{value.day} {value:%b}"


@register.filter
def add_number(value: float | str, more: float) -> str:
    """A sum of coordinates of a drawing."""
    return f"{float(value) + float(more):.1f}"


@register.filter
def times_number(value: float, factor: float) -> str:
    """A product, as a length of a drawing."""
    return f"{value * float(factor):.1f}"


@register.filter
def iso_day(value: str | None) -> str:
    """A civil date given as ISO text, in words."""
    return local_day(date.fromisoformat(value)) if value else "–"


@register.filter
def iso_local(value: str | None) -> str:
    """An instant given as ISO text, local."""
    return local(datetime.fromisoformat(value) if value else None)


@register.filter
def iso_day_or_text(value: str) -> str:
    """A day of a link in words; what is no day as it stands."""
    try:
        return iso_day(value)
    except ValueError:
        return value


@register.filter
def clause(rule: Any) -> str:
    """The text of a rule's clause in the reader's language."""
    if rule is None:
        return "–"
    return rule.clause_zh if is_chinese() else rule.clause_en


@register.filter
def local_date(value: datetime) -> str:
    """The local day of an instant, where the hour is not known."""
    return local_day(timezone.localtime(value).date())


def _entry(prefix: str, value: str | None) -> str:
    """An entry of the catalogue by its last word; the word itself where the catalogue has none."""
    if not value:
        return "–"
    try:
        return render_message(f"{prefix}.{value}", {}, lang())
    except (UnknownMessage, KeyError):
        return value


@register.filter
def lineage_name(value: str | None) -> str:
    """Where a risk area came from, in words."""
    return _entry("area.lineage", value)


@register.filter
def blocker_reason(value: str | None) -> str:
    """Why somebody stands before a release, in words."""
    return _entry("area.blocker", value)


@register.filter
def proposal_reason(row: Mapping[str, Any]) -> str:
    """Why an area is proposed, in words, with the counts where counts propose it."""
    counts = {name: row[name] for name in PROPOSAL_COUNTS}
    try:
        return render_message(f"area.proposal.{row['reason']}", counts, lang())
    except (UnknownMessage, KeyError):
        return str(row["reason"])


@register.filter
def round_state(value: str | None) -> str:
    """Where a test round stands at the instant of the page, in words."""
    return _entry("area.round", value)


def _is_day(value: datetime) -> bool:
    """Local midnight to the second: a source that gave a day only."""
    here = timezone.localtime(value)
    return (here.hour, here.minute, here.second) == (0, 0, 0)


@register.filter
def found_at(value: datetime) -> str:
    """An instant of a case: the day alone where its source gave no hour."""
    return local_date(value) if _is_day(value) else local(value)


@register.filter
def found_short(value: datetime) -> str:
    """The same without its year."""
    if not _is_day(value):
        return local_short(value)
    here = timezone.localtime(value)
    return f"{here.month}月{here.day}日" if is_chinese() else f"{here.day} {here:%b}"
