"""The states that a list of duties is narrowed to, one or a group of them, as SQL over the alias `a`; each duty's state
is that of `duty_states`."""

from __future__ import annotations

from collections.abc import Collection

from lastcase.core.duties.coverage import MISSING_STATES
from lastcase.core.facts.vocabulary import DUTY_STATES
from lastcase.ops.records.duty_states import DutySql

STATES = tuple(code.value for code in DUTY_STATES)


def is_in_state(asked: str, sql: DutySql, covered: Collection[int]) -> str:
    """SQL: the duty is in one of the states asked for, or in a group of them.

    Missing and late are only those of `covered` kinds (by number), of which some feed tells: of others nobody can.
    """
    told = f"a.kind = ANY('{{{','.join(map(str, sorted(covered)))}}}'::int[])"
    missing = f"{_among(MISSING_STATES, sql)} AND {told}"
    groups = {
        "missing": missing,
        "late": f"{missing} AND a.due_at <= {sql.at}",
        "should": _among((*MISSING_STATES, "done"), sql),
    }
    states = [state for state in asked.split(",") if state in STATES]
    return groups.get(asked) or _among(states, sql)


def _among(states: Collection[str], sql: DutySql) -> str:
    if not states:
        return "false"
    listed = ", ".join(f"'{state}'" for state in states)
    overdue = f"a.due_at <= {sql.at} AND " if set(states) == {"overdue"} else ""
    return f"{overdue}{sql.state()} IN ({listed})"


def needs_open(asked: str) -> bool:
    """Whether no duty that was done can be in the states asked for."""
    return asked != "should" and "done" not in asked.split(",")
