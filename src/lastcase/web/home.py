"""The front door: to the board of the outbreak last looked at, or to what must be done before there is
one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from lastcase.web.context import Chrome


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The first page that the post may open; an empty installation says how to begin."""
    frame = Chrome(request)
    entries = frame.navigation
    if frame.actor is not None and frame.actor.may("see_area") and not frame.outbreaks:
        return render(request, "home.html")
    return redirect(entries[0].url) if entries else render(request, "no_post.html", status=403)


def health(request: HttpRequest) -> HttpResponse:
    """Whether the pages are served and reach their database (the middleware opens a transaction)."""
    return HttpResponse("ok", content_type="text/plain")
