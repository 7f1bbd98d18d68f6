"""May this post do it? `check_may_*` raise `NotPermitted`; `may_*` are their boolean twins.

Permission asks who and where; whether the state of things allows it is a policy's question.
"""

from __future__ import annotations

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.errors import NotPermitted
from lastcase.ops.accounts.powers import Power


def may(actor: Actor, power: Power, *, position: int | None = None) -> bool:
    """Whether the post carries the power and, where a position is given, its scope holds it."""
    return actor.may(power) and (position is None or actor.covers(position))


def check_may(actor: Actor, power: Power, *, position: int | None = None, area_id: str | None = None) -> None:
    """Raise NotPermitted where the post lacks the power, or holds it elsewhere in the tree only."""
    if not may(actor, power, position=position):
        raise NotPermitted(power, area_id)


def may_see_area(actor: Actor) -> bool:
    """Whether the post sees boards and risk areas."""
    return may(actor, "see_area")


def check_may_see_area(actor: Actor) -> None:
    """Raise where the post sees no board."""
    check_may(actor, "see_area")


def may_see_persons(actor: Actor) -> bool:
    """Whether the post sees persons (row security says which)."""
    return may(actor, "see_persons")


def check_may_see_persons(actor: Actor) -> None:
    """Raise where the post sees no persons."""
    check_may(actor, "see_persons")


def may_import(actor: Actor) -> bool:
    """Whether the post loads files."""
    return may(actor, "import")


def check_may_import(actor: Actor) -> None:
    """Raise where the post loads no files."""
    check_may(actor, "import")


def may_record(actor: Actor) -> bool:
    """Whether the post enters facts."""
    return may(actor, "record")


def check_may_record(actor: Actor) -> None:
    """Raise where the post enters no facts."""
    check_may(actor, "record")


def may_manage_accounts(actor: Actor) -> bool:
    """Whether the post invites users and gives posts."""
    return may(actor, "manage_accounts")


def check_may_manage_accounts(actor: Actor) -> None:
    """Raise where the post keeps no accounts."""
    check_may(actor, "manage_accounts")


def may_read_protocol(actor: Actor) -> bool:
    """Whether the user reads the editions: everybody who acts under a post."""
    return actor.post_id is not None or actor.post_kind == "operator"


def check_may_read_protocol(actor: Actor) -> None:
    """Raise for somebody without a post."""
    if not may_read_protocol(actor):
        raise NotPermitted("post")
