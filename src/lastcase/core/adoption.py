"""Which edition speaks for whom, where an outbreak adopted several over time.

A person under a category stands under the edition in force when they were named. If they are still bound
when the next edition takes effect, they pass under it. What ended before stays under the edition that ended
it.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.outbreak import Outbreak

FRAMES = ("exposures", "contact_persons", "orders", "duties")


def follow_adoptions(
    by_edition: list[dict[str, pl.DataFrame]], outbreak: Outbreak
) -> dict[str, pl.DataFrame]:
    """Of the frames made under each adopted edition alone, the rows of the edition that governs each person.

    `by_edition` stands in the order of `outbreak.adoptions`; so do the choices: an exposure follows its
    person.
    """
    if len(by_edition) == 1:
        return by_edition[0]
    spans = [_spans(frames, place) for place, frames in enumerate(by_edition)]
    choice = spans[0].select("person_id", "category", edition_place="place")
    for place, adoption in enumerate(outbreak.adoptions[1:], start=1):
        choice = _passed(choice, spans, place, pl.lit(adoption.effective_at))
    return {name: pl.concat(_chosen(by_edition, name, choice)).sort("key") for name in FRAMES}


def _spans(frames: dict[str, pl.DataFrame], place: int) -> pl.DataFrame:
    """From when to when each person and category is bound under one edition."""
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
