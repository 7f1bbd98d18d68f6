"""Pages of the editions. Words come from the catalogue, numbers from the edition; nothing is decided here."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lastcase.core.protocol.diff import diff
from lastcase.core.protocol.model import Protocol
from lastcase.core.protocol.problems import ProtocolErrors
from lastcase.editions import editions, load_edition
from lastcase.ops.records.drafts import adoptions, find_edition, list_drafts, own_ids
from lastcase.ops.records.errors import EditionNotFound
from lastcase.web.access import needs_post
from lastcase.web.context import visible_outbreaks
from lastcase.web.protocol.read import chapters, disease_of


@needs_post
def editions_list(request: HttpRequest) -> HttpResponse:
    """Every shipped edition, with its disease, issuer and the number of its rules; drafts; who adopted what."""
    found = [load_edition(name) for name in editions()]
    rows = [(one, disease_of(one), sum(rule.assumed for rule in one.rules.values())) for one in found]
    outbreaks = visible_outbreaks(request.actor)  # type: ignore[attr-defined]
    shown = {outbreak.name for outbreak in outbreaks}
    last = request.session.get("outbreak")
    context = {
        "rows": rows,
        "drafts": list_drafts(),
        "adopted": [one for one in adoptions() if one.outbreak in shown],
        "may_adopt": request.actor.may("command"),  # type: ignore[attr-defined]
        "outbreak": last if last in shown else next(iter(sorted(shown)), ""),
    }
    return render(request, "protocol/list.html", context)


@needs_post
def edition(request: HttpRequest, edition: str) -> HttpResponse:
    """One edition, rule by rule, in the order of their kinds."""
    found = _load(edition)
    others = [name for name in _names() if name != edition]
    context = {"edition": found, "disease": disease_of(found), "chapters": chapters(found), "others": others}
    return render(request, "protocol/edition.html", context)


@needs_post
def difference(request: HttpRequest) -> HttpResponse:
    """What changes from edition `a` to edition `b`, in words, by rule."""
    names = _names()
    a, b = request.GET.get("a") or names[0], request.GET.get("b") or names[-1]
    old, new = _load(a), _load(b)
    context = {"names": names, "old": old, "new": new, "changes": diff(old, new)}
    return render(request, "protocol/diff.html", context)


def _names() -> list[str]:
    """Editions that can be read: shipped ones, then those of one's own that hold."""
    return [*editions(), *own_ids()]


def _load(name: str) -> Protocol:
    try:
        return find_edition(name)
    except EditionNotFound as error:
        raise Http404(_("There is no such edition.")) from error
    except ProtocolErrors as error:
        raise Http404(_("This draft has faults; open it as a draft.")) from error
