"""The versions of what is recorded of a person, as markup: what each says, and what differs from the one before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lastcase.web.markup import escaped
from lastcase.web.templatetags.acts import subject_name
from lastcase.web.templatetags.lastcase import declared_field, field_name, local
from lastcase.web.templatetags.work import show_value, table_name

Row = Mapping[str, Any]


def drawn_version(version: Row, areas: Mapping[str, Any]) -> SafeString:
    """One version of one fact."""
    return mark_safe(
        f"<li><b>{escaped(table_name(version['table']))}</b> · {_recorded(version)}{_retired(version)}<br>"
        f'<span class="soft" translate="no">{escaped(version["source"])} · {escaped(version["recorded_by"])}</span>'
        f"{''.join(_others(version))}\n{_changes(version, areas)}</li>"
    )


def _recorded(version: Row) -> str:
    how = _("first recorded") if version["is_first"] else _("corrected")
    known = version["known_from"]
    said = _("its source says known from %(at)s") % {"at": local(known)} if known else ""
    return f"{how} {local(version['recorded_at'])}{said and f' · {said}'}"


def _retired(version: Row) -> str:
    gone, at = version["withdrawn"], {"at": local(version["retired_at"])}
    if not gone:
        replaced = _("replaced %(at)s") % at
        return f" · {replaced}" if version["retired_at"] else ""
    reason = f": {escaped(gone['reason'])}" if gone["reason"] else ""
    who = f' (<span translate="no">{escaped(gone["by"])}{reason}</span>)' if gone["by"] else ""
    withdrawn = _("withdrawn %(at)s") % at
    return f" · {withdrawn}{who}"


def _others(version: Row) -> Iterable[str]:
    for other in version["others"]:
        name = escaped(field_name(version["table"], other["field"]))
        yield f' · {name} <span translate="no">{escaped(other["person_id"])}</span>'


def _changes(version: Row, areas: Mapping[str, Any]) -> str:
    n = len(version["changes"])
    title = ngettext("%(n)s value", "%(n)s values", n) % {"n": n}
    rows = "".join(_change(version, change, areas) for change in version["changes"])
    return f'<details class="why"><summary>{title}</summary><dl>{rows}</dl></details>'


def _change(version: Row, change: Row, areas: Mapping[str, Any]) -> str:
    table, field = version["table"], change["field"]
    if table == "decisions" and field == "subject":
        said = escaped(subject_name(version["row"]))
    else:
        said = _value(change["after"], table, field, areas)
        if not version["is_first"]:
            said = f"<s>{_value(change['before'], table, field, areas)}</s> → {said}"
    return f"<div><dt>{escaped(field_name(table, field))}</dt><dd>{said}</dd></div>"


def _value(value: Any, table: str, field: str, areas: Mapping[str, Any]) -> str:
    """The value in words; an id of a person or place stands in every language as it is."""
    shown = show_value(value, table, field, areas)
    is_id = declared_field(table, field).reference not in (None, "areas")
    return f'<span translate="no">{escaped(shown)}</span>' if is_id else escaped(shown)
