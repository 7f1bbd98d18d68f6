"""Rows of exposed persons known by number only: an outbreak has hundreds, and a Board draws them all, so they are drawn
at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lastcase.web.templatetags.lastcase import code_name, count, local
from lastcase.web.templatetags.work import area_name

register = template.Library()


@register.simple_tag(takes_context=True)
def group_rows(context: template.Context, groups: Iterable[Mapping[str, Any]], of_person: bool) -> SafeString:
    """The rows of a table of groups; with a link to the case, but on the page of the case itself."""
    about, opens = _("about %(n)s"), "" if of_person else escape(_("Open the case"))
    shown = []
    for row in groups:
        n = count(row["n_exposed"])
        shown.append(
            f'<tr><th scope="row"><span translate="no">{escape(row["description"])}</span></th>'
            f'<td class="num">{escape(about % {"n": n}) if row["is_estimate"] else n}</td>'
            f"<td>{escape(code_name(row['setting'], 'setting'))}</td><td>{local(row['exposed_at'])}</td>"
            f"<td>{escape(area_name(context, row['area_id'])) if row['area_id'] else '–'}</td>"
            f"{_opened(context, row['case_person_id'], opens)}</tr>"
        )
    return mark_safe("\n".join(shown))  # every text of a row is escaped above


def _opened(context: template.Context, person_id: str, opens: str) -> str:
    if not opens:
        return ""
    page = context["page"]
    url = reverse("person", kwargs={"outbreak": page.name, "person_id": person_id}) + page.query
    return f'<td><a href="{escape(url)}">{opens}</a></td>'
