"""The lake of an outbreak as this process last read it: opened anew only when it has changed."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import polars as pl

from lastcase.engines.lake.dictionary import Dictionary
from lastcase.engines.lake.manifest import Quality
from lastcase.engines.lake.snapshot import Snapshot
from lastcase.engines.lake.view import View, make_view
from lastcase.ops.lake.errors import NoLake
from lastcase.ops.lake.house import OutbreakLake, open_lake
from lastcase.ops.records.models import LakeState, Outbreak

KEPT = 4
"""So many outbreaks' lakes a process keeps open."""


@dataclass(frozen=True)
class StandingLake:
    """One state of a lake, open: `base` is the view of its segments alone."""

    snapshot: Snapshot
    dictionary: Dictionary
    classes: tuple[Quality, ...]
    base: View

    @property
    def spots(self) -> pl.DataFrame:
        return self.snapshot.spots


_kept: dict[int, tuple[tuple[str, int], StandingLake]] = {}
_lock = Lock()


def standing_lake(outbreak: Outbreak) -> StandingLake:
    """The lake of the outbreak as it stands. Raises NoLake, and what the lake raises."""
    return stand_in(open_lake(outbreak))


def stand_in(house: OutbreakLake) -> StandingLake:
    """The same of a lake that has been found."""
    outbreak = house.outbreak
    mark = (str(house.lake.folder), house.lake.manifest().generation)
    with _lock:
        found = _kept.get(outbreak.pk)
        if found is None or found[0] != mark:
            _kept.pop(outbreak.pk, None)
            while len(_kept) >= KEPT:
                _kept.pop(next(iter(_kept)))
            lake = _open(house)
            found = _kept[outbreak.pk] = ((mark[0], lake.snapshot.generation), lake)
        return found[1]


def get_ready() -> None:
    """Open the lakes and load the search, so that the first positive waits for neither."""
    from lastcase.engines.lake.search import WINDOWS, find_pairs, make_rules, make_windows

    nobody = make_windows(pl.DataFrame([(0, 0, 1, 0)], schema=WINDOWS, orient="row"))
    for state in LakeState.objects.select_related("outbreak")[:KEPT]:
        try:
            lake = standing_lake(state.outbreak)
        except NoLake:
            continue
        lake.dictionary.numbers(pl.Series(["nobody"]))
        if lake.base.n_persons:
            find_pairs(lake.base, nobody, make_rules([]))


def _open(house: OutbreakLake) -> StandingLake:
    snapshot, dictionary = house.state()
    base = make_view(snapshot.segments, snapshot.spots, snapshot.slack_s, snapshot.n_persons)
    return StandingLake(snapshot, dictionary, house.lake.manifest().qualities, base)
