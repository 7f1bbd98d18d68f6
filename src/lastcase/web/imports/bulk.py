"""Bulk visits on the import page: what a job reads for their preview, and how the page shows it.

They go to the visits lake of the outbreak and not to the record, so many that no page could wait while they are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastcase.core.facts import TABLES
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.imports import problems
from lastcase.ops.imports.report import ImportReport
from lastcase.ops.lake.feed import Prepared, prepare_visits
from lastcase.web.imports.preview import SHOWN_PROBLEMS, SHOWN_ROWS, SampleTable, problem_rows, sample_table
from lastcase.web.imports.uploads import Upload, beside
from lastcase.web.templatetags.lastcase import name_of

VISITS, ROSTERS = "bulk_visits", "rosters"
KINDS = {
    VISITS: gettext_lazy("Bulk visits (check-ins, tickets), into the visits lake"),
    ROSTERS: gettext_lazy("Rosters of workplaces and schools, into the visits lake"),
}
READING, TOLD, SAMPLE = "reading", "told", "sample"
"""What lies beside an upload: where its reading is, its problems, its first visits."""
OF_FILES = {
    "weekdays": gettext_lazy("Weekdays"),
    "from_time": gettext_lazy("From, time of day"),
    "to_time": gettext_lazy("Until, time of day"),
    "first_on": gettext_lazy("First day"),
    "last_on": gettext_lazy("Last day"),
    "seat_row": gettext_lazy("Row of seats"),
}
"""Names of the fields that a file or a roster has and a visit has not."""


def is_bulk(kind: str) -> bool:
    """Whether files of this kind go to the lake."""
    return kind in KINDS


@dataclass(frozen=True)
class Found:
    """What a reading found: figures for the page (plain values), the problems, the first visits as facts."""

    counts: dict[str, Any]
    told: pl.DataFrame
    sample: pl.DataFrame


def read_for_preview(upload: Upload, actor: Actor) -> Found:
    """Read and check the file without writing. Raises NotPermitted, ImportRefused."""
    ready = prepare_visits(
        upload.outbreak, upload.path, by=actor, name=upload.name, is_roster=upload.kind == ROSTERS
    )
    n_errors = ready.problems.filter(severity="error").height
    counts = {
        "n_rows": ready.n_rows,
        "n_visits": ready.visits.height,
        "n_left_out": ready.n_rows_left_out,
        "n_errors": n_errors,
        "n_warnings": ready.problems.height - n_errors,
        "zone": ready.outbreak.time_zone,
        "columns": _columns(ready),
    }
    return Found(counts, ready.problems, _as_facts(ready.visits.head(SHOWN_ROWS)))


def _columns(ready: Prepared) -> list[tuple[str, str, str]]:
    """Every heading with an example of its cells and the field that it states (empty: none)."""
    first = {heading: ready.first[heading].drop_nulls() for heading in ready.first.columns}
    return [
        (heading, str(cells[0])[:40] if len(cells) else "", ready.columns.get(heading, ""))
        for heading, cells in first.items()
    ]


def _as_facts(visits: pl.DataFrame) -> pl.DataFrame:
    """Visits of the lake as the fact table has them."""
    start, end = (pl.from_epoch(name, "s").dt.replace_time_zone("UTC") for name in ("start_s", "end_s"))
    precision = pl.col("precision_s") / 60
    return visits.select(
        "person_id", "place_id", "unit", "visit_source", start_at=start, end_at=end, precision_min=precision
    )


def preview_context(upload: Upload, counts: dict[str, Any]) -> dict[str, Any]:
    """What the page of the preview shows."""
    told = pl.read_parquet(beside(upload.id, TOLD))
    return {
        **counts,
        "upload": upload,
        "columns": [(heading, example, _label(field)) for heading, example, field in counts["columns"]],
        "samples": _samples(upload, counts),
        "problems": problem_rows(told),
        "n_problems": told.height,
        "n_shown": SHOWN_PROBLEMS,
    }


def _samples(upload: Upload, counts: dict[str, Any]) -> list[SampleTable]:
    sample = pl.read_parquet(beside(upload.id, SAMPLE))
    return [sample_table("visits", sample, counts["n_visits"])] if sample.height else []


def _label(field: str) -> str:
    if not field:
        return _("Not used")
    visits = TABLES["visits"]
    return str(OF_FILES[field]) if field in OF_FILES else name_of(visits.field(field))


def unwritten(upload: Upload, counts: dict[str, Any]) -> ImportReport:
    """The report of bulk visits that are still to be confirmed, with all problems."""
    return ImportReport(
        file=upload.name,
        kind="visits",
        map="",
        outbreak=upload.outbreak,
        n_rows=counts["n_rows"],
        is_loaded=False,
        is_dry_run=True,
        n_rows_left_out=counts["n_left_out"],
        problems=pl.read_parquet(beside(upload.id, TOLD)).cast(problems.SCHEMA),  # type: ignore[arg-type]
    )
