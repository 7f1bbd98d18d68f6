"""Which step may follow which state, as data: the checks, the choices of the forms and the tests read these
tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Steps = Mapping[str, tuple[str, ...]]

CASE_STATUS_STEPS: Steps = MappingProxyType(
    {
        "suspected": ("probable", "confirmed", "asymptomatic_infection", "discarded"),
        "probable": ("confirmed", "discarded"),
        "presumptive_positive": ("confirmed", "asymptomatic_infection", "re_positive", "discarded"),
        "confirmed": ("asymptomatic_infection", "discarded"),
        "asymptomatic_infection": ("confirmed", "discarded"),
        "re_positive": ("discarded",),
        "discarded": ("suspected", "presumptive_positive", "confirmed", "asymptomatic_infection"),
    }
)
"""Statuses of a case that an investigator may decide next. A discarded case may be taken up again."""

JUDGEMENT_STEPS: Steps = MappingProxyType(
    {
        "": ("close_contact", "copresent_person", "ruled_out"),
        "close_contact": ("copresent_person", "ruled_out"),
        "copresent_person": ("close_contact", "ruled_out"),
        "ruled_out": ("close_contact", "copresent_person"),
    }
)
"""Judgements of an exposure; the first is of a candidate that nobody has judged."""

HAND_OVER_STEPS: Steps = MappingProxyType(
    {"": ("requested",), "requested": ("received", "withdrawn"), "received": ("requested",), "withdrawn": ()}
)
"""A hand-over: requested by the sender, then signed for by the receiver or withdrawn by the sender."""

OBJECTION_STEPS: Steps = MappingProxyType(
    {"open": ("upheld", "rejected", "taken_back"), "upheld": (), "rejected": (), "taken_back": ()}
)
"""An objection: open until it is upheld or rejected by who decides, or taken back by who raised it."""

WITHDRAWABLE = ("extend_release", "release_now", "exempt")
"""Decisions about a person that may be withdrawn; the others are replaced by signing anew."""


def next_steps(steps: Steps, state: str) -> tuple[str, ...]:
    """What may follow a state; nothing where the table does not know it."""
    return steps.get(state, ())
