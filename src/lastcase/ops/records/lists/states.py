"""States of duties as SQL, equal to `core.duties.clocks.states_at`: so that a list of millions is filtered where it
lies.

The alias `t` is a row of `answer_duties`; `%(as_of)s` the instant. Texts are compared by their numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lastcase.core.duties.clocks import ATTEMPTS, SUPERSEDED, TIMELY, VOID
from lastcase.core.duties.coverage import MISSING_STATES
from lastcase.core.facts.vocabulary import DUTY_STATES

STATES = tuple(code.value for code in DUTY_STATES)
CODES = (*SUPERSEDED, *TIMELY, *VOID, *ATTEMPTS)
"""Texts whose numbers `state_of` needs."""
_BY = "coalesce(t.{} <= %(as_of)s, false)"


def state_of(numbers: Mapping[str, int]) -> str:
    """SQL of a duty's state. `numbers` are those of `CODES`, as far as any row has them."""

    def among(column: str, codes: Collection[str]) -> str:
        found = sorted(numbers[code] for code in codes if code in numbers)
        return f"t.{column} = ANY('{{{','.join(map(str, found))}}}'::int[])"

    missed = (
        f"coalesce({among('kind', TIMELY)} AND t.due_at <= t.closed_at"
        f" AND NOT {among('closed_reason', VOID)}, false)"
    )
    ended = f"{_BY.format('closed_at')} AND NOT {missed}"
    in_time = (
        f"coalesce(t.sampled_at <= %(as_of)s AND t.sampled_at < t.due_at, false)"
        f" AND NOT {_BY.format('inconclusive_at')}"
    )
    attempts = " ".join(
        f"WHEN {among('attempt_outcome', [outcome])} THEN '{state}'" for outcome, state in ATTEMPTS.items()
    )
    return f"""CASE WHEN {_BY.format("fulfilled_at")} THEN 'done'
        WHEN {ended} AND coalesce({among("closed_reason", SUPERSEDED)}, false) THEN 'superseded'
        WHEN {ended} THEN 'lapsed'
        WHEN {_BY.format("exempt_at")} THEN 'exempt'
        WHEN {_BY.format("handed_over_at")} THEN 'handed_over'
        WHEN {_BY.format("attempted_at")} THEN CASE {attempts} ELSE 'attempted' END
        WHEN {_BY.format("due_at")} AND NOT ({in_time}) THEN 'overdue'
        WHEN {_BY.format("opens_at")} THEN 'due'
        ELSE 'not_yet_due' END"""


def is_in_state(asked: str, numbers: Mapping[str, int], covered: Collection[str]) -> str:
    """SQL: the duty is in one of the states asked for, or in a group of them.

    Missing and late are only those of `covered` kinds, of which some feed tells: of others nobody can.
    """
    kinds = sorted(numbers[kind] for kind in covered if kind in numbers)
    told = f"t.kind = ANY('{{{','.join(map(str, kinds))}}}'::int[])"
    missing = f"{_among(MISSING_STATES, numbers)} AND {told}"
    groups = {
        "missing": missing,
        "late": f"{missing} AND t.due_at <= %(as_of)s",
        "should": _among((*MISSING_STATES, "done"), numbers),
    }
    states = [state for state in asked.split(",") if state in STATES]
    return groups.get(asked) or _among(states, numbers)


def _among(states: Collection[str], numbers: Mapping[str, int]) -> str:
    listed = ", ".join(f"'{state}'" for state in states)
    if not states:
        return "false"
    overdue = "t.due_at <= %(as_of)s AND " if set(states) == {"overdue"} else ""
    return f"{overdue}({state_of(numbers)}) IN ({listed})"


def needs_open(asked: str) -> bool:
    """Whether no duty that was done can be in the states asked for."""
    return asked != "should" and "done" not in asked.split(",")
