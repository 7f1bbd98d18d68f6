"""Pages of drafts: copy an edition, write its text with what is wrong beside each line, see who wrote what when."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import MaxLengthValidator, RegexValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastcase.core.protocol.problems import Problem
from lastcase.editions.messages import render as words
from lastcase.ops.records import drafts
from lastcase.ops.records.actions import copy_edition, save_draft
from lastcase.ops.records.errors import DraftChanged, EditionNotFound, EditionTaken, RecordsError
from lastcase.ops.records.models import EditionDraft
from lastcase.web.access import needs
from lastcase.web.templatetags.lastcase import lang

TEXT_CHARS_MAX = 400_000
NOTE_CHARS_MAX = 500
SAVINGS_SHOWN = 30


class CopyForm(forms.Form):
    """The id of the copy, and what it is for."""

    edition_id = forms.CharField(
        label=gettext_lazy("Id of the draft"),
        max_length=60,
        validators=[
            RegexValidator(
                r"^[a-z0-9]+(-[a-z0-9]+)*$", gettext_lazy("Small letters, digits and single hyphens, please.")
            )
        ],
        help_text=gettext_lazy(
            "Small letters, digits and hyphens, such as beihai-9-short. It cannot change later."
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=NOTE_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DraftForm(forms.Form):
    """The text of a draft, the saving it was made from, and what was changed."""

    text = forms.CharField(
        label=gettext_lazy("Text of the edition (TOML)"),
        strip=False,
        validators=[MaxLengthValidator(TEXT_CHARS_MAX)],
        widget=forms.Textarea(
            attrs={"rows": 28, "class": "code", "spellcheck": "false", "wrap": "off", "translate": "no"}
        ),
    )
    note = forms.CharField(label=gettext_lazy("What you changed"), max_length=NOTE_CHARS_MAX, required=False)
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=1_000_000)


@dataclass(frozen=True)
class Fault:
    """A fault beside the line it is on; `line` is null where it has none."""

    line: int | None
    code: str
    where: str
    what: str
    mend: str


@needs("command")
def copy(request: HttpRequest, edition: str) -> HttpResponse:
    """Begin a draft with the text of an edition."""
    form = CopyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            copy_edition(edition, asked["edition_id"], by=request.actor, note=asked["note"])  # type: ignore[attr-defined]
        except EditionTaken as taken:
            form.add_error("edition_id", _told(taken))
        except EditionNotFound as error:
            raise Http404(_told(error)) from error
        else:
            return redirect("protocol_draft", edition=asked["edition_id"])
    context = {"form": form, "edition_id": edition}
    return render(request, "protocol/copy.html", context, status=422 if form.errors else 200)


@needs("command")
def draft(request: HttpRequest, edition: str) -> HttpResponse:
    """Read and write a draft; it is checked at every saving and kept whatever the check finds."""
    last = _get(edition)
    if request.method != "POST":
        return _page(request, last, DraftForm(initial={"text": last.text, "number": last.number}))
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _page(request, last, form, status=422)
    asked = form.cleaned_data
    try:
        saved = save_draft(
            edition, asked["text"], number=asked["number"], by=request.actor, note=asked["note"]
        )  # type: ignore[attr-defined]
    except RecordsError as refused:
        form.add_error(None, _told(refused))
        return _page(request, last, form, status=409 if isinstance(refused, DraftChanged) else 422)
    if saved.n_problems:
        messages.warning(request, _("Saved as a draft. It has faults, so it cannot be adopted yet."))
    else:
        messages.success(request, _("Saved, and the check finds nothing wrong."))
    return redirect("protocol_draft", edition=edition)


def _page(request: HttpRequest, last: EditionDraft, form: DraftForm, status: int = 200) -> HttpResponse:
    text = str(form["text"].value() or "")
    context = {
        "draft": last,
        "form": form,
        "faults": faults(drafts.check_draft(last.edition_id, text), text.splitlines()),
        "savings": drafts.history(last.edition_id)[:SAVINGS_SHOWN],
        "adopted": [one for one in drafts.adoptions() if one.edition_id == last.edition_id],
    }
    return render(request, "protocol/draft.html", context, status=status)


def faults(problems: Sequence[Problem], lines: list[str]) -> list[Fault]:
    """The problems with the line each is on, in the reader's language."""
    return [
        Fault(
            line=problem.line,
            code=lines[problem.line - 1].strip() if problem.line and problem.line <= len(lines) else "",
            where=".".join(part for part in (problem.rule, problem.field) if part),
            what=words(problem.what.id, problem.what.params, lang()),
            mend=words(problem.mend.id, problem.mend.params, lang()),
        )
        for problem in problems
    ]


@needs("command")
def history(request: HttpRequest, edition: str) -> HttpResponse:
    """Every saving of a draft with the lines it changed."""
    _get(edition)
    savings = drafts.history(edition)[: SAVINGS_SHOWN + 1]
    rows = [
        (one, list(_changed(before, one))) for one, before in zip(savings, [*savings[1:], None], strict=True)
    ]
    return render(request, "protocol/history.html", {"edition_id": edition, "rows": rows[:SAVINGS_SHOWN]})


def _changed(before: EditionDraft | None, after: EditionDraft) -> Iterator[dict[str, Any]]:
    """Lines gone and new, in the order of the text; none for the first saving, which is the copy."""
    if before is None:
        return
    for line in difflib.unified_diff(before.text.splitlines(), after.text.splitlines(), n=0, lineterm=""):
        if line[:1] in "+-" and not line.startswith(("+++", "---")):
            yield {"is_new": line[0] == "+", "text": line[1:]}


def _get(edition: str) -> EditionDraft:
    try:
        return drafts.get_draft(edition)
    except RecordsError as error:
        raise Http404(_told(error)) from error


def _told(error: RecordsError) -> str:
    return words(error.message_id, {name: str(value) for name, value in error.params.items()}, lang())
