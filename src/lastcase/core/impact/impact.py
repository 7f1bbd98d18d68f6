"""The impact of an adoption: derive after minus derive before, as frames with reasons, and its summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from lastcase.core.answers import ANSWERS, Answers, answer_schema
from lastcase.core.facts.store import Facts
from lastcase.core.impact.areas import changed_areas
from lastcase.core.impact.persons import changed_persons
from lastcase.core.impact.reasons import with_reasons
from lastcase.core.impact.rows import SCHEMA, SIDES, changed_rows
from lastcase.core.impact.worlds import WHO, Worlds, both_worlds
from lastcase.core.outbreak import Outbreak
from lastcase.core.protocol.model import Protocol
from lastcase.core.targets import TargetStatus, progress, target_sets


@dataclass(frozen=True)
class TargetChange:
    """A target that stands otherwise at the instant read; None on the side that has no such target."""

    id: str
    target_set: str
    before: TargetStatus | None
    after: TargetStatus | None


@dataclass(frozen=True)
class Impact:
    """What adopting `edition` from `effective_at` on changes.

    `persons` (columns `persons.SCHEMA`), `duties` (orders and duties; `rows.SCHEMA` and `because`, `before_edition`,
    `after_edition`) and `areas` (`areas.SCHEMA` and `because`) hold only what differs. `targets` are read at
    `as_of`, or at the adoption where that is later.
    """

    edition: str
    effective_at: datetime
    as_of: datetime
    persons: pl.DataFrame
    duties: pl.DataFrame
    areas: pl.DataFrame
    targets: tuple[TargetChange, ...]

    @property
    def summary(self) -> pl.DataFrame:
        """`n_persons` by `change`, `category` and `area_id`, sorted."""
        by = ["change", "category", "area_id"]
        return self.persons.group_by(by).agg(n_persons=pl.len().cast(pl.Int64)).sort(by, nulls_last=True)

    @property
    def totals(self) -> dict[str, int]:
        """Persons released, recalled, and with moved dates; duties to come gained, dropped and changed; areas and
        targets changed."""
        counts = {
            f"n_{change}": self.persons.filter(pl.col("change") == change)["person_id"].n_unique()
            for change in ("released", "recalled", "moved")
        }
        coming = self.duties.filter((pl.col("what") == "duty") & ~pl.col("is_past"))
        for change in ("gained", "dropped", "changed"):
            counts[f"n_duties_{change}"] = coming.filter(pl.col("change") == change).height
        return {**counts, "n_areas": self.areas.height, "n_targets": len(self.targets)}


def find_impact(
    facts: Facts,
    outbreak: Outbreak,
    edition: Protocol,
    effective_at: datetime,
    as_of: datetime,
    tell: Callable[[str], None] = lambda step: None,
) -> Impact:
    """What the outbreak's answers would be with `edition` adopted from `effective_at` on, minus what they are.

    `facts` as known at one instant; the outbreak has adopted an edition. `as_of` (aware) is where targets are read.
    Orders and duties are told apart by what they ask of whom, never by their dates or the edition's name. `tell`
    hears what is done as it begins: editions, persons, areas. Raises EffectiveTaken.
    """
    tell("editions")
    worlds = both_worlds(facts, outbreak, edition, effective_at)
    tell("persons")
    rows = _explained_rows(worlds, effective_at)
    persons = changed_persons(worlds, rows, effective_at)
    tell("areas")
    read_at = max(as_of, effective_at)
    return Impact(
        edition=edition.id,
        effective_at=effective_at,
        as_of=read_at,
        persons=persons,
        duties=rows,
        areas=_explained_areas(worlds),
        targets=tuple(_changed_targets(worlds, read_at)),
    )


def _explained_rows(worlds: Worlds, effective_at: datetime) -> pl.DataFrame:
    rows = changed_rows(worlds, effective_at).join(
        worlds.passed, on=WHO, how="left", nulls_equal=True, maintain_order="left"
    )
    placed = rows.with_columns(
        before_place=pl.col("before_place").fill_null(_place_before(worlds)),
        after_place=pl.col("after_place").fill_null(worlds.new_place),
    )
    ids = dict(enumerate(adoption.edition.id for adoption in worlds.after.adoptions))
    named = with_reasons(placed, worlds.after).with_columns(
        pl.col(f"{side}_place").replace_strict(ids, return_dtype=pl.String).alias(f"{side}_edition")
        for side in SIDES
    )
    return named.select(*SCHEMA, *(f"{side}_edition" for side in SIDES), "because")


def _place_before(worlds: Worlds) -> int:
    """The edition in force just before the new one: of the adoptions after, the one that it follows."""
    return worlds.new_place - 1 if worlds.new_place else 1


def _explained_areas(worlds: Worlds) -> pl.DataFrame:
    areas = changed_areas(worlds)
    old = {one.edition.id: i for i, one in enumerate(worlds.after.adoptions) if i != worlds.new_place}
    new = old | {worlds.after.adoptions[worlds.new_place].edition.id: worlds.new_place}
    placed = areas.with_columns(
        before_place=_places("before_edition", old, _place_before(worlds)),
        after_place=_places("after_edition", new, worlds.new_place),
    )
    return with_reasons(placed, worlds.after).drop("before_place", "after_place")


def _places(column: str, places: dict[str, int], default: int) -> pl.Expr:
    return pl.col(column).replace_strict(places, default=default, return_dtype=pl.Int64)


def _changed_targets(worlds: Worlds, as_of: datetime) -> Iterator[TargetChange]:
    before = _targets(worlds.facts, worlds.before, worlds.before_areas, as_of)
    after = _targets(worlds.facts, worlds.after, worlds.after_areas, as_of)
    for target_set, name in {**before, **after}:
        was, now = before.get((target_set, name)), after.get((target_set, name))
        if _shown(was) != _shown(now):
            yield TargetChange(name, target_set, was, now)


def _targets(
    facts: Facts, outbreak: Outbreak, areas: dict[str, pl.DataFrame], as_of: datetime
) -> dict[tuple[str, str], TargetStatus]:
    """Where every target of the edition in force stands; only detections and areas are read for that."""
    bound = {name: pl.DataFrame(schema=answer_schema(name)) for name in ANSWERS if name not in areas}
    answers = Answers(**bound, **areas)
    sets = target_sets(outbreak.edition_at(as_of))
    found = [one for name in sets for one in progress(facts, outbreak, answers, name, None, as_of)]
    return {(one.target_set, one.id): one for one in found}


def _shown(status: TargetStatus | None) -> tuple[object, ...] | None:
    if status is None:
        return None
    return status.due_on, status.value, status.limit, status.status
