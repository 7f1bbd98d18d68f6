"""From an exposure inside a window to a verdict: which rule fits, and whether an investigator must look.

A candidate is not an order. Only a rule that the edition marks automatic, or an investigator's judgement,
makes an exposure count.
"""

from __future__ import annotations

from functools import cache, lru_cache

import polars as pl

from lastcase.core.contacts.together import PAIR, counted_once
from lastcase.core.facts.vocabulary import DISTANCES, values
from lastcase.core.protocol.model import ContactRule, Protocol, TimeLimit
from lastcase.core.protocol.table import rule_table
from lastcase.core.remember import remembered

_DISTANCES = values(DISTANCES)
"""From the nearest on."""


def classify(
    exposures: pl.DataFrame, judgements: pl.DataFrame, protocol: Protocol, order: int
) -> pl.DataFrame:
    """Adds `rule`, `category`, `verdict`, `reason`, `judge_by_at` and `judged_at` to exposures, beside what these are
    read from.

    `exposures` has the columns of `discover.SCHEMA`, `is_in_window`, `window_reason` and `found_at`. `order`
    1 classifies exposures to cases, 2 those to contacts. What fits a rule of contacts by the most minutes alone is
    somebody to ask: a candidate, whatever the rule does by itself.
    """
    rules = rules_of(protocol, order)
    ruled = _with_possible_rule(with_rule(exposures, rules), rules)
    return (
        ruled.join(_attributes(protocol), on="rule", how="left")
        .join(
            judgements.select("case_person_id", "person_id", "judgement", "judged_at"),
            on=["case_person_id", "person_id"],
            how="left",
        )
        .with_columns(
            verdict=_verdict(),
            reason=_reason(),
            category=_category(order),
            judge_by_at=pl.col("found_at") + pl.duration(minutes=round(_judge_hours(protocol) * 60)),
        )
    )


def rules_of(protocol: Protocol, order: int) -> list[ContactRule]:
    """The edition's contact rules of an order, the first to decide first."""
    return sorted((r for r in protocol.of_kind(ContactRule) if r.order == order), key=lambda r: r.priority)


def with_rule(exposures: pl.DataFrame, rules: list[ContactRule]) -> pl.DataFrame:
    """Adds `rule`, the id of the first of the `rules` that fits; null where none does."""
    counted = _with_cumulated_minutes(exposures, rules)
    return counted.select(pl.col(exposures.columns), rule=_first_fit(tuple(rules)))


def _with_possible_rule(ruled: pl.DataFrame, rules: list[ContactRule]) -> pl.DataFrame:
    """Adds `is_unsure`, and for such an exposure the rule that it fits by the most minutes."""
    least_is_most = (pl.col("minutes_least") == pl.col("minutes_most")).fill_null(True)
    doubted = pl.col("rule").is_null() & pl.col("is_in_window") & ~least_is_most
    if not ruled.select(doubted.any()).item():
        return ruled.with_columns(is_unsure=pl.lit(False))
    close = [rule for rule in rules if rule.category != "copresent_person"]
    at_most = ruled.select(pl.exclude("rule", "minutes_least"), minutes_least="minutes_most")
    by_most = with_rule(at_most, close)["rule"]
    return ruled.with_columns(
        is_unsure=doubted & by_most.is_not_null(),
        rule=pl.when(doubted).then(by_most).otherwise("rule"),
    )


Period = tuple[float, int | None]
"""Hours in which minutes are cumulated, and how many rows apart what adds to them may be (null: any)."""


def _periods(rules: list[ContactRule]) -> list[Period]:
    asked = {(rule.cumulating_hours, rule.max_rows_apart) for rule in rules if rule.cumulating_hours > 0}
    return sorted(asked, key=lambda period: (period[0], -1 if period[1] is None else period[1]))


def _minutes_column(hours: float, rows: int | None) -> str:
    return f"minutes_in_{hours:g}_h" if rows is None else f"minutes_in_{hours:g}_h_{rows}_rows"


def _is_near(rows: int) -> pl.Expr:
    """Whether an exposure is so many rows apart at the most; where a row is not told it may be."""
    return (pl.col("rows_apart") <= rows).fill_null(True)


def _with_cumulated_minutes(exposures: pl.DataFrame, rules: list[ContactRule]) -> pl.DataFrame:
    periods = _periods(rules)
    if not periods:
        return exposures
    numbered = exposures.with_row_index("exposure_row")
    for hours, rows in periods:
        near = numbered if rows is None else numbered.filter(_is_near(rows))
        minutes = _cumulated(near, hours).rename({"minutes": _minutes_column(hours, rows)})
        numbered = numbered.join(minutes, on="exposure_row", how="left")
    return numbered


def _cumulated(exposures: pl.DataFrame, hours: float) -> pl.DataFrame:
    """Most minutes with the same case within any period of so many elapsed hours that holds the exposure.

    Periods start at the start of an exposure; a meeting that runs over the period's end counts up to it. What
    lies outside the windows adds nothing, and time together counts once.
    """
    keys = list(PAIR)
    timed = exposures.filter(
        pl.col("is_in_window") & pl.col("start_at").is_not_null() & pl.col("minutes_least").is_not_null()
    )
    meetings = counted_once(timed).select("exposure_row", *keys, "start_at", "fresh_start_at", "counted_min")
    period = pl.duration(microseconds=round(hours * 3600e6))
    starts = meetings.select(*keys, period_start="start_at").unique()
    held = meetings.join(starts, on=keys).filter(
        (pl.col("start_at") >= pl.col("period_start"))
        & (pl.col("start_at") < pl.col("period_start") + period)
    )
    left = pl.col("period_start") + period - pl.col("fresh_start_at")
    left_min = (left.dt.total_microseconds() / 60e6).clip(0)
    summed = held.with_columns(
        total=pl.min_horizontal("counted_min", left_min).sum().over([*keys, "period_start"])
    )
    return summed.group_by("exposure_row").agg(minutes=pl.col("total").max())


@lru_cache(maxsize=64)
def _first_fit(rules: tuple[ContactRule, ...]) -> pl.Expr:
    fits = [pl.when(_fits(rule)).then(pl.lit(rule.id)) for rule in rules]
    return pl.coalesce([fit.otherwise(pl.lit(None, pl.String)) for fit in fits] or [pl.lit(None, pl.String)])


def _fits(rule: ContactRule) -> pl.Expr:
    conditions = [pl.col("is_in_window")]
    if rule.settings:
        conditions.append(pl.col("setting").is_in(rule.settings).fill_null(False))
    if rule.relations:
        conditions.append(pl.col("relation").is_in(rule.relations).fill_null(False))
    if rule.is_named:
        conditions.append(pl.col("exposure_source") == "named")
    if rule.is_source_pair:
        conditions.append(pl.col("is_source_pair"))
    if rule.is_voided_by_protection:
        conditions.append((pl.col("protection") != "effective").fill_null(True))
    if rule.max_distance is not None:
        beyond = _DISTANCES[_DISTANCES.index(rule.max_distance) + 1 :]
        conditions.append(~pl.col("distance_class").is_in(beyond).fill_null(False))
    if rule.max_rows_apart is not None:
        conditions.append(_is_near(rule.max_rows_apart))
    if rule.min_minutes is not None:
        # Minutes are sums of fractions: three of them that make a quarter of an hour must reach it.
        conditions.append((_minutes(rule).round(6) >= rule.min_minutes).fill_null(True))
    return pl.all_horizontal(conditions)


def _minutes(rule: ContactRule) -> pl.Expr:
    if rule.cumulating_hours > 0:
        return pl.col(_minutes_column(rule.cumulating_hours, rule.max_rows_apart))
    return pl.col("minutes_least")


@remembered
def _attributes(protocol: Protocol) -> pl.DataFrame:
    return rule_table(protocol.of_kind(ContactRule), {"category": pl.String(), "is_automatic": pl.Boolean()})


@cache
def _verdict() -> pl.Expr:
    judged = pl.col("judgement").replace_strict(
        {"close_contact": "accepted", "copresent_person": "copresent", "ruled_out": "ruled_out"},
        default=None,
        return_dtype=pl.String,
    )
    by_rule = (
        pl.when(pl.col("rule").is_null())
        .then(pl.lit("ruled_out"))
        .when(pl.col("category") == "copresent_person")
        .then(pl.lit("copresent"))
        .when(pl.col("is_automatic") & ~pl.col("is_unsure"))
        .then(pl.lit("accepted"))
        .otherwise(pl.lit("pending"))
    )
    return pl.when(~pl.col("is_in_window")).then(pl.lit("ruled_out")).otherwise(pl.coalesce(judged, by_rule))


@cache
def _reason() -> pl.Expr:
    protected = pl.col("protection") == "effective"
    return (
        pl.when(~pl.col("is_in_window"))
        .then(pl.col("window_reason"))
        .when(pl.col("judgement").is_not_null())
        .then(pl.lit("judged"))
        .when(pl.col("is_unsure"))
        .then(pl.lit("unsure"))
        .when(pl.col("rule").is_not_null())
        .then(pl.lit("rule"))
        .when(protected)
        .then(pl.lit("protected"))
        .when(pl.col("minutes_least").is_not_null())
        .then(pl.lit("too_short_or_far"))
        .otherwise(pl.lit("no_rule"))
    )


def _category(order: int) -> pl.Expr:
    default = "close_contact" if order == 1 else "secondary_contact"
    judged = pl.when(pl.col("judgement") == "close_contact").then(pl.lit(default))
    return pl.coalesce(judged, "category", pl.lit(default))


def _judge_hours(protocol: Protocol) -> float:
    limits = [r.hours for r in protocol.of_kind(TimeLimit) if r.subject == "candidate"]
    return limits[0] if limits else 0.0
