"""May this post change the lake of an outbreak? It holds everybody's visits, wherever they live.

So it takes a post that imports, whose area holds the outbreak's whole: a county's post does not feed, re-key or empty
the city's. An outbreak without an area is for posts of the whole installation.
"""

from __future__ import annotations

from lastcase.ops.accounts.actor import WHOLE_TREE, Actor
from lastcase.ops.accounts.errors import NotPermitted
from lastcase.ops.accounts.permissions import check_may_import, may_import
from lastcase.ops.accounts.scope import scope_of_area
from lastcase.ops.records.models import Outbreak


def may_feed(by: Actor, outbreak: Outbreak) -> bool:
    """Whether the post imports, and the outbreak's area lies in the post's whole."""
    return may_import(by) and _holds(by, outbreak)


def check_may_feed(by: Actor, outbreak: Outbreak) -> None:
    """Raise NotPermitted where the post loads no files, or is of a part of the outbreak's area or of another."""
    check_may_import(by)
    if not _holds(by, outbreak):
        raise NotPermitted("import", outbreak.area_id)


def _holds(by: Actor, outbreak: Outbreak) -> bool:
    if by.scope is None:
        return False
    span = scope_of_area(outbreak.area_id) if outbreak.area_id else None
    low, high = span or WHOLE_TREE
    return by.scope[0] <= low and high <= by.scope[1]
