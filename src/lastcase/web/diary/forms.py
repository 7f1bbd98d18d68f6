"""The forms of a diary: the code and the consent, and visits typed by hand or sent as a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

import polars as pl
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from lastcase.ops.imports.read.table import ROW

N_VISITS = 20
N_SHOWN = 3
"""So many visits can be typed; the others unfold."""
FILE_BYTES = 2**20
FILES = (".csv", ".xlsx")


class DiaryForm(forms.Form):
    """Who tells, that they want to, and perhaps a file."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=40,
        help_text=_("As it was given to you, such as 7Q2M-XK4T-0B9V-W3ZD. It works once."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    file = forms.FileField(
        label=_("A file instead"),
        required=False,
        help_text=_("CSV or XLSX with the columns place, start and end; up to 1 MiB."),
    )
    consent = forms.BooleanField(
        label=_("I tell these visits of my own accord, for the purpose stated above."),
        error_messages={"required": _("Without your consent nothing is taken.")},
    )

    def clean_file(self) -> UploadedFile | None:
        """A small table, or none."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > FILE_BYTES:
            raise forms.ValidationError(_("The file is larger than %(n)s MiB."), params={"n": 1})
        if file is not None and PurePath(str(file.name)).suffix.lower() not in FILES:
            raise forms.ValidationError(_("Send a file that ends in .csv or .xlsx."))
        return file


class VisitForm(forms.Form):
    """One visit, in local time."""

    place = forms.CharField(label=_("Place"), max_length=200)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    start = forms.TimeField(
        label=_("Came at"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    end = forms.TimeField(label=_("Left at"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))


VisitForms: Any = forms.formset_factory(VisitForm, extra=N_VISITS, max_num=N_VISITS, validate_max=True)


def as_cells(visits: Any) -> pl.DataFrame:
    """The visits that were typed as the cells of a file, each row bearing the number of its visit on the page. An end
    up to the start is of the next day."""
    typed = [(number, form.cleaned_data) for number, form in enumerate(visits, 1) if form.has_changed()]
    rows = [(number, one["place"], *_span(one)) for number, one in typed]
    schema = {ROW: pl.Int64, "place": pl.String, "start_at": pl.String, "end_at": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _span(visit: dict[str, Any]) -> tuple[str, str]:
    start = datetime.combine(visit["day"], visit["start"])
    end = datetime.combine(visit["day"], visit["end"])
    end += timedelta(days=end <= start)
    return f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}"
