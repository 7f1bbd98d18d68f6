"""Markup put together in Python says what Django's own tools would."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

from lastcase.web.context import PageContext
from lastcase.web.markup import PersonLinks, escaped


@pytest.mark.parametrize("value", ["a<b>&\"'", mark_safe("<b>bold</b>"), 3, None, "人"])
def test_text_is_escaped_and_markup_is_not(value: Any) -> None:
    assert escaped(value) == conditional_escape(value)


@pytest.mark.parametrize("person_id", ["trial:A1", "trial:a/b c", "x?y#z&w", "trial:人%20", "a'b\"<c>"])
def test_a_link_is_the_address_of_the_person(person_id: str) -> None:
    page = cast(PageContext, SimpleNamespace(name="trial", query="?as_of=2022-07-20"))
    address = reverse("person", kwargs={"outbreak": "trial", "person_id": person_id}) + page.query
    links = PersonLinks(page)
    assert links.url(person_id) == address
    assert links.link(person_id, "A & B") == (
        f'<a href="{conditional_escape(address)}" translate="no">A &amp; B</a>'
    )
