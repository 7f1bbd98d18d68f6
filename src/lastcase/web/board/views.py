"""The Board's view: the four questions, each figure with its way down to names."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lastcase.ops.records import board as reads
from lastcase.ops.records.outlines import outlines
from lastcase.ops.records.situation import Situation
from lastcase.web.access import needs
from lastcase.web.board import words
from lastcase.web.charts.bars import Bar, draw_bars
from lastcase.web.charts.map import Map, draw_map, shade
from lastcase.web.reading import read_page, server_ms

NARROW_BARS = 21
DAYS_DRAWN = 90
"""A longer curve is drawn by weeks: bars of days would be hairlines."""
PUBLISHED_ROWS = 60
MAPS_KEPT = 100
"""Maps that a process keeps: outlines never change."""


@needs("see_area")
def board(request: HttpRequest, outbreak: str) -> HttpResponse:
    """The Board of an outbreak for the area of the acting post."""
    _page, situation = read_page(request, outbreak)
    context = {
        "situation": situation,
        "areas": situation.area_names,
        "brief": reads.board_brief(situation),
        "has_line_list": not situation.facts["cases"].is_empty(),
        "targets": [_target(status) for status in reads.targets(situation)],
        "events": reads.stream(situation),
        "groups": reads.groups(situation),
        **_missing(situation),
        **_where(situation),
        **_chart(situation),
    }
    context["lead"] = context["brief"]["lead"]
    context["latest"] = _latest(context["brief"]["published"])
    context["server_ms"] = server_ms(request)
    return render(request, "board/board.html", context)


def _latest(published: dict[str, Any]) -> list[dict[str, Any]]:
    """The latest published figures that have words, in the order of the words."""
    return [
        {"title": title, **published[name]} for name, title in words.INDICATORS.items() if name in published
    ]


def _target(status: Any) -> dict[str, Any]:
    """One target with its words; `share` of the limit's way, for the bar: 1 when met."""
    return {
        "status": status,
        "title": words.TARGETS.get(status.numerator, status.numerator),
        "unit": words.UNITS.get(status.numerator, ""),
        "state": words.STATUSES[status.status],
        "tag": words.STATUS_TAGS[status.status],
        "opens": "risk_areas" if status.numerator == "high_risk_areas" else "line_list",
    }


def _missing(situation: Situation) -> dict[str, Any]:
    rows = [{"title": words.ALLS[row["alls"]], **row} for row in reads.alls(situation)]
    return {"alls": rows, "worst": reads.worst_areas(situation)}


def _where(situation: Situation) -> dict[str, Any]:
    rows = reads.places(situation)
    drawn = _drawn(frozenset(row["area_id"] for row in rows if not row["is_itself"]))
    by_id = {row["area_id"]: row for row in rows}
    shapes = (
        [(shape, by_id[shape.area_id], shade(by_id[shape.area_id])) for shape in drawn.shapes]
        if drawn
        else []
    )
    return {"places": rows, "map": drawn, "shapes": shapes, "next_release": reads.next_release(situation)}


@lru_cache(MAPS_KEPT)
def _drawn(area_ids: frozenset[str]) -> Map | None:
    return draw_map(outlines(area_ids))


def _chart(situation: Situation) -> dict[str, Any]:
    days, basis = reads.series(situation)
    is_weekly = len(days) > DAYS_DRAWN
    bars = [_bar(day) for day in (reads.by_week(days) if is_weekly else days)]
    return {
        "basis": basis,
        "days": days[::-1],
        "is_weekly": is_weekly,
        "n_unknown_days": sum(day.total is None for day in days),
        "has_unknown": any(day.unknown for day in days),
        "has_told": any(day.managed or day.community for day in days),
        "chart": draw_bars(bars),
        "narrow_chart": draw_bars(bars[-NARROW_BARS:], 350, 190),
        "published": [
            {"title": words.INDICATORS.get(row["indicator"], row["indicator"]), **row}
            for row in reads.published_rows(situation)[:PUBLISHED_ROWS]
        ],
    }


def _bar(day: reads.Day) -> Bar:
    parts = (("managed", day.managed), ("community", day.community), ("unknown", day.unknown))
    return Bar(day.on, parts, day.total is not None)
