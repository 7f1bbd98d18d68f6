"""The trajectory of a case, as markup: what the page lists by the dozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lastcase.ops.records.investigation import Investigation
from lastcase.web.investigation.words import own_words, place_name
from lastcase.web.markup import escaped
from lastcase.web.objections.words import open_for
from lastcase.web.templatetags.lastcase import code_name, local, local_short
from lastcase.web.templatetags.work import plain

Row = Mapping[str, Any]


def drawn_trajectory(found: Investigation, *, may_act: bool, chosen: int) -> list[SafeString]:
    """Visits, stays and marks as rows of one table, in the order of time; visits bear the numbers of the map."""
    rows: list[tuple[datetime, int, SafeString]] = []
    for number, visit in enumerate(found.visits, 1):
        rows.append((visit["start_at"], 0, _visit(number, visit, found, may_act, number == chosen)))
    rows += [(row["start_at"], 1, _stay(row, found)) for row in found.stays]
    rows += [(at, 2, _mark(at, style, label)) for at, style, label in marks_of(found)]
    return [row for *_, row in sorted(rows, key=lambda one: one[:2])]


def marks_of(found: Investigation) -> Iterable[tuple[datetime, str, str]]:
    """Samples and findings: instant, class, words."""
    for row in found.specimens:
        if row["sampled_at"] is not None:
            result = code_name(row["result"], "RESULTS") if row["result"] else _("result awaited")
            is_positive = row["result"] == "positive"
            words = _("Sampled")
            yield row["sampled_at"], "positive" if is_positive else "sample", f"{words} · {result}"
    for row in found.found:
        if row["found_at"] is not None:
            yield row["found_at"], "found", _("Found as a case")


def _visit(number: int, row: Row, found: Investigation, may_act: bool, is_chosen: bool) -> SafeString:
    precision = row["precision_min"]
    name = own_words(place_name(row["place_id"], found.places)) + _disputed(row)
    setting = code_name(row["setting"], "setting") if row["setting"] else _("kind not known")
    cells = (
        (_("When"), f"{local(row['start_at'])} – {local_short(row['end_at'])}"),
        (_("Kind"), _with_swatch(f"set-{row['setting'] or 'none'}", setting)),
        (_("Part"), own_words(row["unit"])),
        (_("Source"), _source(row)),
        (_("Times"), _("± %(n)s min") % {"n": plain(precision)} if precision else _("exact")),
        ("", _link_to_act(number, is_chosen) if may_act and row["is_told"] else ""),
    )
    return _row(f'<span class="order">{number}</span> {name}', cells)


def _disputed(row: Row) -> str:
    """That a visit is disputed, and for how long, with the way to the objection."""
    objection = row["objection"]
    if objection is None:
        return ""
    words, age = _("disputed"), open_for(objection["open_days"])
    return f' <a class="tag tag-medium" href="#objection-{escaped(objection["objection_id"])}">{words}, {age}</a>'


def _source(row: Row) -> str:
    """Who told of a visit; those that came from the lake, or lie there alone, are said to."""
    source = (
        escaped(code_name(row["visit_source"], "visit_source")) if row["visit_source"] else _("not stated")
    )
    if not row["is_told"]:
        beside = _("in the lake only")
        return f'{source} <span class="tag">{beside}</span>'
    came = _("from the lake")
    return f"{source} · {came}" if row["source"] == "lake" else source


def _link_to_act(number: int, is_chosen: bool) -> str:
    words, label = (
        _("Correct, withdraw or dispute"),
        _("Correct, withdraw or dispute visit %(n)s") % {"n": number},
    )
    here = ' aria-current="true"' if is_chosen else ""
    return f'<a href="?visit={number}#on-visit"{here} aria-label="{escaped(label)}">{words}</a>'


def _stay(row: Row, found: Investigation) -> SafeString:
    end = local(row["end_at"]) if row["end_at"] else _("still there")
    cells = (
        (_("When"), f"{local(row['start_at'])} – {end}"),
        (_("Kind"), _with_swatch("set-stay", code_name(row["stay_kind"], "STAY_KINDS"))),
        (_("Part"), own_words(row["room"])),
        *_EMPTY[:3],
    )
    return _row(
        own_words(place_name(row["place_id"], found.places)) if row["place_id"] else _("place not told"),
        cells,
    )


def _mark(at: datetime, style: str, label: str) -> SafeString:
    kind = f'<span class="dot mark-{style}"></span>{escaped(label)}'
    return _row("–", ((_("When"), str(local(at))), (_("Kind"), kind), *_EMPTY))


_EMPTY = (("", ""),) * 4


def _with_swatch(style: str, words: str) -> str:
    return f'<span class="swatch {escaped(style)}"></span>{escaped(words)}'


def _row(head: str, cells: Iterable[tuple[str, str]]) -> SafeString:
    drawn = "".join(
        f'<td data-label="{escaped(label)}"{"" if cell and cell != "–" else " class=is-empty"}><div>{cell}</div></td>'
        for label, cell in cells
    )
    return mark_safe(f'<tr><th scope="row">{head}</th>{drawn}</tr>\n')
