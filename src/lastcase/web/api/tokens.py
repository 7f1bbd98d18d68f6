"""Who calls the API: a token in the header, in place of a person's sign-in; and how often it may call."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest
from ninja.security import HttpBearer

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.lake.tokens import feeder
from lastcase.web.api.errors import ApiError

CALLS_A_MINUTE = 60
"""So often a token may call. Assumed: a gateway that gathers a second's check-ins stays under it."""


@dataclass(frozen=True)
class Feeder:
    """Who acts by the token, and for which outbreak."""

    actor: Actor
    outbreak: str


class Bearer(HttpBearer):
    """`Authorization: Bearer TOKEN`. Raises TokenUnknown, TokenExpired, and ApiError where it calls too often."""

    def authenticate(self, request: HttpRequest, token: str) -> Feeder:
        actor, outbreak = feeder(token.strip())
        _count_call(actor)
        return Feeder(actor, outbreak)


def _count_call(actor: Actor) -> None:
    """Calls are counted by this process, a minute of the clock at a time."""
    key = f"api-calls:{actor.name}:{int(time.time() // 60)}".replace(" ", "-")
    cache.add(key, 0, timeout=120)
    if cache.incr(key) > CALLS_A_MINUTE:
        raise ApiError(429, "too_often", limit=CALLS_A_MINUTE)
