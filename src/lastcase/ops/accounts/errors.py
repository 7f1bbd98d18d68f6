"""What an action of accounts may refuse, each as its own exception with a message id for the reader's
language."""

from __future__ import annotations


class NotPermitted(Exception):
    """The acting post may not do this; `power` names what it lacks."""

    def __init__(self, power: str, area_id: str | None = None) -> None:
        super().__init__(f"the post lacks the power {power}" + (f" in area {area_id}" if area_id else ""))
        self.power = power
        self.area_id = area_id


class RefusedByPolicy(Exception):
    """The state of things does not allow it; `reason` is one of `policies.REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
