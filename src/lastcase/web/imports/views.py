"""Upload, preview, confirm. Rules and writes are those of `ops.imports`; this only carries them to the
page."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lastcase.editions.messages import render as words
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.mapping import FileMap, dumps, loads
from lastcase.ops.imports.report import ImportReport, as_csv, as_xlsx
from lastcase.ops.imports.run import Prepared, prepare_file, read_with_map
from lastcase.ops.lake.permissions import check_may_feed, may_feed
from lastcase.web.access import needs
from lastcase.web.context import visible_outbreaks
from lastcase.web.imports import bulk, jobs, uploads
from lastcase.web.imports.columns import changed, choices, column_views
from lastcase.web.imports.forms import UploadForm
from lastcase.web.imports.preview import problem_rows, sample_tables
from lastcase.web.templatetags.lastcase import lang

STEPS = {
    "read": gettext_lazy("Reading the file"),
    "map": gettext_lazy("Recognising the columns"),
    "convert": gettext_lazy("Checking every row"),
    "record": gettext_lazy("Writing to the record, and deriving what follows"),
    "append": gettext_lazy("Writing to the visits lake"),
    "follow": gettext_lazy("Following whoever met a case"),
}
FORMS: dict[str, tuple[Callable[[ImportReport, str], bytes], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@needs("import")
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and go on to its preview; nothing is written to the record."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    shown = visible_outbreaks(actor)
    names = [outbreak.name for outbreak in shown]
    fed = {outbreak.name for outbreak in shown if may_feed(actor, outbreak)}
    start = {"outbreak": request.GET.get("outbreak") or request.session.get("outbreak")}
    form = UploadForm(request.POST or None, request.FILES or None, outbreaks=names, fed=fed, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("import_preview", upload=_keep(request, form.cleaned_data).id)
        except ImportRefused as refusal:
            form.add_error("file", _told(refusal))
    return render(request, "imports/upload.html", {"form": form, "has_outbreaks": bool(names)})


def _keep(request: HttpRequest, data: dict[str, Any]) -> uploads.Upload:
    """Read the file once, so that a hostile or unreadable one is refused before it is kept; bulk visits, which take
    longer, are read by a job of their own."""
    upload_id = uploads.keep(data["file"])
    kept = uploads.Upload(upload_id, data["file"].name, data["outbreak"], data["kind"], "")
    if bulk.is_bulk(kept.kind):
        return _remember(request, kept)
    try:
        given = _given_map(data) if data["map_file"] else data["map"] or None
        _source, file_map = read_with_map(kept.kind, kept.path.read_bytes(), given, name=kept.name)
    except ImportRefused:
        kept.path.unlink(missing_ok=True)
        raise
    return _remember(request, replace(kept, map_text=dumps(file_map)))


def _remember(request: HttpRequest, kept: uploads.Upload) -> uploads.Upload:
    kept.remember(request.session)
    request.session["outbreak"] = kept.outbreak
    return kept


def _given_map(data: dict[str, Any]) -> FileMap:
    try:
        text = data["map_file"].read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused("map_toml", file=data["map_file"].name, reason=str(error)) from error
    return loads(text, data["map_file"].name)


@needs("import")
def preview(request: HttpRequest, upload: uuid.UUID) -> HttpResponse:
    """The columns with what becomes of each, the first rows converted, and what is wrong."""
    kept = _recall_file(request, upload)
    if bulk.is_bulk(kept.kind):
        return _bulk_preview(request, kept)
    try:
        prepared = _prepare(kept)
    except ImportRefused as refusal:
        return render(
            request, "imports/refused.html", {"refusal": _told(refusal), "upload": kept}, status=422
        )
    timezone.activate(ZoneInfo(prepared.zone))
    return render(request, "imports/preview.html", _preview(kept, prepared))


def _bulk_preview(request: HttpRequest, kept: uploads.Upload) -> HttpResponse:
    """The same of bulk visits once they have been read; until then where that is."""
    job = jobs.look(kept.id, bulk.READING)
    if job is None:
        jobs.start_reading(kept, request.actor)  # type: ignore[attr-defined]
        job = jobs.look(kept.id, bulk.READING)
    if job is not None and job.state == "done":
        timezone.activate(ZoneInfo(job.report["zone"]))
        context = bulk.preview_context(kept, dict(job.report))
        return render(request, "imports/bulk_preview.html", context)
    if job is not None and job.state == "running":
        context = {"upload": kept, "job": job, "step": STEPS[job.step], "is_reading": True}
        return render(request, "imports/progress.html", context)
    return _refused(request, kept, job)


def _preview(kept: uploads.Upload, ready: Prepared) -> dict[str, Any]:
    n_errors = int((ready.converted.problems["severity"] == "error").sum())
    return {
        "upload": kept,
        "n_rows": ready.converted.n_rows,
        "columns": column_views(ready.file_map, ready.source.frame, tuple(ready.source.headings)),
        "choices": choices(ready.file_map),
        "samples": sample_tables(ready.converted),
        "problems": problem_rows(ready.converted.problems),
        "n_problems": ready.converted.problems.height,
        "n_errors": n_errors,
        "n_warnings": ready.converted.problems.height - n_errors,
        "zone": ready.zone,
    }


@require_POST
@needs("import")
def columns(request: HttpRequest, upload: uuid.UUID) -> HttpResponse:
    """Take the reader's choice of field for each column, and show the preview anew."""
    kept = _recall_file(request, upload)
    if bulk.is_bulk(kept.kind):
        raise Http404(_("Nothing is shown here"))
    source, file_map = read_with_map(kept.kind, kept.path.read_bytes(), _map(kept), name=kept.name)
    headings = enumerate(source.headings)
    targets = {name: request.POST[f"column-{i}"] for i, name in headings if f"column-{i}" in request.POST}
    replace(kept, map_text=dumps(changed(file_map, targets))).remember(request.session)
    return redirect("import_preview", upload=upload)


@require_POST
@needs("import")
def confirm(request: HttpRequest, upload: uuid.UUID) -> HttpResponse:
    """Write the file to the record: all of it, or its valid rows where the reader asked for that."""
    kept = _recall_file(request, upload)
    jobs.start(kept, request.actor, valid_rows=request.POST.get("rows") == "valid")  # type: ignore[attr-defined]
    return redirect("import_progress", upload=upload)


@needs("import")
def progress(request: HttpRequest, upload: uuid.UUID) -> HttpResponse:
    """Where the import is, and its report once it has ended; the page may be left and opened again."""
    kept = _recall(request, upload)
    job = jobs.look(kept.id)
    if job is None:
        return redirect("import_preview", upload=upload)
    if job.state == "running":
        return render(request, "imports/progress.html", {"upload": kept, "job": job, "step": STEPS[job.step]})
    if job.state == "done":
        return _report(request, kept)
    return _refused(request, kept, job)


def _refused(request: HttpRequest, kept: uploads.Upload, job: jobs.Job | None) -> HttpResponse:
    broken = _("It broke off. Send the same file again: twice is once.")
    told = _words(job.refusal) if job is not None and job.refusal else broken
    return render(request, "imports/refused.html", {"refusal": told, "upload": kept}, status=422)


def _report(request: HttpRequest, kept: uploads.Upload) -> HttpResponse:
    report = jobs.report_of(kept.id)
    if report is None:
        raise Http404(_("This upload is no longer kept. Send the file again."))
    context = {"report": report, "upload": kept, "problems": problem_rows(report.problems)}
    return render(request, "imports/report.html", context | {"n_problems": report.problems.height})


@needs("import")
def status(request: HttpRequest, upload: uuid.UUID) -> HttpResponse:
    """The moving part of the page of a running import; the whole page once it has ended."""
    kept = _recall(request, upload)
    job = jobs.look(kept.id) or jobs.look(kept.id, bulk.READING)
    if job is not None and job.state == "running":
        context = {"upload": kept, "job": job, "step": STEPS[job.step]}
        return render(request, "imports/progress_now.html", context)
    return HttpResponse(headers={"HX-Redirect": reverse("import_progress", kwargs={"upload": upload})})


@needs("import")
def map_file(request: HttpRequest, upload: uuid.UUID) -> HttpResponse:
    """The map as a file, for the next delivery of the same form; bulk visits have none."""
    kept = _recall(request, upload)
    if bulk.is_bulk(kept.kind):
        raise Http404(_("Nothing is shown here"))
    return _download(kept.map_text.encode(), "map.toml", "application/toml")


@needs("import")
def problems_file(request: HttpRequest, upload: uuid.UUID, form: str) -> HttpResponse:
    """All problems of the file as CSV or XLSX, in the reader's language; also after it is in the record."""
    if form not in FORMS:
        raise Http404(_("There is no such file format."))
    kept = _recall(request, upload)
    report = jobs.report_of(kept.id) or _unwritten(_recall_file(request, upload))
    write, kind = FORMS[form]
    return _download(write(report, lang()), f"problems.{form}", kind)


def _unwritten(kept: uploads.Upload) -> ImportReport:
    """The report of a file that is still to be confirmed."""
    if bulk.is_bulk(kept.kind):
        job = jobs.look(kept.id, bulk.READING)
        if job is None or job.state != "done":
            raise Http404(_("This upload is no longer kept. Send the file again."))
        return bulk.unwritten(kept, dict(job.report))
    ready = _prepare(kept)
    return ImportReport(
        file=kept.name,
        kind=kept.kind,
        map=ready.file_map.name,
        outbreak=kept.outbreak,
        n_rows=ready.converted.n_rows,
        is_loaded=False,
        is_dry_run=True,
        problems=ready.converted.problems,
    )


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _recall(request: HttpRequest, upload: uuid.UUID) -> uploads.Upload:
    """The upload of this session into an outbreak that the post is shown. Raises NotPermitted for bulk visits where the
    post, which may have been changed meanwhile, does not feed the outbreak's lake."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    kept = uploads.recall(request.session, upload)
    shown = {outbreak.name: outbreak for outbreak in visible_outbreaks(actor)}
    if kept is None or kept.outbreak not in shown:
        raise Http404(_("This upload is no longer kept. Send the file again."))
    if bulk.is_bulk(kept.kind):
        check_may_feed(actor, shown[kept.outbreak])
    return kept


def _recall_file(request: HttpRequest, upload: uuid.UUID) -> uploads.Upload:
    """The upload while its file is there to be read."""
    kept = _recall(request, upload)
    if not kept.path.is_file():
        raise Http404(_("This upload is no longer kept. Send the file again."))
    return kept


def _map(kept: uploads.Upload) -> FileMap:
    return loads(kept.map_text, "map.toml")


def _prepare(kept: uploads.Upload) -> Prepared:
    return prepare_file(kept.outbreak, kept.kind, kept.path.read_bytes(), _map(kept), name=kept.name)


def _told(refusal: ImportRefused) -> str:
    """What was refused and what to do about it, in the reader's language."""
    params = {name: str(value) for name, value in refusal.params.items()}
    return _words({"message_id": refusal.message_id, "mend_id": refusal.mend_id, "params": params})


def _words(told: Mapping[str, Any]) -> str:
    said = words(told["message_id"], told["params"], lang())
    return f"{said} {words(told['mend_id'], told['params'], lang())}" if told["mend_id"] else said
