"""Which edition speaks for whom, where an outbreak adopted several over time.

A person under a category stands under the edition in force when they were named. If they are still bound
when the next edition takes effect, they pass under it. What ended before stays under the edition that ended
it. An exposure follows its person; one that binds nobody (a candidate, one ruled out) stands under the edition
adopted last.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.answers import identity_of
from lastcase.core.outbreak import Outbreak

FRAMES = ("exposures", "contact_persons", "orders", "duties")


def follow_adoptions(
    by_edition: list[dict[str, pl.DataFrame]], outbreak: Outbreak
) -> dict[str, pl.DataFrame]:
    """Of the frames made under each adopted edition alone, the rows of the edition that governs each person.

    `by_edition` stands in the order of `outbreak.adoptions`.
    """
    if len(by_edition) == 1:
        return by_edition[0]
    choice = choose_editions(edition_spans(by_edition), outbreak)
    bound = {name: pl.concat(_chosen(by_edition, name, choice)) for name in FRAMES}
    bound["exposures"] = _with_unbound(bound["exposures"], by_edition[-1]["exposures"], choice)
    return {name: frame.sort(identity_of(name)) for name, frame in bound.items()}


def edition_spans(by_edition: list[dict[str, pl.DataFrame]]) -> list[pl.DataFrame]:
    """Under each edition alone, from when to when each person and category is bound."""
    return [_spans(frames, place) for place, frames in enumerate(by_edition)]


def choose_editions(spans: list[pl.DataFrame], outbreak: Outbreak) -> pl.DataFrame:
    """Which edition governs each person and category: `edition_place`, counted in `outbreak.adoptions`.

    `spans` (`edition_spans`) stand in that order.
    """
    choice = spans[0].select("person_id", "category", edition_place="place")
    for place, adoption in enumerate(outbreak.adoptions[1:], start=1):
        choice = _passed(choice, spans, place, pl.lit(adoption.effective_at))
    return choice


def _spans(frames: dict[str, pl.DataFrame], place: int) -> pl.DataFrame:
    contacts = frames["contact_persons"].select(
        "person_id", "category", from_at="named_at", to_at="closed_at"
    )
    duties = frames["duties"].select("person_id", "category", from_at="issued_at", to_at="closed_at")
    rows = pl.concat([contacts, duties])
    ended = pl.when(pl.col("to_at").is_not_null().all()).then(pl.col("to_at").max())
    grouped = rows.group_by("person_id", "category").agg(pl.col("from_at").min(), to_at=ended)
    return grouped.with_columns(place=pl.lit(place, pl.Int64))


def _passed(choice: pl.DataFrame, spans: list[pl.DataFrame], place: int, effective: pl.Expr) -> pl.DataFrame:
    everyone = pl.concat(
        [choice.select("person_id", "category"), spans[place].select("person_id", "category")]
    ).unique()
    bound = pl.concat(spans).join(choice, on=["person_id", "category"])
    mine = bound.filter(pl.col("place") == pl.col("edition_place")).select(
        "person_id", "category", "from_at", "to_at"
    )
    known = everyone.join(choice, on=["person_id", "category"], how="left").join(
        mine, on=["person_id", "category"], how="left"
    )
    ended_before = (pl.col("to_at") <= effective).fill_null(False)
    stays = pl.col("edition_place").is_not_null() & ended_before
    return known.select(
        "person_id",
        "category",
        edition_place=pl.when(stays).then("edition_place").otherwise(pl.lit(place, pl.Int64)),
    )


def _chosen(by_edition: list[dict[str, pl.DataFrame]], name: str, choice: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        frames[name].join(
            choice.filter(pl.col("edition_place") == place), on=["person_id", "category"], how="semi"
        )
        for place, frames in enumerate(by_edition)
    ]


def _with_unbound(chosen: pl.DataFrame, latest: pl.DataFrame, choice: pl.DataFrame) -> pl.DataFrame:
    unbound = latest.join(choice, on=["person_id", "category"], how="anti")
    return pl.concat([chosen, unbound.join(chosen, on="key", how="anti")])
