"""The visits that the lake has of persons whom the reader is shown by name: a few cases, inside windows."""

from __future__ import annotations

import numpy as np
import polars as pl

from lastcase.core.facts.field import INSTANT
from lastcase.engines.lake.search import WINDOWS, make_windows, mask_of
from lastcase.engines.lake.stays import find_case_stays, find_whole_stays
from lastcase.ops.lake.errors import NoLake
from lastcase.ops.lake.standing import StandingLake, standing_lake
from lastcase.ops.records.models import Outbreak

OWN: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "place_id": pl.String(),
    "unit": pl.String(),
    "setting": pl.String(),
    "start_at": INSTANT,
    "end_at": INSTANT,
    "precision_min": pl.Float64(),
    "visit_source": pl.String(),
}


def visits_in_lake(
    outbreak: Outbreak,
    windows: pl.DataFrame,
    *,
    is_cut: bool = False,
    at: pl.Series | None = None,
    beside: str | None = None,
) -> pl.DataFrame:
    """The visits of the persons of `windows` (person_id, window_start_at, window_end_at) that reach into their
    windows, columns `OWN`, in the order of persons and times; `is_cut`: cut to them. `at`: only those at one of these
    places, or at one where the person `beside` was inside the windows.

    None where there is no lake, or it knows none of the persons. The caller notes whom it shows.
    """
    nothing = pl.DataFrame(schema=OWN)
    if windows.is_empty():
        return nothing
    try:
        lake = standing_lake(outbreak)
    except NoLake:
        return nothing
    numbered = windows.select(
        person=lake.dictionary.numbers(windows["person_id"]),
        from_s=pl.col("window_start_at").dt.epoch("s"),
        until_s=pl.col("window_end_at").dt.epoch("s"),
        settings=pl.lit(mask_of(()), pl.UInt64),
    ).filter(pl.col("person").is_not_null())
    if numbered.is_empty():
        return nothing
    find = find_case_stays if is_cut else find_whole_stays
    stays = find(lake.base, make_windows(numbered.cast(WINDOWS)))  # type: ignore[arg-type]
    return _named(stays if at is None else _at(stays, lake, at, beside), lake)


def _at(stays: pl.DataFrame, lake: StandingLake, places: pl.Series, beside: str | None) -> pl.DataFrame:
    """The stays at these places, and at those where the person `beside` stayed."""
    ground = lake.base.ground
    stayed_at = ground.place_of[stays["spot"].to_numpy()]
    wanted = np.zeros(len(ground.bare_of), np.bool_)
    wanted[lake.spots.filter(pl.col("place_id").is_in(places.implode()))["place"].to_numpy()] = True
    person = lake.dictionary.numbers(pl.Series([beside], dtype=pl.String))[0]
    if person is not None:
        wanted[stayed_at[(stays["person"] == person).to_numpy()]] = True
    return stays.filter(pl.Series(wanted[stayed_at]))


def _named(stays: pl.DataFrame, lake: StandingLake) -> pl.DataFrame:
    spots = lake.spots[stays["spot"]]
    sources = [one.visit_source for one in lake.classes]
    precisions = [None if one.precision_s is None else one.precision_s / 60 for one in lake.classes]
    quality = stays["quality"].cast(pl.UInt32)
    return stays.select(
        person_id=lake.dictionary.persons(stays["person"]),
        place_id=spots["place_id"],
        unit=spots["unit"],
        setting=spots["setting"],
        start_at=pl.from_epoch("start_s", "s").dt.replace_time_zone("UTC").cast(INSTANT),
        end_at=pl.from_epoch("end_s", "s").dt.replace_time_zone("UTC").cast(INSTANT),
        precision_min=pl.Series(precisions, dtype=pl.Float64).gather(quality),
        visit_source=pl.Series(sources, dtype=pl.String).gather(quality),
    )
