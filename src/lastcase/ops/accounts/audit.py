"""What was done to accounts, noted in the same transaction as the deed. Rows are added and never changed."""

from __future__ import annotations

from collections.abc import Mapping

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.models import AccountEvent


def write_audit(
    action: str, *, by: Actor, subject: str = "", details: Mapping[str, object] | None = None
) -> None:
    """Note an action on accounts: who, under which post, what, about whom."""
    AccountEvent.objects.create(
        action=action,
        subject=subject,
        details=dict(details or {}),
        actor_name=by.name,
        post_name=by.post_name,
        user_id=by.user_id,
        post_id=by.post_id,
    )
