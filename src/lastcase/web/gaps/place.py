"""Where and when a page of gaps looks: the area of the link inside that of the post, and the revision it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from django.http import Http404, HttpRequest
from django.utils.translation import gettext

from lastcase.ops.accounts.actor import WHOLE_TREE
from lastcase.ops.records.gaps import GapFilter, Scope, read_gap_filter
from lastcase.ops.records.models import AreaPosition
from lastcase.web.context import PageContext, page_context


@dataclass(frozen=True)
class Standing:
    """The revision of the record, and the one on which its answers stand."""

    revision: int
    derived_revision: int | None

    @property
    def is_current(self) -> bool:
        """Whether the answers stand on everything recorded."""
        return self.revision == self.derived_revision


@dataclass(frozen=True)
class Place:
    """What every page of the gaps begins with. `area_id` None: everything the post is shown."""

    page: PageContext
    scope: Scope
    chosen: GapFilter
    area_id: str | None
    standing: Standing


def open_place(request: HttpRequest, outbreak: str) -> Place:
    """Outbreak, scope and filter of a request; 404 for an area that the post is not shown."""
    request.began = perf_counter()  # type: ignore[attr-defined]
    page = page_context(request, outbreak)
    chosen = read_gap_filter(request.GET)
    area_id, span = find_span(page, chosen)
    number, derived_number, _ = page.stand.stamp
    standing = Standing(number, derived_number if number else 0)
    return Place(page, Scope(page.record.pk, page.name, page.as_of, span), chosen, area_id, standing)


def find_span(page: PageContext, chosen: GapFilter) -> tuple[str | None, tuple[int, int]]:
    """The area looked at and its range: the one asked for, else the post's in the outbreak, else the outbreak's."""
    mine = page.actor.scope or (0, 0)
    asked = chosen.get("area")
    if not asked and mine == WHOLE_TREE:
        return page.record.area_id or None, WHOLE_TREE
    spans = {row.area_id: (row.area_lo, row.area_hi) for row in _positions(asked, page)}
    own, root = page.actor.area_id or "", page.record.area_id
    wanted = asked or (own if own in spans and _holds(spans.get(root), spans[own]) else root)
    if wanted not in spans:
        raise Http404(gettext("No such area is shown to your post."))
    lo, hi = max(spans[wanted][0], mine[0]), min(spans[wanted][1], mine[1])
    if lo >= hi:
        raise Http404(gettext("No such area is shown to your post."))
    return wanted, (lo, hi)


def _positions(asked: str, page: PageContext) -> list[AreaPosition]:
    wanted = [area for area in (asked, page.actor.area_id, page.record.area_id) if area]
    return list(AreaPosition.objects.filter(area_id__in=wanted))


def _holds(outer: tuple[int, int] | None, inner: tuple[int, int]) -> bool:
    return outer is not None and outer[0] <= inner[0] and inner[1] <= outer[1]
