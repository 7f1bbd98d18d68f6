"""Imports that go on without their page: a thread does the work over its own connections, and notes where it is.

The note and, at the end, all problems lie beside the uploads, so that a page opened anew finds them. An import is
one transaction: where the server ends meanwhile nothing of it is kept, and sending the file again is safe. Bulk
visits are so many that already reading them for the preview is a job.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from threading import Lock, Thread
from typing import Any

import polars as pl
from django.db import connections

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.mapping import loads
from lastcase.ops.imports.report import ImportReport
from lastcase.ops.imports.run import STEPS, import_file
from lastcase.ops.lake import feed
from lastcase.ops.records.errors import RecordsError
from lastcase.ops.records.scope import scoped
from lastcase.web.imports.bulk import READING, ROSTERS, SAMPLE, TOLD, is_bulk, read_for_preview
from lastcase.web.imports.uploads import Upload, beside

WAIT_S = 2.0
"""A file that takes no longer than this shows its report at once."""
PROCESS = uuid.uuid4().hex
"""This process, among those that served before it."""

_log = logging.getLogger(__name__)
_starting = Lock()


@dataclass(frozen=True)
class Job:
    """Where an import is. `state`: running, done, refused or broken; `n_done` of `n_steps` steps are behind it,
    `step` is being done (see `run.STEPS`); within the last `n_rows_done` of `n_rows` rows are written; `began_s`
    is a time of the machine's clock."""

    state: str
    began_s: float
    step: str = STEPS[0]
    n_done: int = 0
    n_steps: int = len(STEPS)
    process: str = field(default_factory=lambda: PROCESS)
    n_rows_done: int = 0
    n_rows: int = 0
    report: Mapping[str, Any] = field(default_factory=dict)
    refusal: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        """Whole seconds since it began."""
        return int(time.time() - self.began_s)


def start(upload: Upload, actor: Actor, *, valid_rows: bool) -> None:
    """Begin the import, unless it runs already, and give it a moment to end."""
    _begin(upload, "job", _work, (upload, actor, valid_rows), _steps(upload))


def start_reading(upload: Upload, actor: Actor) -> None:
    """Begin to read bulk visits for their preview, unless that runs already, and give it a moment to end."""
    _begin(upload, READING, _read, (upload, actor), ("read",))


def _begin(
    upload: Upload, what: str, work: Callable[..., None], args: tuple[object, ...], steps: Sequence[str]
) -> None:
    with _starting:
        job = look(upload.id, what)
        if job is not None and job.state == "running":
            return
        _note(upload.id, Job("running", time.time(), n_steps=len(steps)), what)
    thread = Thread(target=work, args=args, name=f"{what}-{upload.id}", daemon=True)
    thread.start()
    thread.join(WAIT_S)


def _steps(upload: Upload) -> Sequence[str]:
    return feed.STEPS if is_bulk(upload.kind) else STEPS


def look(upload_id: str, what: str = "job") -> Job | None:
    """The import (or the reading of bulk visits) as last noted; None where none was begun. One that ended with its
    server is broken."""
    try:
        job = Job(**json.loads(beside(upload_id, what).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    return replace(job, state="broken") if job.state == "running" and job.process != PROCESS else job


def report_of(upload_id: str) -> ImportReport | None:
    """The report of an import that came to its end, with all problems."""
    job = look(upload_id)
    if job is None or job.state != "done":
        return None
    told = pl.read_parquet(beside(upload_id, "problems"))
    return ImportReport(**job.report, problems=told)


def _work(upload: Upload, actor: Actor, valid_rows: bool) -> None:
    began = time.time()

    def tell(step: str, n_done: int, n_steps: int) -> None:
        _note(upload.id, Job("running", began, step, n_done, n_steps))

    def tell_rows(n_done: int, n_rows: int) -> None:
        last = len(STEPS) - 1
        _note(upload.id, Job("running", began, STEPS[last], last, n_rows_done=n_done, n_rows=n_rows))

    def import_it() -> None:
        with scoped(actor):
            report = (
                _feed(upload, actor, valid_rows, tell)
                if is_bulk(upload.kind)
                else _import(upload, actor, valid_rows, tell, tell_rows)
            )
        _keep(upload, report, began)

    _to_its_end(upload, "job", began, import_it)


def _read(upload: Upload, actor: Actor) -> None:
    began = time.time()

    def read_it() -> None:
        with scoped(actor):
            found = read_for_preview(upload, actor)
        found.told.write_parquet(beside(upload.id, TOLD))
        found.sample.write_parquet(beside(upload.id, SAMPLE))
        _note(upload.id, Job("done", began, n_done=1, n_steps=1, report=found.counts), READING)

    _to_its_end(upload, READING, began, read_it)


def _to_its_end(upload: Upload, what: str, began: float, work: Callable[[], None]) -> None:
    """Do the work; however it ends, the page that waits learns of it."""
    try:
        work()
    except (ImportRefused, RecordsError) as refusal:
        _note(upload.id, Job("refused", began, refusal=_told(refusal)), what)
    except Exception:  # whatever it is, the page that waits must learn that there is nothing to wait for
        _log.exception("an import broke off")
        _note(upload.id, Job("broken", began), what)
    finally:
        connections.close_all()


def _feed(upload: Upload, actor: Actor, valid_rows: bool, tell: Any) -> ImportReport:
    return feed.import_visits(
        upload.outbreak,
        upload.path,
        by=actor,
        name=upload.name,
        valid_rows=valid_rows,
        is_roster=upload.kind == ROSTERS,
        progress=tell,
    )


def _import(upload: Upload, actor: Actor, valid_rows: bool, tell: Any, tell_rows: Any) -> ImportReport:
    return import_file(
        upload.outbreak,
        upload.kind,
        upload.path.read_bytes(),
        loads(upload.map_text, "map.toml"),
        by=actor,
        name=upload.name,
        valid_rows=valid_rows,
        progress=tell,
        on_rows=tell_rows,
    )


REPORTED = (
    "file",
    "kind",
    "map",
    "outbreak",
    "n_rows",
    "is_loaded",
    "is_dry_run",
    "n_rows_left_out",
    "tables",
)


def _keep(upload: Upload, report: ImportReport, began: float) -> None:
    """Keep the report; the file itself goes once it is in the record."""
    report.problems.write_parquet(beside(upload.id, "problems"))
    kept = {name: getattr(report, name) for name in REPORTED}
    n_steps = len(_steps(upload))
    _note(upload.id, Job("done", began, n_done=n_steps, n_steps=n_steps, report=kept))
    if report.is_loaded:
        upload.path.unlink(missing_ok=True)


def _told(refusal: ImportRefused | RecordsError) -> dict[str, Any]:
    params = {name: str(value) for name, value in refusal.params.items()}
    return {
        "message_id": refusal.message_id,
        "mend_id": getattr(refusal, "mend_id", ""),
        "params": params,
    }


def _note(upload_id: str, job: Job, what: str = "job") -> None:
    """Write the note whole or not at all: a page may be reading it."""
    fresh = beside(upload_id, f"{what}-fresh")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asdict(job)), encoding="utf-8")
    fresh.replace(beside(upload_id, what))
