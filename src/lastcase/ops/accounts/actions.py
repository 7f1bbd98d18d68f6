"""The one write path of accounts. Each action takes `by=`, checks permission and policy, and leaves an audit
row."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from lastcase.ops.accounts import permissions, policies
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.audit import write_audit
from lastcase.ops.accounts.errors import RefusedByPolicy
from lastcase.ops.accounts.models import Holding, OneTimeLink, Post, PostToken, User
from lastcase.ops.accounts.queries import find_link, hash_token

LINK_HOURS = 24
TOKEN_BYTES = 32
TOKEN_PREFIX = "lastcase_"
"""Tells whoever finds a token in a file what it opens."""


def _make_link(kind: str, *, by: Actor, user: User | None = None, post: Post | None = None) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    OneTimeLink.objects.create(
        kind=kind,
        token_hash=hash_token(token),
        user=user,
        post=post,
        created_by_id=by.user_id,
        expires_at=timezone.now() + timedelta(hours=LINK_HOURS),
    )
    return token


@transaction.atomic
def create_setup_link(*, by: Actor) -> str:
    """The token of a new one-time link for the first administrator; earlier unused ones end.

    Raises RefusedByPolicy("administrator_exists") once somebody administers the installation.
    """
    permissions.check_may_manage_accounts(by)
    policies.check_no_administrator()
    OneTimeLink.objects.filter(kind="setup", used_at=None).update(used_at=timezone.now())
    token = _make_link("setup", by=by)
    write_audit("create_setup_link", by=by)
    return token


@transaction.atomic
def invite_user(*, post: Post, by: Actor) -> str:
    """The token of a one-time link whose reader makes an account that holds `post`."""
    permissions.check_may_manage_accounts(by)
    token = _make_link("invite", by=by, post=post)
    write_audit("invite_user", by=by, subject=f"post:{post.id}")
    return token


@transaction.atomic
def create_reset_link(*, user: User, by: Actor) -> str:
    """The token of a one-time link with which the user chooses a new password."""
    permissions.check_may_manage_accounts(by)
    token = _make_link("reset", by=by, user=user)
    write_audit("create_reset_link", by=by, subject=f"user:{user.id}")
    return token


@transaction.atomic
def use_link(
    *, token: str, username: str = "", password: str, display_name: str = "", language: str = ""
) -> User:
    """Spend a link: make the account it promises, or set the new password. The password is checked for
    strength.

    Raises RefusedByPolicy (link_spent, name_taken, administrator_exists) and Django's ValidationError.
    """
    link = policies.check_link_stands(_lock(token))
    if link.kind == "setup":
        policies.check_no_administrator()
    user = link.user or User(username=username, display_name=display_name, language=language)
    validate_password(password, user)
    user.set_password(password)
    _save_new_or_known(user)
    OneTimeLink.objects.filter(id=link.id).update(used_at=timezone.now(), user=user)
    actor = Actor(name=str(user), post_name="", post_kind="", powers=frozenset(), user_id=user.id)
    for post in _posts_promised(link):
        Holding.objects.get_or_create(user=user, post=post, until_at=None)
    write_audit(f"use_link_{link.kind}", by=actor, subject=f"user:{user.id}")
    return user


def _lock(token: str) -> OneTimeLink | None:
    """The link, held against a second reader who follows it at the same instant."""
    found = find_link(token)
    return OneTimeLink.objects.select_for_update(of=("self",)).filter(id=found.id).first() if found else None


def _save_new_or_known(user: User) -> None:
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise RefusedByPolicy("name_taken") from error


def _posts_promised(link: OneTimeLink) -> list[Post]:
    """The first administrator keeps the accounts and, apart from that, is duty officer of the whole
    installation."""
    if link.kind == "setup":
        return [
            Post.objects.get_or_create(kind=kind, area_id="", name="")[0]
            for kind in ("duty_officer", "administrator")
        ]
    return [link.post] if link.post else []


@transaction.atomic
def create_post(*, kind: str, area_id: str, name: str = "", responsible: str = "", by: Actor) -> Post:
    """A new post with its place in the tree; `area_id` empty: the whole installation.

    `responsible` names the duties that it owes there. Raises RefusedByPolicy("responsible_unknown").
    """
    permissions.check_may_manage_accounts(by)
    policies.check_responsible(responsible)
    post = Post.objects.create(kind=kind, area_id=area_id, name=name, responsible=responsible)
    details = {"kind": kind, "area_id": area_id, "responsible": responsible}
    write_audit("create_post", by=by, subject=f"post:{post.id}", details=details)
    return post


@transaction.atomic
def set_responsible(*, post: Post, responsible: str, by: Actor) -> None:
    """Say which duties the post owes; empty: none. Raises RefusedByPolicy("responsible_unknown")."""
    permissions.check_may_manage_accounts(by)
    policies.check_responsible(responsible)
    Post.objects.filter(id=post.id).update(responsible=responsible)
    details = {"before": post.responsible, "after": responsible}
    write_audit("set_responsible", by=by, subject=f"post:{post.id}", details=details)


@transaction.atomic
def give_post(*, user: User, post: Post, by: Actor) -> Holding:
    """Let the user hold the post; giving it twice changes nothing."""
    permissions.check_may_manage_accounts(by)
    holding, is_new = Holding.objects.get_or_create(user=user, post=post, until_at=None)
    if is_new:
        write_audit("give_post", by=by, subject=f"user:{user.id}", details={"post": post.id})
    return holding


@transaction.atomic
def take_post(*, holding: Holding, by: Actor, at: datetime | None = None) -> None:
    """End a holding now. Raises RefusedByPolicy("last_administrator") where nobody would keep the
    accounts."""
    permissions.check_may_manage_accounts(by)
    policies.check_not_last_administrator(holding)
    Holding.objects.filter(id=holding.id, until_at=None).update(until_at=at or timezone.now())
    write_audit("take_post", by=by, subject=f"user:{holding.user_id}", details={"post": holding.post_id})


@transaction.atomic
def create_token(*, post: Post, outbreak: str, valid_days: float, by: Actor) -> tuple[PostToken, str]:
    """A new token with which a machine acts under the post for one outbreak, and its text, which is shown once."""
    permissions.check_may_manage_accounts(by)
    text = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    token = PostToken.objects.create(
        token_hash=hash_token(text),
        post=post,
        outbreak=outbreak,
        created_by=by.name,
        expires_at=timezone.now() + timedelta(days=valid_days),
    )
    details = {"post": post.id, "outbreak": outbreak, "expires_at": token.expires_at.isoformat()}
    write_audit("create_token", by=by, subject=f"token:{token.id}", details=details)
    return token, text


@transaction.atomic
def revoke_token(*, token: PostToken, by: Actor) -> None:
    """End a token now; one that has been revoked stays as it is."""
    permissions.check_may_manage_accounts(by)
    if PostToken.objects.filter(id=token.id, revoked_at=None).update(revoked_at=timezone.now()):
        write_audit("revoke_token", by=by, subject=f"token:{token.id}", details={"post": token.post_id})


@transaction.atomic
def set_language(*, user: User, language: str) -> None:
    """Keep the language in which the user reads."""
    User.objects.filter(id=user.id).update(language=language)
