"""The form of one person, and of a case where there is one. Labels, codes and ranges are those of the facts."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lastcase.core.facts import TABLES
from lastcase.core.facts.vocabulary import CASE_STATUSES
from lastcase.web.acts.forms import LocalDay, LocalInstant, code_choices
from lastcase.web.context import PageContext
from lastcase.web.entry import areas
from lastcase.web.templatetags.lastcase import is_chinese

PERSON = TABLES["persons"]
PERSON_FIELDS = (
    "name", "phone", "document_kind", "document_id", "sex", "birth_on", "age_years", "residence_area_id",
    "description",
)  # fmt: skip
CASE_FIELDS = ("case_status", "found_at", "symptom_onset_on")
TEXT_CHARS_MAX = 500


def _text(**more: Any) -> forms.CharField:
    return forms.CharField(required=False, max_length=TEXT_CHARS_MAX, empty_value=None, **more)


class AreaField(forms.CharField):
    """An area of the post, searched for by name or code as it is typed; cleaned to its code."""

    def __init__(self, page: PageContext) -> None:
        asks = {
            "list": "areas-found",
            "autocomplete": "off",
            "hx-post": reverse("entry_areas", kwargs={"outbreak": page.name}),
            "hx-trigger": "input delay:150ms",
            "hx-target": "#areas-found",
            "hx-sync": "this:replace",
        }
        super().__init__(
            widget=forms.TextInput(attrs=asks), help_text=_("Type a name or a code, and choose.")
        )
        self.actor = page.actor

    def clean(self, value: Any) -> str:
        """The code of the area. Raises ValidationError."""
        area_id = areas.area_of(self.actor, super().clean(value))
        if area_id is None:
            raise forms.ValidationError(_("Choose one of the areas found for what you type."))
        return area_id


class EntryForm(forms.Form):
    """One person, perhaps a case. `entry` is made once a form, so that sending it twice writes one person."""

    entry = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    name = _text(widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = _text(widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}))
    document_kind = forms.ChoiceField(
        required=False, choices=partial(code_choices, PERSON.field("document_kind").codes, "–")
    )
    document_id = _text(widget=forms.TextInput(attrs={"autocomplete": "off"}))
    sex = forms.ChoiceField(required=False, choices=partial(code_choices, PERSON.field("sex").codes, "–"))
    birth_on = LocalDay(required=False)
    age_years = forms.FloatField(
        required=False, min_value=PERSON.field("age_years").low, max_value=PERSON.field("age_years").high
    )
    residence_area_id = forms.ChoiceField()
    description = _text(widget=forms.Textarea(attrs={"rows": 2}))
    case_status = forms.ChoiceField(
        required=False, choices=partial(code_choices, CASE_STATUSES, _("No case: the person only"))
    )
    found_at = LocalInstant(required=False)
    symptom_onset_on = LocalDay(required=False)
    known_id = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, page: PageContext, **more: Any) -> None:
        super().__init__(*args, **more)
        home, listed = page.actor.area_id or page.record.area_id, areas.listed(page.actor)
        if listed is None:
            self.fields["residence_area_id"] = AreaField(page)
            home = areas.label_of(page.actor, home)
        else:
            self.fields["residence_area_id"].choices = listed  # type: ignore[attr-defined]
        self.fields["residence_area_id"].initial = home
        for table, names in (("persons", PERSON_FIELDS), ("cases", CASE_FIELDS)):
            for name in names:
                declared = TABLES[table].field(name)
                self.fields[name].label = declared.zh if is_chinese() else declared.en

    def person(self) -> dict[str, Any]:
        """The columns of the person; those left empty are not known."""
        return {name: self.cleaned_data[name] or None for name in PERSON_FIELDS} | {
            "age_years": self.cleaned_data["age_years"]
        }

    def case(self) -> dict[str, Any] | None:
        """The columns of the case, None where no status was chosen."""
        if not self.cleaned_data["case_status"]:
            return None
        found = {name: self.cleaned_data[name] for name in CASE_FIELDS}
        return {**found, "area_id": self.cleaned_data["residence_area_id"]}
