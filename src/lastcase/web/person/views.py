"""The view of one person; every look is noted with its purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from lastcase.core.outbreak import Outbreak
from lastcase.core.protocol.model import Rule
from lastcase.ops.records import history
from lastcase.ops.records import person as reads
from lastcase.ops.records.objections import objections_of
from lastcase.web.access import needs, needs_purpose, note_read
from lastcase.web.acts.panel import Desk
from lastcase.web.acts.views import acting_at
from lastcase.web.markup import PersonLinks
from lastcase.web.objections.desk import items, raise_form
from lastcase.web.person.drawn import drawn_duty, drawn_exposures, drawn_moment
from lastcase.web.person.versions import drawn_version
from lastcase.web.reading import read_person_page, server_ms

OPEN_STATES = ("overdue", "attempted", "refused", "lost", "postponed", "due", "not_yet_due")
SHOWN_AT_ONCE = 10
"""Exposures that are seen at once; the others open with a touch."""
FIELDS = (
    "list_id",
    "name",
    "alias_names",
    "description",
    "sex",
    "age_years",
    "birth_on",
    "document_kind",
    "document_id",
    "phone",
    "language",
    "nationality",
    "occupation",
    "protective_equipment",
    "residence_area_id",
    "residence_place_id",
    "present_area_id",
    "present_place_id",
    "work_place_id",
    "exemptions",
)


@needs("see_persons")
@needs_purpose
def person(request: HttpRequest, outbreak: str, person_id: str) -> HttpResponse:
    """The record of one person at the chosen times."""
    page, entries, situation = read_person_page(request, outbreak, person_id)
    found = entries.person_id
    note_read(request, [found], outbreak)
    record = reads.person_record(situation, found)
    rules = _rules(situation.outbreak)
    areas, links = situation.area_names, PersonLinks(page)
    duties = [
        (duty["state"], drawn_duty({**duty, "clause": rules.get((duty["edition"], duty["rule"]))}, areas))
        for duty in record.duties
    ]
    desk, may_act = Desk(situation, page.actor, request.get_full_path()), acting_at(page) is not None
    objections = objections_of(situation, found)
    versions = history.versions(page.record, entries, page.known_at)
    context = {
        "situation": situation,
        "entries": entries,
        "areas": areas,
        "record": record,
        "about": [name for name in FIELDS if record.person.get(name) is not None],
        "open_duties": [duty for state, duty in duties if state in OPEN_STATES],
        "past_duties": [duty for state, duty in duties if state not in OPEN_STATES],
        "orders": [
            {**order, "clause": rules.get((order["edition"], order["rule"]))} for order in record.orders
        ],
        "categories": list(_standing(record.categories)),
        "exposed_to": _listed(
            request, "exposed_to", partial(reads.exposures_to_cases, situation, found), links
        ),
        "exposed_others": _listed(
            request, "exposed_others", partial(reads.exposures_of_others, situation, found), links
        ),
        "timeline": [drawn_moment(moment, page) for moment in record.timeline],
        "versions": [drawn_version(version, areas) for version in versions],
        "has_investigation": bool(record.cases) or not situation.facts["visits"].is_empty(),
        "objections": items(desk, objections, may_act=may_act),
        "object": raise_form(desk, record, objections, may_act=may_act),
        "may_release": page.actor.may("sign"),
        "is_cut": len(versions) == history.VERSION_ROWS,
    }
    context["server_ms"] = server_ms(request)
    return render(request, "person/person.html", context)


@dataclass(frozen=True)
class Listed:
    """Exposures as rows of a table: the first at once, the others of the page behind a touch. `name` is that of the
    list in the query; `previous` and `next` are links, empty where there is no such page."""

    first: list[SafeString]
    more: list[SafeString]
    found: reads.Exposures
    name: str
    previous: str
    next: str

    @property
    def pages(self) -> bool:
        """Whether there are several."""
        return self.found.n_pages > 1


def _listed(
    request: HttpRequest, name: str, read: Callable[[int], reads.Exposures], links: PersonLinks
) -> Listed:
    """The page of exposures that the query asks for; the nearest where there is no such page, the first where it is no
    number."""
    asked = request.GET.get(name, "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    found = read(number)
    rows = drawn_exposures(found.rows, links)
    shown = SHOWN_AT_ONCE if found.page == 1 else len(rows)

    def link(page: int) -> str:
        query = request.GET.copy()
        query[name] = str(page)
        return f"?{query.urlencode()}#{name}" if 1 <= page <= found.n_pages else ""

    return Listed(rows[:shown], rows[shown:], found, name, link(found.page - 1), link(found.page + 1))


def _rules(outbreak: Outbreak) -> dict[tuple[str, str], Rule]:
    """Rules by edition and id."""
    return {
        (adoption.edition.id, rule.id): rule
        for adoption in outbreak.adoptions
        for rule in adoption.edition.rules.values()
    }


def _standing(categories: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Each category once, its latest row."""
    return {row["category"]: row for row in categories}.values()
