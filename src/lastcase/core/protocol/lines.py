"""Where a table or key of a TOML text stands: the line numbers that faults are told with."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]+"|'[^']+'|[A-Za-z0-9_-]+)\s*=""")


class Lines:
    """Line numbers, from 1, of the tables (`kind.name`) and keys of a text."""

    def __init__(self, text: str) -> None:
        self._tables: dict[str, int] = {}
        self._keys: dict[tuple[str, str], int] = {}
        table = ""
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                table = header[1].replace('"', "").replace("'", "").replace(" ", "")
                self._tables.setdefault(table, number)
            elif key := _KEY.match(line):
                self._keys.setdefault((table, key[1].strip("\"'")), number)

    def of(self, table: str, key: str | None = None) -> int | None:
        """The line of the key in the table, else of the table, else of the first table beneath it."""
        if key is not None and (table, key) in self._keys:
            return self._keys[table, key]
        if table in self._tables:
            return self._tables[table]
        beneath = [line for name, line in self._tables.items() if name.startswith(f"{table}.")]
        return min(beneath, default=1 if table == "" else None)
