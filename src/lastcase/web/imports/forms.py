"""The form of an upload."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lastcase.core.facts import TABLES
from lastcase.ops.imports.mapping import ready_maps
from lastcase.ops.imports.mapping.model import KINDS
from lastcase.ops.imports.read.limits import Limits
from lastcase.web.imports.bulk import KINDS as BULK
from lastcase.web.imports.bulk import is_bulk
from lastcase.web.templatetags.lastcase import name_of

MIB = 2**20


def kind_choices() -> list[tuple[str, str]]:
    """Kinds of file, by the name of the fact table they fill."""
    tables = {table.import_kind: table for table in TABLES.values() if table.import_kind}
    return [(kind, name_of(tables[kind])) for kind in KINDS]


class UploadForm(forms.Form):
    """What is sent, as what, into which outbreak, by which map."""

    outbreak = forms.ChoiceField(label=_("Outbreak"))
    kind = forms.ChoiceField(label=_("What the file lists"))
    map = forms.ChoiceField(
        label=_("Column map"),
        required=False,
        help_text=_(
            "Automatic: columns are recognised by their headings; you can change each before anything is kept."
        ),
    )
    file = forms.FileField(label=_("File"), help_text=_("CSV (also packed as .gz), XLSX or Parquet."))
    map_file = forms.FileField(
        label=_("A map saved earlier"), required=False, help_text=_("Used in place of the choice above.")
    )

    def __init__(
        self, *args: object, outbreaks: Sequence[str], fed: Collection[str] = (), **kwargs: object
    ) -> None:
        """`outbreaks`: those shown to the post; `fed`: those of them whose lake it may feed."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fed = fed
        bulk = list(BULK.items()) if fed else []
        names = sorted({ready.name for ready in ready_maps()})
        self.fields["outbreak"].choices = [(name, name) for name in outbreaks]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [*kind_choices(), *bulk]  # type: ignore[attr-defined]
        self.fields["map"].choices = [("", _("Automatic")), *((name, name) for name in names)]  # type: ignore[attr-defined]

    def clean_file(self) -> object:
        """A file within the limit that the reader holds too."""
        file = self.cleaned_data["file"]
        limit = Limits().file_bytes
        if file.size > limit:
            raise forms.ValidationError(_("The file is larger than %(n)s MiB."), params={"n": limit // MIB})
        return file

    def clean(self) -> dict[str, Any]:
        """Bulk visits go to the lake of the whole outbreak, and are read by their headings alone."""
        data: dict[str, Any] = super().clean() or {}
        if is_bulk(data.get("kind", "")):
            if data.get("outbreak") not in self.fed:
                self.add_error("outbreak", _("Bulk visits are given by a post of the outbreak's whole area."))
            if data.get("map") or data.get("map_file"):
                self.add_error("map", _("Bulk visits take no map: choose Automatic, and no file of a map."))
        return data
