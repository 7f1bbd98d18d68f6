"""What the pages that people work on begin with: the outbreak, its times, and what the post is shown."""

from __future__ import annotations

from time import perf_counter

from django.contrib import messages
from django.http import HttpRequest

from lastcase.editions.messages import render as render_message
from lastcase.ops.records.errors import ReplayTooLarge
from lastcase.ops.records.situation import Situation, read_situation
from lastcase.web.context import PageContext, page_context
from lastcase.web.templatetags.lastcase import lang


def read_page(request: HttpRequest, outbreak: str) -> tuple[PageContext, Situation]:
    """Context and situation of a page; a past state too large to derive is refused in words."""
    request.began = perf_counter()  # type: ignore[attr-defined]
    page = page_context(request, outbreak)
    try:
        return page, read_situation(page.record, page.actor, page.as_of, page.known_at)
    except ReplayTooLarge as refused:
        messages.warning(request, render_message(refused.message_id, refused.params, lang()))
        return page, read_situation(page.record, page.actor, page.as_of)


def server_ms(request: HttpRequest) -> float:
    """Milliseconds since the page began to be made."""
    return (perf_counter() - request.began) * 1000  # type: ignore[attr-defined]
