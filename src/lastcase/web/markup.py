"""Markup put together in Python: a page holds hundreds of cells, which a template would draw more slowly than the
database finds them."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.http import RFC3986_SUBDELIMS

from lastcase.web.context import PageContext

_IN_PATHS = RFC3986_SUBDELIMS + "/~:@"
"""Characters that `reverse` leaves as they are in a path."""


def escaped(value: Any) -> str:
    """The value as text of a page or of an attribute; what is markup already stays as it is."""
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))


class PersonLinks:
    """Links to the pages of persons, at the times of the page that holds them."""

    def __init__(self, page: PageContext) -> None:
        self._start = reverse("person", kwargs={"outbreak": page.name, "person_id": "x"})[:-1]
        self._end = page.query

    def url(self, person_id: str) -> str:
        """The address of one of them."""
        return self._start + quote(person_id, safe=_IN_PATHS) + self._end

    def link(self, person_id: str, name: str) -> str:
        """The link under this name."""
        return f'<a href="{escape(self.url(person_id))}" translate="no">{escaped(name)}</a>'
