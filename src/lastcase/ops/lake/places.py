"""Where the cases of an outbreak were, by lake and record: the list that is published, places they share, and what
came about where they met others."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl
from django.utils import timezone

from lastcase.core.contacts.dose import dose_percents
from lastcase.core.contacts.fit import shared_air_min
from lastcase.core.contacts.incubation import NoSpread, incubation_range
from lastcase.core.contacts.places import VISITS, infection_windows, met_places, place_times, shared_places
from lastcase.core.contacts.search import find_meetings, visit_rules
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.editions import load_disease
from lastcase.engines.lake.search import make_windows
from lastcase.engines.lake.stays import find_case_stays, find_whole_stays
from lastcase.engines.lake.view import ANY_SETTING
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.permissions import check_may_see_persons
from lastcase.ops.lake.errors import NoCases, NoIncubation
from lastcase.ops.lake.find import Found, case_episodes, case_windows
from lastcase.ops.lake.view import OutbreakView, view_of
from lastcase.ops.records.audit import log_read
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.queries import load_outbreak, read_places


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
    episodes = case_episodes(outbreak, cases, edition, zone)
    between = incubation_days or _incubation_of(governed.disease)
    windows = infection_windows(episodes, *between, zone)
    return _named(shared_places(_visits(outbreak, cases, windows, by), n_least))


def find_met_places(found: Found) -> pl.DataFrame:
    """Where the cases of a search met those of its first ring, definitely or possibly, and what came about there.

    Columns of `core.contacts.places.MET` with the name and area of the place; nobody is unmasked.
    """
    edition, view = found.edition, found.view
    met = found.contacts.with_columns(person=found.numbers).filter(
        pl.col("certainty") != "short", ring=1, source="visit"
    )
    air_s, rules = round(shared_air_min(edition) * 60), visit_rules(edition, 1)
    facts = _facts_of(view, found.windows, met["person"].unique(), air_s)
    windows = view.windows_of_numbers(found.windows)
    meetings = find_meetings(facts, windows, rules, air_s / 60)
    return _named(met_places(meetings, dose_percents(edition)))


def _facts_of(view: OutbreakView, windows: pl.DataFrame, met: pl.Series, air_s: int) -> Facts:
    """The visits of the cases in their windows and those of whom they met at the same places; persons are told apart
    by their numbers."""
    # A stay that ended before a window still matters by its air; of whom they met any stay that can touch one.
    opens = windows.with_columns(pl.col("from_s") - air_s)
    around = pl.DataFrame({"person": met}, schema={"person": pl.UInt32}).select(
        "person",
        from_s=pl.lit(opens["from_s"].min(), pl.Int64),
        until_s=pl.lit(None if windows["until_s"].has_nulls() else windows["until_s"].max(), pl.Int64),
        settings=pl.lit(ANY_SETTING, pl.UInt64),
    )
    spots = view.spots.select("spot", "place_id", "unit", "setting")
    cases, others = (
        find_whole_stays(view.packed, make_windows(asked)).join(spots, on="spot") for asked in (opens, around)
    )
    near = others.join(cases.select("place_id").unique(), on="place_id", how="semi")
    # Who was searched for and met as well has stays on either side.
    stays = pl.concat([cases, near]).unique()
    slack_min = pl.Series(view.packed.slack_s) / 60
    return Facts.of(
        visits=stays.select(
            "place_id",
            "unit",
            person_id=pl.col("person").cast(pl.String),
            start_at=_instant("start_s"),
            end_at=_instant("end_s"),
            precision_min=slack_min.gather(stays["quality"]),
        ),
        places=stays.select("place_id", "setting").unique("place_id"),
    )


def _instant(seconds: str) -> pl.Expr:
    return pl.from_epoch(seconds, "s").dt.replace_time_zone("UTC").cast(INSTANT)


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
        start_at=_instant("start_s"),
        end_at=_instant("end_s"),
    ).cast(VISITS)  # type: ignore[arg-type]


def _named(places: pl.DataFrame) -> pl.DataFrame:
    """The rows with name and area of their places, where the record has them."""
    known = read_places(places["place_id"].unique().to_list()).select("place_id", "name", "area_id")
    return places.join(known, on="place_id", how="left", maintain_order="left")
