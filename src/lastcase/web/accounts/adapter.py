"""How sign-in behaves: nobody signs up by themselves, and the profile's language wins after signing in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

YEAR_S = 365 * 24 * 3600


class ClosedAdapter(DefaultAccountAdapter):
    """Accounts come from one-time links only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Speak the language that the account last chose, on whatever machine."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.language in dict(settings.LANGUAGES):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, user.language, max_age=YEAR_S, samesite="Lax", httponly=True
            )
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """This installation sends no mail: links are handed over by the administrator."""
