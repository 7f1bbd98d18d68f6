"""Where the cases of an outbreak were, by lake and record: the list that is published, and places they share."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl
from django.utils import timezone

from lastcase.core.contacts.episodes import find_episodes
from lastcase.core.contacts.incubation import NoSpread, incubation_range
from lastcase.core.contacts.places import VISITS, infection_windows, place_times, shared_places
from lastcase.core.facts.field import INSTANT
from lastcase.editions import load_disease
from lastcase.engines.lake.search import make_windows
from lastcase.engines.lake.stays import find_case_stays
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.permissions import check_may_see_persons
from lastcase.ops.lake.errors import NoCases, NoIncubation
from lastcase.ops.lake.find import case_windows
from lastcase.ops.lake.view import OutbreakView, view_of
from lastcase.ops.records.audit import log_read
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.queries import load_facts, load_outbreak, read_places


def find_place_times(
    outbreak: str, cases: Collection[str], *, by: Actor, as_of: datetime | None = None
) -> pl.DataFrame:
    """Places and times at which these cases were infectious, without any person and without homes.

    Columns of `core.contacts.places.TIMES` with the name and area of the place. Raises NotPermitted,
    OutbreakNotFound, NoLake, NoCases.
    """
    check_may_see_persons(by)
    governed = load_outbreak(outbreak)
    edition = governed.edition_at(as_of or timezone.now())
    windows = case_windows(outbreak, cases, edition, governed.time_zone)
    return _named(place_times(_visits(outbreak, cases, windows, by)))


def find_shared_places(
    outbreak: str,
    cases: Collection[str],
    *,
    by: Actor,
    n_least: int = 2,
    incubation_days: tuple[float, float] | None = None,
) -> pl.DataFrame:
    """Places where several of these cases were when they were probably infected: what may be their source.

    That is the incubation period before the onset, or before the finding, where there is none: between
    `incubation_days`, or the middle 95 % of the outbreak's disease. Columns of `core.contacts.places.SHARED` with
    the name and area of the place. Raises as `find_place_times`, and NoIncubation.
    """
    check_may_see_persons(by)
    governed = load_outbreak(outbreak)
    edition, zone = governed.edition_at(timezone.now()), governed.time_zone
    facts = load_facts(outbreak, persons=list(cases))
    episodes = find_episodes(facts, edition, zone).filter(
        pl.col("person_id").is_in(list(cases)) & pl.col("void_at").is_null()
    )
    between = incubation_days or _incubation_of(governed.disease)
    windows = infection_windows(episodes, *between, zone)
    return _named(shared_places(_visits(outbreak, cases, windows, by), n_least))


def _incubation_of(disease: str) -> tuple[float, float]:
    try:
        return incubation_range(load_disease(disease))
    except NoSpread:
        raise NoIncubation(disease=disease) from None


def _visits(outbreak: str, cases: Collection[str], windows: pl.DataFrame, by: Actor) -> pl.DataFrame:
    """Visits of the cases cut to their windows, columns `VISITS`; the cases go into the audit."""
    home = get_outbreak(outbreak)
    if windows.is_empty():
        raise NoCases(outbreak=home.name, n=len(cases))
    view = view_of(home)
    log_read(by, sorted(set(cases)), outbreak=home.name)
    stays = find_case_stays(view.packed, make_windows(view.numbered_windows(windows)))
    return _by_id(stays, view)


def _by_id(stays: pl.DataFrame, view: OutbreakView) -> pl.DataFrame:
    spots = view.spots.select("spot", "place_id", "unit", "setting")
    named = stays.join(spots, on="spot", how="left", maintain_order="left")
    return named.select(
        pl.col("person").cast(pl.String),
        "place_id",
        "unit",
        "setting",
        start_at=pl.from_epoch("start_s", "s").dt.replace_time_zone("UTC").cast(INSTANT),
        end_at=pl.from_epoch("end_s", "s").dt.replace_time_zone("UTC").cast(INSTANT),
    ).cast(VISITS)  # type: ignore[arg-type]


def _named(places: pl.DataFrame) -> pl.DataFrame:
    """The rows with name and area of their places, where the record has them."""
    known = read_places(places["place_id"].unique().to_list()).select("place_id", "name", "area_id")
    return places.join(known, on="place_id", how="left", maintain_order="left")
