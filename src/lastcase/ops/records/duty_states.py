"""What duties are at an instant, as SQL over the stored answers: the same as `core.duties.clocks.states_at`, held to it
by a law of the tests.

The SQL speaks of the alias `a`; texts that recur stand there by number, so each statement is made for a database.
"""

from __future__ import annotations

from collections.abc import Iterable

from lastcase.core.duties.clocks import ATTEMPTS, SUPERSEDED, TIMELY, VOID
from lastcase.ops.records.terms import numbers_of


class DutySql:
    """Pieces of SQL about a duty. `at` is SQL of the instant asked about."""

    def __init__(self, using: str, at: str = "%(as_of)s") -> None:
        texts = [*SUPERSEDED, *TIMELY, *VOID, *ATTEMPTS, "test"]
        self._numbers = numbers_of(texts, using)
        self.at = at

    def among(self, texts: Iterable[str]) -> str:
        """The numbers of texts named to this maker, as a list of SQL."""
        return ", ".join(str(self._numbers[text]) for text in texts)

    @property
    def missed(self) -> str:
        """Whether the end of the duty leaves it overdue: what can't be made up stays missed."""
        return (
            f"coalesce(a.kind IN ({self.among(TIMELY)}) AND a.due_at <= a.closed_at "
            f"AND a.closed_reason NOT IN ({self.among(VOID)}), false)"
        )

    def state(self) -> str:
        """The state (a code of DUTY_STATES)."""
        at = self.at
        ended = f"(a.closed_at <= {at} AND NOT {self.missed})"
        moved = f"a.postponed_at <= {at} AND a.postponed_until_at > a.due_at"
        limit = f"(CASE WHEN {moved} THEN a.postponed_until_at ELSE a.due_at END)"
        sampled = (
            f"coalesce(a.sampled_at <= {at} AND a.sampled_at < {limit}, false) "
            f"AND NOT coalesce(a.inconclusive_at <= {at}, false)"
        )
        tried = " ".join(
            f"WHEN {self._numbers[outcome]} THEN '{state}'" for outcome, state in ATTEMPTS.items()
        )
        return f"""(CASE
            WHEN a.fulfilled_at <= {at} THEN 'done'
            WHEN {ended} AND a.closed_reason IN ({self.among(SUPERSEDED)}) THEN 'superseded'
            WHEN {ended} THEN 'lapsed'
            WHEN a.exempt_at <= {at} THEN 'exempt'
            WHEN a.handed_over_at <= {at} THEN 'handed_over'
            WHEN a.postponed_at <= {at} AND a.postponed_until_at > {at} THEN 'postponed'
            WHEN a.attempted_at <= {at} THEN CASE a.attempt_outcome {tried} ELSE 'attempted' END
            WHEN {limit} <= {at} AND NOT ({sampled}) THEN 'overdue'
            WHEN a.opens_at <= {at} THEN 'due'
            ELSE 'not_yet_due' END)"""

    def progress(self) -> str:
        """How far a test has come: inconclusive, sampled, offered or null (what is resulted is done)."""
        at = self.at
        return f"""(CASE WHEN a.kind <> {self._numbers["test"]} THEN NULL
            WHEN a.inconclusive_at <= {at} THEN 'inconclusive' WHEN a.sampled_at <= {at} THEN 'sampled'
            WHEN a.offered_at <= {at} THEN 'offered' END)"""
