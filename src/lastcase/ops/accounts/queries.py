"""Reads of accounts: the posts a user holds, the actor a request acts as, the links that stand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone

from lastcase.ops.accounts.actor import WHOLE_TREE, Actor, nobody, powers_of
from lastcase.ops.accounts.models import Holding, OneTimeLink, Post, PostToken, User
from lastcase.ops.accounts.powers import Power
from lastcase.ops.accounts.scope import scope_of_area


def holdings_of(user: User) -> QuerySet[Holding]:
    """Posts that the user holds now, in the order given."""
    standing = Holding.objects.filter(user=user, until_at=None, post__is_active=True)
    return standing.select_related("post").order_by("id")


def scope_of(post: Post) -> tuple[int, int] | None:
    """Range of depth-first positions that the post may see; None where its area is not in the tree."""
    return scope_of_area(post.area_id) if post.area_id else WHOLE_TREE


def actor_of(user: User, *, post_id: int | None = None, purpose: str = "") -> Actor:
    """The user acting under the chosen post, else under the first one held; nobody without a post."""
    return actor_among(user, list(holdings_of(user)), post_id=post_id, purpose=purpose)


def actor_among(
    user: User, holdings: Sequence[Holding], *, post_id: int | None = None, purpose: str = ""
) -> Actor:
    """The same where the holdings have been read."""
    held = [holding.post for holding in holdings] if user.is_active else []
    post = next((post for post in held if post.id == post_id), held[0] if held else None)
    if post is None:
        return Actor(name=str(user), post_name="", post_kind="", powers=nobody().powers, user_id=user.id)
    return Actor(
        name=str(user),
        post_name=post.title,
        post_kind=post.kind,
        powers=powers_of(post.kind),
        area_id=post.area_id or None,
        scope=scope_of(post),
        user_id=user.id,
        post_id=post.id,
        purpose=purpose,
    )


def hash_token(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_link(token: str) -> OneTimeLink | None:
    """The unused link of this token that has not expired."""
    standing = OneTimeLink.objects.filter(used_at=None, expires_at__gt=timezone.now())
    return standing.select_related("user", "post").filter(token_hash=hash_token(token)).first()


def find_token(text: str) -> PostToken | None:
    """The token of this text unless it was revoked or its post ended; it may have expired."""
    standing = PostToken.objects.filter(revoked_at=None, post__is_active=True).select_related("post")
    return standing.filter(token_hash=hash_token(text)).first()


def tokens() -> QuerySet[PostToken]:
    """Every token that was issued, in the order of issue."""
    return PostToken.objects.select_related("post").order_by("id")


def actor_of_token(token: PostToken, powers: frozenset[Power]) -> Actor:
    """Who acts by the token: its post, with no more than these powers."""
    return Actor(
        name=f"token {token.id}",
        post_name=token.post.title,
        post_kind=token.post.kind,
        powers=powers_of(token.post.kind) & powers,
        area_id=token.post.area_id or None,
        scope=scope_of(token.post),
        post_id=token.post_id,
    )


def has_administrator() -> bool:
    """Whether somebody who can sign in holds an administrator's post."""
    held = Q(until_at=None, post__is_active=True, user__is_active=True, post__kind="administrator")
    return Holding.objects.filter(held).exists()


def posts() -> QuerySet[Post]:
    """Posts that stand, in the order of their making."""
    return Post.objects.filter(is_active=True).order_by("id")


def users() -> QuerySet[User]:
    """Everybody with an account, with the posts they hold."""
    return User.objects.prefetch_related("holdings__post").order_by("username")
