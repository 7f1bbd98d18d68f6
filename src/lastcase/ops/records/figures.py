"""What the figures of a page are made of, out of a reading that follows the record: parts of large tables, and duties
counted together. Both are kept with the reading and brought up to each change, so that nothing is counted over all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import polars as pl

from lastcase.core.answers import Answers
from lastcase.core.brief import looked_at
from lastcase.core.duties.alike import AlikeDuties
from lastcase.core.duties.coverage import EVIDENCE_COLUMNS
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.risk_areas.tree import within
from lastcase.ops.records.patched import PatchedAnswers, PatchedTable, PatchedTables

ALIKE_FOR = timedelta(days=1)
"""Duties are told apart anew once the clocks are read so long after the instant from which they are alike."""
WITNESSES = 500
"""Persons who are remembered to have evidence of a sort."""
OF_PERSONS = ("person_id", "merged_into_id", "residence_area_id", "present_area_id")
"""What figures need of a person."""


def figures_of(
    facts: Facts, answers: Answers, outbreak: Outbreak, area_id: str | None
) -> tuple[Facts, Answers]:
    """The facts and answers without rows and columns that no figure of the area (None: of everywhere) looks at, and
    without duties; whatever does not follow the record comes back whole."""
    if not isinstance(facts.frames, PatchedTables) or not isinstance(answers, PatchedAnswers):
        return facts, answers
    tables, made = facts.frames.tables, answers.tables
    picks = looked_at(facts, outbreak)
    positive = facts["pools"].filter(pl.col("result") == "positive")["pool_id"]
    terms = (frozenset(positive), tuple(one.edition.id for one in outbreak.adoptions))
    few = {
        name: PatchedTable(
            (tables | made)[name].part("figures", pick, terms if name == "specimens" else None)
        )
        for name, pick in picks.items()
    }
    where = _merged if area_id is None else _lying
    persons = PatchedTable(tables["persons"].part(("figures", area_id is None), where))
    return (
        Facts(PatchedTables({**tables, "persons": persons, "specimens": few.pop("specimens")})),
        PatchedAnswers({**made, **few}),
    )


def _lying(persons: pl.DataFrame) -> pl.DataFrame:
    return persons.select(OF_PERSONS)


def _merged(persons: pl.DataFrame) -> pl.DataFrame:
    return persons.select(OF_PERSONS).filter(pl.col("merged_into_id").is_not_null())


def evidence_of(facts: Facts) -> Facts:
    """The facts with as much of large tables as tells which feeds deliver (see `core.duties.coverage`)."""
    if not isinstance(facts.frames, PatchedTables):
        return facts
    tables = facts.frames.tables
    parts = {
        name: PatchedTable(_witnesses(tables[name], columns)) for name, columns in EVIDENCE_COLUMNS.items()
    }
    return Facts(PatchedTables({**tables, **parts}))


def _witnesses(table: PatchedTable, columns: tuple[str, ...]) -> pl.DataFrame:
    """Some persons for each sort of evidence in the table: enough to tell that there is any. Once nobody is left of a
    sort that there was, the table is asked."""

    def pick(frame: pl.DataFrame) -> pl.DataFrame:
        told = frame.select("person_id", *columns).unique()
        return told.group_by(columns).head(WITNESSES) if columns else told.head(WITNESSES)

    def follow(before: pl.DataFrame, rows: pl.DataFrame, owners: list[str]) -> pl.DataFrame | None:
        left = before.filter(~pl.col("person_id").is_in(pl.Series(owners, dtype=pl.String).implode()))
        after = pick(pl.concat([left, rows.select(left.columns)]))
        is_lost = after.is_empty() and not before.is_empty()
        return None if is_lost or _n_sorts(after, columns) < _n_sorts(before, columns) else after

    return table.view("evidence", pick, follow)


def _n_sorts(witnesses: pl.DataFrame, columns: tuple[str, ...]) -> int:
    return witnesses.select(columns).n_unique() if columns else 1


def named(facts: Facts, person_ids: pl.Series) -> pl.DataFrame:
    """What is known of these persons, one row each."""
    if isinstance(facts.frames, PatchedTables):
        rows = facts.frames.tables["persons"].about(person_ids.to_list())
    else:
        rows = facts["persons"].filter(pl.col("person_id").is_in(person_ids.implode()))
    return rows.unique("person_id", keep="last")


def count_alike(facts: Facts, answers: Answers, as_of: datetime, area_id: str | None) -> pl.DataFrame | None:
    """Duties issued by `as_of` as sorts with their `state`, `n` duties each; of the area, or None: of everywhere.

    None where the reading does not follow the record, and for an instant before that from which they are counted
    together.
    """
    if not isinstance(facts.frames, PatchedTables) or not isinstance(answers, PatchedAnswers):
        return None
    table, name = answers.tables["duties"], ("alike", area_id)
    kept: AlikeDuties | None = table.kept(name)
    if kept is not None and as_of < kept.since:
        return None
    if area_id is None:
        found = table.view(name, lambda frame: AlikeDuties.of(frame, as_of), _follow, is_stale=_is_old(as_of))
        return found.states_at(as_of) if found.since <= as_of else None
    areas = within(facts["areas"], area_id)
    people = _people(facts["persons"], areas)
    found = table.view(
        name,
        lambda frame: AlikeDuties.of(_marked(frame, people), as_of, ["is_here"]),
        lambda counted, rows, owners: _follow(counted, _marked(rows, people), owners),
        terms=tuple(areas.sort()),
        is_alone=False,
        is_stale=_is_old(as_of),
    )
    here = pl.col("is_here") | pl.col("area_id").is_in(areas.implode()).fill_null(False)
    return found.states_at(as_of).filter(here) if found.since <= as_of else None


def _is_old(as_of: datetime) -> Callable[[AlikeDuties], bool]:
    """Whether the clocks are read long after the instant from which duties are alike."""
    return lambda counted: as_of - counted.since > ALIKE_FOR


def _follow(counted: AlikeDuties, rows: pl.DataFrame, owners: list[str]) -> AlikeDuties:
    return counted.follow(rows, owners)


def _people(persons: pl.DataFrame, areas: pl.Series) -> pl.Series:
    """Who is or lives in the areas."""
    meant = areas.implode()
    here = pl.coalesce("present_area_id", "residence_area_id").is_in(meant)
    home = pl.col("residence_area_id").is_in(meant)
    return persons.filter((here | home).fill_null(False))["person_id"]


def _marked(duties: pl.DataFrame, people: pl.Series) -> pl.DataFrame:
    return duties.with_columns(is_here=pl.col("person_id").is_in(people.implode()))
