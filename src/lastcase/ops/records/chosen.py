"""The duties that a bulk act is about, chosen by their keys or by the filter of a list, gathered in a temporary table.

`chosen_duty` holds, of each, what makes its key spelled out, its instants, and where its person is shown. Only duties
still to be done and shown to the acting post are gathered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from lastcase.engines.bridge import copy_in
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.errors import ActRefused
from lastcase.ops.records.gaps import GapFilter, GapSelect, Scope
from lastcase.ops.records.writing import Writing

BATCH_DUTIES_MAX = 20_000
_KEY = {
    "person_id": pl.String(),
    "kind": pl.String(),
    "rule": pl.String(),
    "episode": pl.Int32(),
    "ordinal": pl.Int32(),
    "edition": pl.String(),
}


@dataclass(frozen=True)
class Selection:
    """Duties by key (`gaps.duty_key`), or all that a filter finds within a range of positions."""

    keys: Sequence[str] = ()
    chosen: GapFilter | None = None
    span: tuple[int, int] | None = field(default=None)


def gather_chosen(now: Writing, scope: Scope, selection: Selection, by: Actor) -> int:
    """Fill `chosen_duty` and say how many there are. Raises ActRefused for none, and for more than a batch takes."""
    now.run("DROP TABLE IF EXISTS chosen_duty, asked_duty")
    found, params = (
        _by_filter(now, scope, selection) if selection.chosen else _by_keys(now, scope, selection.keys)
    )
    lo, hi = by.scope or (0, 0)
    now.run(
        _GATHER.format(found=found), params | {"mine_lo": lo, "mine_hi": hi, "outbreak": scope.outbreak_id}
    )
    now.run("ANALYZE chosen_duty")
    n_duties = int(now.one("SELECT count(*) FROM chosen_duty"))
    if not n_duties:
        raise ActRefused("nothing_chosen", "keys")
    if n_duties > BATCH_DUTIES_MAX:
        raise ActRefused("too_many", "keys", most=f"{BATCH_DUTIES_MAX:,}")
    return n_duties


_GATHER = """
    CREATE TEMP TABLE chosen_duty ON COMMIT DROP AS
    SELECT a.person_id, k.term AS duty_kind, r.term AS rule, a.episode, a.ordinal, e.term AS edition, a.opens_at,
        a.due_at, coalesce(a.is_release, false) AS is_release, m.pos_naming, m.pos_present, m.pos_residence
    FROM ({found}) g
    JOIN answer_duties a ON a.outbreak_id = %(outbreak)s AND a.ctid = g.at
    JOIN records_term k ON k.id = a.kind JOIN records_term r ON r.id = a.rule JOIN records_term e ON e.id = a.edition
    JOIN records_member m ON m.outbreak_id = a.outbreak_id AND m.person_id = a.person_id
    WHERE (a.pos_naming >= %(mine_lo)s AND a.pos_naming < %(mine_hi)s
        OR a.pos_present >= %(mine_lo)s AND a.pos_present < %(mine_hi)s
        OR a.pos_residence >= %(mine_lo)s AND a.pos_residence < %(mine_hi)s)
"""


def _by_filter(now: Writing, scope: Scope, selection: Selection) -> tuple[str, dict[str, object]]:
    within = replace(scope, span=selection.span or scope.span, using=now.alias)
    asked = GapFilter(selection.chosen.values if selection.chosen else {})
    select = GapSelect(within, asked, BATCH_DUTIES_MAX)
    return select.rows("a.ctid AS at", BATCH_DUTIES_MAX + 1), select.params


def _by_keys(now: Writing, scope: Scope, keys: Sequence[str]) -> tuple[str, dict[str, object]]:
    now.run(
        """CREATE TEMP TABLE asked_duty (person_id text, kind text, rule text, episode int, ordinal int, edition text)
           ON COMMIT DROP"""
    )
    copy_in(now.cursor, "asked_duty", _frame(keys[: BATCH_DUTIES_MAX + 1]))
    now.run("ANALYZE asked_duty")
    found = """SELECT a.ctid AS at FROM asked_duty q JOIN records_term k ON k.term = q.kind
        JOIN records_term r ON r.term = q.rule JOIN records_term e ON e.term = q.edition
        JOIN answer_duties a ON a.outbreak_id = %(outbreak)s AND a.person_id = q.person_id AND a.kind = k.id
            AND a.rule = r.id AND a.episode = q.episode AND a.ordinal = q.ordinal AND a.edition = e.id
        WHERE (a.fulfilled_at IS NULL OR a.fulfilled_at > %(as_of)s)"""
    return found, {"as_of": scope.as_of}


def _frame(keys: Sequence[str]) -> pl.DataFrame:
    """Keys as columns; what is none is left out."""
    parts = [key.rsplit("|", 5) for key in dict.fromkeys(keys)]
    sound = [
        (*part[:3], int(part[3]), int(part[4]), part[5])
        for part in parts
        if len(part) == len(_KEY)
        and part[3].isdigit()
        and part[4].isdigit()
        and max(map(len, part[3:5])) < 10
    ]
    return pl.DataFrame(sound, schema=_KEY, orient="row")
