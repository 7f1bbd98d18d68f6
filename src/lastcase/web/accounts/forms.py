"""Forms of accounts."""

from __future__ import annotations

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lastcase.core.protocol.schema import POSTS
from lastcase.ops.accounts.models import POST_KIND_NAMES, Post, User
from lastcase.ops.accounts.powers import POST_KINDS
from lastcase.web.templatetags.work import post_name

PURPOSES = (
    ("investigation", _("Investigating a case or its contacts")),
    ("follow_up", _("Following up a duty: test, transfer, isolation, care")),
    ("area_control", _("Deciding on a risk area")),
    ("data_quality", _("Checking and mending the record")),
    ("request", _("Answering the person's own request")),
)


class PasswordForm(forms.Form):
    """A new password, typed twice."""

    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    repeated = forms.CharField(
        label=_("Password, again"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["password"].help_text = mark_safe(password_validators_help_text_html())

    def clean_repeated(self) -> str:
        """The second typing must equal the first."""
        repeated: str = self.cleaned_data["repeated"]
        if repeated != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two passwords differ."))
        return repeated


class NewAccountForm(PasswordForm):
    """A first account: name to sign in with, name to be shown, password."""

    username = forms.RegexField(
        r"^[\w.@+-]{2,60}$",
        label=_("Name to sign in with"),
        help_text=_("Letters, digits and @ . + - _ only."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    display_name = forms.CharField(
        label=_("Your name, as others see it"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("username", "display_name", "password", "repeated")


class PurposeForm(forms.Form):
    """Why persons' records are read in this session."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=PURPOSES, widget=forms.RadioSelect)


def _responsible_choices() -> list[tuple[str, str]]:
    """Kinds of post that owe duties, in the reader's language."""
    return [("", gettext("No duties")), *((code.value, post_name(code.value)) for code in POSTS)]


class ResponsibleForm(forms.Form):
    """Which duties a post owes in its area."""

    responsible = forms.ChoiceField(label=_("Owes duties as"), required=False, choices=_responsible_choices)


class PostForm(ResponsibleForm):
    """A post with its place in the tree of areas."""

    field_order = ("kind", "area_id", "responsible", "name")

    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind, POST_KIND_NAMES[kind]) for kind in POST_KINDS])
    area_id = forms.CharField(
        label=_("Area code"), required=False, max_length=60, help_text=_("Empty: the whole installation.")
    )
    name = forms.CharField(
        label=_("Name of the post"),
        required=False,
        max_length=120,
        help_text=_("Empty: the name of its kind."),
    )


class GivePostForm(forms.Form):
    """Who is to hold which post."""

    user = forms.ModelChoiceField(label=_("User"), queryset=User.objects.order_by("username"))
    post = forms.ModelChoiceField(
        label=_("Post"), queryset=Post.objects.filter(is_active=True).order_by("id")
    )


__all__ = [
    "PURPOSES",
    "GivePostForm",
    "NewAccountForm",
    "PasswordForm",
    "PostForm",
    "PurposeForm",
    "ResponsibleForm",
]
