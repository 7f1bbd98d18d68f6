"""Does the state of things allow it? Apart from permissions: a policy knows no post."""

from __future__ import annotations

from django.utils import timezone

from lastcase.core.facts.vocabulary import values
from lastcase.core.protocol.schema import POSTS
from lastcase.ops.accounts.errors import RefusedByPolicy
from lastcase.ops.accounts.models import Holding, OneTimeLink
from lastcase.ops.accounts.queries import has_administrator

REASONS = (
    "administrator_exists",
    "link_spent",
    "last_administrator",
    "name_taken",
    "area_unknown",
    "responsible_unknown",
)


def check_no_administrator() -> None:
    """A set-up link is for an installation that nobody administers yet."""
    if has_administrator():
        raise RefusedByPolicy("administrator_exists")


def check_link_stands(link: OneTimeLink | None) -> OneTimeLink:
    """The link itself where it is unused and in time; a spent one and an invented one are not told apart."""
    if link is None or link.used_at is not None or link.expires_at <= timezone.now():
        raise RefusedByPolicy("link_spent")
    return link


def check_responsible(responsible: str) -> None:
    """A post owes the duties of a kind that editions name, or none (empty)."""
    if responsible and responsible not in values(POSTS):
        raise RefusedByPolicy("responsible_unknown")


def check_not_last_administrator(holding: Holding) -> None:
    """Somebody must remain who keeps the accounts."""
    others = Holding.objects.filter(
        until_at=None, post__kind="administrator", post__is_active=True, user__is_active=True
    ).exclude(id=holding.id)
    if holding.post.kind == "administrator" and not others.exists():
        raise RefusedByPolicy("last_administrator")
