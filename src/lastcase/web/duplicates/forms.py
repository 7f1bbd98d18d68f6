"""Forms of pairs: merge, tell apart, take back, accept many. `ops` checks and performs; nothing is decided here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lastcase.engines.linkage import thresholds
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.actions import pairs
from lastcase.ops.records.duplicates import choose_survivors, duplicates
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.situation import read_situation
from lastcase.web.acts.forms import ReasonedForm
from lastcase.web.templatetags.work import as_recorded


class PairForm(ReasonedForm):
    """A reasoned act about two entries."""

    left_id = forms.CharField(widget=forms.HiddenInput)
    right_id = forms.CharField(widget=forms.HiddenInput)

    @property
    def pair(self) -> tuple[str, str]:
        """Both ids."""
        return self.cleaned_data["left_id"], self.cleaned_data["right_id"]


class MergeForm(PairForm):
    """State that both are one person."""

    action = staticmethod(pairs.merge_pairs)
    url_name, title, button = "act_merge", _("Merge: one person"), _("Sign the merge")
    done = _("Merged. Both histories are kept, and the merge can be taken back.")
    into_id = forms.ChoiceField(label=_("Which id survives"), widget=forms.RadioSelect)
    field_order = ("into_id", "reason")

    def __init__(self, *args: Any, names: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        ids = [self["left_id"].value(), self["right_id"].value()]
        called = names or {}
        self.fields["into_id"].choices = [(one, as_recorded(called.get(one, one))) for one in ids if one]  # type: ignore[attr-defined]

    def perform(self, record: Outbreak, at: datetime, by: Actor) -> None:
        """The other id goes into the chosen one."""
        into = self.cleaned_data["into_id"]
        gone = next(one for one in self.pair if one != into)
        pairs.merge_pairs(record, [(gone, into)], reason=self.cleaned_data["reason"], at=at, by=by)


class ApartForm(PairForm):
    """State that they are two persons."""

    action = staticmethod(pairs.mark_apart)
    url_name, title, button = "act_apart", _("Not the same person"), _("Sign that they are two")
    done = _("Signed: two persons. The pair is not proposed again.")

    def perform(self, record: Outbreak, at: datetime, by: Actor) -> None:
        """Sign it of the pair."""
        pairs.mark_apart(record, [self.pair], reason=self.cleaned_data["reason"], at=at, by=by)


class WithdrawApartForm(PairForm):
    """Let the pair be proposed again."""

    action = staticmethod(pairs.withdraw_apart)
    url_name, title, button = "act_withdraw_apart", _("Withdraw"), _("Sign the withdrawal")
    done = _("Withdrawn: the pair may be proposed again.")

    def perform(self, record: Outbreak, at: datetime, by: Actor) -> None:
        """Withdraw it of the pair."""
        pairs.withdraw_apart(record, [self.pair], reason=self.cleaned_data["reason"], by=by)


class UnmergeForm(ReasonedForm):
    """Take merges back; ids one a line."""

    action = staticmethod(pairs.unmerge_persons)
    url_name, title, button = "act_unmerge", _("Take the merge back"), _("Sign the un-merge")
    done = _("Taken back: every fact is again its own entry's.")
    person_ids = forms.CharField(widget=forms.HiddenInput)

    def perform(self, record: Outbreak, at: datetime, by: Actor) -> None:
        """Un-merge them all."""
        ids = self.cleaned_data["person_ids"].split("\n")
        pairs.unmerge_persons(record, ids, reason=self.cleaned_data["reason"], by=by)


class BulkForm(ReasonedForm):
    """Merge every pair from a score on."""

    action = staticmethod(pairs.merge_pairs)
    url_name, title, button = "act_merge_bulk", _("Accept many at once"), _("Sign the merges")
    done = _("Merged. Below, under “Merged lately”, all of them can be taken back together.")
    at_least = forms.FloatField(
        label=_("From this score on (%)"),
        min_value=50,
        max_value=100,
        widget=forms.NumberInput(attrs={"step": "0.1"}),
    )
    field_order = ("at_least", "reason")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["at_least"].initial = 100 * thresholds()["accept"]

    def perform(self, record: Outbreak, at: datetime, by: Actor) -> None:
        """Those that wait when it is signed, each group into one survivor."""
        situation = read_situation(record, by, at)
        found = duplicates(situation, max(self.cleaned_data["at_least"] / 100, thresholds()["show"]))
        chosen = choose_survivors(situation, found)
        if chosen:
            pairs.merge_pairs(record, chosen, reason=self.cleaned_data["reason"], at=at, by=by)


PAIR_FORMS = (MergeForm, ApartForm, WithdrawApartForm, UnmergeForm, BulkForm)
"""Every act on pairs that a page offers."""
