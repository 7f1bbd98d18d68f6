"""Views of the line list: a page of names, and the same list as a file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastcase.core.facts.vocabulary import DUTY_STATES
from lastcase.ops.records.lists import pages as reads
from lastcase.ops.records.lists.asked import COLUMNS, read_filter, sortable
from lastcase.web.access import needs, needs_purpose, note_read
from lastcase.web.files import TYPES, as_file
from lastcase.web.line_list.rows import drawn_rows
from lastcase.web.line_list.worded import Worded
from lastcase.web.reading import read_list_page, server_ms
from lastcase.web.templatetags.work import column_name

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


@needs("see_persons")
@needs_purpose
def line_list(request: HttpRequest, outbreak: str) -> HttpResponse:
    """One page of a list of names, filtered and sorted as the link says."""
    page, lists = read_list_page(request, outbreak)
    chosen = read_filter(request.GET)
    counts = reads.list_counts(lists)
    listed = reads.list_rows(lists, chosen, counts)
    note_read(request, [row["person_id"] for row in listed.rows], outbreak)
    context = {
        "situation": lists,
        "areas": lists.area_names,
        "listed": listed,
        "rows": drawn_rows(page, chosen.tab, lists.area_names, listed.rows),
        "chosen": listed.filter,
        "columns": COLUMNS[chosen.tab],
        "sortable": sortable(chosen.tab),
        "tabs": [(tab, TITLES[tab], n) for tab, n in counts.items()],
        "choices": reads.choices(lists, chosen.tab),
        "state_groups": STATE_GROUPS,
        "states": [code.value for code in DUTY_STATES],
        "more_filters": [name for name in chosen.values if name in MORE_FILTERS],
        "leads": LEADS,
        "export_query": request.GET.urlencode(),
        "sorted_max": reads.SORTED_MAX,
        "page_name": page.name,
    }
    if chosen.tab == "contacts" and page.actor.may("judge"):
        context["pending"] = reads.count_pending(lists)
    context["server_ms"] = server_ms(request)
    return render(request, "line_list/line_list.html", context)


@needs("see_persons")
@needs_purpose
def export(request: HttpRequest, outbreak: str, form: str) -> HttpResponseBase:
    """The filtered list as a CSV or XLSX file; every person in it is noted as read."""
    if form not in TYPES:
        raise Http404(_("There is no such file format."))
    page, lists = read_list_page(request, outbreak)
    chosen = read_filter(request.GET)
    rows = reads.all_rows(lists, chosen)
    note_read(request, [row["person_id"] for row in rows], outbreak)
    header = [str(column_name(table, name)) for table, name in COLUMNS[chosen.tab]]
    texts = Worded(chosen.tab, lists.area_names, page.zone).rows(rows)
    name = f"{page.name}-{chosen.tab}-{page.as_of:%Y%m%dT%H%MZ}"
    return as_file(request, name, form, str(TITLES[chosen.tab]), header, texts)
