"""`lastcase serve`: the pages on this machine, until Ctrl-C."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated, NoReturn

from cyclopts import Parameter

from lastcase.cli.exits import CONFLICT, CommandError
from lastcase.cli.options import Home, Lang
from lastcase.cli.texts import say

HOST = "127.0.0.1"
PORT = 8000
Port = Annotated[int, Parameter(name="--port", help="cli.option.port")]


def serve(*, port: Port = PORT, home: Home = None, lang: Lang = None) -> None:
    """Serve the pages; where nobody administers yet, print the one-time link first."""
    from lastcase.cli.house import choose_home

    check_port(port)
    place = choose_home(home)
    stops_server = not is_server_up(place)
    print_sign_in(port, place)
    serve_pages(port, place, stops_server=stops_server)


def is_server_up(place: Path) -> bool:
    """Whether the database server runs before we start it: then it is not ours to stop."""
    from lastcase.engines import postgres

    return postgres.external_url() is not None or postgres.status(place) is not None


def serve_pages(port: int, place: Path, *, stops_server: bool) -> NoReturn:
    """Become the process of the pages, which acts as the web's role; this one acted as the owner."""
    import os
    import sys

    from lastcase.cli.output import print_text

    print_text(say("cli.serve.at", url=url_of(port)))
    sys.stdout.flush()
    told = ["--stop-server"] if stops_server else []
    os.execv(sys.executable, [sys.executable, "-m", "lastcase.web.serve", HOST, str(port), str(place), *told])


def url_of(port: int) -> str:
    """Address of the board on this machine."""
    return f"http://{HOST}:{port}"


def check_port(port: int) -> None:
    """Raise CommandError (conflict) where something listens there already."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError:
            raise CommandError(CONFLICT, "cli.error.port_taken", port=port) from None


def print_sign_in(port: int, place: Path) -> None:
    """Print how to sign in.

    Made in a process of its own: the owner writes the link, this process serves as the web.
    """
    import subprocess
    import sys

    from lastcase.cli.texts import language

    command = [sys.executable, "-m", "lastcase.cli.sign_in", str(place), url_of(port), language()]
    subprocess.run(command, check=True)
