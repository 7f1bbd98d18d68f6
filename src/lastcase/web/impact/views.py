"""Views of trying an edition on an outbreak, and of adopting it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastcase.editions.messages import render as words
from lastcase.ops.records.actions import adopt_edition
from lastcase.ops.records.errors import AdoptionExists
from lastcase.ops.records.models import FACTS
from lastcase.ops.records.queries import standing_names
from lastcase.web.access import needs, needs_purpose, note_read
from lastcase.web.board.words import STATUSES
from lastcase.web.context import PageContext, page_context
from lastcase.web.impact import jobs, tables
from lastcase.web.impact.forms import AdoptForm, TryForm
from lastcase.web.templatetags.lastcase import lang

STEPS = {
    "facts": gettext_lazy("Reading the facts"),
    "editions": gettext_lazy("Deriving under every edition"),
    "persons": gettext_lazy("Comparing persons and their duties"),
    "areas": gettext_lazy("Comparing areas and targets"),
    "shown": gettext_lazy("Narrowing to what your post is shown"),
    "derive": gettext_lazy("Deriving all answers under the edition adopted"),
}
TITLES = {
    "persons": gettext_lazy("Persons"),
    "duties": gettext_lazy("Orders and duties"),
    "areas": gettext_lazy("Areas"),
    "targets": gettext_lazy("Targets"),
}
CHANGES = {
    "released": gettext_lazy("released"),
    "recalled": gettext_lazy("recalled"),
    "shifted": gettext_lazy("bound otherwise"),
    "moved": gettext_lazy("end moves"),
    "duties": gettext_lazy("duties only"),
    "gained": gettext_lazy("new"),
    "dropped": gettext_lazy("falls away"),
    "changed": gettext_lazy("changed"),
}


@needs("command")
@needs_purpose
def impact_start(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Choose an edition and from when; the impact is then found beside the page."""
    page = page_context(request, outbreak)
    form = TryForm(request.POST or None, initial=_initial(request, page))
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        job = jobs.start_impact(
            request.session, page.actor, page.name, asked["edition"], asked["effective_at"], page.as_of
        )
        return redirect("impact", outbreak=page.name, job=job.id)
    return render(request, "impact/start.html", {"form": form, "adoptions": _adoptions(page)})


def _initial(request: HttpRequest, page: PageContext) -> dict[str, Any]:
    return {"edition": request.GET.get("edition", ""), "effective_at": page.as_of.astimezone(page.zone)}


def _adoptions(page: PageContext) -> list[Any]:
    return list(page.record.adoptions.order_by("-effective_at"))


@needs("command")
@needs_purpose
def impact(request: HttpRequest, outbreak: str, job: uuid.UUID) -> HttpResponse:
    """Where the work is; once it is done, the impact or the way back."""
    page = page_context(request, outbreak)
    found = _look(request, page, job)
    if found.state == "running":
        return render(request, "impact/progress.html", {"job": found, "step": STEPS[found.step]})
    if found.state == "refused":
        told = words(found.refusal["id"], found.refusal["params"], lang())
        return render(request, "impact/refused.html", {"told": told, "job": found}, status=409)
    if found.state == "broken":
        told = _("It broke off. Nothing was changed by it; start it again.")
        return render(request, "impact/refused.html", {"told": told, "job": found}, status=409)
    if "derive" in found.steps:
        messages.success(request, _("The edition is in force; all answers are derived under it."))
        return redirect("protocol")
    return _result(request, page, found)


def _look(request: HttpRequest, page: PageContext, job: uuid.UUID) -> jobs.Job:
    found = jobs.look(request.session, job)
    if found is None or found.outbreak != page.name:
        raise Http404(_("This impact is no longer kept. Start it again."))
    return found


def _result(request: HttpRequest, page: PageContext, job: jobs.Job) -> HttpResponse:
    frames, chosen = jobs.frames(job), tables.read_chosen(request.GET.dict())
    listed = tables.listed(frames[chosen.tab], chosen)
    persons = sorted({row["person_id"] for row in listed.rows if row.get("person_id")})
    note_read(request, persons, page.name)
    context = {
        "job": job,
        "effective_at": datetime.fromisoformat(job.effective_at),
        "read_at": datetime.fromisoformat(job.as_of),
        "summary": tables.summary(frames["persons"]),
        "listed": listed,
        "chosen": chosen,
        "tabs": [(tab, title, frames[tab].height) for tab, title in TITLES.items()],
        "choices": tables.choices(frames, chosen.tab),
        "changes": CHANGES,
        "statuses": STATUSES,
        "names": standing_names(persons),
        "areas": _areas(),
    }
    return render(request, "impact/impact.html", context)


def _areas() -> dict[str, dict[str, Any]]:
    rows = FACTS["areas"].objects.filter(retired_at=None)  # type: ignore[attr-defined]
    return {row["area_id"]: row for row in rows.values("area_id", "name_en", "name_zh")}


@needs("command")
@needs_purpose
def impact_status(request: HttpRequest, outbreak: str, job: uuid.UUID) -> HttpResponse:
    """The moving part of the page; the whole page once the work has ended."""
    page = page_context(request, outbreak)
    found = _look(request, page, job)
    if found.state == "running":
        return render(request, "impact/progress_now.html", {"job": found, "step": STEPS[found.step]})
    target = reverse("impact", kwargs={"outbreak": page.name, "job": found.id})
    return HttpResponse(headers={"HX-Redirect": target})


@needs("command")
@needs_purpose
def adopt(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Sign the adoption of an edition from an instant on; the answers follow beside the page."""
    page = page_context(request, outbreak)
    start = _initial(request, page)
    if at := request.GET.get("effective_at"):
        start["effective_at"] = at
    form = AdoptForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            adopt_edition(page.record, asked["edition"], effective_at=asked["effective_at"], by=page.actor,
                          reason=asked["reason"], derive=False)  # fmt: skip
        except AdoptionExists:
            form.add_error("effective_at", _("Another edition takes effect at this instant."))
        else:
            job = jobs.start_refresh(
                request.session, page.name, asked["edition"], asked["effective_at"], page.as_of
            )
            return redirect("impact", outbreak=page.name, job=job.id)
    context = {"form": form, "adoptions": _adoptions(page)}
    return render(request, "impact/adopt.html", context, status=422 if form.errors else 200)
