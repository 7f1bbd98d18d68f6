"""What duties are at an instant, as SQL over the stored answers: the same as `core.duties.clocks.states_at`, held to it
by a law of the tests.

The SQL speaks of the alias `a`; texts that recur stand there by number, so each statement is made for a database.
"""

from __future__ import annotations

from collections.abc import Iterable

from lastcase.core.duties.clocks import ATTEMPTS, SUPERSEDED, TIMELY, VOID
from lastcase.core.duties.coverage import FOUR_ALLS
from lastcase.ops.records.terms import numbers_of

OF_THE_ALLS = tuple(kind for kinds in FOUR_ALLS.values() for kind in kinds)
HOUR_UP = "date_bin('1 hour', {} + interval '3599999999 microseconds', timestamptz '2000-01-01 00:00Z')"
"""The full hour by which an instant has come."""


class DutySql:
    """Pieces of SQL about a duty. `at` is SQL of the instant asked about."""

    def __init__(self, using: str, at: str = "%(as_of)s") -> None:
        texts = [*SUPERSEDED, *TIMELY, *VOID, *ATTEMPTS, *OF_THE_ALLS]
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

    def spans(self) -> str:
        """Lateral tables: `s(span, from_at, until_at)`, what the duty is from when until when: open (due or to be due),
        missing, done. A null start is the beginning, a null end never comes; nothing stands before `issued_at`.

        `OFFSET 0` keeps what several spans share from being worked out for each of them.
        """
        end = (
            f"least(a.fulfilled_at, CASE WHEN NOT {self.missed} THEN a.closed_at END, "
            "a.exempt_at, a.handed_over_at)"
        )
        return f"""
            LATERAL (SELECT {end} AS ended, a.issued_at AS issued, a.postponed_at AS put,
                a.postponed_until_at AS until,
                least(a.attempted_at, {_overdue_from("a.due_at")}) AS missing,
                least(a.attempted_at, {_overdue_from("greatest(a.due_at, a.postponed_until_at)")}) AS missing_then
                OFFSET 0
            ) x,
            LATERAL (SELECT greatest(x.missing, x.issued) AS first_from, least(x.ended, x.put) AS first_until,
                CASE WHEN x.missing_then IS NOT NULL
                    THEN greatest(x.missing_then, x.put, x.until, x.issued) END AS then_from
                OFFSET 0
            ) y,
            LATERAL (VALUES
                ('open', x.issued, least(CASE WHEN x.missing IS NOT NULL THEN y.first_from END, y.first_until)),
                ('missing', CASE WHEN x.missing IS NOT NULL THEN y.first_from ELSE 'infinity' END, y.first_until),
                ('open', CASE WHEN x.put IS NULL THEN 'infinity' ELSE greatest(x.put, x.issued) END,
                    least(y.then_from, x.ended)),
                ('missing', CASE WHEN x.put IS NULL THEN 'infinity' ELSE coalesce(y.then_from, 'infinity') END,
                    x.ended),
                ('done', CASE WHEN a.fulfilled_at IS NULL THEN 'infinity'
                    ELSE greatest(a.fulfilled_at, x.issued) END, NULL::timestamptz)
            ) s(span, from_at, until_at)"""


def _overdue_from(limit: str) -> str:
    """From when a duty with this limit is overdue: a test sampled before it is so only once that is inconclusive."""
    return (
        f"(CASE WHEN a.due_at IS NULL THEN NULL WHEN a.sampled_at < {limit} THEN CASE WHEN a.inconclusive_at "
        f"IS NOT NULL THEN greatest({limit}, a.inconclusive_at) END ELSE {limit} END)"
    )
