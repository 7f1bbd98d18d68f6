"""What the pages that people work on begin with: the outbreak, its times, and what the post is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from lastcase.core.outbreak import Outbreak
from lastcase.editions.messages import render as render_message
from lastcase.ops.records import queries
from lastcase.ops.records.entries import Entries, entries_of
from lastcase.ops.records.errors import ReplayTooLarge
from lastcase.ops.records.lists.vantage import ListVantage, read_lists
from lastcase.ops.records.person_situation import find_person, read_person_situation
from lastcase.ops.records.situation import Situation, read_situation
from lastcase.web.context import PageContext, page_context
from lastcase.web.templatetags.lastcase import lang

Read = TypeVar("Read")


def read_page(request: HttpRequest, outbreak: str) -> tuple[PageContext, Situation]:
    """Context and situation of a page; a past state too large to derive is refused in words."""
    page = _begin(request, outbreak)
    return page, _then_or_now(
        request, page.known_at, partial(read_situation, page.record, page.actor, page.as_of)
    )


def read_list_page(request: HttpRequest, outbreak: str) -> tuple[PageContext, ListVantage]:
    """Context and vantage of a page of lists; a past state too large to derive is refused in words."""
    page = _begin(request, outbreak)

    def read(known_at: datetime | None) -> ListVantage:
        return read_lists(
            page.record,
            page.actor,
            page.as_of,
            known_at,
            outbreak=_outbreak_at(page, known_at),
            stand=page.stand,
        )

    return page, _then_or_now(request, page.known_at, read)


def read_person_page(
    request: HttpRequest, outbreak: str, person_id: str
) -> tuple[PageContext, Entries, Situation]:
    """Context, entries and situation of a person's page. Raises Http404 for whom the post is not shown, then
    or now."""
    page = _begin(request, outbreak)
    found = find_person(page.record, person_id)
    if found is None:
        raise Http404(_("Nobody is shown under this id."))
    entries = entries_of(page.record, found)

    def read(known_at: datetime | None) -> Situation:
        return read_person_situation(
            page.record,
            page.actor,
            entries,
            page.as_of,
            known_at,
            outbreak=_outbreak_at(page, known_at),
            stand=page.stand,
        )

    situation = _then_or_now(request, page.known_at, read)
    if not (situation.persons["person_id"] == found).any():
        raise Http404(_("Nobody is shown under this id."))
    return page, entries, situation


def _begin(request: HttpRequest, outbreak: str) -> PageContext:
    request.began = perf_counter()  # type: ignore[attr-defined]
    return page_context(request, outbreak)


def _outbreak_at(page: PageContext, known_at: datetime | None) -> Outbreak:
    """The outbreak as known then: where the page's own instant is too far to derive, as known now."""
    return page.outbreak if known_at == page.known_at else queries.load_outbreak(page.record)


def _then_or_now(
    request: HttpRequest, known_at: datetime | None, read: Callable[[datetime | None], Read]
) -> Read:
    """What was known then; where that is too large to derive, what is known now, and a word of it."""
    try:
        return read(known_at)
    except ReplayTooLarge as refused:
        messages.warning(request, render_message(refused.message_id, refused.params, lang()))
        return read(None)


def server_ms(request: HttpRequest) -> float:
    """Milliseconds since the page began to be made."""
    return (perf_counter() - request.began) * 1000  # type: ignore[attr-defined]
