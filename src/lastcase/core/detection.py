"""Found in the community or under control: by the control in force when the first positive specimen was
taken.

Control is a stay in quarantine or isolation that covers the instant, or living in a high-risk area that
stands then. What is closed later never reclassifies a case; only a signed override does. Where the outbreak
has no source of stays or risk areas at all, the detection is unknown, which is not "in the community".
"""

from __future__ import annotations

import polars as pl

from lastcase.core.answers import answer_schema
from lastcase.core.columns import columns_of
from lastcase.core.contacts.episodes import ISOLATION_KINDS, QUARANTINE_KINDS, find_episodes
from lastcase.core.contacts.windows import infectious_windows
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.remember import remembered
from lastcase.core.risk_areas.location import residents_of_risk_areas
from lastcase.core.risk_areas.periods import inside, periods
from lastcase.core.risk_areas.standing import list_in_force

CONTROL_STAYS = (*QUARANTINE_KINDS, *ISOLATION_KINDS)
BINDING_LEVELS = ("high",)
"""Levels whose residents stay at home: a case among them is found under control."""


@remembered
def counted_episodes(facts: Facts, outbreak: Outbreak) -> pl.DataFrame:
    """Episodes that the edition of their day counts as infections, with their infectious window.

    Columns of `find_episodes` and `edition`, `window_start_at` (the earliest), `window_end_at` (the latest;
    null: open or unknown).
    """
    parts = []
    for protocol, start, end in periods(outbreak):
        episodes = find_episodes(facts, protocol, outbreak.time_zone)
        counted = episodes.filter(pl.col("is_counted") & inside(pl.col("found_at"), start, end))
        windows = infectious_windows(episodes, protocol, outbreak.time_zone)
        parts.append(
            counted.join(_widest(windows), on=["person_id", "episode"], how="left").with_columns(
                edition=pl.lit(protocol.id)
            )
        )
    return pl.concat(parts)


def detect(facts: Facts, outbreak: Outbreak) -> pl.DataFrame:
    """The answer table `detections`: one row a counted episode, sorted by its key.

    `control` names what bound the person (`stays:ID`, `risk_areas:ID`, `override`); null: nothing, or not
    known.
    """
    cases = counted_episodes(facts, outbreak).with_columns(
        taken_at=pl.coalesce("specimen_at", "found_at"), key=_key()
    )
    homes = facts["persons"].select("person_id", home_area_id="residence_area_id")
    found = (
        cases.join(_stays_over(cases, facts), on="key", how="left")
        .join(_areas_over(cases, facts), on="key", how="left")
        .join(homes, on="person_id", how="left")
        .with_columns(control=_control(), area_id=pl.coalesce("area_id", "home_area_id"))
        .with_columns(detection=_detection(has_control_feed(facts)))
    )
    return found.select(columns_of(answer_schema("detections"))).sort("key")


@remembered
def controlled_episodes(facts: Facts, outbreak: Outbreak, detections: pl.DataFrame) -> pl.DataFrame:
    """`counted_episodes` with the `control` that bound the person, as the detections tell it."""
    return counted_episodes(facts, outbreak).join(
        detections.select("person_id", "episode", "control"), on=["person_id", "episode"], how="left"
    )


def has_control_feed(facts: Facts) -> bool:
    """Whether anything on record could show that a person was under control."""
    fed = facts["receipts"]["table_name"].is_in(["stays", "risk_areas"]).any()
    return fed or facts["stays"].height > 0 or facts["risk_areas"].height > 0


def _key() -> pl.Expr:
    return pl.format("{}:{}", "person_id", pl.col("episode").cast(pl.String))


def _widest(windows: pl.DataFrame) -> pl.DataFrame:
    return windows.group_by("person_id", "episode").agg(
        pl.col("window_start_at").min(),
        window_end_at=pl.when(pl.col("window_end_at").null_count() == 0).then(pl.col("window_end_at").max()),
    )


def _covers_taken() -> pl.Expr:
    started = pl.col("start_at") <= pl.col("taken_at")
    return started & (pl.col("end_at").is_null() | (pl.col("end_at") > pl.col("taken_at")))


def _stays_over(cases: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    stays = facts["stays"].filter(pl.col("stay_kind").is_in(CONTROL_STAYS))
    covering = cases.join(stays, on="person_id").filter(_covers_taken())
    return covering.group_by("key").agg(stay_id=pl.col("stay_id").sort_by("start_at", "stay_id").first())


def _areas_over(cases: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    binding = list_in_force(facts).filter(pl.col("risk_level").is_in(BINDING_LEVELS))
    covering = (
        cases.join(residents_of_risk_areas(facts), on="person_id")
        .join(binding, on="risk_area_id")
        .filter(_covers_taken())
    )
    return covering.group_by("key").agg(risk_area_id=pl.col("risk_area_id").min())


def _control() -> pl.Expr:
    return (
        pl.when(pl.col("detection_override").is_not_null())
        .then(pl.lit("override"))
        .when(pl.col("stay_id").is_not_null())
        .then(pl.format("stays:{}", "stay_id"))
        .when(pl.col("risk_area_id").is_not_null())
        .then(pl.format("risk_areas:{}", "risk_area_id"))
    )


def _detection(has_feed: bool) -> pl.Expr:
    by_control = (
        pl.when(pl.col("control").is_not_null())
        .then(pl.lit("managed_detected"))
        .otherwise(pl.lit("community_detected" if has_feed else None, pl.String))
    )
    return pl.coalesce("detection_override", by_control)
