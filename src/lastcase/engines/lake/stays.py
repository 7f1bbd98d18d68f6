"""The stays of persons inside their windows: where cases were, whoever else was there."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.engines.compiled import compiled
from lastcase.engines.lake.meet import Stays, Windows, find_stays
from lastcase.engines.lake.view import Ground, View

STAYS: dict[str, pl.DataType] = {
    "person": pl.UInt32(),
    "spot": pl.UInt32(),
    "start_s": pl.Int64(),
    "end_s": pl.Int64(),
    "quality": pl.UInt8(),
}


KINDS = (np.uint32, np.uint32, np.int64, np.int64, np.uint8)


def find_case_stays(view: View, windows: Windows) -> pl.DataFrame:
    """The stays of the persons of the windows, each cut to the preferred window that it reaches into; columns `STAYS`,
    in order of the persons and of time."""
    return _find(view, windows, True)


def find_whole_stays(view: View, windows: Windows) -> pl.DataFrame:
    """The same stays as they were, not cut."""
    return _find(view, windows, False)


def _find(view: View, windows: Windows, is_cut: bool) -> pl.DataFrame:
    room = 64 * len(windows.person) + 64
    while True:
        columns: list[Any] = [np.empty(room, kind) for kind in KINDS]
        stays = Stays(*(np.empty(1 << 12, np.int64) for _ in Stays._fields))
        n = _collect(windows, view.table, view.ground, is_cut, stays, *columns)
        if n >= 0:
            break
        room *= 4
    found = pl.DataFrame(
        {name: column[:n] for name, column in zip(STAYS, columns, strict=True)}, schema=STAYS
    )
    return found.sort("person", "start_s", "end_s", "spot")


@compiled
def _collect(
    windows: Windows,
    table: NDArray[np.int64],
    ground: Ground,
    is_cut: bool,
    stays: Stays,
    person: NDArray[np.uint32],
    spot: NDArray[np.uint32],
    start_s: NDArray[np.int64],
    end_s: NDArray[np.int64],
    quality: NDArray[np.uint8],
) -> int:
    """Fill in the stays of all persons; their number, -1 for want of room."""
    n = 0
    for case in range(len(windows.person)):
        for at in range(find_stays(case, windows, table, ground, 0, stays)):
            bit = np.uint64(1) << np.uint64(ground.setting_of[ground.place_of[stays.spot[at]]])
            for window in range(windows.first[case], windows.first[case + 1]):
                opens, closes = windows.from_s[window], windows.until_s[window]
                begin, finish = max(stays.start_s[at], opens), min(stays.end_s[at], closes)
                if not windows.settings[window] & bit or begin >= closes or finish < opens:
                    continue
                if finish == opens and stays.start_s[at] < finish:
                    continue
                if n == len(person):
                    return -1
                person[n], spot[n], quality[n] = windows.person[case], stays.spot[at], stays.quality[at]
                start_s[n] = begin if is_cut else stays.start_s[at]
                end_s[n] = finish if is_cut else stays.end_s[at]
                n += 1
                break
    return n
