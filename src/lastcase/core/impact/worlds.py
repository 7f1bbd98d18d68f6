"""The record before and after an adoption: what both sides share is derived once.

Contacts, orders and duties under an edition do not depend on which others were adopted, so the editions adopted
already are derived once for both sides and the new one once. Only the persons who pass from one edition to
another are compared: for everybody else the rows are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from lastcase.core.adoption import choose_editions, edition_spans
from lastcase.core.answers import answer_schema
from lastcase.core.derive import area_answers, settle, under_edition
from lastcase.core.detection import detect
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.model import Protocol

WHO = ["person_id", "category"]


class EffectiveTaken(ValueError):
    """An edition is adopted at this instant already."""


def with_adoption(outbreak: Outbreak, edition: Protocol, effective_at: datetime) -> Outbreak:
    """The outbreak as if `edition` were adopted from `effective_at` (aware) on. Raises EffectiveTaken."""
    if any(adoption.effective_at == effective_at for adoption in outbreak.adoptions):
        raise EffectiveTaken(f"{outbreak.name} adopts an edition at {effective_at.isoformat()} already")
    adoptions = sorted(
        (*outbreak.adoptions, Adoption(edition, effective_at)), key=lambda one: one.effective_at
    )
    return Outbreak(outbreak.name, outbreak.disease, outbreak.time_zone, outbreak.area_id, tuple(adoptions))


@dataclass(frozen=True)
class Worlds:
    """Both sides of an adoption.

    `by_edition` are the frames under each adoption of `after` alone; `new_place` is that of the new one.
    `before_choice` and `after_choice` say which of them governs each person and category, `passed` where the two
    differ (columns `before_place` and `after_place`; null: bound on one side only). `before_areas` and
    `after_areas` are the answers about areas.
    """

    facts: Facts
    before: Outbreak
    after: Outbreak
    new_place: int
    by_edition: list[dict[str, pl.DataFrame]]
    before_choice: pl.DataFrame
    after_choice: pl.DataFrame
    passed: pl.DataFrame
    before_areas: dict[str, pl.DataFrame]
    after_areas: dict[str, pl.DataFrame]

    def passed_rows(self, name: str, side: str, columns: Sequence[str]) -> pl.DataFrame:
        """Rows of an answer table, `before` or `after`, of those who pass from one edition to another: these columns,
        `WHO` among them."""
        return self._rows(name, self.passed.select(*WHO, edition_place=f"{side}_place"), columns)

    def rows_of(self, name: str, side: str, persons: pl.DataFrame) -> pl.DataFrame:
        """All rows of an answer table, `before` or `after`, of these persons (column `person_id`)."""
        choice = self.before_choice if side == "before" else self.after_choice
        columns = list(answer_schema(name))
        return self._rows(name, choice.join(persons, on="person_id", how="semi"), columns)

    def _rows(self, name: str, choice: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
        parts = [
            frames[name]
            .select(columns)
            .join(choice.filter(pl.col("edition_place") == place), on=WHO, how="semi")
            for place, frames in enumerate(self.by_edition)
        ]
        return pl.concat(parts)


def both_worlds(facts: Facts, outbreak: Outbreak, edition: Protocol, effective_at: datetime) -> Worlds:
    """Derive both sides. The outbreak has adopted an edition; raises EffectiveTaken."""
    after = with_adoption(outbreak, edition, effective_at)
    new_place = next(i for i, one in enumerate(after.adoptions) if one.effective_at == effective_at)
    settled = settle(facts)
    found_before, found_after = detect(settled, outbreak), detect(settled, after)
    by_edition = _under_each(settled, found_after, after)
    spans = edition_spans(by_edition)
    old_spans = [span for i, span in enumerate(spans) if i != new_place]
    before_choice = _with_new_places(choose_editions(_numbered(old_spans), outbreak), new_place)
    after_choice = choose_editions(spans, after)
    return Worlds(
        facts=settled,
        before=outbreak,
        after=after,
        new_place=new_place,
        by_edition=by_edition,
        before_choice=before_choice,
        after_choice=after_choice,
        passed=_passed(before_choice, after_choice),
        before_areas=area_answers(settled, outbreak, found_before, found_before),
        after_areas=area_answers(settled, after, found_after, found_after),
    )


def _under_each(facts: Facts, detections: pl.DataFrame, outbreak: Outbreak) -> list[dict[str, pl.DataFrame]]:
    """`under_edition` of every adoption, in their order, two at a time: none asks what another says."""

    def under(adoption: Adoption) -> dict[str, pl.DataFrame]:
        return under_edition(facts, detections, adoption, outbreak.time_zone)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(under, outbreak.adoptions))


def _numbered(spans: list[pl.DataFrame]) -> list[pl.DataFrame]:
    return [span.with_columns(place=pl.lit(place, pl.Int64)) for place, span in enumerate(spans)]


def _with_new_places(choice: pl.DataFrame, new_place: int) -> pl.DataFrame:
    """The choice with its places counted as in the outbreak after the adoption."""
    place = pl.col("edition_place")
    return choice.with_columns(edition_place=pl.when(place >= new_place).then(place + 1).otherwise(place))


def _passed(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    joined = before.rename({"edition_place": "before_place"}).join(
        after.rename({"edition_place": "after_place"}), on=WHO, how="full", coalesce=True
    )
    return joined.filter(pl.col("before_place").ne_missing(pl.col("after_place")))
