"""A person's own diary. No account and no session: the code says for whom, and the act checks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lastcase.editions.messages import render as words
from lastcase.ops.accounts.actor import code_bearer
from lastcase.ops.imports import problems
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.report import ImportReport
from lastcase.ops.lake.diary import take_diary
from lastcase.ops.lake.errors import CodeExpired, CodeUnknown, CodeUsed, LakeInUse, LakeRefused
from lastcase.web.diary.forms import N_SHOWN, DiaryForm, VisitForms, as_cells
from lastcase.web.imports import uploads
from lastcase.web.templatetags.lastcase import lang

WRONG_CODES, WITHIN_S = 20, 600
"""So many wrong codes an address may try within so many seconds. Assumed; a code has 80 bits."""
SHOWN_PROBLEMS = 10


def tell(request: HttpRequest) -> HttpResponse:
    """The diary, and what is wrong with it; on to the thanks once it is taken."""
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form, visits = DiaryForm(*sent), VisitForms(sent[0], prefix="visit")
    told: list[dict[str, Any]] = []
    if request.method == "POST" and _are_good(form, visits):
        told = _take(request, form, visits)
        if not told and not form.errors:
            return redirect("diary_done")
    status = 422 if told or form.errors or visits.total_error_count() else 200
    context = {"form": form, "visits": visits, "first": visits.forms[:N_SHOWN], "told": told}
    more = visits.forms[N_SHOWN:]
    unfolded = any(one.is_bound and one.has_changed() for one in more)
    return render(
        request, "diary/diary.html", context | {"more": more, "is_unfolded": unfolded}, status=status
    )


def done(request: HttpRequest) -> HttpResponse:
    """Thanks, and what happens now."""
    return render(request, "diary/done.html")


def _are_good(form: DiaryForm, visits: Any) -> bool:
    """Whether the forms can be read, and tell of visits in one of the two ways."""
    is_good = form.is_valid() & visits.is_valid()
    if is_good:
        has_file, is_typed = bool(form.cleaned_data["file"]), any(one.has_changed() for one in visits)
        if has_file and is_typed:
            form.add_error("file", _("Either type your visits or send a file, not both."))
        elif not has_file and not is_typed:
            form.add_error(None, _("Tell at least one visit: place, day and times."))
    return not form.errors and bool(is_good)


def _take(request: HttpRequest, form: DiaryForm, visits: Any) -> list[dict[str, Any]]:
    """Hand the diary in; what is wrong with single visits. A refusal as a whole stands in the form."""
    tries = f"diary-codes:{request.META.get('REMOTE_ADDR', '')}"
    if cache.get(tries, 0) >= WRONG_CODES:
        form.add_error("code", _("Too many wrong codes came from here. Try again in ten minutes."))
        return []
    try:
        with _source(form, visits) as (source, name):
            report = take_diary(source, form.cleaned_data["code"], by=code_bearer(), name=name)
    except (CodeUnknown, CodeUsed, CodeExpired) as refusal:
        cache.add(tries, 0, timeout=WITHIN_S)
        cache.incr(tries)
        form.add_error("code", words(refusal.message_id, refusal.params, lang()))
    except ImportRefused as refusal:
        said = words(refusal.message_id, refusal.params, lang())
        form.add_error("file", f"{said} {words(refusal.mend_id, refusal.params, lang())}")
    except (LakeInUse, LakeRefused) as refusal:
        form.add_error(None, words(refusal.message_id, refusal.params, lang()))
    else:
        if not report.is_loaded and not report.n_errors:
            form.add_error("file", _("The file tells of no visit."))
        return [] if report.is_loaded else _problems(report, is_typed=not form.cleaned_data["file"])
    return []


@contextmanager
def _source(form: DiaryForm, visits: Any) -> Iterator[tuple[Path | pl.DataFrame, str]]:
    """What was sent and its name; a file lies in the closed folder of uploads meanwhile."""
    file = form.cleaned_data["file"]
    if file is None:
        yield as_cells(visits), _("what was typed")
        return
    path = uploads.folder() / uploads.keep(file)
    try:
        yield path, str(file.name)
    finally:
        path.unlink(missing_ok=True)


def _problems(report: ImportReport, *, is_typed: bool) -> list[dict[str, Any]]:
    errors = report.problems.filter(severity="error")
    return [
        {
            "row": row["row"],
            "is_typed": is_typed,
            "value": row["value"],
            "reason": words(row["message_id"], row["params"], lang()),
            "mend": words(row["mend_id"], row["params"], lang()),
        }
        for row in problems.as_dicts(errors, SHOWN_PROBLEMS)
    ]
