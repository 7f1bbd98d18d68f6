"""The rows of a list as markup. A page holds five hundred cells: a template would draw them longer than the database
takes to find them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from lastcase.ops.records.lists.asked import COLUMNS
from lastcase.web.context import PageContext
from lastcase.web.templatetags.lastcase import code_name
from lastcase.web.templatetags.work import column_name, duty_state, person_name, post_name, show_value

Row = Mapping[str, Any]


def drawn_rows(
    page: PageContext, tab: str, areas: Mapping[str, Any], rows: Sequence[Row]
) -> list[SafeString]:
    """Each row of the list of this tab, its cells labelled by their column for narrow screens."""
    cells = [_cell_of(page, areas, table, column) for table, column in COLUMNS[tab]]
    return [mark_safe("<tr>" + "".join(cell(row) for cell in cells) + "</tr>") for row in rows]


def _cell_of(
    page: PageContext, areas: Mapping[str, Any], table: str, column: str
) -> Callable[[Row], SafeString]:
    label = conditional_escape(column_name(table, column))
    own = {
        "person_id": partial(_person, page),
        "via_person_id": partial(_via, page),
        "state": duty_state,
        "responsible": lambda row: post_name(row["responsible"]),
        "rule": _rule,
        "kind": lambda row: code_name(row["kind"], "DUTY_KINDS"),
    }
    said = own.get(column) or (lambda row: show_value(row.get(column), table, column, areas))
    number = "num" if column == "age_years" else ""

    def cell(row: Row) -> SafeString:
        value = said(row)
        if column == "person_id":
            return format_html('<th scope="row" data-label="{}">{}</th>', label, value)
        classes = " ".join(word for word in (number, "is-empty" if value == "–" else "") if word)
        return format_html('<td data-label="{}" class="{}">{}</td>', label, classes, value)

    return cell


def _person(page: PageContext, row: Row) -> SafeString:
    return _link(page, row["person_id"], person_name(row))


def _via(page: PageContext, row: Row) -> str:
    found = row["via_person_id"]
    return _link(page, found, person_name(row, "via_")) if found else "–"


def _link(page: PageContext, person_id: str, name: str) -> SafeString:
    url = reverse("person", kwargs={"outbreak": page.name, "person_id": person_id}) + page.query
    return format_html('<a href="{}" translate="no">{}</a>', url, name)


def _rule(row: Row) -> SafeString:
    url = reverse("protocol_edition", kwargs={"edition": row["edition"]})
    return format_html('<a href="{}#{}">{}</a>', url, row["rule"], row["rule"])
