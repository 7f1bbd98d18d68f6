"""A person who must be forgotten."""

from __future__ import annotations

from lastcase.core.answers import ANSWERS
from lastcase.core.facts import TABLES
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import audit, positions, touch
from lastcase.ops.records.actions.facts import check_power, refresh_after_commit
from lastcase.ops.records.errors import PersonNotFound
from lastcase.ops.records.models import FACTS, Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.tally import count_stored, write_tally
from lastcase.ops.records.writing import Writing, writing


def _check_standing(person_id: str) -> None:
    if not FACTS["persons"].objects.filter(person_id=person_id, retired_at=None).exists():
        raise PersonNotFound(person_id=person_id)


def erase_person(outbreak: str | Outbreak, person_id: str, *, by: Actor, reason: str) -> int:
    """Delete every version of every row that names the person, and the answers; how many rows of facts went.

    The audit keeps that an erasure took place, and by whom, not of whom. Raises PersonNotFound.
    """
    check_power(by, "sign")
    home = get_outbreak(outbreak)
    _check_standing(person_id)
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
            write_tally(now, outbreak_id, count_stored(now, outbreak_id))
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
    now.run("DELETE FROM records_touched WHERE kind IN ('person', 'follow') AND ref = %s", [person_id])
    for column in ("guardian_id", "merged_into_id"):
        now.run(f"UPDATE fact_persons SET {column} = NULL WHERE {column} = %s", [person_id])
    now.run(
        """DELETE FROM fact_decisions WHERE subject = %s
           AND decision_kind IN ('same_person', 'not_same_person')""",
        [person_id],
    )
    now.run("UPDATE records_member SET survivor_id = person_id WHERE survivor_id = %s", [person_id])
