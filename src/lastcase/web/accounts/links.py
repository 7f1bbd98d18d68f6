"""One-time links: the first administrator's set-up, an invitation, a new password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lastcase.ops.accounts import actions
from lastcase.ops.accounts.errors import RefusedByPolicy
from lastcase.ops.accounts.models import OneTimeLink
from lastcase.ops.accounts.queries import find_link
from lastcase.web.accounts.forms import NewAccountForm, PasswordForm


def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link is for, and spend it when the form is good. A spent link looks like an invented
    one."""
    link = find_link(token)
    if link is None:
        return render(request, "web_accounts/link_spent.html", status=410)
    form = _form(link, request)
    if request.method == "POST" and form.is_valid() and _spend(request, token, form):
        messages.success(request, _("Done. Sign in with your new password."))
        return redirect("account_login")
    return render(request, "web_accounts/link.html", {"form": form, "link": link})


def _form(link: OneTimeLink, request: HttpRequest) -> Form:
    kind = PasswordForm if link.kind == "reset" else NewAccountForm
    return kind(request.POST or None)


def _spend(request: HttpRequest, token: str, form: Form) -> bool:
    data: dict[str, Any] = {name: value for name, value in form.cleaned_data.items() if name != "repeated"}
    try:
        actions.use_link(token=token, language=request.LANGUAGE_CODE, **data)  # type: ignore[attr-defined]
    except ValidationError as error:
        form.add_error("password", error)
    except RefusedByPolicy as refusal:
        form.add_error(*_refusal(refusal))
    return not form.errors


def _refusal(refusal: RefusedByPolicy) -> tuple[str | None, str]:
    if refusal.reason == "name_taken":
        return "username", _("This name is taken.")
    return None, _("This link has been used or has expired.")
