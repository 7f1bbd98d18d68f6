"""One transaction of the record: as `lastcase_jobs`, under the outbreak's lock, at one instant of the
database.

Whatever role the process connected as, writes happen as `lastcase_jobs`: the pages' actions over the
connection `jobs`, the command line by taking on the role for the transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from lastcase.engines.postgres import JOBS

LOCK_CLASS = 20_220_725
"""Marks Lastcase's advisory locks among others in the database."""
LOCK_WHOLE_RECORD = 0
"""Persons, places and areas belong to no outbreak: who writes them takes this lock first."""


@dataclass(frozen=True)
class Writing:
    """An open transaction: its cursor and the instant that its rows carry.

    A text may hold several statements, one after the other: they travel together, and the last of them is answered.
    """

    cursor: Any
    now: datetime
    alias: str

    def run(self, statement: str, params: object = None) -> int:
        """Execute and return the number of rows."""
        self._execute(statement, params)
        return int(self.cursor.rowcount)

    def one(self, statement: str, params: object = None) -> Any:
        """The first value of the first row, None where there is none."""
        self._execute(statement, params)
        row = self.cursor.fetchone()
        return None if row is None else row[0]

    def all(self, statement: str, params: object = None) -> list[Any]:
        """All rows."""
        self._execute(statement, params)
        return list(self.cursor.fetchall())

    def _execute(self, statement: str, params: object) -> None:
        self.cursor.execute(statement, params)
        while self.cursor.nextset():
            pass


def write_alias() -> str:
    """The connection over which actions write."""
    return str(settings.LASTCASE_WRITE_ALIAS)


@contextmanager
def writing(
    outbreak_id: int | None = None, *, is_global: bool = False, keep: bool = True
) -> Iterator[Writing]:
    """Open the transaction and hold the locks until it ends. `keep` False: everything is rolled back at the
    end.

    The instant is read after the locks are had, so that of two corrections the later one carries the later
    instant.
    """
    alias = write_alias()
    is_within = connections[alias].in_atomic_block
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        before, now = _begin(cursor, outbreak_id, is_global)
        yield Writing(cursor, now, alias)
        if is_within:  # else the role ends with the transaction
            cursor.execute("SELECT set_config('role', %s, true)", [before])
        if not keep:
            transaction.set_rollback(True, using=alias)


def _begin(cursor: Any, outbreak_id: int | None, is_global: bool) -> tuple[str, datetime]:
    """Take the locks and the role; the role until now, and the instant."""
    keys = [LOCK_WHOLE_RECORD] if is_global else []
    keys += [] if outbreak_id is None else [outbreak_id]
    locks = "SELECT pg_advisory_xact_lock(%s, %s);" * len(keys)
    role = "SELECT current_setting('role'), set_config('role', %s, true), clock_timestamp()"
    cursor.execute(locks + role, [*(part for key in keys for part in (LOCK_CLASS, key)), JOBS])
    while cursor.nextset():
        pass
    before, _, now = cursor.fetchone()
    return before, now
