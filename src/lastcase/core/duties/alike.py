"""Duties that no instant from `since` on tells apart, counted together.

Of two million duties most are done for good, and the others fall due at the same few hours in the same areas: tens of
thousands of sorts are left, each with the number of its duties. `clocks.states_at` reads the clocks of the sorts as it
reads those of duties. When the duties of some persons are replaced, theirs are taken off and the new ones added; nobody
else's are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.core.days import at
from lastcase.core.duties.clocks import SUPERSEDED, TIMELY, VOID, states_at

HELD = ("kind", "responsible", "area_id")
"""What figures are counted by."""
COMPARED = (
    "issued_at",
    "opens_at",
    "due_at",
    "fulfilled_at",
    "sampled_at",
    "inconclusive_at",
    "attempted_at",
    "attempt_outcome",
    "exempt_at",
    "handed_over_at",
    "closed_at",
    "closed_reason",
    "postponed_at",
    "postponed_until_at",
)
"""What the state of a duty hangs on."""
SHARE_FOLLOWED = 0.25
"""Persons followed one by one are put among the others once their duties are more than this share of all."""
CHUNKS_MAX = 8
"""Pieces of which the sorts may consist before they are put in one."""

NEVER = pl.lit(None, pl.Datetime("us", "UTC"))

Numbers = NDArray[np.int64]


def stand_ins(duties: pl.DataFrame, since: datetime, by: Sequence[str] = ()) -> pl.DataFrame:
    """`person_id`, `HELD`, `by` and `COMPARED` of the duties, with stand-ins that make many of them equal.

    At every `as_of` from `since` (aware) on, each has the state that it has in truth. `due_at` is true, but null for a
    duty that was done or ended by `since`: it can't be missing any more. `progress` is not kept.
    """
    now = at(since)
    is_done, is_missed = _by("fulfilled_at", now), _missed()
    is_ended = _by("closed_at", now) & ~is_missed & ~is_done
    is_open = ~is_done & ~is_ended
    is_superseded = pl.col("closed_reason").is_in(SUPERSEDED).fill_null(False)
    plain = {name: pl.when(_by(name, now)).then(now).otherwise(name) for name in COMPARED if _is_plain(name)}
    of_open = {
        **plain,
        "due_at": pl.col("due_at"),
        "sampled_at": _sampled(now),
        "attempt_outcome": pl.col("attempt_outcome"),
        "postponed_until_at": pl.col("postponed_until_at"),
    }
    # What ended too late to be made up stays owed: that it ended says nothing more.
    ends = is_open & ~(is_missed & _by("closed_at", now))
    told = {
        **{name: pl.when(is_open).then(value) for name, value in of_open.items()},
        "issued_at": plain["issued_at"],
        "fulfilled_at": plain["fulfilled_at"],
        "closed_at": pl.when(is_ended).then(now).when(ends).then("closed_at"),
        "closed_reason": pl.when(is_ended & is_superseded)
        .then(pl.lit(SUPERSEDED[0]))
        .when(ends)
        .then("closed_reason"),
    }
    return duties.lazy().select("person_id", *HELD, *by, **{name: told[name] for name in COMPARED}).collect()


def _is_plain(name: str) -> bool:
    """Whether only this is asked of the column: has its instant come?"""
    return name.endswith("_at") and name not in ("due_at", "sampled_at", "closed_at", "postponed_until_at")


def _by(name: str, now: pl.Expr) -> pl.Expr:
    return (pl.col(name) <= now).fill_null(False)


def _missed() -> pl.Expr:
    in_time = pl.col("kind").is_in(TIMELY) & (pl.col("due_at") <= pl.col("closed_at"))
    return (in_time & ~pl.col("closed_reason").is_in(VOID)).fill_null(False)


def _sampled(now: pl.Expr) -> pl.Expr:
    """When a test was sampled: that counts only if it was before the limit, which a postponement moves."""
    in_time = (pl.col("sampled_at") < pl.col("due_at")).fill_null(False)
    early = pl.min_horizontal(pl.col("due_at") - pl.duration(microseconds=1), now)
    return (
        pl.when(~_by("sampled_at", now) | pl.col("postponed_until_at").is_not_null())
        .then("sampled_at")
        .when(in_time & ~_by("inconclusive_at", now))
        .then(early)
    )


@dataclass(frozen=True)
class AlikeDuties:
    """The sorts of duties, and whose duties are of which.

    `n` counts the duties of each sort. The sorts of a person's duties are `numbers[first : first + n]` by the row of
    `spans`, or those that `followed` names if the person is among `anew`.
    """

    since: datetime
    by: tuple[str, ...]
    sorts: pl.DataFrame
    n: Numbers
    spans: pl.DataFrame
    numbers: NDArray[np.uint32]
    anew: pl.DataFrame
    followed: pl.DataFrame

    @classmethod
    def of(cls, duties: pl.DataFrame, since: datetime, by: Sequence[str] = ()) -> AlikeDuties:
        """The duties counted, for every `as_of` from `since` on. `by`: columns by which sorts are told apart beside
        `HELD`."""
        told = stand_ins(duties, since, by)
        columns = [name for name in told.columns if name != "person_id"]
        grouped = told.group_by(columns).agg("person_id").with_row_index("number")
        one_by_one = grouped.select("person_id", "number").explode("person_id")
        sorts = grouped.select(columns)
        n = np.bincount(one_by_one["number"].to_numpy(), minlength=sorts.height)
        nobody = one_by_one.clear()
        return cls(since, tuple(by), sorts, n, *_packed(one_by_one), nobody.select("person_id"), nobody)

    def states_at(self, as_of: datetime) -> pl.DataFrame:
        """The sorts with their `state` at `as_of` and `n` duties each, of those issued by then: columns `HELD`, `by`,
        `due_at`, `state`, `n`.

        Raises ValueError for an instant before `since`.
        """
        if as_of < self.since:
            raise ValueError(f"duties alike from {self.since} on are not told apart at {as_of}")
        sorts = self.sorts.lazy().with_columns(n=pl.Series(self.n, dtype=pl.Int64), offered_at=NEVER)
        told = states_at(sorts.filter(pl.col("n") > 0), as_of)
        return told.select(*HELD, *self.by, "due_at", "state", "n").collect()

    def follow(self, duties: pl.DataFrame, persons: Sequence[str]) -> AlikeDuties:
        """The same after all duties of the persons were replaced by `duties`."""
        gone = pl.DataFrame({"person_id": persons}, schema={"person_id": pl.String})
        sorts, fresh = self._known(stand_ins(duties, self.since, self.by))
        n = np.zeros(sorts.height, np.int64)
        n[: len(self.n)] = self.n
        n += np.bincount(fresh["number"].to_numpy(), minlength=len(n))
        n -= np.bincount(self._numbers_of(gone), minlength=len(n))
        kept = self.followed.join(gone, on="person_id", how="anti")
        anew = pl.concat([self.anew.join(gone, on="person_id", how="anti"), gone.unique()])
        after = replace(self, sorts=sorts, n=n, anew=anew, followed=pl.concat([kept, fresh]))
        is_long = after.followed.height > SHARE_FOLLOWED * max(len(self.numbers), 1)
        return after._put_together() if is_long else after

    def _known(self, told: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The sorts with those of the duties that are new among them, and each duty's person and `number` of sort."""
        columns = self.sorts.columns
        here = pl.col("area_id").is_in(told["area_id"].unique().implode(), nulls_equal=True)
        near = self.sorts.with_row_index("number").filter(here)
        asked = told.select(columns).unique()
        found = asked.join(near, on=columns, how="left", nulls_equal=True, maintain_order="left")
        is_new = found["number"].is_null()
        after = pl.int_range(pl.len(), dtype=pl.UInt32) + self.sorts.height
        new = found.filter(is_new).with_columns(number=after)
        known = pl.concat([found.filter(~is_new), new])
        numbered = told.join(known, on=columns, how="left", nulls_equal=True)
        sorts = pl.concat([self.sorts, new.select(columns)]) if new.height else self.sorts
        return sorts.rechunk() if sorts.n_chunks() > CHUNKS_MAX else sorts, numbered.select(
            "person_id", "number"
        )

    def _numbers_of(self, persons: pl.DataFrame) -> NDArray[Any]:
        """The sorts of all duties of the persons."""
        later = self.followed.join(persons, on="person_id", how="semi")["number"].to_numpy()
        spans = self.spans.join(persons, on="person_id", how="semi").join(
            self.anew, on="person_id", how="anti"
        )
        rows = spans.select(pl.int_ranges("first", pl.col("first") + pl.col("n")).explode()).to_series()
        return np.concatenate([later, self.numbers[rows.drop_nulls().to_numpy()]])

    def _put_together(self) -> AlikeDuties:
        """The same with nobody followed apart, and without sorts that no duty is of."""
        person = self.spans.select(pl.col("person_id").repeat_by("n").explode())
        base = person.with_columns(number=pl.Series(self.numbers, dtype=pl.UInt32))
        every = pl.concat([base.join(self.anew, on="person_id", how="anti"), self.followed])
        is_held = self.n > 0
        now_at = (np.cumsum(is_held) - 1).astype(np.uint32)
        every = every.with_columns(number=pl.Series(now_at[every["number"].to_numpy()], dtype=pl.UInt32))
        spans, numbers = _packed(every)
        return replace(
            self,
            sorts=self.sorts.filter(pl.Series(is_held)),
            n=self.n[is_held],
            spans=spans,
            numbers=numbers,
            anew=self.anew.clear(),
            followed=self.followed.clear(),
        )


def _packed(one_by_one: pl.DataFrame) -> tuple[pl.DataFrame, NDArray[np.uint32]]:
    """Sorts in the order of persons, and where those of each person stand."""
    ordered = one_by_one.sort("person_id")
    spans = ordered.group_by("person_id", maintain_order=True).agg(n=pl.len().cast(pl.Int64))
    spans = spans.with_columns(first=pl.col("n").cum_sum() - pl.col("n"))
    return spans.select("person_id", "first", "n"), ordered["number"].to_numpy()
