"""One form a bulk act, signed on the page that says how many duties it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastcase.core.duties.postponing import ISOLATE_CAP_HOURS, RELEASE_CAP_HOURS
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.actions import batches
from lastcase.ops.records.actions.batches import BatchReport
from lastcase.ops.records.area_names import named_areas
from lastcase.ops.records.chosen import Selection
from lastcase.ops.records.gap_rows import posts_within
from lastcase.ops.records.models import Outbreak
from lastcase.web.acts.forms import REASON_CHARS_MAX, LocalInstant
from lastcase.web.templatetags.lastcase import name_of


class BulkForm(forms.Form):
    """A bulk act: its name in `ops`, its address, and its words."""

    action: ClassVar[Callable[..., BatchReport]]
    path: ClassVar[str]
    url_name: ClassVar[str]
    title: ClassVar[str | Promise]
    button: ClassVar[str | Promise]
    hint: ClassVar[str | Promise] = ""

    def __init__(self, *args: Any, by: Actor, at: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        self.by, self.at = by, at

    @classmethod
    def act_name(cls) -> str:
        """The act's name in `ops`."""
        return cls.action.__name__

    def perform(self, record: Outbreak, selection: Selection) -> BatchReport:
        """Do it. Raises what the act raises."""
        return type(self).action(record, selection, **self.cleaned_data, at=self.at, by=self.by)


def named_posts(by: Actor) -> list[tuple[int, str]]:
    """The posts to which duties may be assigned, each with its area: many are called the same."""
    found = posts_within(by.scope)
    areas = named_areas([post.area_id for post in found])
    return [
        (
            post.id,
            " · ".join(part for part in (post.title, name_of(areas.get(post.area_id or "", {}))) if part),
        )
        for post in found
    ]


class AssignForm(BulkForm):
    """Give duties to a post."""

    action = staticmethod(batches.assign_duties)
    path, url_name, title, button = "assign", "gap_assign", _("Assign to a post"), _("Sign the assignment")
    post_id = forms.TypedChoiceField(label=_("Post"), coerce=int)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["post_id"].choices = named_posts(self.by)  # type: ignore[attr-defined]


class PostponeForm(BulkForm):
    """Postpone duties."""

    action = staticmethod(batches.postpone_duties)
    path, url_name, title, button = "postpone", "gap_postpone", _("Postpone"), _("Sign the postponement")
    until_at = LocalInstant(label=_("Until, local time"))
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )

    @property
    def caps(self) -> dict[str, int]:
        """How many hours beyond its limit a duty may be postponed."""
        return {"release": RELEASE_CAP_HOURS, "isolate": ISOLATE_CAP_HOURS}


class DoneForm(BulkForm):
    """Record duties as done."""

    action = staticmethod(batches.record_done)
    path, url_name, title, button = "done", "gap_done", _("Record as done"), _("Record")
    hint = _("Release tests are left out: only a specimen with a conclusive result fulfils them.")
    done_at = LocalInstant(label=_("Done at, local time"))
    note = forms.CharField(
        label=_("Evidence, in a few words"),
        max_length=REASON_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


BULK_FORMS: tuple[type[BulkForm], ...] = (AssignForm, DoneForm, PostponeForm)
