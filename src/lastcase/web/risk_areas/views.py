"""Views of risk areas: the list with its clocks, and one area with its history."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lastcase.ops.records import areas as reads
from lastcase.ops.records.outlines import outlines
from lastcase.ops.records.situation import Situation
from lastcase.web.access import needs
from lastcase.web.charts.bars import Bar, draw_bars
from lastcase.web.charts.map import draw_map, shade
from lastcase.web.reading import read_page, server_ms

NARROW_DAYS = 21


@needs("see_area")
def risk_areas(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Standing risk areas of one list, with clocks, map, history by day and early exits."""
    _page, situation = read_page(request, outbreak)
    kinds = reads.list_kinds(situation)
    binding = reads.binding_list(situation)
    asked = request.GET.get("list", "")
    chosen = asked if asked in kinds else binding
    context: dict[str, Any] = {
        "situation": situation,
        "areas": situation.area_names,
        "kinds": kinds,
        "binding": binding,
        "chosen": chosen,
        "proposals": reads.proposals(situation),
        "rounds": reads.test_rounds(situation),
        "differences": reads.differences(situation),
        "to_lower": reads.to_lower(situation, binding) if binding else [],
    }
    if chosen is not None:
        context |= (
            _standing(request, situation, chosen) | _where(situation, chosen) | _past(situation, chosen)
        )
    context["server_ms"] = server_ms(request)
    return render(request, "risk_areas/risk_areas.html", context)


@needs("see_area")
def risk_area(request: HttpRequest, outbreak: str, risk_area_id: str) -> HttpResponse:
    """Every stay of one risk area, oldest first."""
    _page, situation = read_page(request, outbreak)
    rows = reads.history(situation, risk_area_id)
    if not rows:
        raise Http404(_("No such risk area is shown."))
    context = {
        "situation": situation,
        "areas": situation.area_names,
        "rows": rows,
        "risk_area_id": risk_area_id,
        "name": rows[-1]["name"],
        "area_id": rows[-1]["area_id"],
        "server_ms": server_ms(request),
    }
    return render(request, "risk_areas/risk_area.html", context)


def _standing(request: HttpRequest, situation: Situation, chosen: str) -> dict[str, Any]:
    level = request.GET.get("level", "")
    level = level if level in reads.LEVELS else ""
    area = request.GET.get("area", "")
    text = request.GET.get("page", "1")
    page = max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    rows, n_rows = reads.standing(situation, chosen, level, area, page)
    return {
        "rows": rows,
        "n_rows": n_rows,
        "level": level,
        "area_filter": area,
        "number": page,
        "n_pages": max(-(-n_rows // reads.PAGE_ROWS), 1),
        "counts": reads.level_counts(situation, chosen),
        "levels": reads.LEVELS,
    }


def _where(situation: Situation, chosen: str) -> dict[str, Any]:
    counted = {row["area_id"]: row for row in reads.by_area(situation, chosen)}
    children = (
        situation.facts["areas"].filter(pl.col("parent_id") == situation.area_id).sort("area_id").to_dicts()
    )
    names = {row["area_id"]: row for row in children} | {
        area: situation.area_names[area] for area in counted if area in situation.area_names
    }
    rows = [
        {**dict.fromkeys(reads.LEVELS, 0), **names[area], **counted.get(area, {})} for area in sorted(names)
    ]
    drawn = draw_map(outlines(set(names)))
    by_id = {row["area_id"]: row for row in rows}
    shapes = (
        [(shape, by_id[shape.area_id], shade(by_id[shape.area_id])) for shape in drawn.shapes]
        if drawn
        else []
    )
    return {"places": rows, "map": drawn, "shapes": shapes, "committees": reads.cells(situation, chosen)}


def _past(situation: Situation, chosen: str) -> dict[str, Any]:
    days = reads.by_day(situation, chosen)
    bars = [Bar(row["on"], (("high", row["high"]), ("medium", row["medium"]))) for row in days]
    early, lengths = reads.left_early(situation, chosen)
    return {
        "days": days[::-1],
        "chart": draw_bars(bars),
        "narrow_chart": draw_bars(bars[-NARROW_DAYS:], 350, 190),
        "early": early,
        "lengths": lengths,
    }
