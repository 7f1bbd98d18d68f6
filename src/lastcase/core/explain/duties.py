"""Why a person owes something: the exposure or status, the clause, the dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from lastcase.core.days import last_date
from lastcase.core.duties.owed import RELEASE_ORDINAL
from lastcase.core.explain import Message, loads
from lastcase.core.facts.field import Code
from lastcase.core.facts.vocabulary import CATEGORIES, STAY_KINDS
from lastcase.core.protocol.schema import LIMIT_ANCHORS

_EVENTS = (*LIMIT_ANCHORS, Code("issue", "the issue of the duty", "下达"))


def explain_duty(row: Mapping[str, Any]) -> list[Message]:
    """Why a person owes a duty, or why an order binds: the messages of a row that `with_reasons` or
    `with_reasons_of_orders` gave its reasons."""
    return loads(row["because"])


def with_reasons(duties: pl.DataFrame, orders: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Adds `because` to duties: which order or status asks, under which rule, counted from which fact.

    `orders` are those of the same persons. Made when a duty is read and never stored: of millions of duties few are
    asked for their reasons. `zone` is the IANA name of the outbreak's civil time.
    """
    asks = orders.select(
        "person_id",
        "episode",
        "edition",
        order_rule="rule",
        order_last_exposure_at="last_exposure_at",
        order_via="via_person_id",
        order_ends_at="ends_at",
        order_place="place_kind",
        order_grounds="grounds",
    )
    hangs_on = ["person_id", "episode", "edition", "order_rule"]
    joined = duties.join(asks, on=hangs_on, how="left", maintain_order="left").with_columns(
        place=pl.coalesce("order_place", "place_kind")
    )
    message = pl.struct(
        id=pl.format("duty.{}.{}", "kind", _ground()),
        params=pl.struct(
            category=_label("category", CATEGORIES),
            via=pl.col("order_via").fill_null(""),
            last_exposure=_day(last_date(pl.col("order_last_exposure_at"), zone)),
            ends=_day(last_date(pl.col("order_ends_at"), zone)),
            day=pl.when("is_release").then(pl.col("ordinal") - RELEASE_ORDINAL).otherwise("ordinal"),
            place=_label("place", STAY_KINDS),
            due=_moment("due_at", zone),
        ),
        facts=_facts(pl.coalesce("grounds", "order_grounds")),
        rules=pl.concat_list("rule", pl.coalesce("order_rule", "rule")).list.unique(maintain_order=True),
    )
    because = _list(
        message,
        (pl.col("limit_rule").is_not_null(), _limit(zone)),
        (pl.col("postponed_at").is_not_null(), _postponed(zone)),
    )
    return joined.with_columns(because=because).select(*duties.columns, "because")


def with_reasons_of_orders(orders: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Adds `because` to orders."""
    message = pl.struct(
        id=pl.format("order.{}", _category_ground()),
        params=pl.struct(
            category=_label("category", CATEGORIES),
            via=pl.col("via_person_id").fill_null(""),
            last_exposure=_day(last_date(pl.col("last_exposure_at"), zone)),
            starts=_moment("starts_at", zone),
            ends=_day(last_date(pl.col("ends_at"), zone)),
            place=_label("place_kind", STAY_KINDS),
        ),
        facts=_facts(pl.col("grounds")),
        rules=pl.concat_list("rule"),
    )
    return orders.with_columns(because=_list(message))


def _facts(grounds: pl.Expr) -> pl.Expr:
    """Grounds, a fact a line, as a list."""
    return pl.when(grounds.is_null()).then(pl.lit([], pl.List(pl.String))).otherwise(grounds.str.split("\n"))


def _limit(zone: str) -> pl.Expr:
    """From which event the time limit counts, as a message."""
    return pl.struct(
        id=pl.lit("duty.limit"),
        params=pl.struct(event=_label("counted_from", _EVENTS), at=_moment("counted_at", zone)),
        facts=pl.lit([], pl.List(pl.String)),
        rules=pl.concat_list("limit_rule"),
    )


def _postponed(zone: str) -> pl.Expr:
    """Until when a duty is postponed and why, as a message."""
    return pl.struct(
        id=pl.lit("duty.postponed"),
        params=pl.struct(
            until=_moment("postponed_until_at", zone),
            at=_moment("postponed_at", zone),
            why="postponed_reason",
        ),
        facts=pl.lit([], pl.List(pl.String)),
        rules=pl.concat_list("rule"),
    )


def _list(message: pl.Expr, *more: tuple[pl.Expr, pl.Expr]) -> pl.Expr:
    """The message as a list, with each of `more` (condition, message) whose condition holds."""
    ends = [
        pl.when(holds).then(pl.format(", {}", also.struct.json_encode())).otherwise(pl.lit(""))
        for holds, also in more
    ]
    return pl.format("[{}{}]", message.struct.json_encode(), pl.concat_str(ends or [pl.lit("")]))


def _both(en: pl.Expr, zh: pl.Expr) -> pl.Expr:
    """A parameter in both languages, as the catalogue reads it."""
    return pl.struct(en=en, zh=zh)


def _label(column: str, codes: tuple[Code, ...]) -> pl.Expr:
    names = {lang: {code.value: getattr(code, lang) for code in codes} for lang in ("en", "zh")}
    value = pl.col(column)
    return _both(
        value.replace_strict(names["en"], default=value, return_dtype=pl.String).fill_null("not stated"),
        value.replace_strict(names["zh"], default=value, return_dtype=pl.String).fill_null("未说明"),
    )


def _day(day: pl.Expr) -> pl.Expr:
    text = day.dt.strftime("%Y-%m-%d")
    return _both(text.fill_null("not known"), text.fill_null("不明"))


def _moment(column: str, zone: str) -> pl.Expr:
    text = pl.col(column).dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d %H:%M")
    return _both(text.fill_null("not known"), text.fill_null("不明"))


def _category_ground() -> pl.Expr:
    """What kind of reason a category is: an exposure (dated or not), a status, an arrival, a rhythm."""
    exposed = pl.col("category").is_in(["close_contact", "secondary_contact", "copresent_person"])
    arrived = pl.col("category").is_in(["arrival", "from_high", "from_medium", "from_low"])
    rhythm = pl.col("category").is_in(["occupation", "area_resident"])
    return (
        pl.when(exposed)
        .then(pl.lit("exposure"))
        .when(arrived)
        .then(pl.lit("arrival"))
        .when(rhythm)
        .then(pl.lit("rhythm"))
        .otherwise(pl.lit("status"))
    )


def _ground() -> pl.Expr:
    release = pl.when(pl.col("is_release")).then(pl.lit("release"))
    in_round = pl.when(pl.col("rule").str.starts_with("round.")).then(pl.lit("round"))
    return pl.coalesce(release, in_round, _category_ground())
