"""Views of acts: a signed form, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lastcase.editions.messages import render as render_message
from lastcase.ops.records import waiting
from lastcase.ops.records.actions.acts import POWER_OF_ACT
from lastcase.ops.records.actions.objections import POWER_OF_OBJECTIONS
from lastcase.ops.records.actions.pairs import POWER_OF_PAIRS
from lastcase.ops.records.actions.visits import POWER_OF_VISITS
from lastcase.ops.records.errors import ActRefused, MergeRefused, PersonNotFound
from lastcase.web.access import needs, needs_purpose, note_read
from lastcase.web.acts.forms import ActForm, ReceiveForm, WithdrawHandOverForm
from lastcase.web.context import PageContext, page_context
from lastcase.web.reading import read_page, server_ms
from lastcase.web.templatetags.lastcase import lang

POWERS = {**POWER_OF_ACT, **POWER_OF_PAIRS, **POWER_OF_VISITS, **POWER_OF_OBJECTIONS}
"""The power of every act that a form signs."""


def acting_at(page: PageContext) -> datetime | None:
    """The instant to which an act on this page is dated; None while the reader looks at another time.

    It is now. A record that ended long ago is acted on at its own end, where its pages stand; when the act
    was recorded is kept beside it all the same.
    """
    if page.is_replay or page.known_at is not None:
        return None
    return page.as_of


def act_view(form_class: type[ActForm]) -> Callable[..., HttpResponse]:
    """The view that signs the act of a form; only for posts that carry its power."""

    @require_POST
    @needs(POWERS[form_class.act_name()])
    def view(request: HttpRequest, outbreak: str) -> HttpResponse:
        page = page_context(request, outbreak)
        form = form_class(request.POST, auto_id=f"{form_class.url_name}-%s")
        if form.is_valid() and _is_signed(form, page):
            return _back(request, form, page)
        return _again(request, form)

    return view


def _is_signed(form: ActForm, page: PageContext) -> bool:
    at = acting_at(page)
    if at is None:
        form.add_error(None, _("Acts are signed in the present. Go back to it and open the form again."))
        return False
    try:
        form.perform(page.record, at, page.actor)
    except PersonNotFound as error:
        raise Http404(_("Nobody is shown under this id.")) from error
    except MergeRefused as refused:
        form.add_error(None, render_message(refused.message_id, refused.params, lang()))
        return False
    except ActRefused as refused:
        field = refused.field if refused.field in form.fields else None
        form.add_error(field, render_message(refused.message_id, refused.params, lang()))
        return False
    return True


def _back(request: HttpRequest, form: ActForm, page: PageContext) -> HttpResponse:
    """To the page where the form stood, which shows what follows."""
    messages.success(request, str(form.done))
    target = form.cleaned_data["next"]
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = reverse("board", kwargs={"outbreak": page.name})
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": target})
    return redirect(target)


def _again(request: HttpRequest, form: ActForm) -> HttpResponse:
    """The form with what is wrong beside its fields, the first of them focused."""
    wrong = next((name for name in form.errors if name in form.fields), None)
    if wrong is not None:
        form.fields[wrong].widget.attrs["autofocus"] = True
    template = "acts/form.html" if request.headers.get("HX-Request") else "acts/act.html"
    return render(request, template, {"form": form}, status=422)


@needs("judge")
@needs_purpose
def to_decide(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Candidates to be judged, hand-overs to be signed for, and persons held past their end."""
    page, situation = read_page(request, outbreak)
    candidates, held = waiting.candidates(situation), waiting.held(situation)
    asked = waiting.hand_overs(situation, page.actor)
    shown = [row["person_id"] for row in (*candidates.rows, *held, *asked)]
    note_read(request, shown, outbreak)
    may_act = acting_at(page) is not None
    context = {
        "situation": situation,
        "areas": situation.area_names,
        "candidates": candidates,
        "held": held,
        "hand_overs": [(row, _hand_over_form(row, request.path) if may_act else None) for row in asked],
    }
    context["server_ms"] = server_ms(request)
    return render(request, "acts/to_decide.html", context)


def _hand_over_form(row: dict[str, object], here: str) -> ActForm:
    kind = ReceiveForm if row["is_ours"] else WithdrawHandOverForm
    return kind(initial={"move_id": row["move_id"], "next": here}, auto_id=f"{row['move_id']}-%s")
