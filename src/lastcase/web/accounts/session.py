"""Choices of the session: language, post, purpose, outbreak; and the reader's own account."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from lastcase.ops.accounts import actions
from lastcase.ops.accounts.queries import holdings_of
from lastcase.web.accounts.adapter import YEAR_S
from lastcase.web.accounts.forms import PurposeForm
from lastcase.web.context import page_context
from lastcase.web.middleware import ACTING_POST, PURPOSE
from lastcase.web.pages import PAGES


def safe_next(request: HttpRequest) -> str:
    """Where to return to, within this site only."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if is_ours else reverse("home")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie, and with the account of whoever is signed in."""
    response = HttpResponseRedirect(safe_next(request))
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR_S, samesite="Lax", httponly=True
        )
        if request.user.is_authenticated:
            actions.set_language(user=request.user, language=chosen)
    return response


@require_POST
@login_required
def act_as(request: HttpRequest) -> HttpResponse:
    """Act under another post that the user holds; the page then opened is the first that this post may
    see."""
    wanted = request.POST.get("post", "")
    if wanted.isdigit() and holdings_of(request.user).filter(post_id=int(wanted)).exists():
        request.session[ACTING_POST] = int(wanted)
    return redirect("home")


@login_required
def purpose(request: HttpRequest) -> HttpResponse:
    """Ask for the purpose of reading persons' records; it holds until the session ends or another is
    chosen."""
    form = PurposeForm(request.POST or None, initial={"purpose": request.session.get(PURPOSE)})
    if request.method == "POST" and form.is_valid():
        request.session[PURPOSE] = form.cleaned_data["purpose"]
        return HttpResponseRedirect(safe_next(request))
    return render(request, "web_accounts/purpose.html", {"form": form, "next": safe_next(request)})


@login_required
def open_outbreak(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Go to the first page of an outbreak that the post may open."""
    page_context(request, outbreak)
    for page in PAGES:
        url = page.url(outbreak) if page.is_of_outbreak and page.is_open_to(request.actor) else ""  # type: ignore[attr-defined]
        if url:
            return redirect(url)
    return redirect("home")


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """The reader's own account: password, second factor, posts held."""
    return render(request, "web_accounts/account.html", {"holdings": holdings_of(request.user)})
