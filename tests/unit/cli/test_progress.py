"""Bars on a terminal: a share where the work has steps, none where only time passes, nothing in a pipe."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from lastcase.cli import output


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What a terminal is sent."""
    sent = io.StringIO()
    shown = Console(file=sent, force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr(output, "console", lambda is_error=False: shown)
    return sent


def test_a_bar_with_a_total_shows_the_share_that_is_done(screen: io.StringIO) -> None:
    with output.progress("Importing", 4) as bar:
        bar.at(1)
        bar.step("Writing")
        bar.at(3)
    told = screen.getvalue()
    assert [share in told for share in ("25%", "50%", "75%")] == [True] * 3
    assert "Writing" in told


def test_a_bar_without_a_total_shows_no_share(screen: io.StringIO) -> None:
    with output.progress("Opening") as bar:
        bar.step()
    assert "Opening" in screen.getvalue()
    assert "%" not in screen.getvalue()


def test_nothing_is_drawn_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = io.StringIO()
    monkeypatch.setattr(output, "console", lambda is_error=False: Console(file=sent))
    with output.progress("Importing", 4) as bar:
        bar.step("Writing")
    assert sent.getvalue() == ""
