"""Pages for what went wrong: each says what happened and what to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    return render(request, "error.html", {"title": title, "advice": advice, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _page(
        request, 400, _("This request cannot be read"), _("Go back and try it from the page itself.")
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _page(
        request,
        403,
        _("Your post does not open this page"),
        _("Switch to another of your posts above, or ask an administrator for one that does."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, and what lies outside the post's scope: the two are not told apart."""
    return _page(
        request,
        404,
        _("Nothing is shown here"),
        _("The address may be mistyped, or what it names lies outside the area of your post."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500; nothing of the request was kept."""
    return _page(
        request,
        500,
        _("Something went wrong on our side"),
        _("Nothing you entered was kept. Try again; if it happens twice, tell the operator the time."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: old, or sent from elsewhere."""
    return _page(request, 403, _("This form is too old"), _("Open the page again and repeat what you did."))
