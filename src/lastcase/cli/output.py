"""What commands print: JSON for programs, tables for people, progress on the terminal's error stream."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID


PIPED_WIDTH = 140
"""Columns of a table that goes into a file or a pipe."""


def console(is_error: bool = False) -> Console:
    """A console on standard output, or on standard error."""
    from rich.console import Console

    return Console(stderr=is_error, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print a value as JSON: instants and dates as ISO 8601, Chinese as it is."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def print_text(text: str) -> None:
    """Print a line as it stands: no markup is read in it."""
    console().print(text, markup=False)


def print_error(text: str) -> None:
    """Print a line to standard error."""
    console(is_error=True).print(text, markup=False)


def print_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headings; null stands as a dash."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for heading in headings:
        table.add_column(Text(heading), overflow="fold")
    for row in rows:
        table.add_row(*(Text("–" if cell is None else str(cell)) for cell in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)


class Bar:
    """How far some work is, as its bar shows it; without a bar nothing is shown."""

    def __init__(self, bars: Progress | None = None, task: TaskID | None = None) -> None:
        self._bars, self._task = bars, task
        self._done = 0.0

    def at(self, done: float) -> None:
        """So much of the whole is done."""
        self._done = done
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, completed=done, refresh=True)

    def step(self, title: str = "") -> None:
        """One unit more is done; `title` says what comes next."""
        self.at(self._done + 1)
        self.say(title)

    def say(self, title: str) -> None:
        """What is being done now."""
        if title and self._bars is not None and self._task is not None:
            self._bars.update(self._task, description=title, refresh=True)


@contextmanager
def progress(title: str, total: float | None = None) -> Iterator[Bar]:
    """Show a bar on standard error while the body runs; nothing where that is no terminal.

    With a `total` the bar shows the share of it that the body says is done, else only that time passes.
    """
    shown = console(is_error=True)
    if not shown.is_terminal:
        yield Bar()
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    share = () if total is None else (TaskProgressColumn(),)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), *share, TimeElapsedColumn())
    with Progress(*columns, console=shown, transient=True) as bars:
        yield Bar(bars, bars.add_task(title, total=total))
