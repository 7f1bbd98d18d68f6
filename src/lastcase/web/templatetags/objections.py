"""What an objection is about, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lastcase.web.objections.desk import order_words
from lastcase.web.templatetags.lastcase import local
from lastcase.web.templatetags.work import person_name

register = template.Library()


@register.filter
def disputed_thing(row: Mapping[str, Any]) -> SafeString:
    """The visit, exposure or order that an objection disputes; names stand as recorded."""
    if row["about"] == "visit":
        place = row["place_name"] or (row["place_id"] or "").rpartition(":")[2]
        return format_html(
            '{} <span translate="no">{}</span> · {}', _("Visit:"), place, local(row["start_at"])
        )
    if row["about"] == "contact":
        named = {"person_id": row["case_person_id"], "name": row["case_name"], "list_id": row["case_list_id"]}
        return format_html('{} <span translate="no">{}</span>', _("Exposure to:"), person_name(named))
    words = order_words(row["order"]) if row["order"] else _("one that is no longer derived")
    return format_html("{} {}", _("Order:"), words)
