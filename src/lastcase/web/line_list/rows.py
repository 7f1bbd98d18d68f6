"""The rows of a list as markup. What a column says of one value is worded once a page, however many rows hold it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from lastcase.ops.records.lists.asked import COLUMNS
from lastcase.web.context import PageContext
from lastcase.web.markup import PersonLinks, escaped
from lastcase.web.templatetags.lastcase import code_name
from lastcase.web.templatetags.work import column_name, duty_state, person_name, post_name, show_value

Row = Mapping[str, Any]
Cell = Callable[[Row], str]


def drawn_rows(
    page: PageContext, tab: str, areas: Mapping[str, Any], rows: Sequence[Row]
) -> list[SafeString]:
    """Each row of the list of this tab, its cells labelled by their column for narrow screens."""
    links = PersonLinks(page)
    cells = [_cell_of(links, areas, table, column) for table, column in COLUMNS[tab]]
    return [mark_safe("<tr>" + "".join([cell(row) for cell in cells]) + "</tr>") for row in rows]


def _cell_of(links: PersonLinks, areas: Mapping[str, Any], table: str, column: str) -> Cell:
    label = escaped(column_name(table, column))
    if column == "person_id":
        start = f'<th scope="row" data-label="{label}">'
        return lambda row: f"{start}{links.link(row['person_id'], person_name(row))}</th>"
    number = "num" if column == "age_years" else ""
    said, stands_on = _wording(links, areas, table, column)
    kept: dict[Hashable, str] = {}

    def cell(row: Row) -> str:
        value = tuple([row.get(name) for name in stands_on])
        if value not in kept:
            text = escaped(said(row))
            classes = " ".join(word for word in (number, "is-empty" if text == "–" else "") if word)
            kept[value] = f'<td data-label="{label}" class="{classes}">{text}</td>'
        return kept[value]

    return cell


def _wording(
    links: PersonLinks, areas: Mapping[str, Any], table: str, column: str
) -> tuple[Callable[[Row], Any], tuple[str, ...]]:
    """How the column is worded, and the values of a row on which that stands."""
    if column == "via_person_id":
        return lambda row: _via(links, row), (column, "via_name", "via_list_id")
    if column == "state":
        return duty_state, (column, "has_source")
    if column == "responsible":
        return lambda row: post_name(row[column]), (column,)
    if column == "rule":
        return _rule, (column, "edition")
    if column == "kind":
        return lambda row: code_name(row[column], "DUTY_KINDS"), (column,)
    return lambda row: show_value(row.get(column), table, column, areas), (column,)


def _via(links: PersonLinks, row: Row) -> SafeString | str:
    found = row["via_person_id"]
    return mark_safe(links.link(found, person_name(row, "via_"))) if found else "–"


def _rule(row: Row) -> SafeString:
    url, rule = reverse("protocol_edition", kwargs={"edition": row["edition"]}), escaped(row["rule"])
    return mark_safe(f'<a href="{escaped(url)}#{rule}">{rule}</a>')
