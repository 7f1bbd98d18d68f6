"""What every request passes through: strict headers, one transaction under the post's row scope, the
language."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from lastcase.ops.accounts.actor import Actor, nobody
from lastcase.ops.accounts.errors import NotPermitted
from lastcase.ops.accounts.queries import actor_among, holdings_of
from lastcase.ops.records.errors import NotPermitted as RecordNotPermitted
from lastcase.ops.records.errors import OutOfScope
from lastcase.ops.records.scope import set_scope
from lastcase.web.errors import forbidden

REFUSALS = (NotPermitted, RecordNotPermitted, OutOfScope)
GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ACTING_POST = "acting_post"
PURPOSE = "reading_purpose"


def security_headers(get_response: GetResponse) -> GetResponse:
    """Send the content security policy and its companions with every answer; keep people's data out of
    caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["X-Frame-Options"] = "DENY"
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


class OneTransaction:
    """Hold the whole request in one transaction, rolled back when a view raises or the answer is a server
    error.

    Row security reads settings that live as long as the transaction, so no scope outlives its request.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        try:
            with transaction.atomic():
                set_scope(None)
                response = self.get_response(request)
                if response.status_code >= 500 or getattr(request, "has_raised", False):
                    transaction.set_rollback(True)
        finally:
            timezone.deactivate()
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Remember that the view raised, whatever page the error becomes; a refusal of `ops` is a plain
        403."""
        request.has_raised = True  # type: ignore[attr-defined]
        return forbidden(request, exception) if isinstance(exception, REFUSALS) else None


one_transaction = OneTransaction


def acting_post(get_response: GetResponse) -> GetResponse:
    """Give the request its actor: the user under the post chosen in the session, and the scope of that
    post."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = _actor(request)  # type: ignore[attr-defined]
        set_scope(request.actor.scope if request.actor.may("see_area") else None)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _actor(request: HttpRequest) -> Actor:
    if not request.user.is_authenticated:
        return nobody()
    purpose = request.session.get(PURPOSE, "")
    request.holdings = list(holdings_of(request.user))  # type: ignore[attr-defined, arg-type]
    return actor_among(
        request.user,  # type: ignore[arg-type]
        request.holdings,  # type: ignore[attr-defined]
        post_id=request.session.get(ACTING_POST),
        purpose=purpose,
    )


def language(get_response: GetResponse) -> GetResponse:
    """Speak the language of the cookie, else the one the browser asks for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = translation.get_language_from_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen  # type: ignore[attr-defined]
            response = get_response(request)
        response.headers.setdefault("Content-Language", chosen)
        return response

    return middleware
