"""The page behind a row: a link names the last row that was shown, so that the next page is read off the index from
there on, however far from the first."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

At = tuple[Any, ...]
"""Where a row stands in the order of a list: what is sorted by, then what names the row."""
Stretch = tuple[str, dict[str, Any]]
"""SQL of the rows of one stretch of a list, with its parameters."""


@dataclass(frozen=True)
class Walk:
    """An order read off an index: `first` is SQL of what is sorted by, `ties` of what names a row, both with their
    direction; `nulls_first`: unknown values come before all others, else behind them."""

    first: str
    ties: tuple[str, ...]
    is_down: bool
    are_ties_down: bool
    nulls_first: bool

    @property
    def sql(self) -> str:
        """What to sort by."""
        first = f"{self.first} {_way(self.is_down)} NULLS {'FIRST' if self.nulls_first else 'LAST'}"
        return ", ".join([first, *(f"{name} {_way(self.are_ties_down)}" for name in self.ties)])

    def behind(self, at: At) -> list[Stretch]:
        """The stretches behind a row, one after the other."""
        value, params = at[0], {f"after_{number}": part for number, part in enumerate(at)}
        said = [f"%(after_{number})s" for number in range(1, len(at))]
        ties = f"({', '.join(self.ties)}) {_beyond(self.are_ties_down)} ({', '.join(said)})"
        if value is None:
            known: list[Stretch] = [(f"{self.first} IS NOT NULL", {})] if self.nulls_first else []
            return [(f"{self.first} IS NULL AND {ties}", params), *known]
        unknown: list[Stretch] = [] if self.nulls_first else [(f"{self.first} IS NULL", {})]
        beyond = _beyond(self.is_down)
        if self.is_down == self.are_ties_down:
            row = f"({', '.join([self.first, *self.ties])}) {beyond} ({', '.join(['%(after_0)s', *said])})"
        else:
            row = f"{self.first} {beyond}= %(after_0)s AND ({self.first} {beyond} %(after_0)s OR {ties})"
        return [(row, params), *unknown]


def _way(is_down: bool) -> str:
    return "DESC" if is_down else "ASC"


def _beyond(is_down: bool) -> str:
    return "<" if is_down else ">"


def token_of(at: At) -> str:
    """What a link calls the place of a row."""
    said = [part.isoformat() if isinstance(part, datetime) else part for part in at]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def read_token(text: str, kinds: Sequence[type]) -> At | None:
    """The place that a link names, its parts of these kinds (the first may be unknown); None for what no page gave."""
    try:
        said = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) if text else None
        if not isinstance(said, list) or len(said) != len(kinds):
            return None
        first = said[0] if said[0] is None or kinds[0] is not datetime else datetime.fromisoformat(said[0])
    except (ValueError, TypeError):
        return None
    at = (first, *said[1:])
    is_sound = all(type(part) is kind for part, kind in zip(at[1:], kinds[1:], strict=True))
    is_aware = not isinstance(first, datetime) or first.tzinfo is not None
    return at if is_sound and is_aware and (first is None or type(first) is kinds[0]) else None
