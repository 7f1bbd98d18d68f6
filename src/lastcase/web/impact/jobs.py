"""Work that goes on without its page: finding an impact, and deriving anew after an adoption.

A thread does it over its own connections and notes where it is; the note and the frames found lie in a closed folder
of the state, for the session that asked. Nothing of it is part of the record: what a server leaves behind when it
ends is asked for again, and an adoption that was signed is derived by the next refresh in any case.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

import polars as pl
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import connections

from lastcase.core.impact import Impact
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.drafts import find_edition
from lastcase.ops.records.errors import RecordsError
from lastcase.ops.records.impact import STEPS, impact_on
from lastcase.ops.records.refresh import refresh
from lastcase.ops.records.scope import scoped

WAIT_S = 2.0
"""What takes no longer than this is shown at once."""
KEPT_S = 2 * 3600
SESSION_KEY = "impacts"
KEPT_IN_SESSION = 8
FRAMES = ("persons", "duties", "areas", "targets")
PROCESS = uuid.uuid4().hex
"""This process, among those that served before it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Where the work is. `state`: running, done, refused or broken; `step` is being done, of `steps`.

    `effective_at` and `as_of` are ISO instants; `began_s` a time of the machine's clock; `totals` those of the
    impact, once it is found.
    """

    id: str
    outbreak: str
    edition: str
    effective_at: str
    as_of: str
    began_s: float
    state: str = "running"
    step: str = STEPS[0]
    steps: tuple[str, ...] = STEPS
    process: str = PROCESS
    totals: dict[str, int] = field(default_factory=dict)
    refusal: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        """Whole seconds since it began."""
        return int(time.time() - self.began_s)

    @property
    def n_done(self) -> int:
        """Steps that are behind it."""
        return self.steps.index(self.step)


def start_impact(
    session: SessionBase, actor: Actor, outbreak: str, edition: str, effective_at: datetime, as_of: datetime
) -> Job:
    """Begin to find the impact and give it a moment to end."""

    def work(job: Job) -> Job:
        def tell(step: str) -> None:
            _note(replace(job, step=step))

        with scoped(actor):
            found = impact_on(
                outbreak, find_edition(edition), effective_at=effective_at, as_of=as_of, by=actor, tell=tell
            )
        _keep(job.id, found)
        return replace(job, totals=found.totals)

    return _start(session, _job(outbreak, edition, effective_at, as_of), work)


def start_refresh(
    session: SessionBase, outbreak: str, edition: str, effective_at: datetime, as_of: datetime
) -> Job:
    """Begin to derive the answers under an edition just adopted and give it a moment to end."""

    def work(job: Job) -> Job:
        refresh(outbreak)
        return job

    job = replace(_job(outbreak, edition, effective_at, as_of), step="derive", steps=("derive",))
    return _start(session, job, work)


def look(session: SessionBase, job_id: uuid.UUID | str) -> Job | None:
    """The work as last noted; None where this session began none of this id. What ended with its server is broken."""
    if str(job_id) not in session.get(SESSION_KEY, []):
        return None
    try:
        noted = json.loads(_path(str(job_id), "json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    job = Job(**{**noted, "steps": tuple(noted["steps"])})
    return replace(job, state="broken") if job.state == "running" and job.process != PROCESS else job


def frames(job: Job) -> dict[str, pl.DataFrame]:
    """The frames of an impact that was found, by name."""
    return {name: pl.read_parquet(_path(job.id, f"{name}.parquet")) for name in FRAMES}


def _job(outbreak: str, edition: str, effective_at: datetime, as_of: datetime) -> Job:
    return Job(str(uuid.uuid4()), outbreak, edition, effective_at.isoformat(), as_of.isoformat(), time.time())


def _start(session: SessionBase, job: Job, work: Callable[[Job], Job]) -> Job:
    _clear()
    _note(job)
    session[SESSION_KEY] = [*session.get(SESSION_KEY, []), job.id][-KEPT_IN_SESSION:]
    thread = Thread(target=_do, args=(job, work), name=f"impact-{job.id}", daemon=True)
    thread.start()
    thread.join(WAIT_S)
    return job


def _do(job: Job, work: Callable[[Job], Job]) -> None:
    try:
        _note(replace(work(job), state="done"))
    except RecordsError as refusal:
        params = {name: str(value) for name, value in refusal.params.items()}
        _note(replace(job, state="refused", refusal={"id": refusal.message_id, "params": params}))
    except Exception:  # whatever it is, the page that waits must learn that there is nothing to wait for
        _log.exception("finding an impact broke off")
        _note(replace(job, state="broken"))
    finally:
        connections.close_all()


def _keep(job_id: str, found: Impact) -> None:
    for name in ("persons", "duties", "areas"):
        _write(job_id, name, getattr(found, name))
    _write(job_id, "targets", target_frame(found))


def target_frame(found: Impact) -> pl.DataFrame:
    """The changed targets as a frame: `id`, `target_set`, and what stands on each side."""
    read: dict[str, pl.DataType] = {
        "status": pl.String(),
        "value": pl.Float64(),
        "limit": pl.Float64(),
        "due_on": pl.Date(),
    }
    schema: dict[str, Any] = {"id": pl.String(), "target_set": pl.String()}
    schema |= {f"{side}_{name}": dtype for side in ("before", "after") for name, dtype in read.items()}
    rows = [
        (
            one.id,
            one.target_set,
            *(getattr(side, name, None) for side in (one.before, one.after) for name in read),
        )
        for one in found.targets
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _write(job_id: str, name: str, frame: pl.DataFrame) -> None:
    path = _path(job_id, f"{name}.parquet")
    path.touch(mode=0o600)
    frame.write_parquet(path)


def _note(job: Job) -> None:
    """Write the note whole or not at all: a page may be reading it."""
    fresh = _path(job.id, "fresh")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asdict(job)), encoding="utf-8")
    fresh.replace(_path(job.id, "json"))


def _path(job_id: str, what: str) -> Path:
    return folder() / f"{job_id}.{what}"


def folder() -> Path:
    """The folder of impacts, closed to everybody else."""
    path = Path(settings.LASTCASE_HOME) / "impacts"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _clear() -> None:
    too_old = time.time() - KEPT_S
    for path in folder().iterdir():
        if path.is_file() and path.stat().st_mtime < too_old:
            path.unlink(missing_ok=True)
