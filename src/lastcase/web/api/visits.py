"""`POST /api/v1/outbreaks/NAME/visits`: bulk visits, as a file or as JSON, into the visits lake of the outbreak."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import Router, Status
from pydantic import ValidationError

from lastcase.editions.messages import render
from lastcase.ops.imports import problems
from lastcase.ops.imports.read.limits import MIB, Limits
from lastcase.ops.imports.read.table import ROW
from lastcase.ops.imports.report import SHOWN_PROBLEMS, ImportReport
from lastcase.ops.lake.feed import import_visits
from lastcase.ops.records.errors import OutbreakNotFound
from lastcase.ops.records.scope import scoped
from lastcase.web.api.errors import ApiError, Refusal, of_rows
from lastcase.web.api.schemas import VisitRows, VisitsOut, rows_schema
from lastcase.web.api.tokens import Bearer, Feeder
from lastcase.web.imports import uploads
from lastcase.web.templatetags.lastcase import lang

router = Router(auth=Bearer(), tags=["visits"])
JSON_NAME = "rows"
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "CSV (also packed as .gz), XLSX or Parquet.",
                        }
                    },
                }
            },
            "application/json": {"schema": rows_schema()},
        },
    }
}
REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 429, 503), Refusal)


@router.post(
    "/outbreaks/{outbreak}/visits",
    response={200: VisitsOut, 422: VisitsOut, **REFUSALS},
    openapi_extra=BODY,
    operation_id="post_visits",
    summary="Take visits into the visits lake of an outbreak",
    url_name="visits",
)
def post_visits(
    request: HttpRequest, outbreak: str, dry_run: bool = False, valid_rows: bool = False, roster: bool = False
) -> Any:
    """All rows or none (422), unless `valid_rows`, which takes those without errors. `dry_run` reads, reports and keeps
    nothing. `roster`: the file says who is where on which weekdays and hours, and becomes a visit a day.

    Sending the same again is safe: two records of one visit count once in every search. Whoever met a case by the
    visits is on the record when the answer comes.
    """
    caller: Feeder = request.auth  # type: ignore[attr-defined]
    if outbreak != caller.outbreak:  # whether there is another of that name is not told
        raise OutbreakNotFound(name=outbreak, names=caller.outbreak)
    with scoped(caller.actor), _delivered(request, roster) as (source, name):
        report = import_visits(
            outbreak,
            source,
            by=caller.actor,
            name=name,
            valid_rows=valid_rows,
            is_roster=roster,
            dry_run=dry_run,
        )
    is_refused = report.n_rows_left_out and not valid_rows
    return Status(422 if is_refused else 200, _told(report))


@contextmanager
def _delivered(request: HttpRequest, is_roster: bool) -> Iterator[tuple[Path | pl.DataFrame, str]]:
    """What was sent, and what its sender calls it; a file lies in the closed folder of uploads meanwhile."""
    kind = request.content_type or "-"
    if kind == "multipart/form-data":
        file = _file(request)
        path = uploads.folder() / uploads.keep(file)
        try:
            yield path, str(file.name)
        finally:
            path.unlink(missing_ok=True)
    elif kind == "application/json" and not is_roster:
        yield _rows(request), JSON_NAME
    else:
        raise ApiError(415, "wrong_kind", kind=kind)


def _file(request: HttpRequest) -> UploadedFile:
    try:
        file = request.FILES.get("file")
    except (MultiPartParserError, BadRequest, SuspiciousOperation, UnreadablePostError) as error:
        raise ApiError(400, "bad_request", where="body", what=str(error), n="1") from error
    if file is None:
        raise ApiError(400, "no_file")
    limit = Limits().file_bytes
    if file.size is not None and file.size > limit:
        raise ApiError(413, "too_large", limit=limit // MIB)
    return file


def _rows(request: HttpRequest) -> pl.DataFrame:
    """Rows of JSON as the cells of a file, the first being row 1."""
    try:
        sent = VisitRows.model_validate_json(request.body)
    except RequestDataTooBig:
        limit = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // MIB
        raise ApiError(413, "too_large", limit=limit) from None
    except (SuspiciousOperation, UnreadablePostError) as error:
        raise ApiError(400, "bad_request", where="body", what=str(error), n="1") from error
    except ValidationError as error:
        raise of_rows(error) from error
    frame = pl.DataFrame([row.model_dump() for row in sent.rows], infer_schema_length=None)
    texts = frame.select(pl.all().cast(pl.String))
    return texts.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))


def _told(report: ImportReport) -> dict[str, Any]:
    """The report as the answer has it."""
    is_taken = bool(report.tables)
    return {
        "outbreak": report.outbreak,
        "file": report.file,
        "is_dry_run": report.is_dry_run,
        "is_loaded": report.is_loaded,
        "n_read": report.n_rows,
        "n_taken": report.n_rows - report.n_rows_left_out if is_taken else 0,
        "n_refused": report.n_rows_left_out,
        "n_visits": report.total("added"),
        "n_problems": report.problems.height,
        "problems": [_problem(row) for row in problems.as_dicts(report.problems, SHOWN_PROBLEMS)],
    }


def _problem(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "row": row["row"],
        "column": row["column"] or row["field"],
        "value": row["value"],
        "severity": row["severity"],
        "code": row["message_id"].rpartition(".")[2],
        "reason": render(row["message_id"], row["params"], lang()),
        "mend": render(row["mend_id"], row["params"], lang()),
    }
