"""Forms of visits: told, corrected, withdrawn, restored. `ops` checks and performs; nothing is decided here."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from lastcase.core.facts import vocabulary
from lastcase.ops.records.actions import visits
from lastcase.web.acts.forms import ActForm, Choices, LocalInstant, ReasonedForm, code_choices

PRECISION_MIN_MAX = 24 * 60


class ExactInstant(forms.CharField):
    """An instant to the microsecond, as a hidden field carries it: it is part of a key."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.HiddenInput, max_length=40, **more)

    def clean(self, value: Any) -> datetime:
        """The instant. Raises ValidationError."""
        found = parse_datetime(super().clean(value))
        if found is None or found.tzinfo is None:
            raise forms.ValidationError(_("This is no instant."))
        return found


class VisitForm(ActForm):
    """An act on a visit of one person."""

    person_id = forms.CharField(widget=forms.HiddenInput)


class TimesForm(VisitForm):
    """The times of a visit, its part of the place, and how exact they are."""

    start_at = LocalInstant(label=_("From, local time"))
    end_at = LocalInstant(label=_("Until, local time"))
    unit = forms.CharField(
        label=_("Floor, carriage, table or ward"),
        max_length=200,
        required=False,
        help_text=_("A row of seats stands after /#: 3/#12 is row 12 of carriage 3."),
    )
    precision_min = forms.FloatField(
        label=_("The times may be off by, minutes"),
        min_value=0,
        max_value=PRECISION_MIN_MAX,
        required=False,
        help_text=_("Empty: exact."),
    )


class AddVisitForm(TimesForm):
    """A visit told in an interview."""

    action = staticmethod(visits.record_visit)
    url_name, title, button = "act_visit", _("Add a visit told in an interview"), _("Record the visit")
    done = _("The visit is recorded. Withdraw it where it proves wrong.")
    place = forms.CharField(
        label=_("Place"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "places-visited"}),
        help_text=_("The id of a place on record, or words for one that is not."),
    )
    setting = forms.ChoiceField(
        label=_("Kind of place, where it is new"),
        choices=partial(code_choices, vocabulary.SETTINGS, "–"),
        required=False,
    )
    area_id = forms.CharField(
        label=_("Area of the place, where it is new"), max_length=60, required=False, empty_value=None
    )
    n_unknown = forms.IntegerField(
        label=_("Others there whose names are not known: how many"),
        min_value=1,
        max_value=1_000_000,
        required=False,
    )
    who_to_ask = forms.CharField(
        label=_("Who they were, and who may know them"),
        max_length=500,
        required=False,
        help_text=_("Such as: four players at table 6; ask the owner of the hall."),
    )
    field_order = (
        "place", "setting", "area_id", "start_at", "end_at", "unit", "precision_min", "n_unknown", "who_to_ask",
    )  # fmt: skip

    def __init__(self, *args: Any, areas: Choices | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if areas is not None:
            self.fields["area_id"].widget = forms.Select(choices=[("", "–"), *areas])

    def clean_setting(self) -> str | None:
        """Empty: not known."""
        return self.cleaned_data["setting"] or None


class CorrectVisitForm(TimesForm):
    """Other times or another part for a visit."""

    action = staticmethod(visits.correct_visit)
    url_name, title, button = "act_correct_visit", _("Correct"), _("Record the correction")
    done = _("The visit is corrected; what stood before is kept.")
    place_id = forms.CharField(widget=forms.HiddenInput)
    was_start_at = ExactInstant()
    reason = ReasonedForm.base_fields["reason"]
    field_order = ("start_at", "end_at", "unit", "precision_min", "reason")


class WithdrawVisitForm(VisitForm):
    """A visit that did not take place."""

    action = staticmethod(visits.withdraw_visit)
    url_name, title, button = "act_withdraw_visit", _("Withdraw"), _("Withdraw the visit")
    done = _("The visit is withdrawn; what followed from it falls away. It can be restored below.")
    is_dated = False
    place_id = forms.CharField(widget=forms.HiddenInput)
    start_at = ExactInstant()
    reason = ReasonedForm.base_fields["reason"]


class RestoreVisitForm(VisitForm):
    """Take a withdrawal back."""

    action = staticmethod(visits.restore_visit)
    url_name, title, button = "act_restore_visit", _("Restore"), _("Restore")
    done = _("The visit stands again.")
    is_dated = False
    place_id = forms.CharField(widget=forms.HiddenInput)
    start_at = ExactInstant()


VISIT_FORMS: tuple[type[ActForm], ...] = (AddVisitForm, CorrectVisitForm, WithdrawVisitForm, RestoreVisitForm)
