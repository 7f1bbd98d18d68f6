"""Two entries that are one person, and a person who must be forgotten."""

from __future__ import annotations

import polars as pl

from lastcase.core.answers import ANSWERS
from lastcase.core.facts import TABLES
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import audit, positions, touch
from lastcase.ops.records.actions.facts import RecordReport, check_power, record_facts, refresh_after_commit
from lastcase.ops.records.errors import MergeRefused, PersonNotFound
from lastcase.ops.records.models import FACTS, Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.writing import Writing, writing


def merge_persons(outbreak: str | Outbreak, person_id: str, into_id: str, *, by: Actor) -> RecordReport:
    """State that `person_id` is the same person as `into_id`, who survives. Both histories stay as they were
    recorded.

    Raises PersonNotFound, and MergeRefused where one of them is merged already or both are the same.
    """
    merged, survivor = (_standing(id_) for id_ in (person_id, into_id))
    if person_id == into_id or merged["merged_into_id"] or survivor["merged_into_id"]:
        raise MergeRefused(person_id=person_id, into_id=into_id)
    return _set_merged(outbreak, merged, into_id, by)


def unmerge_persons(outbreak: str | Outbreak, person_id: str, *, by: Actor) -> RecordReport:
    """Take a merge back: the person stands alone again, with the history recorded under this id."""
    return _set_merged(outbreak, _standing(person_id), None, by)


def _standing(person_id: str) -> dict[str, object]:
    columns = ("person_id", "is_stub", "merged_into_id")
    found = FACTS["persons"].objects.filter(person_id=person_id, retired_at=None).values(*columns).first()
    if found is None:
        raise PersonNotFound(person_id=person_id)
    return dict(found)


def _set_merged(
    outbreak: str | Outbreak, person: dict[str, object], into_id: str | None, by: Actor
) -> RecordReport:
    check_power(by, "judge")
    schema = {"person_id": pl.String, "merged_into_id": pl.String}
    frame = pl.DataFrame([{"person_id": person["person_id"], "merged_into_id": into_id}], schema=schema)
    return record_facts(outbreak, {"persons": frame}, by=by, feed="merge")


def erase_person(outbreak: str | Outbreak, person_id: str, *, by: Actor, reason: str) -> int:
    """Delete every version of every row that names the person, and the answers; how many rows of facts went.

    The audit keeps that an erasure took place, and by whom, not of whom. Raises PersonNotFound.
    """
    check_power(by, "sign")
    home = get_outbreak(outbreak)
    _standing(person_id)
    with writing(home.pk, is_global=True) as now:
        touch.begin(now)
        now.run(_MERGED_WITH, {"person": person_id})
        homes = now.all("SELECT outbreak_id FROM records_member WHERE person_id = %s", [person_id])
        n_rows = sum(_delete(now, f"fact_{name}", _person_columns(name), person_id) for name in TABLES)
        for name, table in ANSWERS.items():
            _delete(now, f"answer_{name}", list(table.person_fields), person_id)
        _forget(now, person_id)
        for (outbreak_id,) in homes:  # who had to do with the person is told by rows that are gone now
            positions.place_persons(now, outbreak_id)
            touch.enqueue(now, outbreak_id, everything=True)
        audit.log_write(now, by, "erase_person", home.name, {"facts": n_rows}, reason=reason)
        refresh_after_commit(now, home)
    return n_rows


_MERGED_WITH = """
    INSERT INTO touched_person SELECT DISTINCT other.person_id FROM records_member m
    JOIN records_member other USING (outbreak_id, survivor_id)
    WHERE m.person_id = %(person)s AND other.person_id <> %(person)s
"""


def _person_columns(name: str) -> list[str]:
    """Columns by which a row is about the person; a guardian or a merge only points at one."""
    return list(TABLES[name].person_fields)


def _delete(now: Writing, table: str, columns: list[str], person_id: str) -> int:
    if not columns:
        return 0
    which = " OR ".join(f"{column} = %(person)s" for column in columns)
    return now.run(f"DELETE FROM {table} WHERE {which}", {"person": person_id})


def _forget(now: Writing, person_id: str) -> None:
    """Nothing of our own remembers the person, and nobody points at who is gone."""
    for table in ("records_member", "records_auditread"):
        now.run(f"DELETE FROM {table} WHERE person_id = %s", [person_id])
    now.run("DELETE FROM records_touched WHERE kind = 'person' AND ref = %s", [person_id])
    for column in ("guardian_id", "merged_into_id"):
        now.run(f"UPDATE fact_persons SET {column} = NULL WHERE {column} = %s", [person_id])
    now.run("UPDATE records_member SET survivor_id = person_id WHERE survivor_id = %s", [person_id])
