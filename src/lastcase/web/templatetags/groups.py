"""Rows of exposed persons known by number only: an outbreak has hundreds, and a Board draws them all, so they are drawn
at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lastcase.web.templatetags.lastcase import code_name, count, local
from lastcase.web.templatetags.work import area_name

register = template.Library()
ROWS_KEPT = 10_000
"""Rows that a process keeps as they were drawn: from one change to the next nearly all stay the same."""


@register.simple_tag(takes_context=True)
def group_rows(
    context: template.Context, groups: Collection[Mapping[str, Any]], of_person: bool
) -> SafeString:
    """The rows of a table of groups; with a link to the case, but on the page of the case itself."""
    page = context["page"]
    areas = {row["area_id"] for row in groups if row["area_id"]}
    named = {area_id: area_name(context, area_id) for area_id in areas}
    frame = (get_language(), timezone.get_current_timezone(), None if of_person else (page.name, page.query))
    told = (
        _row(
            *frame,
            row["description"],
            row["n_exposed"],
            row["is_estimate"],
            row["setting"],
            row["exposed_at"],
            named.get(row["area_id"], "–"),
            row["case_person_id"],
        )
        for row in groups
    )
    return mark_safe("\n".join(told))  # every text of a row is escaped there


@lru_cache(ROWS_KEPT)
def _row(
    _language: str | None,
    _zone: tzinfo,
    opens: tuple[str, str] | None,
    description: str,
    n_exposed: int,
    is_estimate: bool,
    setting: str | None,
    exposed_at: datetime | None,
    area: str,
    case_person_id: str,
) -> str:
    """A row in the language and the zone that are active. `opens`: outbreak and query of the link to the case."""
    n = count(n_exposed)
    return (
        f'<tr><th scope="row"><span translate="no">{escape(description)}</span></th>'
        f'<td class="num">{escape(_("about %(n)s") % {"n": n}) if is_estimate else n}</td>'
        f"<td>{escape(code_name(setting, 'setting'))}</td><td>{local(exposed_at)}</td>"
        f"<td>{escape(area)}</td>"
        f"{_link(*opens, case_person_id) if opens else ''}</tr>"
    )


def _link(outbreak: str, query: str, person_id: str) -> str:
    url = reverse("person", kwargs={"outbreak": outbreak, "person_id": person_id}) + query
    return f'<td><a href="{escape(url)}">{escape(_("Open the case"))}</a></td>'
