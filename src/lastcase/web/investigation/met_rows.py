"""Whom a case met, as markup: a row a person. What rows share (a verdict, a place, what is owed) is worded once a
page."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lastcase.ops.records.investigation import Investigation
from lastcase.ops.records.met import Met
from lastcase.web.investigation.words import VERDICT_WORDS, own_words, place_name
from lastcase.web.markup import PersonLinks, escaped
from lastcase.web.templatetags.lastcase import code_name, local_end_short, local_short
from lastcase.web.templatetags.work import duty_state, person_name

Row = Mapping[str, Any]
OWED = ("kind", "due_at", "state", "has_source")
"""What is said of a duty stands on these."""
PLACES_NAMED = 3
"""Of a person met at more places the others are counted."""


def drawn_met(found: Investigation, links: PersonLinks) -> list[SafeString]:
    """Those who are listed, each with all cells labelled by their column for narrow screens."""
    drawing = _Drawing(found, links)
    return [mark_safe(f"<tr>{drawing.cells(met)}</tr>\n") for met in found.people.rows]


class _Drawing:
    """The cells of rows; labels are worded once, other words once for each value."""

    def __init__(self, found: Investigation, links: PersonLinks) -> None:
        self._found, self._links = found, links
        self._verdict, self._minutes = _start(_("Verdict")), _start(_("Minutes"))
        self._dose, self._where = _start(_("Dose")), _start(_("Where and when"))
        self._protection, self._now = _start(_("Protection")), _start(_("Now"))
        self._not_known, self._nothing_owed = _("not known"), _("nothing owed")
        self._kept: dict[Hashable, str] = {}

    def cells(self, met: Met) -> str:
        """One person's cells."""
        named = {"person_id": met.person_id, "name": met.name, "list_id": met.list_id}
        return (
            f'<th scope="row">{self._links.link(met.person_id, person_name(named))}</th>'
            f"{self._verdict}{self._verdict_of(met)}</div></td>"
            f"{self._minutes}{self._minutes_of(met)}</div></td>"
            f"{self._dose_of(met)}"
            f"{self._where}{self._where_of(met)}</div></td>"
            f"{self._protection}{self._protection_of(met)}</div></td>"
            f"{self._now}{self._now_of(met)}</div></td>"
        )

    def _once(self, key: tuple[Hashable, ...], word: Callable[[], str]) -> str:
        """What stands on the key, worded the first time."""
        if key not in self._kept:
            self._kept[key] = word()
        return self._kept[key]

    def _verdict_of(self, met: Met) -> str:
        def word() -> str:
            said = str(VERDICT_WORDS[met.verdict])
            if met.category:
                said = f"{said} · {code_name(met.category, 'CATEGORIES')}"
            return f'<span class="verdict verdict-{met.verdict}">{escaped(said)}</span>'

        return self._once(("verdict", met.verdict, met.category), word)

    def _minutes_of(self, met: Met) -> str:
        if met.minutes_least is None or met.minutes_most is None:
            return self._not_known
        least, most = f"{met.minutes_least:,.0f}", f"{met.minutes_most:,.0f}"
        return least if least == most else f"{least}–{most}"

    def _dose_of(self, met: Met) -> str:
        if met.dose_min is None:
            return self._dose.replace("><div>", " class=is-empty><div>–</div></td>")
        return f"{self._dose}{met.dose_min:,.0f}</div></td>"

    def _where_of(self, met: Met) -> str:
        """Each place once with the first time there, the others counted."""
        first: dict[str, Row] = {}
        for row in met.exposures:
            first.setdefault(row["place_id"] or row["setting"] or row["relation"] or "", row)
        told = [self._meeting(row) for row in list(first.values())[:PLACES_NAMED]]
        more = len(first) - len(told)
        if more:
            told.append(ngettext("and %(n)s more place", "and %(n)s more places", more) % {"n": more})
        return "".join([f"<div>{one}</div>" for one in told])

    def _meeting(self, row: Row) -> str:
        is_home = row["exposure_source"] == "household"
        where = self._once(
            ("where", row["place_id"], row["setting"], row["relation"], is_home),
            lambda: _place(row, self._found),
        )
        at = row["start_at"] or row["end_at"]
        return f"{where} · {local_short(at)}" if at else where

    def _protection_of(self, met: Met) -> str:
        return self._once(
            ("protection", met.protection),
            lambda: escaped(code_name(met.protection, "protection")) if met.protection else _("not told"),
        )

    def _now_of(self, met: Met) -> str:
        if not self._found.people.are_duties_known:
            return self._once(("now",), lambda: _("not told of this time"))
        order = None if met.order is None else str(met.order["place_kind"])
        owed = None if met.duty is None else tuple(met.duty[name] for name in OWED)
        return self._once(("now", order, owed), lambda: _now(order, met.duty) or self._nothing_owed)


def _start(label: str) -> str:
    return f'<td data-label="{escaped(label)}"><div>'


def _place(row: Row, found: Investigation) -> str:
    if row["place_id"] and row["exposure_source"] != "household":
        where = own_words(place_name(row["place_id"], found.places))
    else:
        where = escaped(code_name(row["setting"], "setting")) if row["setting"] else _("place not told")
    return f"{where} · {escaped(code_name(row['relation'], 'relation'))}" if row["relation"] else where


def _now(order: str | None, duty: Row | None) -> str:
    parts = []
    if order is not None:
        parts.append(escaped(code_name(order, "place_kind")))
    if duty is not None:
        kind = escaped(code_name(duty["kind"], "DUTY_KINDS"))
        due = _("due %(at)s") % {"at": local_end_short(duty["due_at"])}
        parts.append(f"{duty_state(duty)} {kind}, {due}")
    return "<br>".join(parts)
