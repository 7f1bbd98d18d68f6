"""Serve the pages: uvicorn in this process, and the embedded server under it."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from pathlib import Path
from threading import Thread
from types import FrameType

GRACE_S = 3
"""How long open requests may take to end after Ctrl-C."""


def serve(host: str, port: int, home: Path, *, stops_server: bool = False) -> None:
    """Serve until Ctrl-C, then end open requests within three seconds.

    The database server is started where it does not run, and is stopped at the end where it was started for
    these pages (here, or by the caller that says `stops_server`); one that ran before keeps running. The
    process acts as the web's role; migrations run in a process of their own.
    Raises ServerError where no database can be had, OSError where the port is taken.
    """
    os.environ["LASTCASE_HOME"] = str(home)
    from lastcase.engines import postgres
    from lastcase.ops.bootstrap import boot

    is_ours = postgres.external_url() is None and (stops_server or postgres.status(home) is None)
    try:
        boot(role="web")
        _run(host, port)
    finally:
        if is_ours:
            postgres.stop(home)


def _run(host: str, port: int) -> None:
    import uvicorn

    from lastcase.web.asgi import hub
    from lastcase.web.live.keeper import kept_up

    class Server(uvicorn.Server):
        """Ends open streams as soon as it is told to stop: they would be waited for else."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            hub.end_all()
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        "lastcase.web.asgi:application",
        host=host,
        port=port,
        lifespan="off",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    Thread(target=_get_ready, daemon=True).start()
    with kept_up(), contextlib.suppress(KeyboardInterrupt):
        Server(config).run()


def _get_ready() -> None:
    """Beside the first pages, over a connection of its own."""
    from django.db import connections

    from lastcase.ops.lake.standing import get_ready

    try:
        get_ready()
    except Exception:  # whoever needs a lake is told what is wrong with it
        logging.getLogger(__name__).exception("a lake could not be opened")
    finally:
        connections.close_all()


def main(arguments: list[str]) -> None:
    """`python -m lastcase.web.serve HOST PORT HOME [--stop-server]`, as the command line starts it."""
    host, port, home, *told = arguments
    serve(host, int(port), Path(home), stops_server="--stop-server" in told)


if __name__ == "__main__":
    main(sys.argv[1:])
