"""Diaries: visits that a person tells of their own accord, with a one-time code that an officer gave them.

The code is the consent: it stands for one person of one outbreak, works once and for some days, and is kept as a hash.
What comes with it is recorded for that person alone, with the source `diary`.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import polars as pl

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.permissions import check_may_record, check_may_see_persons
from lastcase.ops.accounts.queries import hash_token
from lastcase.ops.imports import problems
from lastcase.ops.imports.convert.rows import under
from lastcase.ops.imports.mapping import propose
from lastcase.ops.imports.read.table import ROW
from lastcase.ops.imports.report import ImportReport
from lastcase.ops.lake.errors import CodeExpired, CodeUnknown, CodeUsed, told_in_words
from lastcase.ops.lake.feed import append_visits, is_place
from lastcase.ops.lake.house import ready_lake
from lastcase.ops.lake.quick import texts_of, visits_in
from lastcase.ops.records.actions.facts import refresh_after_commit
from lastcase.ops.records.audit import log_write
from lastcase.ops.records.errors import PersonNotFound
from lastcase.ops.records.models import DiaryCode
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.person_situation import find_person
from lastcase.ops.records.writing import Writing, writing

VALID_DAYS = 3.0
"""Days for which a code works. Assumed."""
PRECISION_MIN = 15
"""Minutes by which a remembered time may be off where the diary states none. Assumed."""
ALPHABET, GROUPS, GROUP_CHARS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 4, 4
"""Crockford's letters, none of which is taken for a digit; 80 bits."""


def issue_diary_code(outbreak: str, person_id: str, *, by: Actor, valid_days: float = VALID_DAYS) -> str:
    """A code with which this person (the id as recorded, or as the source's own list has it) tells visits once,
    within `valid_days`. It is shown once and never again.

    Raises NotPermitted, OutbreakNotFound, PersonNotFound.
    """
    check_may_see_persons(by)
    check_may_record(by)
    home = get_outbreak(outbreak)
    person = find_person(home, person_id)
    if person is None:
        raise PersonNotFound(person_id=person_id)
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_CHARS)) for _ in range(GROUPS))
    with writing() as now:
        now.run(
            """INSERT INTO records_diarycode (outbreak_id, person_id, code_hash, issued_at, issued_by, expires_at)
               VALUES (%s, %s, %s, %s, %s, %s)""",
            [home.pk, person, _hash(code), now.now, by.name, now.now + timedelta(days=valid_days)],
        )
        log_write(now, by, "issue_diary_code", home.name, {"codes": 1}, person_id=person)
    return code


def take_diary(source: Path | pl.DataFrame, code: str, *, by: Actor, name: str = "") -> ImportReport:
    """Append the visits of a person's file (CSV, XLSX, Parquet), or of cells as `quick.texts_of` gives them, to the
    lake of the outbreak that the code is for. `name`: what the sender calls the file.

    The file needs no column of persons; a row that names somebody else is an error. All of it or nothing: the code is
    used up only by a file that is taken. `by` is whoever hands the file in. Raises CodeUnknown, CodeUsed, CodeExpired,
    ImportRefused, LakeInUse, LakeRefused.
    """
    label = name or (source.name if isinstance(source, Path) else "")
    with writing() as now:  # holds the code until the visits are in: of two files at once one finds it used
        found = _standing(now, code)
        home, person = found.outbreak, found.person_id
        cells = texts_of(source, label) if isinstance(source, Path) else source
        frame, others = _of(cells, person, home.name)
        visits, told, _ = visits_in(frame, label, home.name, home.time_zone, is_place)
        told = problems.together([others, told])
        is_loaded = not visits.is_empty() and told.filter(severity="error").is_empty()
        if is_loaded:
            with told_in_words():
                append_visits(ready_lake(home), visits)
            now.run("UPDATE records_diarycode SET used_at = %s WHERE id = %s", [now.now, found.pk])
            log_write(now, by, "take_diary", home.name, {"visits": visits.height}, person_id=person)
            refresh_after_commit(now, home)
    return ImportReport(
        file=label,
        kind="visits",
        map="",
        outbreak=home.name,
        n_rows=frame.height,
        is_loaded=is_loaded,
        is_dry_run=False,
        tables={"visits": {"added": visits.height, "changed": 0, "same": 0}} if is_loaded else {},
        problems=told,
    )


def _standing(now: Writing, code: str) -> DiaryCode:
    """The code's row, locked. Raises CodeUnknown, CodeUsed, CodeExpired."""
    held = DiaryCode.objects.using(now.alias).select_for_update().filter(code_hash=_hash(code)).first()
    if held is None:
        raise CodeUnknown()
    if held.used_at is not None:
        raise CodeUsed(at=f"{held.used_at:%Y-%m-%d %H:%M} UTC")
    if held.expires_at <= now.now:
        raise CodeExpired(at=f"{held.expires_at:%Y-%m-%d %H:%M} UTC")
    return held


def _hash(code: str) -> str:
    """Of the code as it was meant: case, blanks and hyphens do not count, and letters like digits are read as these."""
    plain = (
        "".join(code.upper().split()).replace("-", "").replace("O", "0").replace("I", "1").replace("L", "1")
    )
    return hash_token(plain)


def _of(frame: pl.DataFrame, person: str, namespace: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cells as visits that the person tells, and the rows that name somebody else."""
    headings = [column for column in frame.columns if column != ROW]
    fields = propose(headings, "visits").file_map.tables[-1].fields
    named = fields.get("person_id")
    told = problems.none()
    if named is not None:
        given = frame[named.column].cast(pl.String).str.strip_chars().replace("", None).alias("person_id")
        others = frame.filter((under(given, namespace) != person).fill_null(False))
        told = problems.tell(
            others,
            "row.another_person",
            "error",
            table="visits",
            field="person_id",
            column=named.column,
            value=pl.col(named.column),
        )
    replaced = {part.column for name in ("person_id", "visit_source") if (part := fields.get(name))}
    precision = {} if "precision_min" in fields else {"precision_min": pl.lit(str(PRECISION_MIN))}
    kept = frame.drop(replaced).with_columns(
        person_id=pl.lit(person), visit_source=pl.lit("diary"), **precision
    )
    return kept, told
