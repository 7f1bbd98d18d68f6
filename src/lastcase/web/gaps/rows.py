"""The rows of a page of gaps as markup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lastcase.web.context import PageContext
from lastcase.web.markup import PersonLinks, escaped
from lastcase.web.templatetags.lastcase import (
    code_name,
    explained,
    local_end_short,
    local_short,
    name_of,
)
from lastcase.web.templatetags.work import duty_state, person_name, post_name

Row = Mapping[str, Any]


def drawn_gaps(
    page: PageContext, areas: Mapping[str, Any], rows: Sequence[Row], *, may_act: bool
) -> list[SafeString]:
    """Each row, its cells labelled by their column for narrow screens; `may_act`: with a box to tick."""
    drawing = _Drawing(PersonLinks(page), areas, may_act)
    return [mark_safe(f"<tr>{''.join(drawing.cells(row))}</tr>") for row in rows]


class _Drawing:
    """The cells of rows; their labels are worded once."""

    def __init__(self, links: PersonLinks, areas: Mapping[str, Any], may_act: bool) -> None:
        self._links, self._areas, self._may_act = links, areas, may_act
        self._person = _("Person")
        self._tick = _("Tick")
        self._duty, self._state, self._since, self._due = _("Duty"), _("State"), _("Since"), _("Due")
        self._held, self._assigned, self._why = _("Held by"), _("Assigned to"), _("Why")

    def cells(self, row: Row) -> Iterator[str]:
        """One row's cells."""
        called = escaped(person_name(row))
        if self._may_act:
            label = _("Tick %(called)s") % {"called": called}
            yield (
                f'<td class="gap-tick" data-label="{self._tick}"><input type="checkbox" name="key" '
                f'value="{escaped(row["key"])}" aria-label="{label}"></td>'
            )
        url = escaped(self._links.url(row["person_id"]))
        yield f'<th scope="row" data-label="{self._person}"><a href="{url}">{called}</a></th>\n'
        yield _cell(self._duty, f"<span>{_kind(row)}</span>") + "\n"
        yield _cell(self._state, f"<span>{_state(row)}</span>") + "\n"
        yield _cell(self._since, str(local_short(row["since_at"])))
        yield _cell(self._due, str(local_end_short(row["due_at"]))) + "\n"
        yield _cell(self._held, f"<span>{self._holder(row)}</span>") + "\n"
        yield _assigned(self._assigned, row) + "\n"
        yield _cell(self._why, _reasons(row))

    def _holder(self, row: Row) -> str:
        post = escaped(row["post"] or post_name(row["responsible"]))
        return f'{post} <span class="soft">{escaped(self._area(row["area_id"]))}</span>'

    def _area(self, area_id: str | None) -> str:
        if not area_id:
            return _("No area on record")
        area = self._areas.get(area_id)
        return (name_of(area) if area else "") or area_id


def _cell(label: str, markup: str) -> str:
    return f'<td data-label="{label}">{markup}</td>'


def _kind(row: Row) -> str:
    kind = _("Release test") if row["is_release"] else escaped(code_name(row["kind"], "DUTY_KINDS"))
    return f'{kind} <span class="soft">{escaped(code_name(row["category"], "CATEGORIES"))}</span>'


def _state(row: Row) -> str:
    parts = [str(duty_state(row))]
    if row["progress"]:
        parts.append(f'<span class="soft">{escaped(code_name(row["progress"], "TEST_PROGRESS"))}</span>')
    if row["state"] == "postponed":
        until = _("until %(at)s") % {"at": local_end_short(row["postponed_until_at"])}
        parts.append(f'<span class="soft">{until}</span>')
    return " ".join(parts)


def _assigned(label: str, row: Row) -> str:
    if not row["assigned_post"]:
        return f'<td data-label="{label}" class="is-empty">–</td>'
    name, at = escaped(row["assigned_post"]), local_short(row["assigned_at"])
    return _cell(label, f'<span><span translate="no">{name}</span> <span class="soft">{at}</span></span>')


def _reasons(row: Row) -> str:
    lines = "".join(f"<li>{escaped(line)}</li>" for line in explained(row["because"]))
    return f'<details class="why"><summary>{escaped(row["rule"])}</summary><ul>{lines}</ul></details>'
