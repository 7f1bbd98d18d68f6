"""Guards of views: signed in, acting under a post that carries the power, purpose stated for persons'
records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lastcase.ops.accounts import permissions
from lastcase.ops.accounts.powers import Power
from lastcase.ops.records.audit import log_read
from lastcase.web.middleware import PURPOSE

View = Callable[..., HttpResponse]


def needs(power: Power) -> Callable[[View], View]:
    """Only for somebody signed in under a post with `power`; others get the sign-in page or a plain
    refusal."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            permissions.check_may(request.actor, power)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def needs_post(view: View) -> View:
    """Only for somebody who acts under a post, whichever."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        permissions.check_may_read_protocol(request.actor)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


def needs_purpose(view: View) -> View:
    """Ask once a session for what a person's record is read; every read is noted with it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.session.get(PURPOSE):
            return redirect(f"{reverse('purpose')}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)

    return guarded


def note_read(request: HttpRequest, person_ids: Iterable[str], outbreak: str = "") -> None:
    """Note in the audit that these persons' records are shown to the reader, with the purpose of the
    session."""
    purpose = request.session.get(PURPOSE, "")
    log_read(request.actor, person_ids, purpose, outbreak=outbreak)  # type: ignore[attr-defined]
