"""What every page stands on: the outbreak, the two times, the acting post. And the frame drawn around it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from time import time
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.models import Holding
from lastcase.ops.records import models as records
from lastcase.ops.records import queries
from lastcase.ops.records.area_names import area_path
from lastcase.ops.records.ends import is_alive, kept_end
from lastcase.ops.records.vantage import Stand, stand_of
from lastcase.web.pages import PAGES, Page
from lastcase.web.times import read_instant

KEPT_ALIVE_S = 600
"""Seconds after which a page that is opened renews its session."""
HISTORICAL_AFTER = timedelta(days=30)
"""A record whose last fact is older than this is shown as of that fact, not as overdue today."""


@dataclass(frozen=True)
class PageContext:
    """The outbreak of a page and the instants at which it is read.

    `record` is the stored outbreak (`records.models.Outbreak`), `as_of` where clocks are read and `known_at`
    what had
    been recorded by then (None: everything recorded until now). `is_replay`: the reader chose one of the two.
    """

    record: records.Outbreak
    actor: Actor
    as_of: datetime
    known_at: datetime | None
    is_replay: bool
    is_suggested: bool
    stand: Stand
    """Where the record and its answers stood when the page began to be read."""

    @property
    def revision(self) -> int:
        """That on which the answers stood then."""
        return self.stand.revision

    @property
    def name(self) -> str:
        """Name of the outbreak."""
        return str(self.record.name)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The civil time zone of the outbreak."""
        return ZoneInfo(self.record.time_zone)

    @property
    def is_live(self) -> bool:
        """Whether what is recorded from now on belongs on the page: the reader did not choose another time."""
        return not self.is_replay and self.known_at is None

    @cached_property
    def outbreak(self) -> Any:
        """The outbreak as the engines of the answers know it (`core.outbreak.Outbreak`)."""
        return queries.load_outbreak(self.record, known_at=self.known_at)

    @cached_property
    def edition_id(self) -> str:
        """The edition in force at `as_of`."""
        return str(self.outbreak.edition_at(self.as_of).id)

    @cached_property
    def crumbs(self) -> list[Any]:
        """Areas from the top of the tree to the one looked at: the post's, within the outbreak's."""
        return area_path(self.actor.area_id or self.record.area_id)

    @cached_property
    def query(self) -> str:
        """The chosen times as a query string to hang on links, empty where none was chosen."""
        times = {"as_of": self.as_of.isoformat() if self.is_replay else None}
        times["known_at"] = self.known_at.isoformat() if self.known_at else None
        chosen = {name: value for name, value in times.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""


def page_context(request: HttpRequest, outbreak: str) -> PageContext:
    """Read outbreak and times of a request, and show its times in the outbreak's zone.

    The query may give `as_of` and `known_at` (ISO instants, or local date and time in the outbreak's zone).
    Without
    `as_of` it is now, or the outbreak's suggested instant where its record ends in the past. Raises Http404
    for an
    outbreak that does not exist or is not in the post's scope.
    """
    record = next((one for one in shown_outbreaks(request) if one.name == outbreak), None)
    if record is None:
        raise Http404(_("No such outbreak."))
    zone = ZoneInfo(record.time_zone)
    timezone.activate(zone)
    chosen = read_instant(request.GET.get("as_of", ""), zone)
    suggested = None if chosen else _end_of_history(record, request.actor)  # type: ignore[attr-defined]
    context = PageContext(
        record=record,
        actor=request.actor,  # type: ignore[attr-defined]
        as_of=chosen or suggested or timezone.now(),
        known_at=read_instant(request.GET.get("known_at", ""), zone),
        is_replay=chosen is not None,
        is_suggested=suggested is not None,
        stand=stand_of(record),
    )
    request.page = context  # type: ignore[attr-defined]
    _remember(request, record.name)
    return context


def _remember(request: HttpRequest, outbreak: str) -> None:
    """Keep in the session which outbreak was looked at, and the session alive; it is written no more often than that
    takes."""
    seen = {"outbreak": outbreak, "period": int(time() // KEPT_ALIVE_S)}
    for name, value in seen.items():
        if request.session.get(name) != value:
            request.session[name] = value


def _end_of_history(record: records.Outbreak, actor: Actor) -> datetime | None:
    """The last instant of a record that ended long ago: a historical list is read as of its own end."""
    since = timezone.now() - HISTORICAL_AFTER
    if is_alive(record, since):
        return None
    last = kept_end(record, actor.scope)
    return last if last is not None and last < since else None


def visible_outbreaks(actor: Actor) -> list[records.Outbreak]:
    """Outbreaks whose root area holds the post's area or lies in it; those without an area for the whole
    tree only."""
    if actor.scope is None or not actor.may("see_area"):
        return []
    outbreaks = list(records.Outbreak.objects.order_by("name"))
    spans = _spans({outbreak.area_id for outbreak in outbreaks})
    low, high = actor.scope
    found = []
    for outbreak in outbreaks:
        span = spans.get(outbreak.area_id)
        if (span and span[0] < high and low < span[1]) or actor.covers(0):
            found.append(outbreak)
    return found


def shown_outbreaks(request: HttpRequest) -> list[records.Outbreak]:
    """The outbreaks that the actor of the request is shown, asked once a request."""
    if not hasattr(request, "outbreaks"):
        request.outbreaks = visible_outbreaks(request.actor)  # type: ignore[attr-defined]
    return list(request.outbreaks)


def _spans(area_ids: Collection[str]) -> dict[str, tuple[int, int]]:
    rows = records.AreaPosition.objects.filter(area_id__in=area_ids)
    return {area_id: (low, high) for area_id, low, high in rows.values_list("area_id", "area_lo", "area_hi")}


@dataclass(frozen=True)
class NavigationEntry:
    """One line of the navigation."""

    page: Page
    url: str
    is_here: bool


class Chrome:
    """The frame of a page: navigation, outbreaks, posts. Read only where a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor: Actor | None = getattr(request, "actor", None)
        self.page: PageContext | None = getattr(request, "page", None)

    @cached_property
    def outbreaks(self) -> list[records.Outbreak]:
        """What the reader may choose from."""
        return shown_outbreaks(self.request) if self.actor else []

    @cached_property
    def outbreak_name(self) -> str:
        """The outbreak of this page, else the one last looked at, else the first."""
        names = [outbreak.name for outbreak in self.outbreaks]
        last = self.page.name if self.page else self.request.session.get("outbreak", "")
        return last if last in names else (names[0] if names else "")

    @cached_property
    def navigation(self) -> list[NavigationEntry]:
        """Pages that the post may open."""
        if self.actor is None:
            return []
        query = self.page.query if self.page else ""
        entries = []
        for page in PAGES:
            url = page.url(self.outbreak_name)
            if url and page.is_open_to(self.actor):
                is_here = self.request.path.startswith(url)
                entries.append(NavigationEntry(page, url + (query if page.is_of_outbreak else ""), is_here))
        return entries

    @cached_property
    def holdings(self) -> list[Holding]:
        """Posts between which the user may switch."""
        return list(getattr(self.request, "holdings", ()))

    @cached_property
    def here(self) -> str:
        """Where a change of language or post returns to."""
        return self.request.get_full_path()


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the frame, the page's own context, and the actor."""
    return {
        "chrome": SimpleLazyObject(lambda: Chrome(request)),
        "page": getattr(request, "page", None),
        "actor": getattr(request, "actor", None),
    }
