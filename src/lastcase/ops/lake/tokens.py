"""Tokens of machines that feed the lake of an outbreak: gates, ticket systems, a city's data platform.

Each acts under a data clerk's post of its own, made for it, and may import into the one outbreak and nothing else.
"""

from __future__ import annotations

from django.utils import timezone

from lastcase.ops.accounts import actions
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.models import Post, PostToken
from lastcase.ops.accounts.permissions import check_may_manage_accounts
from lastcase.ops.accounts.powers import Power
from lastcase.ops.accounts.queries import actor_of_token, find_token, posts, tokens
from lastcase.ops.lake.errors import AreaBelow, TokenExpired, TokenNotFound, TokenUnknown
from lastcase.ops.lake.permissions import may_feed
from lastcase.ops.records.outbreaks import get_outbreak

VALID_DAYS = 90.0
"""Days for which a token works. Assumed."""
POST_KIND = "data_clerk"
POWERS: frozenset[Power] = frozenset({"import"})
"""What a token lets do, whatever its post may."""


def issue_token(
    outbreak: str, name: str, *, area_id: str = "", by: Actor, valid_days: float = VALID_DAYS
) -> tuple[PostToken, str]:
    """A token with which the machine called `name` feeds the outbreak's lake, and its text, which is shown once.

    `area_id`: the area of its post (empty: the whole installation), which must hold the outbreak's. Several tokens of
    one name and area act under one post. Raises NotPermitted, OutbreakNotFound, AreaBelow.
    """
    check_may_manage_accounts(by)
    home = get_outbreak(outbreak)
    known = posts().filter(kind=POST_KIND, area_id=area_id, name=name).first()
    asked = known or Post(kind=POST_KIND, area_id=area_id, name=name)
    if not may_feed(actor_of_token(PostToken(post=asked), POWERS), home):
        raise AreaBelow(area=area_id, outbreak=home.name)
    post = known or actions.create_post(kind=POST_KIND, area_id=area_id, name=name, by=by)
    return actions.create_token(post=post, outbreak=home.name, valid_days=valid_days, by=by)


def revoke_token(token_id: int, *, by: Actor) -> None:
    """End a token at once. Raises NotPermitted, TokenNotFound."""
    check_may_manage_accounts(by)
    found = tokens().filter(id=token_id).first()
    if found is None:
        raise TokenNotFound(id=token_id)
    actions.revoke_token(token=found, by=by)


def feeder(text: str) -> tuple[Actor, str]:
    """Who acts by the token of this text, and the outbreak that it feeds. Raises TokenUnknown, TokenExpired."""
    found = find_token(text)
    if found is None:
        raise TokenUnknown()
    if found.expires_at <= timezone.now():
        raise TokenExpired(at=f"{found.expires_at:%Y-%m-%d %H:%M} UTC")
    return actor_of_token(found, POWERS), found.outbreak
