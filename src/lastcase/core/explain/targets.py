"""Why a target is met, missed, open or not known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol as Shape

from lastcase.core.explain import Message
from lastcase.core.protocol.model import Target


class Explained(Shape):
    """Anything that carries its explanation, such as `targets.TargetStatus`."""

    @property
    def because(self) -> Sequence[Message]:
        """The messages, in reading order."""


def because_of(
    target: Target,
    due_on: date,
    value: float | None,
    basis: str,
    facts: Sequence[str],
    status: str,
    area_id: str | None,
    *,
    decision: str | None,
    is_floor: bool,
) -> tuple[Message, ...]:
    """The explanation of one target: where its date comes from, what was read where, and the verdict."""
    dated = Message(
        "target.due_signed" if decision else "target.due_assumed",
        {"day": target.day, "due_on": due_on.isoformat()},
        (f"decisions:{decision}",) if decision else (),
        (target.id,),
    )
    read = Message(
        f"target.read_{basis}",
        {"numerator": target.numerator, "value": _number(value), "area_id": area_id or ""},
        tuple(facts),
        (target.id,),
    )
    floor = (Message("target.read_floor", {}, (), (target.id,)),) if is_floor else ()
    verdict = Message(
        f"target.{status}", {"value": _number(value), "limit": _number(target.limit)}, (), (target.id,)
    )
    return (dated, read, *floor, verdict)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def explain_target(status: Explained) -> list[Message]:
    """The explanation of one target's status."""
    return list(status.because)
