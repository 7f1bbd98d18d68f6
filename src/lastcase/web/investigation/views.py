"""The view of an investigation; every look is noted with its purpose, and whoever is shown with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime

from lastcase.core.contacts.questions import COARSE, UNTOLD, WAKING, Question
from lastcase.ops.lake.in_common import places_in_common
from lastcase.ops.lake.own import OWN, visits_in_lake
from lastcase.ops.records import investigation as reads
from lastcase.ops.records.area_names import AreaNames
from lastcase.ops.records.investigation import Investigation
from lastcase.ops.records.met import VERDICTS
from lastcase.ops.records.models import FACTS
from lastcase.ops.records.outlines import outlined, outlines
from lastcase.ops.records.situation import Situation
from lastcase.web.access import needs, needs_purpose, note_read
from lastcase.web.acts.panel import Desk, areas_listed
from lastcase.web.acts.views import acting_at
from lastcase.web.charts.lanes import Mark, Span, days_drawn, draw_lanes
from lastcase.web.charts.map import Map, draw_map
from lastcase.web.context import PageContext
from lastcase.web.investigation.drawn import drawn_trajectory, marks_of
from lastcase.web.investigation.forms import (
    AddVisitForm,
    CorrectVisitForm,
    RestoreVisitForm,
    WithdrawVisitForm,
)
from lastcase.web.investigation.lane_rows import drawn_lanes
from lastcase.web.investigation.met_rows import drawn_met
from lastcase.web.investigation.words import VERDICT_WORDS, asked, place_name, when
from lastcase.web.markup import PersonLinks
from lastcase.web.objections.desk import items
from lastcase.web.objections.forms import DisputeVisitForm
from lastcase.web.reading import read_person_page, server_ms
from lastcase.web.templatetags.lastcase import code_name

DAYS_DRAWN = 31
"""Days that have a lane at most, the last; the list holds all."""
WITHDRAWN_SHOWN = 10
MAPS = 50
"""Maps that a process keeps."""
MET_SHOWN = 20
"""Persons met who are listed at once; the others open with a touch."""


@needs("see_persons")
@needs_purpose
def investigation(request: HttpRequest, outbreak: str, person_id: str) -> HttpResponse:
    """The investigation of one person at the chosen times."""
    page, entries, situation = read_person_page(request, outbreak, person_id)
    found_id = entries.person_id
    windows = reads.person_windows(situation, found_id)
    found = reads.investigate(
        page.record, situation, found_id, entries.ids, windows, _in_lake(page, situation, windows)
    )
    note_read(request, [found_id, *(one.person_id for one in found.people.rows)], outbreak)
    present = acting_at(page) is not None
    may_act = present and page.actor.may("record")
    chosen = _chosen(request, found) if may_act else 0
    met = drawn_met(found, PersonLinks(page))
    context = {
        "situation": situation,
        "found": found,
        "person": situation.persons.filter(situation.persons["person_id"] == found_id).to_dicts()[0],
        "person_id": found_id,
        **_timeline(page, found),
        "rows": drawn_trajectory(found, may_act=may_act, chosen=chosen),
        **_map(found, page),
        "met": met[:MET_SHOWN],
        "more_met": met[MET_SHOWN:],
        "n_met": len(met),
        "verdicts": [(name, VERDICT_WORDS[name], found.people.counts[name]) for name in VERDICTS],
        "questions": _questions(found, may_act=may_act),
        "rules": {
            "from": f"{WAKING[0]:%H:%M}",
            "until": f"{WAKING[1]:%H:%M}",
            "hours": f"{UNTOLD / timedelta(hours=1):g}",
            "minutes": f"{COARSE / timedelta(minutes=1):g}",
        },
        "common": places_in_common(page.record, situation, found_id),
        "is_past": page.actor.may("record") and not may_act,
        "objections": items(Desk(situation, page.actor, request.path), found.objections, may_act=present),
        "may_release": page.actor.may("sign"),
        **(_acts(request, page, found, situation, found_id, chosen) if may_act else {}),
    }
    context["areas"] = context["area_names"]
    context["server_ms"] = server_ms(request)
    return render(request, "investigation/investigation.html", context)


def _in_lake(page: PageContext, situation: Situation, windows: pl.DataFrame) -> pl.DataFrame:
    """What the lake tells of the person; nothing of a past state, since it has no versions."""
    if page.known_at is not None:
        return pl.DataFrame(schema=OWN)
    return visits_in_lake(page.record, reads.closed(windows, situation.as_of))


def _chosen(request: HttpRequest, found: Investigation) -> int:
    """The number of the visit to be corrected or withdrawn; 0 for none."""
    text = request.GET.get("visit", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return number if 0 < number <= len(found.visits) and found.visits[number - 1]["is_told"] else 0


def _timeline(page: PageContext, found: Investigation) -> dict[str, Any]:
    spans = [
        Span(
            row["start_at"],
            row["end_at"],
            f"set-{row['setting'] or 'none'}",
            _drawn_name(row, found),
            {**row, "when": when(row["start_at"], row["end_at"])},
            timedelta(minutes=row["precision_min"] or 0),
        )
        for row in found.visits
    ]
    for row in found.stays:
        end = row["end_at"] or page.as_of
        label = code_name(row["stay_kind"], "STAY_KINDS")
        told = {"when": when(row["start_at"], end), "unit": row["room"]}
        spans.append(Span(row["start_at"], max(end, row["start_at"]), "set-stay", label, told))
    marks = [Mark(*one) for one in marks_of(found)]
    days = days_drawn(spans, marks, found.window, page.zone)
    kept = days[-DAYS_DRAWN:]
    given = kept, spans, marks, found.window, page.zone
    has_disputed = any(row["objection"] for row in found.visits)
    draw = partial(drawn_lanes, has_disputed=has_disputed)
    settings = Counter(row["setting"] or "" for row in found.visits)
    return {
        "wide": draw(draw_lanes(*given), "wide") if kept else "",
        "narrow": draw(draw_lanes(*given, width=350, left=46, every_hours=6), "narrow") if kept else "",
        "n_days_left_out": len(days) - len(kept),
        "settings": [(one, code_name(one, "setting")) for one in sorted(settings) if one],
        "has_unknown_setting": "" in settings,
        "has_slack": any(span.slack for span in spans),
        "has_disputed": has_disputed,
        "mark_styles": {mark.style for mark in marks},
    }


def _drawn_name(row: Mapping[str, Any], found: Investigation) -> str:
    """What stands in a bar: a disputed visit begins with a question mark."""
    name = place_name(row["place_id"], found.places)
    return f"? {name}" if row["objection"] else name


def _map(found: Investigation, page: PageContext) -> dict[str, Any]:
    """The places by area: on the outlines as far as there are any, and listed with their numbers."""
    names = AreaNames(page.known_at)
    at_area: dict[str | None, list[str]] = {}
    for place_id in found.numbers:
        at_area.setdefault(found.places.get(place_id, {}).get("area_id"), []).append(place_id)
    names.learn_upward([area for area in at_area if area])
    parents = names.parents()
    drawn = _drawn_map(_beside(parents))
    outlined = {shape.area_id for shape in drawn.shapes} if drawn else set()
    numbers: dict[str, list[int]] = {}
    outside = 0
    for area, places in at_area.items():
        home = next((one for one in _upward(area, parents) if one in outlined), None)
        visits = [number for place in places for number in found.numbers[place]]
        if home is None:
            outside += len(visits)
        else:
            numbers.setdefault(home, []).extend(visits)
    names.learn(outlined)
    met_at = Counter(
        place
        for one in found.people.rows
        for place in {row["place_id"] for row in one.exposures if row["place_id"]}
    )
    listed = [
        {
            "area_id": area,
            "places": [
                {
                    "name": place_name(place, found.places),
                    "numbers": found.numbers[place],
                    "n_met": met_at[place],
                }
                for place in places
            ],
            "n_visits": sum(len(found.numbers[place]) for place in places),
        }
        for area, places in sorted(at_area.items(), key=lambda one: (one[0] is None, one[0] or ""))
    ]
    shapes = (
        [(shape, names.get(shape.area_id), sorted(numbers.get(shape.area_id, []))) for shape in drawn.shapes]
        if drawn
        else []
    )
    return {
        "map": drawn if numbers else None,
        "shapes": shapes,
        "by_area": listed,
        "n_without_outline": outside,
        "area_names": names,
    }


def _upward(area: str | None, parents: Mapping[str, str | None]) -> Iterable[str]:
    while area is not None:
        yield area
        area = parents.get(area)


def _beside(parents: Mapping[str, str | None]) -> frozenset[str]:
    """Of these areas and all that lie right beneath the same areas those with an outline: a map of one alone would show
    nothing."""
    above, shipped = {parent for parent in parents.values() if parent}, outlined()
    areas = FACTS["areas"].objects.filter(retired_at=None, area_id__in=shipped)  # type: ignore[attr-defined]
    beside = areas.filter(parent_id__in=above).values_list("area_id", flat=True)
    return frozenset({*(shipped & parents.keys()), *beside})


@lru_cache(MAPS)
def _drawn_map(area_ids: frozenset[str]) -> Map | None:
    """The map of these areas: outlines come with the installation and stay as they are."""
    return draw_map(outlines(area_ids))


def _questions(found: Investigation, *, may_act: bool) -> list[dict[str, Any]]:
    return [
        {"kind": one.kind, "text": asked(one, found.places), "fill": _fill(one) if may_act else ""}
        for one in found.questions
    ]


def _fill(question: Question) -> str:
    """The query by which the form of a visit opens with the span of a question."""
    if question.kind not in ("whereabouts", "days") or question.start_at is None or question.end_at is None:
        return ""
    return (
        f"?from={question.start_at:%Y-%m-%dT%H:%M:%SZ}&until={question.end_at:%Y-%m-%dT%H:%M:%SZ}#add-visit"
    )


def _acts(
    request: HttpRequest,
    page: PageContext,
    found: Investigation,
    situation: Situation,
    person_id: str,
    chosen: int,
) -> dict[str, Any]:
    """The forms of who may record: one to add, two of the chosen visit, one of each withdrawn."""
    desk = Desk(situation, page.actor, request.path)
    start, end = (_instant(request.GET.get(name, "")) for name in ("from", "until"))
    add = AddVisitForm(
        areas=areas_listed(desk),
        initial={"person_id": person_id, "start_at": start, "end_at": end, "next": request.path},
        auto_id="act_visit-0-%s",
    )
    context: dict[str, Any] = {
        "add": add,
        "is_filled": start is not None,
        "withdrawn": [
            (
                row,
                None
                if _is_upheld(row, found)
                else desk.offer(RestoreVisitForm, number, **_key(row, person_id)),
            )
            for number, row in enumerate(found.withdrawn[:WITHDRAWN_SHOWN])
        ],
    }
    if chosen:
        row = found.visits[chosen - 1]
        told = {name: row[name] for name in ("start_at", "end_at", "unit", "precision_min")}
        key = _key(row, person_id)
        context |= {
            "chosen": {"number": chosen, "name": place_name(row["place_id"], found.places), **row},
            "correct": desk.offer(CorrectVisitForm, 0, **{**key, **told, "was_start_at": key["start_at"]}),
            "withdraw": desk.offer(WithdrawVisitForm, 0, **key),
            "dispute": desk.offer(DisputeVisitForm, 0, **key),
        }
    return context


def _is_upheld(row: Mapping[str, Any], found: Investigation) -> bool:
    """Whether a visit was withdrawn because an objection was upheld."""
    return any(
        one["state"] == "upheld" and (one["place_id"], one["start_at"]) == (row["place_id"], row["start_at"])
        for one in found.objections
    )


def _key(row: Mapping[str, Any], person_id: str) -> dict[str, Any]:
    return {"person_id": person_id, "place_id": row["place_id"], "start_at": row["start_at"].isoformat()}


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
