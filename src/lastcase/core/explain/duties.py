"""Why a person owes something: the exposure or status, the clause, the dates."""

from __future__ import annotations

import polars as pl


def because_duty(duties: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Adds `because` to matched duties: which order or status asks, under which rule, counted from which fact."""
    grounds = orders.select(
        order_key="key",
        order_rule="rule",
        order_last_exposure_at="last_exposure_at",
        order_via="via_person_id",
        order_ends_at="ends_at",
        order_place="place_kind",
    )
    joined = duties.join(grounds, on="order_key", how="left")
    message = pl.struct(
        id=pl.format("duty.{}.{}", "kind", _ground()),
        params=pl.struct(
            category=pl.col("category"),
            via=pl.col("order_via"),
            last_exposure=_text("order_last_exposure_at"),
            ends=_text("order_ends_at"),
            day=pl.when(pl.col("is_release")).then(None).otherwise("ordinal"),
            place=pl.coalesce("order_place", "place_kind"),
            due=_text("due_at"),
        ),
        facts=_facts("order_via"),
        rules=pl.concat_list(
            pl.coalesce("rule", pl.lit("")), pl.coalesce("order_rule", "rule", pl.lit(""))
        ).list.unique(maintain_order=True),
    )
    return joined.with_columns(because=_list(message)).drop(
        "order_rule", "order_last_exposure_at", "order_via", "order_ends_at", "order_place"
    )


def because_order(orders: pl.DataFrame) -> pl.DataFrame:
    """Adds `because` to orders."""
    ground = _category_ground()
    message = pl.struct(
        id=pl.format("order.{}", ground),
        params=pl.struct(
            category=pl.col("category"),
            via=pl.col("via_person_id"),
            last_exposure=_text("last_exposure_at"),
            starts=_text("starts_at"),
            ends=_text("ends_at"),
            place=pl.col("place_kind"),
        ),
        facts=_facts("via_person_id"),
        rules=pl.concat_list("rule"),
    )
    return orders.with_columns(because=_list(message))


def _list(message: pl.Expr) -> pl.Expr:
    return pl.format("[{}]", message.struct.json_encode())


def _text(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def _facts(via: str) -> pl.Expr:
    """The person's own exposures to the case, or the person's own case."""
    exposure = pl.format("exposures:{}:{}", "person_id", via)
    return pl.concat_list(pl.coalesce(exposure, pl.format("cases:{}:{}", "person_id", "episode")))


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
    return pl.coalesce(release, _category_ground())
