"""Where several orders ask a person for the same: one duty for all of them."""

from __future__ import annotations

import polars as pl

PRECEDENCE = (
    "confirmed",
    "asymptomatic_infection",
    "presumptive_positive",
    "suspected",
    "close_contact",
    "arrival",
    "from_high",
    "secondary_contact",
    "from_medium",
    "from_low",
    "recovered",
    "area_resident",
    "occupation",
)
"""Which category speaks where two ask for the same thing at the same time."""
STRICTNESS = (
    "isolation_hospital",
    "isolation_makeshift",
    "isolation_home",
    "quarantine_central",
    "quarantine_home",
    "health_monitoring",
)

COMPARED = (
    "row",
    "person_id",
    "kind",
    "category",
    "rule",
    "episode",
    "ordinal",
    "place_kind",
    "specimen_kinds",
    "is_release",
    "opens_at",
    "closes_at",
    "day_on",
    "order_row",
)
"""What tells whether two duties ask for the same."""


def one_for_all(owed: pl.DataFrame) -> pl.DataFrame:
    """Of owed duties (with `row`): a test or a check of a day asked for once, the strictest place at a time."""
    is_daily = pl.col("kind").is_in(["test", "monitor"]) & pl.col("day_on").is_not_null()
    dropped = pl.concat(
        [
            _spare_days(_that_meet(owed.filter(is_daily)))["row"],
            _asked_twice(owed.filter(~is_daily))["row"],
            _covered_places(owed.filter(pl.col("kind") == "quarantine"))["row"],
        ]
    )
    return owed if dropped.is_empty() else owed.filter(~pl.col("row").is_in(pl.lit(dropped).implode()))


def _that_meet(daily: pl.DataFrame) -> pl.DataFrame:
    """Daily duties of persons of whom two orders ask the same kind of duty over days that overlap.

    Most persons have one order at a time: theirs need no comparing.
    """
    spans = _spans(daily)
    several = spans.filter(pl.len().over("person_id", "kind") > 1).with_row_index("span")
    pairs = several.join(several, on=["person_id", "kind"], suffix="_other").filter(
        (pl.col("span") != pl.col("span_other"))
        & (pl.col("first_on") <= pl.col("last_on_other"))
        & (pl.col("first_on_other") <= pl.col("last_on"))
    )
    met = pairs.select("person_id", "kind").unique()
    theirs = daily.join(met, on="person_id", how="semi")  # few: texts are compared for them alone
    return theirs.join(met, on=["person_id", "kind"], how="semi")


def _spans(daily: pl.DataFrame) -> pl.DataFrame:
    """From which day to which each order, or rule without one, asks a person for a kind of duty."""
    of_order = pl.col("order_row").is_not_null()
    days = {"first_on": pl.col("day_on").min(), "last_on": pl.col("day_on").max()}
    spans = [
        daily.filter(of_order).group_by("order_row", "kind").agg(pl.col("person_id").first(), **days),
        daily.filter(~of_order).group_by("person_id", "kind", "rule", "episode").agg(**days),
    ]
    return pl.concat([span.select("person_id", "kind", *days) for span in spans])


def _spare_days(daily: pl.DataFrame) -> pl.DataFrame:
    """The daily duties that another one stands for: the n-th check of a day is one, whoever asks for it."""
    same = ["person_id", "kind", "rule", "episode", "day_on"]
    # A number in sorted order less the first of its group: a rank over each of many groups costs ten times as much.
    in_order = daily.sort(*same, "ordinal", maintain_order=True).with_row_index("place")
    ranked = in_order.with_columns(
        turn=pl.col("place") - pl.col("place").min().over(same),
        has_ended=(pl.col("closes_at") <= pl.col("opens_at")).fill_null(False),
        rank=_rank("category", PRECEDENCE),
    ).sort("has_ended", pl.col("is_release").not_(), "rank", maintain_order=True)
    slot = pl.struct("person_id", "kind", "day_on", "specimen_kinds", "turn")
    return ranked.filter(~slot.is_first_distinct())


def _asked_twice(single: pl.DataFrame) -> pl.DataFrame:
    """Duties that one rule asks of a person for two reasons, such as a hand-over of a contact of both rings."""
    same = ["person_id", "kind", "rule", "episode", "ordinal"]
    several = single.filter(pl.len().over(same) > 1)
    ranked = several.with_columns(
        has_ended=(pl.col("closes_at") <= pl.col("opens_at")).fill_null(False),
        rank=_rank("category", PRECEDENCE),
    ).sort(*same, "has_ended", "rank", "row")
    return ranked.filter(pl.int_range(pl.len()).over(same) > 0)


def _rank(column: str, order: tuple[str, ...]) -> pl.Expr:
    places = {name: place for place, name in enumerate(order)}
    return pl.col(column).replace_strict(places, default=len(order), return_dtype=pl.Int64)


def _covered_places(quarantines: pl.DataFrame) -> pl.DataFrame:
    """Places that lie, from first to last instant, under a stricter one of the same person."""
    several = quarantines.filter(pl.len().over("person_id") > 1)
    places = several.select(
        "row", "person_id", "opens_at", end_at=pl.col("closes_at"), rank=_rank("place_kind", STRICTNESS)
    )
    return places.join(places, on="person_id", suffix="_over").filter(
        (pl.col("rank_over") < pl.col("rank"))
        & (pl.col("opens_at_over") <= pl.col("opens_at"))
        & (pl.col("end_at_over").is_null() | (pl.col("end_at") <= pl.col("end_at_over")).fill_null(False))
    )
