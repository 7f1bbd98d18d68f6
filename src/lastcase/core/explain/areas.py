"""Why a risk area's clock stands where it stands: messages written as JSON text, all rows at once."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lastcase.core.explain import Message, loads


def explain_area(row: Mapping[str, object]) -> list[Message]:
    """The explanation of one row of `risk_area_clocks` or `area_proposals`."""
    because = row.get("because")
    return loads(because if isinstance(because, str) else None)


def because_of_clocks(zone: str) -> pl.Expr:
    """The column `because` of clocked stays, instants in the civil time of `zone`."""
    has_rule, runs = pl.col("rule").is_not_null(), pl.col("clock_from_at").is_not_null()
    return _listed(
        pl.when(~has_rule).then(_message(pl.lit("area.no_rule"), {"level": pl.col("risk_level")}, _stay())),
        pl.when(has_rule & ~runs).then(_message(pl.lit("area.clock_waits"), {}, _stay())),
        pl.when(runs).then(_began(zone)),
        pl.when(runs & (pl.col("clean_days") > 0)).then(
            _message(
                pl.lit("area.clean_days"),
                {"days": pl.col("clean_days").cast(pl.String), "clean_at": _local("clean_at", zone)},
                _stay(),
            )
        ),
        pl.when("has_closing_round").then(_round(zone)),
        pl.when(pl.col("release_at").is_not_null()).then(
            _message(pl.lit("area.may_be_released"), {"release_at": _local("release_at", zone)}, _stay())
        ),
        pl.when(pl.col("end_at").is_not_null()).then(_left(zone)),
        pl.when(pl.col("lineage") == "unknown").then(_message(pl.lit("area.lineage_unknown"), {}, _stay())),
    )


def _began(zone: str) -> pl.Expr:
    began = (
        pl.when(pl.col("clock_case").is_not_null())
        .then(pl.lit("area.clock_restarted"))
        .when(pl.col("higher_gone_at") > pl.col("origin_at"))
        .then(pl.lit("area.clock_from_no_higher"))
        .when(pl.col("origin_at") < pl.col("start_at"))
        .then(pl.lit("area.clock_inherited"))
        .otherwise(pl.lit("area.clock_from_designation"))
    )
    params = {"clock_from_at": _local("clock_from_at", zone)}
    return _message(began, params, _facts(_stay_id(), pl.col("clock_case")))


def _round(zone: str) -> pl.Expr:
    params = {"round_from_at": _local("round_from_at", zone)}
    counts = {
        **params,
        "n_roster": pl.col("n_roster").cast(pl.String),
        "n_negative": pl.col("n_negative").cast(pl.String),
        "n_blocking": pl.col("n_blocking").cast(pl.String),
    }
    return (
        pl.when(pl.col("n_roster").is_null())
        .then(_message(pl.lit("area.no_roster"), params, _stay()))
        .when(pl.col("round_met_at").is_null())
        .then(_message(pl.lit("area.round_waits"), counts, _stay()))
        .otherwise(
            _message(
                pl.lit("area.round_met"), {**counts, "round_met_at": _local("round_met_at", zone)}, _stay()
            )
        )
    )


def _left(zone: str) -> pl.Expr:
    left = (
        pl.when(pl.col("is_early_exit").is_null())
        .then(pl.lit("area.left_lost"))
        .when("is_early_exit")
        .then(pl.lit("area.left_early"))
        .otherwise(pl.lit("area.left"))
    )
    return _message(left, {"end_at": _local("end_at", zone)}, _stay())


def _local(column: str, zone: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d %H:%M")


def _stay_id() -> pl.Expr:
    return pl.format("risk_areas:{}", "key")


def _stay() -> pl.Expr:
    return _facts(_stay_id())


def _facts(*ids: pl.Expr) -> pl.Expr:
    return pl.concat_list(ids).list.drop_nulls()


def _message(id: pl.Expr, params: Mapping[str, pl.Expr], facts: pl.Expr) -> pl.Expr:
    """One message as JSON text; `rules` is the row's own rule."""
    named = {"risk_area": pl.coalesce("name", "risk_area_id"), **params}
    filled = [value.fill_null("").alias(name) for name, value in named.items()]
    return pl.struct(
        id.alias("id"),
        pl.struct(filled).alias("params"),
        facts.alias("facts"),
        pl.concat_list("rule").list.drop_nulls().alias("rules"),
    ).struct.json_encode()


def _listed(*messages: pl.Expr) -> pl.Expr:
    return pl.format("[{}]", pl.concat_str(messages, separator=",", ignore_nulls=True))
