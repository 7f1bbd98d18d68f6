"""What the figures of a page are made of, out of a reading that follows the record: parts of large tables, and duties
counted together. Both are kept with the reading and brought up to each change, so that nothing is counted over all.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

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
OF_PERSONS = (
    "person_id",
    "merged_into_id",
    "list_id",
    "name",
    "age_years",
    "sex",
    "residence_area_id",
    "present_area_id",
)
"""What figures, and the names beside them, need of a person."""


def figures_of(facts: Facts, answers: Answers, outbreak: Outbreak) -> tuple[Facts, Answers]:
    """The facts and answers without rows and columns that no figure looks at, and without duties; whatever does not
    follow the record comes back whole."""
    if not isinstance(facts.frames, PatchedTables) or not isinstance(answers, PatchedAnswers):
        return facts, answers
    tables, made = facts.frames.tables, answers.tables
    picks = looked_at(facts, outbreak)
    positive = facts["pools"].filter(pl.col("result") == "positive")["pool_id"]
    terms = (frozenset(positive), tuple(one.edition.id for one in outbreak.adoptions))
    specimens = tables["specimens"].part("figures", picks["specimens"], terms)
    persons = tables["persons"].part("figures", lambda frame: frame.select(OF_PERSONS))
    exposures = made["exposures"].part("figures", picks["exposures"])
    nothing = made["duties"].part("figures", picks["duties"])
    return (
        Facts(
            PatchedTables({**tables, "specimens": PatchedTable(specimens), "persons": PatchedTable(persons)})
        ),
        PatchedAnswers({**made, "exposures": PatchedTable(exposures), "duties": PatchedTable(nothing)}),
    )


def evidence_of(facts: Facts) -> Facts:
    """The facts with as much of large tables as tells which feeds deliver (see `core.duties.coverage`)."""
    if not isinstance(facts.frames, PatchedTables):
        return facts
    tables = facts.frames.tables
    parts = {
        name: PatchedTable(tables[name].part("evidence", partial(_evidence, columns)))
        for name, columns in EVIDENCE_COLUMNS.items()
    }
    return Facts(PatchedTables({**tables, **parts}))


def _evidence(columns: tuple[str, ...], frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("person_id", *columns).unique()


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
    if kept is not None and as_of - kept.since > ALIKE_FOR:
        table.forget(name)
    if area_id is None:
        found = table.view(name, lambda frame: AlikeDuties.of(frame, as_of), _follow)
        return found.states_at(as_of)
    areas = within(facts["areas"], area_id)
    people = _people(facts["persons"], areas)
    found = table.view(
        name,
        lambda frame: AlikeDuties.of(_marked(frame, people), as_of, ["is_here"]),
        lambda counted, rows, owners: _follow(counted, _marked(rows, people), owners),
        terms=tuple(areas.sort()),
        is_alone=False,
    )
    here = pl.col("is_here") | pl.col("area_id").is_in(areas.implode()).fill_null(False)
    return found.states_at(as_of).filter(here)


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
