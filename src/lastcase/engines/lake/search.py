"""Contact search over the packed index: from windows to pairs and rings.

The fast version of `core.contacts.search`, on numbers instead of ids and seconds instead of instants.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.core.contacts.dose import ALIKE, PLAIN, Percents
from lastcase.core.protocol.model import ContactRule
from lastcase.engines.lake.judge import ANY_ROW, NO_ROOM_ON_BENCH, Bench, Pairs, Rules, find_pairs_from
from lastcase.engines.lake.meet import (
    NO_ROOM_FOR_MEETINGS,
    NO_ROOM_FOR_STAYS,
    OPEN,
    Meetings,
    Stays,
    Windows,
)
from lastcase.engines.lake.view import ANY_SETTING, SETTING_BITS, UNKNOWN_SETTING, View

WINDOWS: dict[str, pl.DataType] = {
    "person": pl.UInt32(),
    "from_s": pl.Int64(),
    "until_s": pl.Int64(),
    "settings": pl.UInt64(),
}
"""When meeting a person counts: the preferred window of a person first; `until_s` null: open; `settings` a mask."""


FOUND: dict[str, pl.DataType] = {
    "case": pl.UInt32(),
    "person": pl.UInt32(),
    "certainty": pl.UInt8(),
    "rule": pl.Int8(),
    "first_s": pl.Int64(),
    "last_s": pl.Int64(),
    "least_s": pl.Int64(),
    "most_s": pl.Int64(),
    "dose": pl.Int64(),
    "n_meetings": pl.Int32(),
    "place": pl.UInt32(),
}
"""What `find_pairs` gives: the columns of `judge.Pairs` with `case` as the person's number."""


def mask_of(settings: Sequence[str]) -> int:
    """The mask of settings; of none: all of them, and places whose setting is not known."""
    return sum(1 << SETTING_BITS[name] for name in settings) if settings else ANY_SETTING


def make_rules(rules: Sequence[ContactRule], percents: Percents = ALIKE) -> Rules:
    """The rules of `core.contacts.search.visit_rules`, and what a minute counts for, as the kernels read them."""
    percent = np.full(UNKNOWN_SETTING + 1, PLAIN, np.int64)
    for setting, counts in percents.items():
        percent[SETTING_BITS[setting]] = counts
    return Rules(
        np.array([mask_of(rule.settings) for rule in rules], np.uint64),
        np.array([-1 if r.min_minutes is None else round(r.min_minutes * 60) for r in rules], np.int64),
        np.array([round(rule.cumulating_hours * 3600) for rule in rules], np.int64),
        np.array([ANY_ROW if r.max_rows_apart is None else r.max_rows_apart for r in rules], np.int64),
        percent,
    )


def make_windows(windows: pl.DataFrame) -> Windows:
    """The windows of a frame with columns `WINDOWS`, one entry a person in order of their numbers; those that end
    before they begin hold nothing."""
    held = windows.filter((pl.col("until_s") > pl.col("from_s")).fill_null(True))
    ordered = held.sort("person", maintain_order=True)
    person, counts = np.unique(ordered["person"].to_numpy(), return_counts=True)
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    columns = ordered.with_columns(pl.col("until_s").fill_null(OPEN))
    from_s, until_s, settings = (
        columns[name].to_numpy(writable=True) for name in ("from_s", "until_s", "settings")
    )
    return Windows(person.astype(np.uint32), first, from_s, until_s, settings)


class Searcher:
    """Searches one view; keeps its room from one search to the next. One thread at a time."""

    def __init__(self, view: View, room: int = 1 << 12) -> None:
        """`room`: rows to begin with; whatever runs out is doubled."""
        self.view = view
        self.stays = Stays(*(np.empty(room, np.int64) for _ in Stays._fields))
        self.meetings = _room_for_meetings(room, view.n_persons)
        self.bench = _room(Bench, room)
        self.pairs = _room(Pairs, room)

    def find_pairs(self, windows: Windows, rules: Rules, air_s: int = 0) -> pl.DataFrame:
        """One row a pair of a person searched for and one met, columns `FOUND`; the air of a place
        stays shared `air_s` seconds after a stay."""
        view, case, n_rows = self.view, 0, 0
        while True:
            case, n_rows, lacking = find_pairs_from(
                case, n_rows, windows, view.table, view.ground, view.slack_s, air_s, rules,
                self.stays, self.meetings, self.bench, self.pairs,
            )  # fmt: skip
            if case == len(windows.person):
                break
            self._give_room(lacking, n_rows)
        columns = {name: array[:n_rows] for name, array in self.pairs._asdict().items()}
        self.pairs = _room(Pairs, min(len(self.pairs.case), 1 << 20))
        columns["case"] = windows.person[columns["case"]]
        return pl.DataFrame(columns)

    def _give_room(self, lacking: int, n_rows: int) -> None:
        """Twice the room for what ran out."""
        if lacking == NO_ROOM_FOR_STAYS:
            self.stays = Stays(*(np.empty(2 * len(array), np.int64) for array in self.stays))
        elif lacking == NO_ROOM_FOR_MEETINGS:
            self.meetings = _room_for_meetings(2 * len(self.meetings.start_s), self.view.n_persons)
        elif lacking == NO_ROOM_ON_BENCH:
            self.bench = _room(Bench, 2 * len(self.bench.meeting))
        else:
            wider = _room(Pairs, 2 * len(self.pairs.case))
            for old, new in zip(self.pairs, wider, strict=True):
                new[:n_rows] = old[:n_rows]
            self.pairs = wider


def find_pairs(
    view: View, windows: Windows, rules: Rules, air_s: int = 0, *, n_threads: int = 1
) -> pl.DataFrame:
    """`Searcher.find_pairs` with the persons searched for shared out among threads."""
    if n_threads == 1 or len(windows.person) < n_threads:
        return Searcher(view).find_pairs(windows, rules, air_s)
    parts = [_part(windows, part) for part in np.array_split(np.arange(len(windows.person)), n_threads)]
    with ThreadPoolExecutor(n_threads) as threads:
        found = threads.map(lambda part: Searcher(view).find_pairs(part, rules, air_s), parts)
        return pl.concat(list(found))


def _part(windows: Windows, cases: NDArray[np.int64]) -> Windows:
    first = windows.first[cases[0] : cases[-1] + 2]
    rows = slice(first[0], first[-1])
    person = windows.person[cases[0] : cases[-1] + 1]
    return Windows(
        person, first - first[0], windows.from_s[rows], windows.until_s[rows], windows.settings[rows]
    )


def _room(kind: Any, size: int) -> Any:
    types = _TYPES[kind.__name__]
    return kind(*(np.empty(size, types[name]) for name in kind._fields))


_TYPES: dict[str, dict[str, type[np.generic]]] = {
    "Bench": {"meeting": np.int32, "fresh_from_s": np.int64, "fresh_s": np.int64, "rule": np.int8},
    "Pairs": {
        "case": np.int32,
        "person": np.uint32,
        "certainty": np.uint8,
        "rule": np.int8,
        "first_s": np.int64,
        "last_s": np.int64,
        "least_s": np.int64,
        "most_s": np.int64,
        "dose": np.int64,
        "n_meetings": np.int32,
        "place": np.uint32,
    },
}


def _room_for_meetings(size: int, n_persons: int) -> Meetings:
    return Meetings(
        start_s=np.empty(size, np.int64),
        end_s=np.empty(size, np.int64),
        slack_s=np.empty(size, np.int64),
        place=np.empty(size, np.uint32),
        rows=np.empty(size, np.int16),
        following=np.empty(size, np.int32),
        slot_of=np.full(n_persons, -1, np.int32),
        met=np.empty(size, np.uint32),
        head=np.empty(size, np.int32),
        tail=np.empty(size, np.int32),
    )
