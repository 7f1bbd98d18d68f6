"""Acts on many duties at once: assign them to a post, postpone them, record them as done; and undo such a batch.

Each is one transaction: the rows of facts, their audit, the batch that names them, and the refresher's queue. Few
persons are derived anew at once, many apart from whoever waits. All raise NotPermitted and ActRefused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Thread
from uuid import uuid4

from django.db import connections, transaction

from lastcase.core.duties.postponing import ISOLATE_CAP_HOURS, RELEASE_CAP_HOURS
from lastcase.core.facts import TABLES
from lastcase.core.facts.assignments import DUTY_KEY
from lastcase.core.facts.receipts import ACT_FEED
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.powers import Power
from lastcase.ops.records import audit, policies, touch
from lastcase.ops.records.actions.facts import check_power, refresh_after_commit
from lastcase.ops.records.chosen import Selection, gather_chosen
from lastcase.ops.records.errors import ActRefused
from lastcase.ops.records.following import note
from lastcase.ops.records.gaps import Scope
from lastcase.ops.records.models import Batch, Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.refresh import refresh_all
from lastcase.ops.records.writing import Writing, writing

POWER_OF_BATCH: Mapping[str, Power] = {
    "assign_duties": "hand_over",
    "postpone_duties": "sign",
    "record_done": "record",
}
"""The power that each bulk act takes, and its undoing."""
_TABLE_OF = {"assign_duties": "assignments", "postpone_duties": "postponements", "record_done": "checks"}
_POSITIONS = "pos_naming, pos_present, pos_residence"


@dataclass(frozen=True)
class BatchReport:
    """What a bulk act did: to how many duties, in how many rows of facts, and how many it left out because the act
    does not fit them."""

    batch_id: str
    n_duties: int
    n_rows: int
    n_left_out: int
    revision: int


def assign_duties(
    outbreak: str | Outbreak, selection: Selection, *, post_id: int, at: datetime, by: Actor
) -> BatchReport:
    """Give duties to a post inside the acting post's area; a later assignment replaces an earlier one."""
    check_power(by, POWER_OF_BATCH["assign_duties"])
    post = policies.check_post(post_id, by)  # posts are the accounts' own, not read by the role that writes
    with _act(outbreak, "assign_duties", selection, at, by) as batch:
        return batch.write_duties(
            {"post_id": "%(post_id)s::bigint", "post": "%(post)s::text", "assigned_at": "%(at)s::timestamptz",
             "assigned_by": "%(by)s::text"},
            {"post_id": post.id, "post": post.title},
        )  # fmt: skip


def postpone_duties(
    outbreak: str | Outbreak,
    selection: Selection,
    *,
    until_at: datetime,
    reason: str,
    at: datetime,
    by: Actor,
) -> BatchReport:
    """Postpone duties until an instant that lies ahead, with the reason.

    Release tests and the isolation of cases hold no longer than their caps (`core.duties.postponing`); those whose cap
    has passed are left out.
    """
    with _act(outbreak, "postpone_duties", selection, at, by) as batch:
        if not reason.strip():
            raise ActRefused("reason_missing", "reason")
        if until_at <= at:
            raise ActRefused("until_too_early", "until_at")
        batch.leave_out(
            f"is_release AND due_at + interval '{RELEASE_CAP_HOURS} hours' <= %(at)s "
            f"OR duty_kind = 'isolate' AND due_at + interval '{ISOLATE_CAP_HOURS} hours' <= %(at)s"
        )
        return batch.write_duties(
            {"until_at": "%(until)s::timestamptz", "reason": "%(reason)s::text", "signed_at": "%(at)s::timestamptz",
             "signed_by": "%(by)s::text"},
            {"until": until_at, "reason": reason.strip()},
        )  # fmt: skip


def record_done(
    outbreak: str | Outbreak, selection: Selection, *, done_at: datetime, note: str, at: datetime, by: Actor
) -> BatchReport:
    """Record that duties were done at an instant, with a note of the evidence: one check a person and kind.

    Left out are release tests, which a conclusive specimen alone fulfils, duties that had not opened by then, and a
    day's health check whose day had ended.
    """
    with _act(outbreak, "record_done", selection, at, by) as batch:
        if not note.strip():
            raise ActRefused("reason_missing", "note")
        if done_at > at:
            raise ActRefused("done_ahead", "done_at")
        batch.params |= {"done": done_at, "note": note.strip()}
        batch.leave_out(
            "is_release OR opens_at IS NULL OR opens_at > %(done)s OR duty_kind = 'monitor' AND due_at <= %(done)s"
        )
        return batch.write_checks()


def undo_batch(outbreak: str | Outbreak, batch_id: str, *, at: datetime, by: Actor) -> BatchReport:
    """Retire exactly what a batch wrote, and let stand again what it had replaced.

    Refused where one of its rows was changed since: what came later is undone first.
    """
    home = get_outbreak(outbreak)
    with writing(home.pk) as now:
        done = Batch.objects.using(now.alias).filter(outbreak=home, id=batch_id).first()
        if done is None or not by.covers(done.pos_naming):
            raise ActRefused("no_such_batch", "batch_id")
        check_power(by, POWER_OF_BATCH[done.action])
        if done.undone_at is not None:
            raise ActRefused("already_undone", "batch_id")
        batch = _Batch(now, home, f"undo_{done.action}", done.table_name, at, by)
        return batch.undo(done)


@contextmanager
def _act(
    outbreak: str | Outbreak, action: str, selection: Selection, at: datetime, by: Actor
) -> Iterator[_Batch]:
    """Permission, then one transaction with the chosen duties gathered."""
    check_power(by, POWER_OF_BATCH[action])
    home = get_outbreak(outbreak)
    with writing(home.pk) as now:
        batch = _Batch(now, home, action, _TABLE_OF[action], at, by)
        scope = Scope(home.pk, home.name, at, by.scope or (0, 0), now.alias)
        batch.n_duties = gather_chosen(now, scope, selection, by)
        yield batch


class _Batch:
    """One batch being written in an open transaction."""

    def __init__(
        self, now: Writing, home: Outbreak, action: str, table: str, at: datetime, by: Actor
    ) -> None:
        self.now, self.home, self.action, self.table, self.by = now, home, action, table, by
        self.id, self.n_duties, self.n_left_out = uuid4().hex, 0, 0
        self.params: dict[str, object] = {
            "outbreak": home.pk, "now": now.now, "at": at, "by": f"{by.name} ({by.post_name})", "name": by.name,
            "feed": ACT_FEED, "batch": self.id,
        }  # fmt: skip

    def leave_out(self, condition: str) -> None:
        """Take the duties of the condition out of the chosen ones. Raises ActRefused where none is left."""
        self.n_left_out = self.now.run(f"DELETE FROM chosen_duty WHERE {condition}", self.params)
        self.n_duties -= self.n_left_out
        if not self.n_duties:
            raise ActRefused("fits_none", "keys")

    def write_duties(self, values: Mapping[str, str], params: Mapping[str, object]) -> BatchReport:
        """A row a chosen duty in place of the one that stands; `values` are SQL by column."""
        self.params |= params
        same = " AND ".join(f"f.{name} = c.{name}" for name in DUTY_KEY)
        self.now.run(
            f"""UPDATE fact_{self.table} f SET retired_at = %(now)s FROM chosen_duty c
                WHERE f.outbreak_id = %(outbreak)s AND f.retired_at IS NULL AND {same}""",
            self.params,
        )
        key = ", ".join(DUTY_KEY)
        return self._insert(
            f"{key}, {', '.join(values)}, batch_id",
            f"SELECT {key}, {', '.join(values.values())}, %(batch)s::text, {_POSITIONS} FROM chosen_duty",
        )

    def write_checks(self) -> BatchReport:
        """One check a person and kind of the chosen duties."""
        return self._insert(
            "check_id, person_id, duty_kind, checked_at, check_outcome, note",
            f"""SELECT %(batch)s || '-' || row_number() OVER (), person_id, duty_kind, %(done)s::timestamptz, 'done',
                %(note)s::text, {_POSITIONS}
                FROM (SELECT DISTINCT ON (person_id, duty_kind) * FROM chosen_duty ORDER BY person_id, duty_kind) c""",
        )

    def _insert(self, columns: str, select: str) -> BatchReport:
        written = self.now.all(
            f"""WITH fresh AS (
                    INSERT INTO fact_{self.table}
                        ({columns}, {_POSITIONS}, outbreak_id, recorded_at, source, recorded_by)
                    SELECT s.*, %(outbreak)s, %(now)s, %(feed)s, %(name)s FROM ({select}) s RETURNING id
                ) SELECT count(*), min(id), max(id) FROM fresh""",
            self.params,
        )
        return self._finish(*written[0])

    def undo(self, done: Batch) -> BatchReport:
        """Retire the rows of a batch and add anew those that it had replaced."""
        self.n_duties, self.id = done.n_duties, done.id
        self.params |= {"then": done.at, "first": done.first_id, "last": done.last_id}
        mine = """f.id BETWEEN %(first)s AND %(last)s AND f.outbreak_id = %(outbreak)s AND f.recorded_at = %(then)s"""
        n_changed = self.now.one(
            f"SELECT count(*) FROM fact_{self.table} f WHERE {mine} AND f.retired_at IS NOT NULL", self.params
        )
        if n_changed:
            raise ActRefused("changed_since", "batch_id", n=f"{n_changed:,}")
        self.now.run("DROP TABLE IF EXISTS chosen_duty")
        self.now.run(
            f"CREATE TEMP TABLE chosen_duty ON COMMIT DROP AS SELECT * FROM fact_{self.table} f WHERE {mine}",
            self.params,
        )
        n_rows = self.now.run(
            f"UPDATE fact_{self.table} f SET retired_at = %(now)s WHERE {mine}", self.params
        )
        if self.table != "checks":
            self._stand_again()
        self.now.run(
            "UPDATE records_batch SET undone_at = %(now)s, undone_by = %(by)s WHERE id = %(batch_id)s",
            self.params | {"batch_id": done.id},
        )
        return self._queue(n_rows)

    def _stand_again(self) -> None:
        """What the batch had replaced stands again, as a version of now."""
        columns = list(TABLES[self.table].columns)
        kept = ", ".join(f"old.{name}" for name in columns)
        same = " AND ".join(f"old.{name} = c.{name}" for name in DUTY_KEY)
        self.now.run("ANALYZE chosen_duty")
        self.now.run(
            f"""INSERT INTO fact_{self.table} ({", ".join(columns)}, outbreak_id, recorded_at, source, recorded_by,
                    {_POSITIONS})
                SELECT {kept}, old.outbreak_id, %(now)s, %(feed)s, %(name)s, c.pos_naming, c.pos_present,
                    c.pos_residence
                FROM chosen_duty c JOIN fact_{self.table} old
                    ON old.outbreak_id = %(outbreak)s AND old.retired_at = %(then)s AND {same}""",
            self.params,
        )

    def _finish(self, n_rows: int, first_id: int | None, last_id: int | None) -> BatchReport:
        lo = None if self.by.scope is None else self.by.scope[0]
        self.now.run(
            """INSERT INTO records_batch (id, outbreak_id, action, at, table_name, first_id, last_id, n_duties, n_rows,
                   n_left_out, actor_name, post_name, undone_by, pos_naming)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', %s)""",
            [
                self.id, self.home.pk, self.action, self.now.now, self.table, first_id, last_id, self.n_duties, n_rows,
                self.n_left_out, self.by.name, self.by.post_name, lo,
            ],
        )  # fmt: skip
        return self._queue(n_rows)

    def _queue(self, n_rows: int) -> BatchReport:
        """Bump the revision, queue whose answers may change, and note the act."""
        touch.begin(self.now)
        if self.table != "assignments":  # who is to do a duty changes no answer
            self.now.run("INSERT INTO touched_person SELECT DISTINCT person_id FROM chosen_duty")
        n_persons = int(self.now.one("SELECT count(*) FROM touched_person"))
        revision = touch.enqueue(self.now, self.home.pk, tables=[self.table])
        if self.table == "assignments":
            chosen = self.now.all("SELECT DISTINCT person_id FROM chosen_duty")
            note(self.now, self.home.pk, revision, [person for (person,) in chosen])
        counts = {self.table: {"rows": n_rows, "duties": self.n_duties, "left_out": self.n_left_out}}
        audit.log_write(
            self.now, self.by, self.action, self.home.name, counts, revision=revision, batch=self.id
        )
        if n_persons > touch.LIVE_PERSONS_MAX:
            _refresh_apart(self.now, self.home)
        else:
            refresh_after_commit(self.now, self.home)
        return BatchReport(self.id, self.n_duties, n_rows, self.n_left_out, revision)


def _refresh_apart(now: Writing, home: Outbreak) -> None:
    """Derive in a thread of its own once the facts stand; pages say meanwhile on which revision they stand."""

    def work() -> None:
        try:
            refresh_all(home)
        finally:
            connections.close_all()

    transaction.on_commit(lambda: Thread(target=work, name=f"refresh-{home.pk}").start(), using=now.alias)
