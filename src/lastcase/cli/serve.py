"""`lastcase serve`: the pages on this machine, until Ctrl-C."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

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
    print_sign_in(port, place)
    serve_pages(port, place)


def serve_pages(port: int, place: Path) -> None:
    """Serve in this process, as the web's role."""
    from lastcase.cli.output import print_text
    from lastcase.web.serve import serve as serve_web

    print_text(say("cli.serve.at", url=url_of(port)))
    serve_web(HOST, port, place)


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
