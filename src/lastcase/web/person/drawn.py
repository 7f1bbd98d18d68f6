"""What the page of a person lists by the dozen, as markup: duties with their reasons, exposures, the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lastcase.ops.records.person import Moment
from lastcase.web.context import PageContext
from lastcase.web.markup import PersonLinks, escaped
from lastcase.web.templatetags.lastcase import (
    code_name,
    explained,
    field_name,
    local,
    local_end,
    local_short,
    name_of,
)
from lastcase.web.templatetags.work import clause, duty_state, local_date, person_name, post_name

Row = Mapping[str, Any]


def why(row: Row) -> str:
    """The reasons of a duty or an order, its clause and the rule it stands under."""
    lines = "".join(f"<li>{escaped(line)}</li>" for line in explained(row["because"]))
    found = row["clause"]
    assumed, title = _("assumed"), _("Why")
    mark = f' <span class="tag">{assumed}</span>' if found is not None and found.assumed else ""
    edition, rule = escaped(row["edition"]), escaped(row["rule"])
    url = escaped(reverse("protocol_edition", kwargs={"edition": row["edition"]}))
    return (
        f'<details class="why"><summary>{title}</summary><ul>{lines}</ul><p class="clause">'
        f'{escaped(clause(found))}{mark} <a href="{url}#{rule}">{edition} · {rule}</a></p></details>'
    )


def drawn_duty(row: Row, areas: Mapping[str, Any]) -> SafeString:
    """One duty: its state, what is owed by when and by whom, and why."""
    title = _("Release test") if row["is_release"] else escaped(code_name(row["kind"], "DUTY_KINDS"))
    parts = [*_done(row), _due(row), *_holder(row, areas), *_standing(row)]
    return mark_safe(
        f'<article class="duty"><h3>{duty_state(row)} {title}{_which(row)}</h3>\n'
        f"<p>{' · '.join(parts)}</p>\n{why(row)}</article>\n"
    )


def _which(row: Row) -> str:
    if row["which"] == "day":
        told = _("day %(n)s") % {"n": row["ordinal"]}
        return f' <span class="soft">{told}</span>'
    if row["which"]:
        told = _("no. %(n)s") % {"n": row["which"]}
        return f' <span class="soft">{told}</span>'
    return ""


def _done(row: Row) -> Iterable[str]:
    if row["fulfilled_at"] and row["state"] == "done":
        yield _("Done %(at)s") % {"at": local(row["fulfilled_at"])}


def _due(row: Row) -> str:
    return _("due %(at)s") % {"at": local_end(row["due_at"])}


def _holder(row: Row, areas: Mapping[str, Any]) -> Iterable[str]:
    yield escaped(post_name(row["responsible"]))
    if row["area_id"]:
        area = areas.get(row["area_id"])
        yield escaped((name_of(area) if area else "") or row["area_id"])
    if row["post"]:
        yield _("held by %(post)s") % {"post": escaped(row["post"])}


def _standing(row: Row) -> Iterable[str]:
    if row["progress"] and row["progress"] != "resulted":
        yield escaped(code_name(row["progress"], "TEST_PROGRESS"))
    if row["closed_reason"] and row["state"] in ("lapsed", "superseded"):
        yield escaped(code_name(row["closed_reason"], "closed_reason"))


def drawn_exposures(rows: Sequence[Row], links: PersonLinks) -> list[SafeString]:
    """Each exposure as a row: the other person, the verdict, where and until when, and who found it. Cells are labelled
    by their column for narrow screens."""
    starts = [
        f'<td data-label="{escaped(label)}"><div>'
        for label in (_("Verdict"), _("Setting"), _("Last exposure"), _("Found by"))
    ]
    head = f'<tr><th scope="row" data-label="{escaped(_("Person"))}">'
    return [
        mark_safe(
            f"{head}{links.link(row['other_id'], person_name(row, 'other_'))}</th>"
            + "".join(
                [f"{start}{cell}</div></td>" for start, cell in zip(starts, _exposure(row), strict=True)]
            )
            + "</tr>"
        )
        for row in rows
    ]


def _exposure(row: Row) -> tuple[str, str, str, str]:
    verdict, setting = code_name(row["verdict"], "verdict"), code_name(row["setting"], "setting")
    if row["category"]:
        verdict = f"{verdict} · {code_name(row['category'], 'CATEGORIES')}"
    if row["relation"]:
        setting = f"{setting} · {code_name(row['relation'], 'relation')}"
    last = local(row["end_at"]) if row["end_at"] else _("not known")
    return (
        escaped(verdict),
        escaped(setting),
        _("not yet separated") if row["is_open"] else last,
        escaped(code_name(row["exposure_source"], "exposure_source")),
    )


def drawn_moment(moment: Moment, page: PageContext) -> SafeString:
    """One line of the timeline."""
    when = local_date(moment.at) if moment.is_day else local(moment.at)
    told = " · ".join(_TOLD[moment.kind](moment.row, page))
    return mark_safe(
        f'<li class="moment moment-{moment.kind}"><span class="when">{when}</span><span>\n{told}\n</span></li>\n'
    )


def _bold(text: str) -> str:
    return f"<b>{escaped(text)}</b>"


def _until(text: str) -> str:
    return _("until %(day)s") % {"day": text}


def _order(row: Row, page: PageContext) -> Iterable[str]:
    yield _bold(code_name(row["category"], "CATEGORIES"))
    yield escaped(code_name(row["place_kind"], "place_kind"))
    if row["ends_at"] and row["ends_at"] != row["starts_at"]:
        yield _until(str(local_end(row["ends_at"])))


def _specimen(row: Row, page: PageContext) -> Iterable[str]:
    yield _bold(_("Sampled"))
    yield escaped(code_name(row["specimen_kind"], "SPECIMEN_KINDS"))
    if row["resulted_at"] and row["resulted_at"] <= page.as_of:
        yield f"{escaped(code_name(row['result'], 'RESULTS'))} {local_short(row['resulted_at'])}"
    else:
        yield _("result awaited")


def _stay(row: Row, page: PageContext) -> Iterable[str]:
    yield _bold(code_name(row["stay_kind"], "STAY_KINDS"))
    if row["end_at"]:
        yield _until(str(local(row["end_at"])))


def _check(row: Row, page: PageContext) -> Iterable[str]:
    yield _bold(code_name(row["duty_kind"], "DUTY_KINDS"))
    yield escaped(code_name(row["check_outcome"], "check_outcome"))


def _arrival(row: Row, page: PageContext) -> Iterable[str]:
    yield _bold(_("Arrived"))
    yield escaped(code_name(row["origin"], "origin"))
    if row["from_name"]:
        yield f'<span translate="no">{escaped(row["from_name"])}</span>'


def _visit(row: Row, page: PageContext) -> Iterable[str]:
    yield _bold(_("Visit"))
    yield f'<span translate="no">{escaped(row["place_id"])}</span>'
    yield _until(str(local_short(row["end_at"])))


_TOLD = {
    "case": lambda row, page: [_bold(field_name("cases", row["field"]))],
    "order": _order,
    "specimens": _specimen,
    "stays": _stay,
    "moves": lambda row, page: [_bold(code_name(row["move_kind"], "move_kind"))],
    "checks": _check,
    "arrivals": _arrival,
    "visits": _visit,
}
"""How each kind of moment is told, in parts."""
