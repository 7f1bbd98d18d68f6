"""Views of the replay: an hour of the past, and the work that makes its snapshots."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from lastcase.core.civil import midnight_of
from lastcase.core.duties.coverage import FOUR_ALLS
from lastcase.ops.records import models as records
from lastcase.ops.records import replay as reads
from lastcase.ops.records.outlines import outlines
from lastcase.ops.records.snapshots import SILENT, ask_snapshots
from lastcase.ops.records.vantage import focus_of
from lastcase.web.access import needs
from lastcase.web.board import words
from lastcase.web.charts.bars import Bar, draw_bars
from lastcase.web.charts.map import Map, draw_map, shade
from lastcase.web.context import PageContext, page_context
from lastcase.web.reading import server_ms

HOUR = timedelta(hours=1)
DAYS_DRAWN = 90
NARROW_BARS = 21


@needs("see_area")
def replay(request: HttpRequest, outbreak: str) -> HttpResponse:
    """The slider and the numbers at its hour; `part=1`: the numbers alone, which the slider fetches as it moves.

    Links lead to pages at that hour, as known then where the record tells since when things were known.
    """
    request.began = perf_counter()  # type: ignore[attr-defined]
    page = page_context(request, outbreak)
    run = reads.run_of(page.record)
    if run is None or run.first_at is None or run.last_at is None:
        return render(request, "replay/none.html", {"run": run, **_work(run)})
    days = _story_days(page, run)
    at = _moment(request, run, days)
    shown = reads.board_at(page.record, focus_of(page.record, page.actor), at)
    context = {
        "run": run,
        "at": at,
        "shown": shown,
        **_work(run),
        **_slider(page, run, at, days),
        **_numbers(page, shown),
        "jumps": _jumps(run, days, shown.targets),
    }
    context["server_ms"] = server_ms(request)
    return render(request, "replay/hour.html" if request.GET.get("part") else "replay/replay.html", context)


@require_POST
@needs("sign")
def make_snapshots(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Ask for the whole history to be made anew, by the process beside the server."""
    page = page_context(request, outbreak)
    ask_snapshots(page.record)
    return redirect("replay", outbreak=outbreak)


@needs("see_area")
def snapshots_progress(request: HttpRequest, outbreak: str) -> HttpResponse:
    """How far the work is; once done the page is opened anew."""
    run = reads.run_of(page_context(request, outbreak).record)
    work = _work(run)
    if not work["is_running"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "replay/progress.html", {"run": run, **work})


def _work(run: records.SnapshotRun | None) -> dict[str, Any]:
    silent = run is not None and timezone.now() - run.told_at > SILENT
    is_running = run is not None and run.state in ("asked", "running") and not silent
    return {"is_running": is_running, "is_broken": run is not None and run.state != "done" and not is_running}


@dataclass(frozen=True)
class Days:
    """Local days by number. `is_signed`: day 0 is the one signed for the targets, else the first of the record."""

    zone: ZoneInfo
    day0_on: date
    is_signed: bool

    def number(self, at: datetime) -> int:
        """The number of the day on which the instant falls."""
        return (at.astimezone(self.zone).date() - self.day0_on).days

    def begins_at(self, number: int) -> datetime:
        """The midnight that starts the day of that number."""
        return midnight_of(self.day0_on + timedelta(days=number), self.zone)


def _story_days(page: PageContext, run: records.SnapshotRun) -> Days:
    signed = _day0(page)
    return Days(page.zone, signed or run.first_at.astimezone(page.zone).date(), signed is not None)


def _moment(request: HttpRequest, run: records.SnapshotRun, days: Days) -> datetime:
    """The hour of that number since the first, or the start of the day of that number; without either the last."""
    n_last = int((run.last_at - run.first_at) / HOUR)
    hour, day = request.GET.get("hour", ""), request.GET.get("day", "")
    if re.fullmatch(r"-?[0-9]{1,4}", day):
        n_hour = _n_hour(run, days.begins_at(int(day)))
    else:
        n_hour = int(hour) if re.fullmatch(r"[0-9]{1,6}", hour) else n_last
    return run.first_at + max(0, min(n_hour, n_last)) * HOUR


def _n_hour(run: records.SnapshotRun, at: datetime) -> int:
    return int((at - run.first_at) / HOUR)


def _slider(page: PageContext, run: records.SnapshotRun, at: datetime, days: Days) -> dict[str, Any]:
    return {
        "n_last": _n_hour(run, run.last_at),
        "n_hour": _n_hour(run, at),
        "day_number": days.number(at),
        "page": replace(page, as_of=at, known_at=at if run.basis == "known" else None, is_replay=True),
    }


def _jumps(run: records.SnapshotRun, days: Days, targets: list[dict[str, Any]]) -> list[dict[str, int]]:
    """The days from day 0 to that of the last target, with the hour at which each starts: as far as hours reach."""
    last = max((row["day"] for row in targets), default=-1) if days.is_signed else -1
    hours = [(number, days.begins_at(number)) for number in range(last + 1)]
    return [
        {"number": number, "hour": _n_hour(run, at)}
        for number, at in hours
        if run.first_at <= at <= run.last_at
    ]


def _day0(page: PageContext) -> Any:
    """The local date that was signed last as day 0."""
    signed = records.FACTS["decisions"].objects.filter(  # type: ignore[attr-defined]
        outbreak=page.record, decision_kind="day0", retired_at=None
    )
    return signed.order_by("-signed_at").values_list("value_on", flat=True).first()


def _numbers(page: PageContext, shown: reads.BoardAt) -> dict[str, Any]:
    names = {row["area_id"]: row for row in _areas([row["area_id"] for row in shown.places])}
    places = [
        {**names.get(row["area_id"], {"name_en": row["area_id"], "name_zh": ""}), **row}
        for row in shown.places
    ]
    drawn = _map(frozenset(row["area_id"] for row in places))
    by_id = {row["area_id"]: row for row in places}
    bars = [Bar(day.on, _parts(day), day.total is not None) for day in shown.days[-DAYS_DRAWN:]]
    return {
        "own": shown.own,
        "today": None if shown.own["cases_total"] is None else sum(_today(shown.own)),
        "alls": [_all(shown.own, alls) for alls in FOUR_ALLS],
        "targets": [_target(row) for row in shown.targets],
        "places": places,
        "areas": names,
        "map": drawn,
        "shapes": [(one, by_id[one.area_id], shade(by_id[one.area_id])) for one in drawn.shapes]
        if drawn
        else [],
        "chart": draw_bars(bars),
        "narrow_chart": draw_bars(bars[-NARROW_BARS:], 350, 190),
        "has_days": bool(bars),
    }


def _today(own: dict[str, Any]) -> list[int]:
    return [own[f"today_{name}"] or 0 for name in ("community", "managed", "unknown")]


def _all(own: dict[str, Any], alls: str) -> dict[str, Any]:
    """One of the four alls; without a source nobody can tell what was done."""
    done, missing, late = (own[f"{alls}_{what}"] for what in ("done", "missing", "late"))
    should = (done or 0) + (missing or 0)
    share = done / should if late is not None and should else None
    return {
        "title": words.ALLS[alls],
        "n_should": should,
        "n_done": done,
        "n_missing": missing,
        "n_overdue": late,
        "n_not_yet_due": own[f"{alls}_not_yet_due"],
        "has_source": late is not None,
        "share": share,
    }


def _target(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "title": words.TARGETS.get(row["numerator"], row["numerator"]),
        "unit": words.UNITS.get(row["numerator"], ""),
        "state": words.STATUSES[row["status"]],
        "tag": words.STATUS_TAGS[row["status"]],
    }


def _parts(day: Any) -> tuple[tuple[str, float | None], ...]:
    return (("managed", day.managed), ("community", day.community), ("unknown", day.unknown))


def _areas(area_ids: list[str]) -> list[dict[str, Any]]:
    standing = records.FACTS["areas"].objects.filter(retired_at=None, area_id__in=area_ids)  # type: ignore[attr-defined]
    return list(standing.values("area_id", "name_en", "name_zh"))


@lru_cache(maxsize=8)
def _map(area_ids: frozenset[str]) -> Map | None:
    """The map of these areas, drawn once a process: only its colours change with the hour."""
    return draw_map(outlines(area_ids))
