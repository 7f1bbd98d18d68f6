"""Streams end with what they were opened under: at sign-out, and when the acting post changes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from lastcase.ops.records.live import announce_end
from lastcase.web.middleware import ACTING_POST, GetResponse


def end_streams(get_response: GetResponse) -> Callable[[HttpRequest], HttpResponse]:
    """End the session's streams where a request signed out, changed the post or renewed the session."""

    def middleware(request: HttpRequest) -> HttpResponse:
        before = _standing(request)
        response = get_response(request)
        if before is not None and _standing(request) != before:
            announce_end(before[0])
        return response

    return middleware


def _standing(request: HttpRequest) -> tuple[str, object] | None:
    key = request.session.session_key
    return (key, request.session.get(ACTING_POST)) if key and request.method == "POST" else None
