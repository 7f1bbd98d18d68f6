"""What an objection is about, and for how long it has been open, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Row = Mapping[str, Any]


def open_for(days: int) -> str:
    """How long an objection has waited, in whole days."""
    if days < 1:
        return _("open for less than a day")
    return ngettext("open for %(n)s day", "open for %(n)s days", days) % {"n": days}
