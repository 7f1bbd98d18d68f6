"""Bulk acts of the gaps: first how many duties the act is about, then its signature; and undoing a batch."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lastcase.editions.messages import render as render_message
from lastcase.ops.records.actions import batches
from lastcase.ops.records.actions.batches import POWER_OF_BATCH, BatchReport
from lastcase.ops.records.chosen import BATCH_DUTIES_MAX, Selection
from lastcase.ops.records.errors import ActRefused
from lastcase.ops.records.gaps import Scope, count_gaps, read_gap_filter
from lastcase.web.access import needs
from lastcase.web.acts.views import acting_at
from lastcase.web.context import PageContext, page_context
from lastcase.web.gaps.forms import BulkForm
from lastcase.web.gaps.place import find_span
from lastcase.web.templatetags.lastcase import count, lang


def bulk_view(form_class: type[BulkForm]) -> Callable[..., HttpResponse]:
    """The view of one bulk act; only for posts that carry its power."""

    @require_POST
    @needs(POWER_OF_BATCH[form_class.act_name()])
    def view(request: HttpRequest, outbreak: str) -> HttpResponse:
        page = page_context(request, outbreak)
        selection = _selection(request, page)
        given = request.POST if "signed" in request.POST else None
        at = acting_at(page) or timezone.now()
        form = form_class(given, by=page.actor, at=at, auto_id="bulk-%s")
        if given is not None and form.is_valid() and acting_at(page) is not None:
            try:
                report = form.perform(page.record, selection)
            except ActRefused as refused:
                field = refused.field if refused.field in form.fields else None
                form.add_error(field, render_message(refused.message_id, refused.params, lang()))
            else:
                messages.success(request, _told(report))
                return redirect(_list(request, page))
        return _confirm(request, page, form, selection)

    return view


@require_POST
@needs("record")
def undo(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Take a whole batch back."""
    page = page_context(request, outbreak)
    at = acting_at(page) or timezone.now()
    try:
        report = batches.undo_batch(page.record, request.POST.get("batch_id", ""), at=at, by=page.actor)
    except ActRefused as refused:
        messages.warning(request, render_message(refused.message_id, refused.params, lang()))
    else:
        said = ngettext(
            "The batch of %(n)s duty is undone.", "The batch of %(n)s duties is undone.", report.n_duties
        )
        messages.success(request, said % {"n": count(report.n_duties)})
    return redirect(_list(request, page))


def _selection(request: HttpRequest, page: PageContext) -> Selection:
    """The rows that were ticked, or all that match the filter of the page they stood on."""
    if request.POST.get("which") != "filter":
        return Selection(keys=request.POST.getlist("key"))
    chosen = read_gap_filter(QueryDict(request.POST.get("query", "")))
    return Selection(chosen=chosen, span=find_span(page, chosen)[1])


def _confirm(request: HttpRequest, page: PageContext, form: BulkForm, selection: Selection) -> HttpResponse:
    scope = Scope(page.record.pk, page.name, page.as_of, selection.span or (0, 0))
    chosen = selection.chosen
    n_duties = count_gaps(scope, chosen, BATCH_DUTIES_MAX + 1) if chosen else len(set(selection.keys))
    context = {
        "form": form,
        "keys": selection.keys,
        "which": request.POST.get("which", ""),
        "query": request.POST.get("query", ""),
        "n_duties": n_duties,
        "most": BATCH_DUTIES_MAX,
        "is_too_many": n_duties > BATCH_DUTIES_MAX,
        "back": _list(request, page),
        "may_act": acting_at(page) is not None,
    }
    return render(request, "gaps/confirm.html", context, status=200 if n_duties and not form.errors else 422)


def _told(report: BatchReport) -> str:
    said = ngettext("Signed for %(n)s duty.", "Signed for %(n)s duties.", report.n_duties)
    told = said % {"n": count(report.n_duties)}
    if report.n_left_out:
        told += " " + _("%(n)s were left out, because the act does not fit them.") % {
            "n": count(report.n_left_out)
        }
    return told


def _list(request: HttpRequest, page: PageContext) -> str:
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    for name in ("after", "before", "page"):
        query.pop(name, None)
    address = reverse("gaps", kwargs={"outbreak": page.name})
    return f"{address}?{query.urlencode()}" if query else address
