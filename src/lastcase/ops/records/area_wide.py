"""Answers that all cases of an area decide, kept true by a live change: test rounds and proposals by counts.

A live change derives the facts of those it reaches. Of everybody else it takes the stored detections, one row a
case; where the change moves a test round, every resident of the area owes something else, and the whole is
derived. What counts persons is read in narrow frames: the few columns that place a person and date a specimen.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.answers import DETECTIONS, Answers
from lastcase.core.facts import TABLES
from lastcase.core.facts.merge import resolve_merges
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.risk_areas.by_counts import LINKS, counts_cases
from lastcase.core.risk_areas.grade import grade_areas
from lastcase.core.screening.counts import count_rounds
from lastcase.core.screening.rounds import plan_rounds
from lastcase.engines.bridge import array_text, copy_out
from lastcase.ops.records.queries import read_answers
from lastcase.ops.records.writing import Writing

SCHEDULE = ("rule", "area_id", "series", "ordinal", "start_at", "due_at")
"""What residents owe hangs on: columns of a plan of rounds."""


def stored_detections(now: Writing, outbreak_id: int) -> pl.DataFrame:
    """The detections as last stored, one row a case."""
    return read_answers(now.cursor, DETECTIONS, outbreak_id, now.alias, is_few=True)


def schedule_of(outbreak: Outbreak, areas: pl.DataFrame, detections: pl.DataFrame) -> pl.DataFrame:
    """When test rounds start and end by these detections, under each edition adopted."""
    plans = [
        plan_rounds(areas, detections, adoption.edition, outbreak.time_zone)
        .select(SCHEDULE)
        .with_columns(adopted_at=pl.lit(adoption.effective_at))
        for adoption in outbreak.adoptions
    ]
    return pl.concat(plans)


def proposals_by_counts(
    now: Writing,
    outbreak_id: int,
    outbreak: Outbreak,
    frame: Facts,
    live: Answers,
    everyone: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    """The table `area_proposals` of a live derivation, with proposals by counts as of the whole record.

    `frame` holds the tables that name no person; `everyone` the detections of all cases.
    """
    if not any(counts_cases(adoption.edition) for adoption in outbreak.adoptions):
        return {"area_proposals": live.area_proposals}
    links = _links(now, outbreak_id, everyone["person_id"].unique().to_list())
    return {"area_proposals": pl.concat([live.area_proposals, grade_areas(frame, outbreak, everyone, links)])}


def counted_rounds(
    now: Writing, outbreak_id: int, outbreak: Outbreak, frame: Facts, everyone: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """The table `test_rounds` as of the whole record; parameters as of `proposals_by_counts`."""
    narrow = resolve_merges(_narrow(now, outbreak_id, frame))
    return {"test_rounds": count_rounds(narrow, outbreak, everyone)}


def _links(now: Writing, outbreak_id: int, persons: list[str]) -> pl.DataFrame:
    rows = now.all(_LINKS, {"outbreak": outbreak_id, "persons": array_text(persons)})
    return pl.DataFrame(rows, schema=LINKS, orient="row").sort("person_id", "other_id")


_LINKS = """
    WITH who AS MATERIALIZED (
        SELECT person_id, survivor_id FROM records_member
        WHERE outbreak_id = %(outbreak)s AND survivor_id = ANY(%(persons)s::text[])
    )
    SELECT DISTINCT one.survivor_id, other.survivor_id FROM fact_contacts c
        JOIN who one ON one.person_id = c.person_id
        JOIN who other ON other.person_id = c.case_person_id
        WHERE c.outbreak_id = %(outbreak)s AND c.retired_at IS NULL AND c.removed_at IS NULL
"""


def _narrow(now: Writing, outbreak_id: int, frame: Facts) -> Facts:
    """The facts that counting rounds reads, of everybody."""
    read = {name: _columns(now, name, columns, where, outbreak_id) for name, columns, where in _NARROW}
    tree = {name: frame[name] for name in ("areas", "risk_areas", "risk_area_extents")}
    return Facts.of(**tree, **read)


def _columns(now: Writing, name: str, columns: tuple[str, ...], where: str, outbreak_id: int) -> pl.DataFrame:
    schema = {column: TABLES[name].schema[column] for column in columns}
    query = f"SELECT {', '.join(f't.{c}' for c in columns)} FROM fact_{name} t WHERE {where} ORDER BY t.id"
    return copy_out(now.cursor, query, schema, [outbreak_id])


_MEMBERS = "SELECT person_id FROM records_member WHERE outbreak_id = %s"
_NARROW = (
    (
        "persons",
        (
            "person_id",
            "residence_area_id",
            "residence_place_id",
            "present_area_id",
            "present_place_id",
            "merged_into_id",
            "recorded_at",
        ),
        f"t.retired_at IS NULL AND t.person_id IN ({_MEMBERS})",
    ),
    (
        "places",
        ("place_id", "area_id"),
        f"""t.retired_at IS NULL AND t.place_id IN (
            SELECT v.place_id FROM fact_persons p,
                LATERAL (VALUES (p.residence_place_id), (p.present_place_id)) v(place_id)
            WHERE p.retired_at IS NULL AND p.person_id IN ({_MEMBERS}))""",
    ),
    (
        "cases",
        ("person_id", "episode", "death_on", "outcome", "recorded_at"),
        "t.retired_at IS NULL AND t.outbreak_id = %s",
    ),
    (
        "specimens",
        ("specimen_id", "person_id", "sampled_at"),
        "t.retired_at IS NULL AND t.sampled_at IS NOT NULL AND t.outbreak_id = %s",
    ),
)
"""Table, columns and condition of each narrow frame."""
