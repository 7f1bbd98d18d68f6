"""The installation a command works on: its home, its database, and who acts at the terminal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from lastcase.cli.output import progress
from lastcase.cli.texts import say

if TYPE_CHECKING:
    from lastcase.ops.accounts.actor import Actor


def choose_home(home: Path | None) -> Path:
    """Make `home` the place of the state for this process (`LASTCASE_HOME`).

    Without one, what stands there already.
    """
    from lastcase.engines.postgres import default_home

    if home is not None:
        os.environ["LASTCASE_HOME"] = str(home.resolve())
    return default_home()


def open_house(home: Path | None) -> Actor:
    """Start the server where needed, ready the database, and return who acts: the operator of the machine."""
    choose_home(home)
    from lastcase.ops.bootstrap import boot

    with progress(say("cli.progress.opening")):
        boot()
    from lastcase.ops.accounts.actor import command_line

    return command_line()
