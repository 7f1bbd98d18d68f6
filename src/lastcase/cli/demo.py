"""`lastcase demo`: real outbreaks and a synthetic city, loaded by the same actions as anybody's, then the board."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from lastcase.cli.options import Home, Lang
from lastcase.cli.serve import PORT, Port, check_port, is_server_up, print_sign_in, serve_pages
from lastcase.cli.texts import say

Size = Annotated[Literal["tiny", "small", "city", "none"], Parameter(name="--size", help="cli.option.size")]
NoServe = Annotated[bool, Parameter(name="--no-serve", negative=(), help="cli.option.no_serve")]


def demo(
    *,
    size: Size = "small",
    no_serve: NoServe = False,
    port: Port = PORT,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Load what is missing, print what is there and how to sign in, and serve."""
    from lastcase.cli.house import choose_home

    if not no_serve:
        check_port(port)
    place = choose_home(home)
    stops_server = not is_server_up(place)
    load_apart(place, size)
    print_sign_in(port, place)
    if not no_serve:
        serve_pages(port, place, stops_server=stops_server)


def load_apart(place: Path, size: str) -> None:
    """Load in a process of its own, which acts as the owner of the database.

    This one will serve as the web.
    """
    import subprocess
    import sys

    from lastcase.cli.exits import CommandError, Exit
    from lastcase.cli.texts import language

    done = subprocess.run(
        [sys.executable, "-m", "lastcase.cli.demo_load", str(place), language(), size], check=False
    )
    if done.returncode:
        raise CommandError(Exit(done.returncode, "told"), "cli.error.told", text=say("cli.demo.failed"))
