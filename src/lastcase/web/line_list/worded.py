"""The rows of a list in words, for a file: in the language and zone of the request that asked, whenever they are
worded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.html import strip_tags

from lastcase.ops.records.export import PART_ROWS
from lastcase.ops.records.lists.asked import COLUMNS
from lastcase.web.templatetags.work import person_name, show_value

KEPT_MAX = 200_000
"""Wordings of one column that are kept for the next row with the same value."""


class Worded:
    """Rows of the list `tab` as texts. Areas must be known already: a file may be read when the transaction is over."""

    def __init__(self, tab: str, areas: Mapping[str, Any], zone: ZoneInfo) -> None:
        self._columns = COLUMNS[tab]
        self._areas, self._zone = areas, zone
        self._language = translation.get_language()
        self._kept: dict[str, dict[Any, str]] = {name: {} for _, name in self._columns}

    def rows(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
        """The texts of each row, a column each."""
        remaining = iter(rows)
        while part := list(islice(remaining, PART_ROWS)):
            with translation.override(self._language), timezone.override(self._zone):
                texts = [[self._text(row, table, name) for table, name in self._columns] for row in part]
            yield from texts

    def _text(self, row: Mapping[str, Any], table: str, name: str) -> str:
        if name == "person_id":
            return person_name(row)
        value, kept = row.get(name), self._kept[name]
        if value not in kept:
            if len(kept) >= KEPT_MAX:
                kept.clear()
            shown = strip_tags(str(show_value(value, table, name, self._areas)))
            kept[value] = "" if shown == "–" else shown
        return kept[value]
