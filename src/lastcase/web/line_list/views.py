"""Views of the line list: a page of names, and the same list as a file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastcase.core.facts.vocabulary import DUTY_STATES
from lastcase.ops.records import line_list as reads
from lastcase.ops.records.export import to_csv, to_xlsx
from lastcase.ops.records.situation import Situation
from lastcase.web.access import needs, needs_purpose, note_read
from lastcase.web.reading import read_page, server_ms
from lastcase.web.templatetags.work import column_name, person_name, show_value

TITLES = {
    "cases": gettext_lazy("Cases"),
    "contacts": gettext_lazy("Contacts"),
    "duties": gettext_lazy("Duties"),
    "persons": gettext_lazy("Persons"),
}
LEADS = {
    "held_past_end": gettext_lazy("Held past end"),
    "contacts_pending": gettext_lazy("Contacts pending"),
    "in_quarantine": gettext_lazy("In quarantine"),
    "in_hospital": gettext_lazy("In hospital"),
    "severe": gettext_lazy("Severe and critical"),
    "deaths": gettext_lazy("Deaths"),
    "in_quarantine_today": gettext_lazy("Found today, already in quarantine"),
}
"""The numbers of the Board's lead, as a filter of names says them."""
MORE_FILTERS = ("in_area", "at_area", "on", "found", "severity", "outcome", "held", "lead")
"""Filters that only a link sets."""
STATE_GROUPS = {
    "should": gettext_lazy("Should be done by now"),
    "missing": gettext_lazy("Missing"),
    "late": gettext_lazy("Overdue, tried or not"),
}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@needs("see_persons")
@needs_purpose
def line_list(request: HttpRequest, outbreak: str) -> HttpResponse:
    """One page of a list of names, filtered and sorted as the link says."""
    page, situation = read_page(request, outbreak)
    chosen = reads.read_filter(request.GET)
    listed = reads.list_rows(situation, chosen)
    note_read(request, [row["person_id"] for row in listed.rows], outbreak)
    context = {
        "situation": situation,
        "areas": situation.area_names,
        "listed": listed,
        "chosen": listed.filter,
        "columns": reads.COLUMNS[chosen.tab],
        "tabs": [(tab, TITLES[tab], n) for tab, n in reads.list_counts(situation).items()],
        "choices": reads.choices(situation, chosen.tab),
        "state_groups": STATE_GROUPS,
        "states": [code.value for code in DUTY_STATES],
        "more_filters": [name for name in chosen.values if name in MORE_FILTERS],
        "leads": LEADS,
        "export_query": request.GET.urlencode(),
        "first_row": (listed.filter.page - 1) * reads.PAGE_ROWS + 1,
        "page_name": page.name,
    }
    context["server_ms"] = server_ms(request)
    return render(request, "line_list/line_list.html", context)


@needs("see_persons")
@needs_purpose
def export(request: HttpRequest, outbreak: str, form: str) -> HttpResponse:
    """The filtered list as a CSV or XLSX file; every person in it is noted as read."""
    if form not in TYPES:
        raise Http404(_("There is no such file format."))
    page, situation = read_page(request, outbreak)
    chosen = reads.read_filter(request.GET)
    rows = reads.all_rows(situation, chosen).to_dicts()
    note_read(request, [row["person_id"] for row in rows], outbreak)
    header = [str(column_name(table, name)) for table, name in reads.COLUMNS[chosen.tab]]
    texts = [_texts(row, chosen.tab, situation) for row in rows]
    body = to_csv(header, texts) if form == "csv" else to_xlsx(header, texts, str(TITLES[chosen.tab]))
    name = f"{page.name}-{chosen.tab}-{page.as_of:%Y%m%dT%H%MZ}.{form}"
    return HttpResponse(
        body, content_type=TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _texts(row: dict[str, Any], tab: str, situation: Situation) -> list[str]:
    return [_text(row, table, name, situation) for table, name in reads.COLUMNS[tab]]


def _text(row: dict[str, Any], table: str, name: str, situation: Situation) -> str:
    if name == "person_id":
        return person_name(row)
    shown = strip_tags(str(show_value(row.get(name), table, name, situation.area_names)))
    return "" if shown == "–" else shown
