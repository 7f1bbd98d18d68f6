"""Views of the gaps: a page of names in the order to close, groups by area and hour, a file, a sheet of paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastcase.core.facts.vocabulary import DUTY_KINDS, TIERS, values
from lastcase.core.protocol.schema import POSTS
from lastcase.ops.records import gap_groups as groups
from lastcase.ops.records import gap_rows
from lastcase.ops.records import gaps as reads
from lastcase.ops.records.actions.batches import POWER_OF_BATCH
from lastcase.ops.records.area_names import named_areas
from lastcase.ops.records.models import AreaPosition
from lastcase.ops.records.tally import counted_at
from lastcase.web.access import needs, needs_purpose, note_read
from lastcase.web.acts.views import acting_at
from lastcase.web.files import TYPES, as_file
from lastcase.web.gaps.forms import BULK_FORMS, named_posts
from lastcase.web.gaps.place import Place, open_place
from lastcase.web.gaps.rows import drawn_gaps
from lastcase.web.reading import server_ms
from lastcase.web.templatetags.lastcase import explained, local, local_end
from lastcase.web.templatetags.work import column_name, person_name, post_name, show_value

ALLS = {
    "test": gettext_lazy("Tested"),
    "transfer": gettext_lazy("Transferred"),
    "isolate": gettext_lazy("Isolated"),
    "treat": gettext_lazy("Treated"),
}
PRINT_ROWS_MAX = 1_000
EXPORT_ROWS_MAX = 20_000
COLUMNS = (
    "person_id", "kind", "category", "state", "due_at", "since_at", "responsible", "area_id", "post", "assigned_post",
    "assigned_at", "postponed_until_at", "rule",
)  # fmt: skip


@needs("see_persons")
@needs_purpose
def gaps(request: HttpRequest, outbreak: str) -> HttpResponse:
    """One page of the list."""
    place = open_place(request, outbreak)
    listed = reads.gap_page(place.scope, place.chosen)
    rows = _whole(request, place, listed.rows)
    may_act = acting_at(place.page) is not None
    may = [form for form in BULK_FORMS if may_act and place.page.actor.may(POWER_OF_BATCH[form.act_name()])]
    acts = [{"url_name": form.url_name, "title": form.title} for form in may]  # templates would call a class
    context = _context(place, rows)
    context |= {
        "listed": listed,
        "rows": drawn_gaps(place.page, context["areas"], rows, may_act=bool(acts)),
        "acts": acts,
        "batches": _undoable(place) if may_act else [],
        "choices": _choices(place),
        **_totals(place),
        "export_query": request.GET.urlencode(),
    }
    context["server_ms"] = server_ms(request)
    return render(request, "gaps/gaps.html", context)


@needs("see_area")
def gap_groups(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Counts by the areas beneath, by a tier, and by hour; nobody is named."""
    place = open_place(request, outbreak)
    tier = request.GET.get("tier", "")
    tiers = groups.tiers_below(place.scope)
    tier = tier if tier in values(TIERS) else ""
    rows = groups.by_tier(place.scope, tier) if tier else groups.by_area(place.scope, place.area_id)
    context = _context(place, rows) | {
        "rows": rows,
        "tier": tier,
        "tiers": tiers,
        "alls": list(ALLS.items()),
        **_totals(place),
        "hours": groups.by_hour(place.scope),
        "path": _path(place),
    }
    context["server_ms"] = server_ms(request)
    return render(request, "gaps/groups.html", context)


@needs("see_persons")
@needs_purpose
def gap_print(request: HttpRequest, outbreak: str) -> HttpResponse:
    """The list for a team on paper, by the area that holds it."""
    place = open_place(request, outbreak)
    rows = _whole(request, place, reads.list_gaps(place.scope, place.chosen, limit=PRINT_ROWS_MAX + 1))
    kept = rows[:PRINT_ROWS_MAX]
    held: dict[str | None, list[dict[str, Any]]] = {}
    for row in kept:
        held.setdefault(row["area_id"], []).append(row)
    context = _context(place, kept) | {
        "held": list(held.items()),
        "n_rows": len(kept),
        "is_cut": len(rows) > PRINT_ROWS_MAX,
    }
    return render(request, "gaps/print.html", context)


@needs("see_persons")
@needs_purpose
def gap_export(request: HttpRequest, outbreak: str, form: str) -> HttpResponseBase:
    """The filtered list as a CSV or XLSX file, in the order to close; every person in it is noted as read."""
    if form not in TYPES:
        raise Http404(_("There is no such file format."))
    place = open_place(request, outbreak)
    rows = _whole(request, place, reads.list_gaps(place.scope, place.chosen, limit=EXPORT_ROWS_MAX))
    areas = named_areas([row["area_id"] for row in rows])
    header = [*(_heading(name) for name in COLUMNS), _("Why")]
    texts = [
        [*(_text(row, name, areas) for name in COLUMNS), " ".join(explained(row["because"]))] for row in rows
    ]
    name = f"{place.page.name}-gaps-{place.page.as_of:%Y%m%dT%H%MZ}"
    return as_file(request, name, form, _("Gaps"), header, texts)


def _whole(request: HttpRequest, place: Place, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with what stands beside them; whom they show is noted as read."""
    note_read(request, [row["person_id"] for row in rows], place.page.name)
    return [
        {**row, "has_source": True}
        for row in gap_rows.with_holders(place.scope, rows, place.page.record.time_zone)
    ]


def _context(place: Place, rows: list[dict[str, Any]]) -> dict[str, Any]:
    areas = named_areas([place.area_id, place.chosen.get("area"), *(row["area_id"] for row in rows)])
    return {
        "situation": place.standing,
        "areas": areas,
        "chosen": place.chosen,
        "area_id": place.area_id,
        "page_name": place.page.name,
    }


def _totals(place: Place) -> dict[str, Any]:
    """The four alls, and the instant that they are counted as of."""
    totals = [(name, ALLS[name], counts) for name, counts in groups.totals(place.scope).items()]
    return {"totals": totals, "counted_at": counted_at(place.scope.as_of)}


def _choices(place: Place) -> dict[str, Any]:
    """What the filters offer."""
    return {
        "alls": list(ALLS.items()),
        "kinds": values(DUTY_KINDS),
        "states": reads.STATES[1:],
        "responsible": values(POSTS),
        "posts": named_posts(place.page.actor),
    }


def _undoable(place: Place) -> list[Any]:
    may = place.page.actor.may
    return [one for one in gap_rows.last_batches(place.scope) if may(POWER_OF_BATCH[one.action])]


def _path(place: Place) -> list[dict[str, Any]]:
    """Areas from the top of what the post is shown down to the one looked at."""
    lo, hi = place.page.actor.scope or (0, 0)
    here = AreaPosition.objects.filter(area_id=place.area_id).first()
    if here is None:
        return []
    above = AreaPosition.objects.filter(
        area_lo__lte=here.area_lo, area_hi__gte=here.area_hi, area_lo__gte=lo, area_hi__lte=hi
    ).order_by("area_lo")
    ids = list(above.values_list("area_id", flat=True))
    named = named_areas(ids)
    return [named[area] for area in ids if area in named]


def _heading(name: str) -> str:
    own = {
        "since_at": _("Since"),
        "assigned_post": _("Assigned to"),
        "assigned_at": _("Assigned"),
    }
    return own.get(name) or str(column_name("duties", name))


def _text(row: dict[str, Any], name: str, areas: Mapping[str, Any]) -> str:
    value = row.get(name)
    if name == "person_id":
        return person_name(row)
    if name == "responsible":
        return post_name(value)
    if isinstance(value, datetime):
        return strip_tags(str(local_end(value) if name.endswith(("due_at", "until_at")) else local(value)))
    if name in ("post", "assigned_post"):
        return value or ""
    shown = strip_tags(str(show_value(value, "duties", name, areas)))
    return "" if shown == "–" else shown
