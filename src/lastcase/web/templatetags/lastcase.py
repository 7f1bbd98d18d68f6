"""Tags and filters every template has: icons, local times, labels in the reader's language, explanations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from lastcase.core.answers import ANSWERS
from lastcase.core.civil import within_day
from lastcase.core.facts import TABLES, vocabulary
from lastcase.core.facts.field import Code, Field
from lastcase.editions import messages

register = template.Library()
WORDINGS = 10_000
"""Instants whose wording a process keeps: a page names some of them hundreds of times."""


def is_chinese() -> bool:
    """Whether the page speaks Chinese."""
    return (get_language() or "en").startswith("zh")


def lang() -> str:
    """The language as the catalogues of the lower floors call it."""
    return "zh" if is_chinese() else "en"


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite; decoration only, hidden from screen readers."""
    sprite = static("build/icons.svg")
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#icon-{}"></use></svg>',
        extra,
        sprite,
        name,
    )


@register.filter
def local(value: datetime | None) -> SafeString | str:
    """An instant as local date and minute; the zone and the offset are one hover away."""
    return _local(value, timezone.get_current_timezone(), is_chinese()) if value else "–"


@lru_cache(WORDINGS)
def _local(value: datetime, zone: tzinfo, chinese: bool) -> SafeString:
    here = timezone.localtime(value, zone)
    return _time(here, f"{_day(here.date(), chinese)} {_clock(here)}")


@register.filter
def local_short(value: datetime | None) -> SafeString | str:
    """An instant without its year, for narrow columns."""
    return _local_short(value, timezone.get_current_timezone(), is_chinese()) if value else "–"


@lru_cache(WORDINGS)
def _local_short(value: datetime, zone: tzinfo, chinese: bool) -> SafeString:
    here = timezone.localtime(value, zone)
    return _time(here, f"{_day_and_month(here.date(), chinese)} {_clock(here)}")


@register.filter
def local_end(value: datetime | None) -> SafeString | str:
    """An instant up to which something counts or may be done: local midnight is 24:00 of the day it ends."""
    if not value:
        return "–"
    return _local(within_day(value, _zone()), timezone.get_current_timezone(), is_chinese())


@register.filter
def local_end_short(value: datetime | None) -> SafeString | str:
    """The same without its year."""
    return local_short(within_day(value, _zone()) if value else None)


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_current_timezone_name())


def _clock(here: datetime) -> str:
    """The minute; the last instant of a day is its 24:00."""
    return "24:00" if here.time() == time.max else f"{here:%H:%M}"


def _time(here: datetime, shown: str) -> SafeString:
    offset = f"{here:%z}"
    title = f"{here.tzinfo} (UTC{offset[:3]}:{offset[3:]})"
    iso = here.astimezone(UTC).isoformat(timespec="seconds")
    return mark_safe(f'<time datetime="{iso}" title="{title}">{shown}</time>')


@register.filter
def local_day(value: date | None) -> str:
    """A civil date in words."""
    return _day(value, is_chinese()) if value else "–"


def _day(value: date, chinese: bool) -> str:
    return f"{value.year}年{value.month}月{value.day}日" if chinese else f"{value.day} {value:%b %Y}"


def _day_and_month(value: date, chinese: bool) -> str:
    return f"{value.month}月{value.day}日" if chinese else f"{value.day} {value:%b}"


@register.filter
def count(value: float | None) -> str:
    """A count with its thousands apart; a dash where it is not known, never a zero."""
    if value is None or value == "":
        return "–"
    return f"{value:,.0f}"


@register.filter
def share(value: float | None) -> str:
    """A share of one as per cent; a dash where there is no source."""
    return "–" if value is None or value == "" else f"{value * 100:.1f} %"


@register.filter
def name_of(thing: Any) -> str:
    """The name of whatever has one in both languages (an area, a field, an edition)."""
    if thing is None:
        return "–"
    get = thing.get if isinstance(thing, Mapping) else lambda key, default="": getattr(thing, key, default)
    pair = (get("zh") or get("name_zh"), get("en") or get("name_en"))
    chosen = pair if is_chinese() else pair[::-1]
    return next((text for text in chosen if text), "")


@cache
def _codes(kind: str) -> dict[str, Code]:
    """Codes by value, of a code list of the vocabulary (`DUTY_STATES`) or of the fields of that name."""
    listed: tuple[Code, ...] = getattr(vocabulary, kind, ()) if kind.isupper() else ()
    tables = (*TABLES.values(), *ANSWERS.values())
    of_fields = [
        code for table in tables for field in table.fields if field.name == kind for code in field.codes
    ]
    return {code.value: code for code in (*of_fields, *listed)}


@register.filter
def code_name(value: str | None, kind: str) -> str:
    """A code in the reader's language: `{{ case.case_status|code_name:"case_status" }}`, or by a list's
    name."""
    if value is None or value == "":
        return "–"
    code = _codes(kind).get(value)
    return value if code is None else (code.zh if is_chinese() else code.en)


@register.filter
def code_names(value: str | None, kind: str) -> str:
    """A set of codes (values apart by one space) in the reader's language."""
    return ("、" if is_chinese() else ", ").join(code_name(one, kind) for one in (value or "").split()) or "–"


@register.filter
def table_name(table: str) -> str:
    """The name of a fact or answer table."""
    return name_of(TABLES.get(table) or ANSWERS[table])


@cache
def declared_field(table: str, field: str) -> Field:
    """A field of a fact or answer table."""
    return (TABLES.get(table) or ANSWERS[table]).field(field)


@register.simple_tag
def field_name(table: str, field: str) -> str:
    """The heading of a field of a fact or answer table."""
    found = declared_field(table, field)
    return found.zh if is_chinese() else found.en


@register.filter
def explained(because: str | list[Mapping[str, Any]] | None) -> list[str]:
    """The sentences of a `because`: message ids and parameters, rendered by the catalogue."""
    found = json.loads(because) if isinstance(because, str) else (because or [])
    return [messages.render(one["id"], one.get("params", {}), lang()) for one in found]


@register.filter
def message(found: Any) -> str:
    """One message (with `id` and `params`) as a sentence."""
    if isinstance(found, Mapping):
        return messages.render(found["id"], found.get("params", {}), lang())
    return messages.render(found.id, found.params, lang())


@register.filter
def lookup(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value of a key that is itself a variable."""
    return mapping.get(key)
