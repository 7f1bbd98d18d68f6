"""The rings: exposures to cases, exposures to their contacts, and one row a person and category with its clock."""

from __future__ import annotations

import polars as pl

from lastcase.core.answers import answer_schema
from lastcase.core.columns import columns_of
from lastcase.core.contacts.classify import classify
from lastcase.core.contacts.discover import exposures_to
from lastcase.core.contacts.episodes import last_exposure_of_pair
from lastcase.core.contacts.fit import fit_to_windows, shared_air_min
from lastcase.core.contacts.windows import infectious_windows
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import ContactRule, Protocol
from lastcase.core.remember import remembered

RING_SCHEMA = answer_schema("exposures") | {
    "void_at": INSTANT,
    "void_reason": pl.String(),
    "area_id": pl.String(),
}


def first_ring(facts: Facts, episodes: pl.DataFrame, protocol: Protocol, zone: str) -> pl.DataFrame:
    """Exposures to cases, judged; columns `RING_SCHEMA`.

    An exposure to a case that was discarded, or that was withdrawn, keeps its verdict and carries `void_at`.
    """
    named = facts["contacts"].filter(pl.col("is_source_pair").fill_null(False))["case_person_id"]
    persons = pl.concat([episodes.filter("has_contacts")["person_id"], named]).unique()
    raw = exposures_to(facts, persons, last_exposure_of_pair(episodes, zone), shared_air_min(protocol))
    windows = infectious_windows(episodes, protocol, zone).join(
        episodes.select("person_id", "episode", "found_at", "void_at", case_area_id="area_id"),
        on=["person_id", "episode"],
    )
    fitted = fit_to_windows(raw, windows.rename({"person_id": "case_person_id"}))
    told = fitted.filter(pl.col("is_in_window") | ~_is_visit())
    judged = classify(_without_known_cases(told, episodes), facts["judgements"], protocol, 1)
    return _finish(judged, protocol, 1)


def second_ring(
    facts: Facts, close: pl.DataFrame, episodes: pl.DataFrame, protocol: Protocol
) -> pl.DataFrame:
    """Exposures to close contacts, judged; columns `RING_SCHEMA`. Empty where the edition follows no second
    ring.

    Only stays from the contact's own first exposure on count, up to the contact's quarantine or the end of
    the contact's follow-up.
    """
    if not any(rule.order == 2 for rule in protocol.of_kind(ContactRule)) or close.is_empty():
        return pl.DataFrame(schema=RING_SCHEMA)
    windows = close_windows(facts, close)
    raw = exposures_to(facts, close["person_id"], _no_pairs(), 0.0).filter(~pl.col("is_source_pair"))
    fitted = fit_to_windows(raw, windows.filter(pl.col("window_start_at").is_not_null()))
    others = fitted.join(close.select("person_id", close_at="named_at"), on="person_id", how="left")
    is_fresh = pl.col("close_at").is_null() | (pl.col("close_at") > pl.col("found_at"))
    fresh = others.filter(pl.col("is_in_window") & is_fresh)
    judged = classify(_without_known_cases(fresh, episodes), facts["judgements"], protocol, 2)
    means_nothing = (pl.col("verdict") == "ruled_out") & pl.col("reason").is_in(
        ["too_short_or_far", "no_rule"]
    )
    return _finish(judged.filter(pl.col("is_in_window") & ~(_is_visit() & means_nothing)), protocol, 2)


def _is_visit() -> pl.Expr:
    """Visits that met: thousands that mean nothing come with every list of check-ins, and nobody told of any."""
    return pl.col("exposure_source") == "visit"


def close_windows(facts: Facts, close: pl.DataFrame) -> pl.DataFrame:
    """When meeting close contacts counts: from the first exposure to quarantine, or to the end of the follow-up."""
    stays = facts["stays"].filter(pl.col("stay_kind") != "health_monitoring")
    apart = stays.group_by("person_id").agg(apart_at=pl.col("start_at").min())
    return close.join(apart, on="person_id", how="left").select(
        case_person_id="person_id",
        episode=pl.lit(0, pl.Int64),
        window_rule=pl.lit(None, pl.String),
        window_start_at="first_exposure_at",
        window_end_at=pl.min_horizontal("apart_at", "closed_at"),
        window_settings=pl.lit([], pl.List(pl.String())),
        found_at="named_at",
        void_at=pl.when(pl.col("closed_reason").is_in(["discarded", "exposure_removed"])).then("closed_at"),
        case_area_id="area_id",
    )


def _no_pairs() -> pl.DataFrame:
    return pl.DataFrame(
        schema={"person_id": pl.String, "window_first_at": INSTANT, "window_last_at": INSTANT}
    )


def _without_known_cases(fitted: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    """Whoever was a case before the exposure was found is no contact by it."""
    own = (
        _standing(episodes)
        .group_by("person_id")
        .agg(own_found_at=pl.col("found_at").min(), own_ended_at=pl.col("recovered_at").max())
    )
    joined = fitted.join(own, on="person_id", how="left")
    is_case = (
        (pl.col("own_found_at") <= pl.col("found_at"))
        & (pl.col("own_ended_at").is_null() | (pl.col("start_at") < pl.col("own_ended_at")))
        & ~pl.col("is_source_pair")
    ).fill_null(False)
    return joined.with_columns(
        window_reason=pl.when(is_case & pl.col("is_in_window"))
        .then(pl.lit("already_case"))
        .otherwise("window_reason"),
        is_in_window=pl.col("is_in_window") & ~is_case,
    )


@remembered
def _standing(episodes: pl.DataFrame) -> pl.DataFrame:
    """Episodes that count as infections and were not discarded."""
    standing = episodes.filter(pl.col("void_at").is_null() & pl.col("is_counted"))
    return standing.select("person_id", "found_at", "recovered_at", "became_case_at")


def _finish(judged: pl.DataFrame, protocol: Protocol, order: int) -> pl.DataFrame:
    removed = pl.col("removed_at").is_not_null()
    issued = pl.max_horizontal("found_at", pl.when(pl.col("reason") == "judged").then("judged_at"))
    made = {
        "key": pl.format("{}|{}|{}|{}", "person_id", "case_person_id", "source_id", pl.lit(order)),
        "order": pl.lit(order),
        "edition": pl.lit(protocol.id),
        "found_at": pl.coalesce(issued, "start_at", "end_at"),
        "void_at": pl.min_horizontal("void_at", "removed_at"),
        "void_reason": pl.when(removed & (pl.col("removed_at") <= pl.col("void_at")).fill_null(True))
        .then(pl.lit("exposure_removed"))
        .when(pl.col("void_at").is_not_null())
        .then(pl.lit("discarded")),
        "area_id": pl.coalesce("area_id", "case_area_id"),
    }
    return (
        judged.select(columns_of(RING_SCHEMA, **made))
        .sort("key")
        .filter((pl.col("key") != pl.col("key").shift()).fill_null(True))
    )


def contact_persons(
    ring: pl.DataFrame, episodes: pl.DataFrame, protocol: Protocol, category: str
) -> pl.DataFrame:
    """One row a person of the category: exposures that count pooled, the latest one setting the clock.

    Where some exposures still stand, void ones are left out; where all are void, the follow-up is closed at
    the instant the last became void. Becoming a case closes it too. Columns of `contact_persons` in the
    answers plus `area_id`, the area that named the latest exposure.
    """
    counts = (pl.col("verdict") == "accepted") & (pl.col("category") == category)
    standing = pl.col("void_at").is_null()
    kept = ring.filter(counts & (standing | ~(counts & standing).any().over("person_id"))).sort(
        "end_at", "key", nulls_last=False
    )
    pooled = kept.group_by("person_id").agg(
        n_exposures=pl.len().cast(pl.Int64),
        via_person_id=pl.col("case_person_id").last(),
        area_id=pl.col("area_id").last(),
        source_ids=_cited(),
        first_exposure_at=pl.min_horizontal(pl.col("start_at").min(), pl.col("end_at").min()),
        last_exposure_at=pl.col("end_at").max(),
        is_open=pl.col("is_open").any(),
        named_at=pl.col("found_at").min(),
        void_at=pl.col("void_at").max(),
        void_reason=pl.col("void_reason").last(),
    )
    joined = pooled.join(_later_cases(pooled, episodes), on="person_id", how="left")
    closes_first = (pl.col("became_case_at") <= pl.col("void_at")).fill_null(
        pl.col("became_case_at").is_not_null()
    )
    return joined.with_columns(
        closed_at=pl.min_horizontal("became_case_at", "void_at"),
        closed_reason=pl.when(closes_first).then(pl.lit("became_case")).otherwise("void_reason"),
        key=pl.format("{}|{}|{}", "person_id", pl.lit(category), pl.lit(protocol.id)),
        category=pl.lit(category),
        edition=pl.lit(protocol.id),
        ends_at=pl.lit(None, INSTANT),
    )


def _cited() -> pl.Expr:
    """The facts an exposure rests on: what named or showed it, and the case it was to."""
    case = pl.format("cases:{}:{}", "case_person_id", pl.col("episode").cast(pl.String)).filter(
        pl.col("episode") > 0
    )
    return pl.col("source_id").unique().sort().append(case.unique().sort())


def _later_cases(pooled: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    """When each contact first became a case, but in an episode that was over before the first exposure."""
    return (
        pooled.select("person_id", "first_exposure_at")
        .join(_standing(episodes), on="person_id")
        .filter(
            pl.col("recovered_at").is_null()
            | pl.col("first_exposure_at").is_null()
            | (pl.col("recovered_at") > pl.col("first_exposure_at"))
        )
        .group_by("person_id")
        .agg(pl.col("became_case_at").min())
    )
