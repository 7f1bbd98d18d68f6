"""One form an act. A form names its act, which `ops` checks and performs; nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastcase.core.facts import TABLES, vocabulary
from lastcase.core.facts.contacts import JUDGEMENTS
from lastcase.core.facts.field import Code
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.actions import acts
from lastcase.ops.records.models import Outbreak
from lastcase.web.templatetags.lastcase import is_chinese

REASON_CHARS_MAX = 2000
Choices = list[tuple[str, str]]


def code_choices(codes: Iterable[Code], first: str | Promise | None = None) -> Choices:
    """Codes as choices in the reader's language, after an empty one where `first` words it."""
    named = [(code.value, code.zh if is_chinese() else code.en) for code in codes]
    return ([("", str(first))] if first is not None else []) + named


class LocalInstant(forms.DateTimeField):
    """A local date and minute, in the outbreak's zone, which the page has activated."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **more)


class LocalDay(forms.DateField):
    """A local date."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class ActForm(forms.Form):
    """An act: its name in `ops`, the words on its button, and what is said once it is signed."""

    action: ClassVar[Callable[..., object]]
    url_name: ClassVar[str]
    title: ClassVar[str | Promise]
    button: ClassVar[str | Promise]
    done: ClassVar[str | Promise]
    is_dated: ClassVar[bool] = True

    next = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def act_name(cls) -> str:
        """The act's name in `ops`."""
        return cls.action.__name__

    def narrow(self, field: str, values: Iterable[str]) -> None:
        """Leave only these choices of a field."""
        kept = set(values)
        choice = self.fields[field]
        choice.choices = [one for one in choice.choices if one[0] in kept]  # type: ignore[attr-defined]

    def perform(self, record: Outbreak, at: datetime, by: Actor) -> None:
        """Do it. Raises what the act raises."""
        asked = {name: value for name, value in self.cleaned_data.items() if name != "next"}
        dated = {"at": at} if self.is_dated else {}
        type(self).action(record, **asked, **dated, by=by)


class ReasonedForm(ActForm):
    """An act with its reason."""

    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )


class AboutPersonForm(ReasonedForm):
    """A reasoned act about one person."""

    person_id = forms.CharField(widget=forms.HiddenInput)


class JudgeForm(AboutPersonForm):
    """What the exposure was."""

    action = staticmethod(acts.judge_exposure)
    url_name, title, button = "act_judge", _("Judge the exposure"), _("Sign the judgement")
    done = _("The judgement is signed; what follows from it is shown below.")
    case_person_id = forms.CharField(widget=forms.HiddenInput)
    judgement = forms.ChoiceField(
        label=_("Judgement"), choices=partial(code_choices, JUDGEMENTS), widget=forms.RadioSelect
    )
    field_order = ("judgement", "reason")


class CaseStatusForm(AboutPersonForm):
    """Confirm, reclassify or discard an episode."""

    action = staticmethod(acts.decide_case_status)
    url_name, title, button = "act_case_status", _("Decide the status of the case"), _("Sign the status")
    done = _("The status is signed as a new version of the case.")
    episode = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=1000)
    case_status = forms.ChoiceField(
        label=_("Status"), choices=partial(code_choices, vocabulary.CASE_STATUSES, "–")
    )
    field_order = ("case_status", "reason")


class DetectionForm(AboutPersonForm):
    """Where a case was found, signed against what is derived."""

    action = staticmethod(acts.override_detection)
    url_name, title, button = "act_detection", _("Override where it was found"), _("Sign the override")
    done = _("The override is signed; counts follow it.")
    episode = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=1000)
    detection = forms.ChoiceField(
        label=_("Where found"),
        choices=partial(
            code_choices, TABLES["cases"].field("detection_override").codes, _("As derived from the control")
        ),
        required=False,
    )
    field_order = ("detection", "reason")

    def clean_detection(self) -> str | None:
        """Empty: back to what is derived."""
        return self.cleaned_data["detection"] or None


class ExtendForm(AboutPersonForm):
    """Bind until an instant at the latest."""

    action = staticmethod(acts.extend_release)
    url_name, title, button = "act_extend", _("Extend the release"), _("Sign the extension")
    done = _("The extension is signed: the latest end has moved.")
    until_at = LocalInstant(label=_("Latest end, local time"))
    field_order = ("until_at", "reason")


class ReleaseForm(AboutPersonForm):
    """End all orders now."""

    action = staticmethod(acts.release_now)
    url_name, title, button = "act_release", _("Release now"), _("Sign the release")
    done = _("The release is signed: every order of this person has ended.")


class ExemptForm(AboutPersonForm):
    """Exempt from duties of a kind, or all."""

    action = staticmethod(acts.exempt_person)
    url_name, title, button = "act_exempt", _("Exempt from a duty"), _("Sign the exemption")
    done = _("The exemption is signed.")
    duty_kind = forms.ChoiceField(
        label=_("Duty"),
        choices=partial(code_choices, vocabulary.DUTY_KINDS, _("All duties")),
        required=False,
    )
    until_at = LocalInstant(
        label=_("For duties due until, local time"), required=False, help_text=_("Empty: for good.")
    )
    field_order = ("duty_kind", "until_at", "reason")


class WithdrawDecisionForm(ReasonedForm):
    """Take a decision back."""

    action = staticmethod(acts.withdraw_decision)
    url_name, title, button = "act_withdraw", _("Withdraw"), _("Sign the withdrawal")
    done = _("The decision is withdrawn; its version stays on record.")
    is_dated = False
    decision_id = forms.CharField(widget=forms.HiddenInput)


class RequestHandOverForm(ActForm):
    """Ask another area to take the person over."""

    action = staticmethod(acts.request_hand_over)
    url_name, title, button = "act_hand_over", _("Hand over to another area"), _("Request the hand-over")
    done = _("The hand-over is requested. The duties stay here until the receiver signs.")
    person_id = forms.CharField(widget=forms.HiddenInput)
    to_area_id = forms.ChoiceField(label=_("Receiving area"))

    def __init__(self, *args: Any, areas: Choices | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if areas is None:  # whether a typed one exists is the act's question
            self.fields["to_area_id"] = forms.CharField(label=_("Receiving area"), max_length=60)
        else:
            self.fields["to_area_id"].choices = [("", "–"), *areas]  # type: ignore[attr-defined]


class ReceiveForm(ActForm):
    """Sign for a person handed over."""

    action = staticmethod(acts.receive_hand_over)
    url_name, title, button = "act_receive", _("Sign the receipt"), _("Sign the receipt")
    done = _("The receipt is signed: the person and the duties are yours now.")
    move_id = forms.CharField(widget=forms.HiddenInput)


class WithdrawHandOverForm(ActForm):
    """Take back a request that nobody has signed for."""

    action = staticmethod(acts.withdraw_hand_over)
    url_name, title, button = "act_withdraw_hand_over", _("Withdraw the request"), _("Withdraw the request")
    done = _("The request is withdrawn.")
    is_dated = False
    move_id = forms.CharField(widget=forms.HiddenInput)


class Day0Form(ReasonedForm):
    """The day from which the targets of a set are counted."""

    action = staticmethod(acts.sign_day0)
    url_name, title, button = "act_day0", _("Sign day 0"), _("Sign day 0")
    done = _("Day 0 is signed; the targets are counted from it.")
    target_set = forms.CharField(widget=forms.HiddenInput)
    area_id = forms.CharField(widget=forms.HiddenInput, required=False, empty_value=None)
    day0_on = LocalDay(label=_("Day 0, local date"))
    field_order = ("day0_on", "reason")


class RegradeForm(ReasonedForm):
    """The areas were graded anew on a day."""

    action = staticmethod(acts.sign_regrade)
    url_name, title, button = "act_regrade", _("Sign the daily re-grading"), _("Sign the re-grading")
    done = _("The re-grading of the day is signed.")
    area_id = forms.CharField(widget=forms.HiddenInput, required=False, empty_value=None)
    day_on = LocalDay(label=_("Day, local date"))
    field_order = ("day_on", "reason")


class GroupForm(ActForm):
    """People whom a case exposed and who are known by number only."""

    action = staticmethod(acts.record_group)
    url_name, title = "act_group", _("Record an unnamed exposed group")
    button, done = (
        _("Record the group"),
        _("The group is recorded; it is counted as exposed, names not known."),
    )
    case_person_id = forms.CharField(label=_("Id of the case"), max_length=200)
    description = forms.CharField(
        label=_("Who, in a few words"), max_length=500, help_text=_("Such as: passengers of bus 12, morning.")
    )
    n_exposed = forms.IntegerField(label=_("How many persons"), min_value=1, max_value=1_000_000)
    is_estimate = forms.BooleanField(label=_("The number is an estimate"), required=False)
    setting = forms.ChoiceField(
        label=_("Setting"), choices=partial(code_choices, vocabulary.SETTINGS, "–"), required=False
    )
    exposed_at = LocalInstant(label=_("Exposed, local time"), required=False)
    area_id = forms.CharField(label=_("Area"), max_length=60, required=False, empty_value=None)

    def __init__(self, *args: Any, areas: Choices | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.initial.get("case_person_id"):
            self.fields["case_person_id"].widget = forms.HiddenInput()
        if areas is not None:
            widget = forms.Select(choices=[("", "–"), *areas])
            self.fields["area_id"].widget = widget

    def clean_setting(self) -> str | None:
        """Empty: not known."""
        return self.cleaned_data["setting"] or None


FORMS: tuple[type[ActForm], ...] = (
    JudgeForm,
    CaseStatusForm,
    DetectionForm,
    ExtendForm,
    ReleaseForm,
    ExemptForm,
    WithdrawDecisionForm,
    RequestHandOverForm,
    ReceiveForm,
    WithdrawHandOverForm,
    Day0Form,
    RegradeForm,
    GroupForm,
)
"""Every act that a page offers."""
