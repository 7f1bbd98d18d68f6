"""Pages of the editions. Words come from the catalogue, numbers from the edition; nothing is decided here."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from lastcase.core.protocol.diff import diff
from lastcase.core.protocol.model import Protocol
from lastcase.editions import UnknownEdition, editions, load_edition
from lastcase.web.access import needs_post
from lastcase.web.protocol.read import chapters, disease_of


@needs_post
def editions_list(request: HttpRequest) -> HttpResponse:
    """Every shipped edition, with its disease, issuer and the number of its rules."""
    found = [load_edition(name) for name in editions()]
    rows = [(one, disease_of(one), sum(rule.assumed for rule in one.rules.values())) for one in found]
    return render(request, "protocol/list.html", {"rows": rows})


@needs_post
def edition(request: HttpRequest, edition: str) -> HttpResponse:
    """One edition, rule by rule, in the order of their kinds."""
    found = _load(edition)
    others = [name for name in editions() if name != edition]
    context = {"edition": found, "disease": disease_of(found), "chapters": chapters(found), "others": others}
    return render(request, "protocol/edition.html", context)


@needs_post
def difference(request: HttpRequest) -> HttpResponse:
    """What changes from edition `a` to edition `b`, in words, by rule."""
    names = editions()
    a, b = request.GET.get("a") or names[0], request.GET.get("b") or names[-1]
    old, new = _load(a), _load(b)
    context = {"names": names, "old": old, "new": new, "changes": diff(old, new)}
    return render(request, "protocol/diff.html", context)


def _load(name: str) -> Protocol:
    try:
        return load_edition(name)
    except UnknownEdition as error:
        raise Http404(str(error)) from error
