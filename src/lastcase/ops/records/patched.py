"""Tables of a reading that follow the record, each only once somebody looks at it.

A change brings the rows about some owners (persons, or risk areas) anew: a patch. A table gathers its patches until it
is looked at; then its rows about these owners give way to the new ones. What is made of a table and can follow by
itself, such as a few of its rows, is a view: it is kept, and brought up when it is looked at, without the table.

Nothing is changed in place: a table stands for one revision, and the next is made of it by `then`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import polars as pl

from lastcase.core.answers import ANSWERS, Answers

Value = TypeVar("Value")
Follow = Callable[[Any, pl.DataFrame, list[str]], Any]
"""What was made of a table, after the rows about the owners were replaced by these; None where that can't be told."""
Pick = Callable[[pl.DataFrame], pl.DataFrame]

WHOLE = "whole"
SHARE_WAITING = 0.5
"""Patches that nobody looked at are put in once their rows are more than this share of the table's."""
CHUNKS_MAX = 8
"""Pieces of which a patched frame may consist before it is put in one."""


@dataclass(frozen=True)
class Patch:
    """All rows of a table about these owners, as they stand from now on."""

    owners: list[str]
    rows: pl.DataFrame


@dataclass(frozen=True)
class _Seen:
    """What was made of a table, on what terms, how many of its patches that holds, and how it follows the others.

    `follow` None: it can't but when somebody looks at it.
    """

    value: Any
    n_held: int
    follow: Follow | None
    terms: Hashable = None


class PatchedTable:
    """A table at one revision. `columns` name the owners of a row; without any, only the whole can be replaced."""

    def __init__(self, frame: pl.DataFrame, columns: Collection[str] = ()) -> None:
        self._columns = tuple(columns)
        self._patches: tuple[Patch, ...] = ()
        self._seen: dict[Hashable, _Seen] = {WHOLE: _Seen(frame, 0, partial(_put_in, self._columns))}

    @property
    def whole(self) -> pl.DataFrame:
        """All rows."""
        frame: pl.DataFrame = self._brought_up(WHOLE, self._seen[WHOLE], partial(_put_in, self._columns))
        return frame

    def part(self, name: Hashable, pick: Pick, terms: Hashable = None) -> pl.DataFrame:
        """The part of the rows that `pick` takes, those of each owner by themselves, with the columns that name the
        owners. One name and `terms` stand for one `pick`."""
        return self.view(name, pick, partial(_put_in_part, self._columns, pick), terms)

    def about(self, owners: Collection[str]) -> pl.DataFrame:
        """The rows about these owners, without putting anything in."""
        base = self._seen[WHOLE]
        waiting = self._patches[base.n_held :]
        meant = _about(self._columns, owners)
        patched = {owner for patch in waiting for owner in patch.owners}
        rows = base.value.filter(meant).filter(~_about(self._columns, patched))
        return joined(rows, _together(waiting, self._columns)[1].filter(meant)) if waiting else rows

    def view(
        self,
        name: Hashable,
        make: Callable[[pl.DataFrame], Value],
        follow: Follow,
        terms: Hashable = None,
        *,
        is_alone: bool = True,
        is_stale: Callable[[Any], bool] = lambda _: False,
    ) -> Value:
        """What `make` makes of the rows, kept under the name and brought up by `follow`; made anew on other `terms`,
        where it is stale, and where `follow` can't tell (None).

        `is_alone` False: `follow` hangs on more than the rows, and is asked only by who looks.
        """
        seen = self._seen.get(name)
        if seen is None or seen.terms != terms or (seen.value is not None and is_stale(seen.value)):
            base = self._seen[WHOLE]
            seen = _Seen(make(base.value), base.n_held, follow if is_alone else None, terms)
        value: Value | None = self._brought_up(name, seen, follow)
        if value is None:
            value = make(self.whole)
            self._seen[name] = replace(seen, value=value, n_held=len(self._patches))
        return value

    def kept(self, name: Hashable) -> Any:
        """The view as it was last brought up; None where none is kept."""
        seen = self._seen.get(name)
        return seen and seen.value

    def then(self, owners: list[str], rows: pl.DataFrame) -> PatchedTable:
        """The table after the rows about the owners were replaced by these."""
        if not owners:
            return self
        seen = dict(self._seen)
        held = min(one.n_held for one in seen.values())
        after = PatchedTable(seen[WHOLE].value, self._columns)
        after._patches = (*self._patches[held:], Patch(owners, rows))
        after._seen = {name: replace(one, n_held=one.n_held - held) for name, one in seen.items()}
        after._put_in_if_many()
        return after

    def _brought_up(self, name: Hashable, seen: _Seen, follow: Follow) -> Any:
        n = len(self._patches)
        if seen.n_held < n and seen.value is not None:
            owners, rows = _together(self._patches[seen.n_held :], self._columns)
            seen = replace(seen, value=follow(seen.value, rows, owners))
        self._seen[name] = replace(seen, n_held=n)
        return seen.value

    def _put_in_if_many(self) -> None:
        n_rows = sum(patch.rows.height for patch in self._patches)
        if n_rows <= SHARE_WAITING * self._seen[WHOLE].value.height:
            return
        for name, seen in list(self._seen.items()):
            if seen.follow is None:
                del self._seen[name]
            else:
                self._brought_up(name, seen, seen.follow)


def _put_in(
    columns: Sequence[str], frame: pl.DataFrame, rows: pl.DataFrame, owners: list[str]
) -> pl.DataFrame:
    return joined(frame.filter(~_about(columns, owners)), rows)


def _about(columns: Sequence[str], owners: Collection[str]) -> pl.Expr:
    meant = pl.Series(list(owners), dtype=pl.String).implode()
    return pl.any_horizontal(pl.col(name).is_in(meant).fill_null(False) for name in columns)


def _put_in_part(
    columns: Sequence[str], pick: Pick, part: pl.DataFrame, rows: pl.DataFrame, owners: list[str]
) -> pl.DataFrame:
    return _put_in(columns, part, pick(rows), owners)


def joined(before: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Both together, in not too many pieces."""
    together = pl.concat([before, rows.select(before.columns)]) if rows.height else before
    return together.rechunk() if together.n_chunks() > CHUNKS_MAX else together


def _together(patches: Sequence[Patch], columns: Sequence[str]) -> tuple[list[str], pl.DataFrame]:
    """Several patches as one: of each owner the rows that came last."""
    if len(patches) == 1:
        return patches[0].owners, patches[0].rows
    last = {owner: place for place, patch in enumerate(patches) for owner in patch.owners}
    came = pl.DataFrame(
        {"owner": list(last), "last": list(last.values())}, schema={"owner": pl.String, "last": pl.Int64}
    )
    rows = pl.concat([patch.rows.with_columns(came=place) for place, patch in enumerate(patches)])
    for column in columns:
        rows = (
            rows.join(came, left_on=column, right_on="owner", how="left")
            .filter((pl.col("last") <= pl.col("came")).fill_null(True))
            .drop("last")
        )
    return list(last), rows.drop("came")


class PatchedTables(Mapping[str, pl.DataFrame]):
    """Frames by table name, each patched when it is looked at."""

    def __init__(self, tables: Mapping[str, PatchedTable]) -> None:
        self.tables = dict(tables)

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name].whole

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


class PatchedAnswers(Answers):
    """Answers of which each table is patched when it is looked at."""

    def __init__(self, tables: Mapping[str, PatchedTable]) -> None:
        object.__setattr__(self, "tables", dict(tables))

    tables: dict[str, PatchedTable]

    def __getattr__(self, name: str) -> pl.DataFrame:
        if name not in ANSWERS:
            raise AttributeError(name)
        return self.tables[name].whole
