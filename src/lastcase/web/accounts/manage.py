"""The administrator's page: who has an account, who holds which post, invitations."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lastcase.ops.accounts import actions, queries
from lastcase.ops.accounts.errors import RefusedByPolicy
from lastcase.ops.accounts.models import AccountEvent, Holding, Post, User
from lastcase.ops.accounts.scope import scope_of_area
from lastcase.ops.records.area_names import area_path
from lastcase.web.access import needs
from lastcase.web.accounts.forms import GivePostForm, PostForm, ResponsibleForm

SHOWN_EVENTS = 50


def _page(request: HttpRequest, status: int = 200, **more: object) -> HttpResponse:
    standing = (
        Holding.objects.filter(until_at=None).select_related("user", "post").order_by("user__username", "id")
    )
    posts = list(queries.posts())
    areas = {*(holding.post.area_id for holding in standing), *(post.area_id for post in posts)}
    paths = {area_id: area_path(area_id) for area_id in areas}
    context = {
        "users": queries.users(),
        "posts": [(post, paths[post.area_id], _responsible_form(post)) for post in posts],
        "holdings": [(holding, paths[holding.post.area_id]) for holding in standing],
        "invite_form": PostForm(),
        "give_form": GivePostForm(),
        "events": AccountEvent.objects.order_by("-id")[:SHOWN_EVENTS],
        **more,
    }
    return render(request, "web_accounts/manage.html", context, status=status)


def _responsible_form(post: Post) -> ResponsibleForm:
    return ResponsibleForm({"responsible": post.responsible}, auto_id=f"post-{post.id}-%s")


@needs("manage_accounts")
def accounts(request: HttpRequest) -> HttpResponse:
    """Users, the posts they hold, and what was done to accounts lately."""
    return _page(request)


@require_POST
@needs("manage_accounts")
def invite(request: HttpRequest) -> HttpResponse:
    """Make a post and a one-time link for whoever is to hold it; the link is shown once."""
    form = PostForm(request.POST)
    if (
        form.is_valid()
        and form.cleaned_data["area_id"]
        and scope_of_area(form.cleaned_data["area_id"]) is None
    ):
        form.add_error("area_id", _("No such area is on record."))
    if not form.is_valid():
        return _page(request, status=400, invite_form=form)
    post = actions.create_post(**form.cleaned_data, by=request.actor)  # type: ignore[attr-defined]
    token = actions.invite_user(post=post, by=request.actor)  # type: ignore[attr-defined]
    return _page(request, link=_address(request, token))


@require_POST
@needs("manage_accounts")
def give(request: HttpRequest) -> HttpResponse:
    """Give an existing post to an existing user."""
    form = GivePostForm(request.POST)
    if not form.is_valid():
        return _page(request, status=400, give_form=form)
    actions.give_post(**form.cleaned_data, by=request.actor)  # type: ignore[attr-defined]
    return redirect("accounts")


@require_POST
@needs("manage_accounts")
def responsible(request: HttpRequest, post: int) -> HttpResponse:
    """Say which duties a post owes in its area."""
    form = ResponsibleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("No edition names such a post."))
        return _page(request, status=400)
    chosen = get_object_or_404(Post, id=post)
    actions.set_responsible(post=chosen, **form.cleaned_data, by=request.actor)  # type: ignore[attr-defined]
    return redirect("accounts")


@require_POST
@needs("manage_accounts")
def take(request: HttpRequest, holding: int) -> HttpResponse:
    """End a holding, but never the last administrator's."""
    try:
        actions.take_post(holding=get_object_or_404(Holding, id=holding), by=request.actor)  # type: ignore[attr-defined]
    except RefusedByPolicy:
        messages.error(request, _("Somebody must keep the accounts: give the post to another user first."))
    return redirect("accounts")


@require_POST
@needs("manage_accounts")
def reset(request: HttpRequest, user: int) -> HttpResponse:
    """A one-time link with which the user chooses a new password."""
    token = actions.create_reset_link(user=get_object_or_404(User, id=user), by=request.actor)  # type: ignore[attr-defined]
    return _page(request, link=_address(request, token))


def _address(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("follow_link", kwargs={"token": token}))
