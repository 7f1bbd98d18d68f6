"""The forms of trying and of adopting an edition."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lastcase.editions import editions
from lastcase.ops.records.drafts import own_ids
from lastcase.web.acts.forms import REASON_CHARS_MAX, LocalInstant


class TryForm(forms.Form):
    """Which edition, and from when on."""

    edition = forms.ChoiceField(label=_("Edition"))
    effective_at = LocalInstant(label=_("In force from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [*own_ids(), *editions()]
        self.fields["edition"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        self.fields["edition"].widget.attrs["translate"] = "no"


class AdoptForm(TryForm):
    """The same with the reason, to be signed."""

    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )
