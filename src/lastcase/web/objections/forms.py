"""Forms of objections: raised, decided, taken back. `ops` checks and performs; nothing is decided here."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lastcase.core.facts.objections import DECISIONS, RAISED_BY
from lastcase.ops.records.actions import objections
from lastcase.ops.records.objections import OPEN
from lastcase.ops.records.transitions import OBJECTION_STEPS
from lastcase.web.acts.forms import REASON_CHARS_MAX, ActForm, Choices, code_choices
from lastcase.web.investigation.forms import ExactInstant

SUBJECT = "|"
"""Stands between what an objection is about and which one: `contact|<case>`, `order|<rule>|<episode>|<edition>`."""
TAKEN_BACK = "taken_back"


def _long_text(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=REASON_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}), **more
    )


class RaiseForm(ActForm):
    """What somebody disputes, and who it is."""

    action = staticmethod(objections.raise_objection)
    button, done = (
        _("Record the objection"),
        _("The objection is recorded. What it disputes counts until it is decided."),
    )
    person_id = forms.CharField(widget=forms.HiddenInput)
    raised_by = forms.ChoiceField(label=_("Who objects"), choices=partial(code_choices, RAISED_BY))
    statement = _long_text(_("What is disputed, and why"))


class DisputeVisitForm(RaiseForm):
    """A visit is disputed."""

    url_name, title = "act_dispute_visit", _("Dispute this visit")
    place_id = forms.CharField(widget=forms.HiddenInput)
    start_at = ExactInstant()

    def clean(self) -> dict[str, Any]:
        """What it is about is the visit of the form."""
        return {**self.cleaned_data, "about": "visit"}


class ObjectForm(RaiseForm):
    """An exposure or an order is disputed."""

    url_name, title = "act_object", _("Raise an objection")
    subject = forms.CharField(label=_("What is disputed"), max_length=300)
    field_order = ("subject", "raised_by", "statement")

    def __init__(self, *args: Any, subjects: Choices | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if subjects is not None:
            self.fields["subject"].widget = forms.Select(choices=[("", "–"), *subjects])

    def clean(self) -> dict[str, Any]:
        """What it is about, and which of them."""
        given = dict(self.cleaned_data)
        about, _sign, which = given.pop("subject", "").partition(SUBJECT)
        named = {"contact": "case_person_id", "order": "order_key"}.get(about)
        return {**given, "about": about, **({named: which} if named else {})}


class DecideObjectionForm(ActForm):
    """Uphold or reject."""

    action = staticmethod(objections.decide_objection)
    url_name, title, button = "act_decide_objection", _("Decide the objection"), _("Sign the decision")
    done = _("The objection is decided; the reason is kept with it.")
    objection_id = forms.CharField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=partial(
            code_choices,
            [one for one in DECISIONS if one.value in OBJECTION_STEPS[OPEN] and one.value != TAKEN_BACK],
        ),
        widget=forms.RadioSelect,
    )
    note = _long_text(_("Reason, as the person is told it"))


class TakeBackForm(ActForm):
    """It was taken back."""

    action = staticmethod(objections.take_back_objection)
    url_name, title, button = (
        "act_take_back_objection",
        _("It was taken back"),
        _("Record that it was taken back"),
    )
    done = _("The objection is taken back; it is kept with the reason.")
    objection_id = forms.CharField(widget=forms.HiddenInput)
    note = _long_text(_("By whom, and why"))


OBJECTION_FORMS: tuple[type[ActForm], ...] = (DisputeVisitForm, ObjectForm, DecideObjectionForm, TakeBackForm)
