"""Entering one person or case by hand; who may be the same is shown while it is typed, and never in the way."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lastcase.editions.messages import render as render_message
from lastcase.ops.records import person_search
from lastcase.ops.records.actions.entries import record_entry
from lastcase.ops.records.errors import ActRefused, PersonNotFound
from lastcase.web.access import needs, needs_purpose, note_read
from lastcase.web.context import PageContext, page_context
from lastcase.web.entry import areas
from lastcase.web.entry.forms import EntryForm
from lastcase.web.templatetags.lastcase import lang


@needs("record")
@needs_purpose
def entry(request: HttpRequest, outbreak: str) -> HttpResponse:
    """The form, and what becomes of it."""
    page = page_context(request, outbreak)
    if request.method != "POST":
        form = EntryForm(page=page)
        return render(request, "entry/entry.html", {"form": form})
    form = EntryForm(request.POST, page=page)
    if form.is_valid() and (person_id := _recorded(form, page)):
        messages.success(request, _("Recorded."))
        return redirect("person", outbreak=page.name, person_id=person_id)
    return render(request, "entry/entry.html", {"form": form}, status=422)


def _recorded(form: EntryForm, page: PageContext) -> str | None:
    """The person's id once it is written; None where the record refuses, with why in the form."""
    known = form.cleaned_data["known_id"]
    person_id = known or f"{page.name}:{form.cleaned_data['entry'].hex[:12]}"
    try:
        record_entry(
            page.record,
            person_id=person_id,
            is_known=bool(known),
            person=form.person(),
            case=form.case(),
            by=page.actor,
        )
    except PersonNotFound as error:
        raise Http404(_("Nobody is shown under this id.")) from error
    except ActRefused as refused:
        field = refused.field if refused.field in form.fields else None
        form.add_error(field, render_message(refused.message_id, refused.params, lang()))
        return None
    return person_id


@require_POST
@needs("record")
@needs_purpose
def suggest(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Who may be the same, by what was typed up to now. What is typed stands in no address and no log."""
    page = page_context(request, outbreak)
    typed = {name: request.POST.get(name, "").strip() for name in ("name", "phone", "document_id")}
    found = person_search.suggest(page.record, typed)
    note_read(request, [row["person_id"] for row in found], outbreak)
    return render(request, "entry/suggested.html", {"found": found})


@require_POST
@needs("record")
def find_areas(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Areas for what was typed up to now, as options of the field. Posted, since the whole form may come along."""
    page = page_context(request, outbreak)
    found = areas.found(page.actor, request.POST.get("residence_area_id", ""))
    return render(request, "entry/areas_found.html", {"found": found})
