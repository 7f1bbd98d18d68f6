"""What the page lists by the dozen, as markup: the trajectory, and whom the case met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lastcase.ops.records.investigation import Investigation
from lastcase.ops.records.met import Met
from lastcase.web.investigation.words import VERDICT_WORDS, place_name
from lastcase.web.markup import PersonLinks, escaped
from lastcase.web.objections.words import open_for
from lastcase.web.templatetags.lastcase import code_name, local, local_end_short, local_short
from lastcase.web.templatetags.work import duty_state, person_name, plain

Row = Mapping[str, Any]
PLACES_NAMED = 3
"""Of a person met at more places the others are counted."""


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
    name = _own_words(place_name(row["place_id"], found.places)) + _disputed(row)
    setting = code_name(row["setting"], "setting") if row["setting"] else _("kind not known")
    cells = (
        (_("When"), f"{local(row['start_at'])} – {local_short(row['end_at'])}"),
        (_("Kind"), _with_swatch(f"set-{row['setting'] or 'none'}", setting)),
        (_("Part"), _own_words(row["unit"])),
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
        (_("Part"), _own_words(row["room"])),
        *_EMPTY[:3],
    )
    return _row(
        _own_words(place_name(row["place_id"], found.places)) if row["place_id"] else _("place not told"),
        cells,
    )


def _mark(at: datetime, style: str, label: str) -> SafeString:
    kind = f'<span class="dot mark-{style}"></span>{escaped(label)}'
    return _row("–", ((_("When"), str(local(at))), (_("Kind"), kind), *_EMPTY))


_EMPTY = (("", ""),) * 4


def _with_swatch(style: str, words: str) -> str:
    return f'<span class="swatch {escaped(style)}"></span>{escaped(words)}'


def _own_words(text: str | None) -> str:
    return f'<span translate="no">{escaped(text)}</span>' if text else "–"


def _row(head: str, cells: Iterable[tuple[str, str]]) -> SafeString:
    drawn = "".join(
        f'<td data-label="{escaped(label)}"{"" if cell and cell != "–" else " class=is-empty"}><div>{cell}</div></td>'
        for label, cell in cells
    )
    return mark_safe(f'<tr><th scope="row">{head}</th>{drawn}</tr>\n')


def drawn_met(met: Met, found: Investigation, links: PersonLinks) -> SafeString:
    """One person met as a row."""
    verdict = str(VERDICT_WORDS[met.verdict])
    if met.category:
        verdict = f"{verdict} · {code_name(met.category, 'CATEGORIES')}"
    cells = (
        (_("Verdict"), f'<span class="verdict verdict-{met.verdict}">{escaped(verdict)}</span>'),
        (_("Minutes"), _minutes(met)),
        (_("Dose"), "–" if met.dose_min is None else f"{met.dose_min:,.0f}"),
        (_("Where and when"), _where(met, found)),
        (
            _("Protection"),
            escaped(code_name(met.protection, "protection")) if met.protection else _("not told"),
        ),
        (_("Now"), _now(met) if found.people.are_duties_known else _("not told of this time")),
    )
    named = {"person_id": met.person_id, "name": met.name, "list_id": met.list_id}
    return _row(links.link(met.person_id, person_name(named)), cells)


def _minutes(met: Met) -> str:
    if met.minutes_least is None or met.minutes_most is None:
        return _("not known")
    least, most = (f"{minutes:,.0f}" for minutes in (met.minutes_least, met.minutes_most))
    return least if least == most else f"{least}–{most}"


def _where(met: Met, found: Investigation) -> str:
    """Each place once with the first time there, the others counted."""
    first: dict[str, Row] = {}
    for row in met.exposures:
        first.setdefault(row["place_id"] or row["setting"] or row["relation"] or "", row)
    told = [_meeting(row, found) for row in list(first.values())[:PLACES_NAMED]]
    more = len(first) - len(told)
    if more:
        told.append(ngettext("and %(n)s more place", "and %(n)s more places", more) % {"n": more})
    return "".join(f"<div>{one}</div>" for one in told)


def _meeting(row: Row, found: Investigation) -> str:
    if row["place_id"] and row["exposure_source"] != "household":
        where = _own_words(place_name(row["place_id"], found.places))
    else:
        where = escaped(code_name(row["setting"], "setting")) if row["setting"] else _("place not told")
    if row["relation"]:
        where = f"{where} · {escaped(code_name(row['relation'], 'relation'))}"
    at = row["start_at"] or row["end_at"]
    return f"{where} · {local_short(at)}" if at else where


def _now(met: Met) -> str:
    parts = []
    if met.order is not None:
        parts.append(escaped(code_name(met.order["place_kind"], "place_kind")))
    if met.duty is not None:
        kind = escaped(code_name(met.duty["kind"], "DUTY_KINDS"))
        due = _("due %(at)s") % {"at": local_end_short(met.duty["due_at"])}
        parts.append(f"{duty_state(met.duty)} {kind}, {due}")
    return "<br>".join(parts) or _("nothing owed")
