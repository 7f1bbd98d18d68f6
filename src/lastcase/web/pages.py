"""The pages of the navigation, in its order: what each is called, its icon, and which power opens it.

A new page adds one line here, its URLs to `urls.py`, and a row to the permission matrix of the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.permissions import may_read_protocol
from lastcase.ops.accounts.powers import Power


@dataclass(frozen=True)
class Page:
    """One page of the navigation. `power` None: open to everybody who acts under a post."""

    url_name: str
    title: Promise
    icon: str
    power: Power | None
    is_of_outbreak: bool = True

    def url(self, outbreak: str) -> str:
        """Its address; empty where it needs an outbreak and there is none."""
        if self.is_of_outbreak and not outbreak:
            return ""
        try:
            return reverse(self.url_name, kwargs={"outbreak": outbreak} if self.is_of_outbreak else None)
        except NoReverseMatch:
            return ""

    def is_open_to(self, actor: Actor) -> bool:
        """Whether the post may open it."""
        return actor.may(self.power) if self.power else may_read_protocol(actor)


PAGES = (
    Page("board", _("Board"), "layout-dashboard", "see_area"),
    Page("gaps", _("Gaps"), "checklist", "see_persons"),
    Page("line_list", _("Line list"), "list-details", "see_persons"),
    Page("to_decide", _("To decide"), "clipboard-list", "judge"),
    Page("duplicates", _("Duplicates"), "users-group", "judge"),
    Page("entry", _("Record by hand"), "user-plus", "record"),
    Page("risk_areas", _("Risk areas"), "map-2", "see_area"),
    Page("protocol", _("Protocol"), "book-2", None, is_of_outbreak=False),
    Page("import", _("Import"), "file-import", "import", is_of_outbreak=False),
    Page("accounts", _("Accounts"), "users", "manage_accounts", is_of_outbreak=False),
)
