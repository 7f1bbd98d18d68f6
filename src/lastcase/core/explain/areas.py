"""Why a risk area's clock stands where it stands: messages written as JSON text, all rows at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import polars as pl

from lastcase.core.explain import Message, loads


def explain_area(row: Mapping[str, object]) -> list[Message]:
    """The explanation of one row of `risk_area_clocks` or `area_proposals`."""
    because = row.get("because")
    return loads(because if isinstance(because, str) else None)


def with_reasons(clocks: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Clocked stays with the column `because`, instants in the civil time of `zone`."""
    # What the messages are made of is written as JSON once, not in each of them.
    texts = {
        "risk_area": pl.coalesce("name", "risk_area_id"),
        "level": pl.col("risk_level"),
        "stay": pl.format("risk_areas:{}", "key"),
        "case": pl.col("clock_case"),
        "rules": pl.col("rule"),
    }
    plain = {name: pl.col(name).cast(pl.String) for name in ("clean_days", *_COUNTS)} | {
        name: pl.col(name).dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d %H:%M") for name in _INSTANTS
    }
    written = clocks.with_columns(
        *(_json(text).alias(f"{name}_json") for name, text in texts.items()),
        *(pl.format('"{}"', text.fill_null("")).alias(f"{name}_json") for name, text in plain.items()),
    )
    return written.with_columns(because=_because())


_COUNTS = ("n_roster", "n_negative", "n_blocking")
_INSTANTS = ("clock_from_at", "clean_at", "round_from_at", "round_met_at", "release_at", "end_at")


def _json(text: pl.Expr) -> pl.Expr:
    """A text as JSON; null stays null."""
    told = pl.struct(text.alias("text")).struct.json_encode()
    return pl.when(text.is_not_null()).then(told.str.strip_prefix('{"text":').str.strip_suffix("}"))


@cache
def _because() -> pl.Expr:
    has_rule, runs = pl.col("rule").is_not_null(), pl.col("clock_from_at").is_not_null()
    messages = (
        pl.when(~has_rule).then(_message(pl.lit("area.no_rule"), "level")),
        pl.when(has_rule & ~runs).then(_message(pl.lit("area.clock_waits"))),
        pl.when(runs).then(_message(_began(), "clock_from_at", facts=("stay", "case"))),
        pl.when(runs & (pl.col("clean_days") > 0)).then(
            _message(pl.lit("area.clean_days"), "clean_days", "clean_at")
        ),
        pl.when("has_closing_round").then(_round()),
        pl.when(pl.col("release_at").is_not_null()).then(
            _message(pl.lit("area.may_be_released"), "release_at")
        ),
        pl.when(pl.col("end_at").is_not_null()).then(_message(_left(), "end_at")),
        pl.when(pl.col("lineage") == "unknown").then(_message(pl.lit("area.lineage_unknown"))),
    )
    return pl.format("[{}]", pl.concat_str(messages, separator=",", ignore_nulls=True))


def _began() -> pl.Expr:
    return (
        pl.when(pl.col("clock_case").is_not_null())
        .then(pl.lit("area.clock_restarted"))
        .when(pl.col("higher_gone_at") > pl.col("origin_at"))
        .then(pl.lit("area.clock_from_no_higher"))
        .when(pl.col("origin_at") < pl.col("start_at"))
        .then(pl.lit("area.clock_inherited"))
        .otherwise(pl.lit("area.clock_from_designation"))
    )


def _round() -> pl.Expr:
    return (
        pl.when(pl.col("n_roster").is_null())
        .then(_message(pl.lit("area.no_roster"), "round_from_at"))
        .when(pl.col("round_met_at").is_null())
        .then(_message(pl.lit("area.round_waits"), "round_from_at", *_COUNTS))
        .otherwise(_message(pl.lit("area.round_met"), "round_from_at", *_COUNTS, "round_met_at"))
    )


def _left() -> pl.Expr:
    return (
        pl.when(pl.col("is_early_exit").is_null())
        .then(pl.lit("area.left_lost"))
        .when("is_early_exit")
        .then(pl.lit("area.left_early"))
        .otherwise(pl.lit("area.left"))
    )


def _message(id: pl.Expr, *params: str, facts: tuple[str, ...] = ("stay",)) -> pl.Expr:
    """One message as JSON text: its id, parameters and facts by their names, and the row's own rule."""
    pieces: list[pl.Expr] = [
        pl.lit('{"id":"'),
        id,
        pl.lit('","params":{"risk_area":'),
        pl.col("risk_area_json"),
    ]
    for name in params:
        pieces += [pl.lit(f',"{_NAMES.get(name, name)}":'), pl.col(f"{name}_json").fill_null('""')]
    told = pl.concat_str([f"{name}_json" for name in facts], separator=",", ignore_nulls=True)
    rules = pl.col("rules_json").fill_null("")
    return pl.concat_str(*pieces, pl.lit('},"facts":['), told, pl.lit('],"rules":['), rules, pl.lit("]}"))


_NAMES = {"clean_days": "days"}
"""What a parameter is called where that is not the name of its column."""
